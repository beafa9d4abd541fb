"""Jobs as the dialects submit and find them: each sees those of its own clients, and of the owner who asks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fastapi import Request

from serve_app.api.dialects.files_form import File
from serve_app.api.jobs import find_jobs, find_owner, find_visible_owner
from serve_app.api.jobs_service import JobsService
from serve_app.documents.kind import PDF, find_kind
from serve_app.errors import JobGone, JobNotFound
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import Job, JobState, PageState, Submission
from serve_app.jobs.store import iterate_pages
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.job_pages import load_answer, store_options

_DIALECT = "dialect"


async def take_in(
    request: Request,
    jobs: JobsService,
    dialect: str,
    files: Sequence[File],
    options: DocumentOptions,
    answer: Mapping[str, Any],
) -> Job:
    """Store documents to be read as one job; `answer` is what the dialect needs to know when it is asked for them.

    Raises:
        UnsupportedMedia: a file is no document.
        StoreUnavailable: nothing was accepted.
    """
    uploads = [
        Upload(file.name, "application/pdf" if kind == PDF else f"image/{kind.lower()}", file.data)
        for file in files
        for kind in [await asyncio.to_thread(find_kind, file.data)]
    ]
    submission = Submission(
        find_owner(request),
        (),
        store_options(options, {_DIALECT: dialect, **answer}),
        retain_s=jobs.config.retain_s,
        read_once=jobs.config.retain_s == 0,
    )
    return await submit(jobs.store, jobs.blobs, uploads, submission)


async def find_task(request: Request, dialect: str, job_id: str) -> tuple[JobsService, Job]:
    """A job that came by this dialect.

    Raises:
        JobNotFound: there is none, it was deleted, or it is not of the owner who asks.
    """
    jobs = find_jobs(request)
    try:
        job = await jobs.store.get(job_id, find_visible_owner(request))
    except (JobNotFound, JobGone) as error:
        raise JobNotFound("Task not found.") from error
    if not is_of(job, dialect):
        raise JobNotFound("Task not found.")
    return jobs, job


def is_of(job: Job, dialect: str) -> bool:
    """Whether a job came by this dialect."""
    return load_answer(job).get(_DIALECT) == dialect


async def explain_failure(jobs: JobsService, job: Job) -> str | None:
    """Why a job failed, or was cancelled, or what is missing in it; None if nothing is."""
    if job.failure is not None:
        return job.failure.message
    if job.state is JobState.CANCELLED:
        return "The job was cancelled"
    if not job.pages_failed:
        return None
    async for page in iterate_pages(jobs.store, job.id):
        if page.state is PageState.FAILED and page.failure is not None:
            counted = f"{job.pages_failed} of {job.pages_total} pages could not be read"
            return f"{counted}; page {page.source.page + 1}: {page.failure.message}"
    return None


async def forget_if_read_once(jobs: JobsService, job: Job) -> None:
    """Delete a job whose whole result was handed out, where the config says so."""
    if job.read_once and job.state.terminal:
        await jobs.housekeeper.delete(job.id)


def write_time(seconds: float | None) -> str | None:
    """A time since 1970 in ISO 8601."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


class Outcomes(NamedTuple):
    """Documents of a job that were read whole, in part, and not at all."""

    whole: int
    partial: int
    failed: int


async def count_documents(jobs: JobsService, job: Job) -> Outcomes:
    """How a job's documents ended; none is counted while it runs."""
    count = len(job.documents)
    if job.state is JobState.DONE:
        return Outcomes(count, 0, 0)
    if job.state is not JobState.PARTIAL:
        return Outcomes(0, 0, count if job.state.terminal else 0)
    states: dict[int, set[bool]] = {}
    async for page in iterate_pages(jobs.store, job.id):
        states.setdefault(page.source.document, set()).add(page.state is PageState.DONE)
    found = list(states.values())
    return Outcomes(found.count({True}), found.count({True, False}), found.count({False}))


async def wait_for_end(jobs: JobsService, job: Job, seconds: float) -> Job:
    """The job once it has ended, or as it stands after so many seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not job.state.terminal and (left := until - loop.time()) > 0:
        await jobs.store.wait_for_events(job.id, job.last_event, left)
        job = await jobs.store.get(job.id)
    return job
