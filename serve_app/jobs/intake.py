"""Takes documents in: their bytes are stored before the job, so that a job that exists can be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from serve_app.errors import IdempotencyConflict
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.job import Document, Job, Submission
from serve_app.jobs.store import JobStore


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came."""

    name: str
    media_type: str
    content: bytes


async def submit(store: JobStore, blobs: BlobStore, uploads: Sequence[Upload], submission: Submission) -> Job:
    """Store uploads and the job that reads them; `submission` comes without documents.

    Raises:
        IdempotencyConflict: as `JobStore.submit`.
        StoreUnavailable: nothing was accepted.
    """
    documents = [
        Document(upload.name, upload.media_type, await blobs.put(submission.id, upload.content)) for upload in uploads
    ]
    try:
        job = await store.submit(replace(submission, documents=tuple(documents)))
    except IdempotencyConflict:
        await blobs.erase(submission.id)
        raise
    # If the store goes away in mid-call, the job may exist; its files stay, and are collected later if it does not.
    if job.id != submission.id:
        await blobs.erase(submission.id)
    return job
