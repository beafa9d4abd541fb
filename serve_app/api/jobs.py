"""`/v1/jobs`: documents read in the background, page by page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from serve_app.api.deadline import Deadline
from serve_app.api.document import DOCUMENT_BODY, DocumentQuery, read_document_upload, read_options
from serve_app.api.document_formats import ANSWERS, DocumentFormat, open_archive, write_document
from serve_app.api.document_schemas import DocumentBody, PageBody
from serve_app.api.errors import documented_errors
from serve_app.api.jobs_schemas import JobBody, JobsBody
from serve_app.api.jobs_service import JobsService
from serve_app.api.languages import check_language
from serve_app.api.tickets import find_service
from serve_app.documents.kind import find_kind
from serve_app.documents.page import UnreadablePage
from serve_app.documents.storage import load_page
from serve_app.errors import AppError, Forbidden, InvalidParameter, JobNotFound
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import Event, Job, PageState, Submission, Webhook
from serve_app.pipeline.job_pages import load_result, store_options

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=documented_errors())

MAX_WAIT_S = 60.0
"""Seconds for which `?wait=` may hold a request."""

HEARTBEAT_S = 10.0
"""Seconds of silence after which a stream of events sends a comment, so that proxies keep it open."""

_ANYBODY = "anonymous"


class SubmitQuery(DocumentQuery):
    """Parameters of `POST /v1/jobs`: those of `/v1/document`. The format is asked of the result.

    With `figures` or `format=zip` the images are kept, so that the result can have them.
    """

    webhook: str | None = None
    """A public https or http address to which the end of the job is posted."""
    webhook_secret: str | None = None
    """Signs what is posted there: HMAC-SHA256 over the timestamp and the body."""


class ResultQuery(BaseModel):
    """Parameters of a job's result."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    format: DocumentFormat = "json"
    """As in `/v1/document`."""
    figures: Literal["inline", "zip"] = "inline"
    """Where the images are that the job was asked to keep; as in `/v1/document`."""


def find_jobs(request: Request) -> JobsService:
    """The jobs of this service.

    Raises:
        JobNotFound: the config has switched them off.
    """
    jobs: JobsService | None = request.app.state.jobs
    if jobs is None:
        raise JobNotFound("This service has no jobs: jobs.enabled is false. Use POST /v1/document")
    return jobs


def find_owner(request: Request) -> str:
    """Who asks: the name of the key."""
    return str(getattr(request.state, "owner", _ANYBODY))


def find_visible_owner(request: Request) -> str | None:
    """Whose jobs the request may see; None for everybody's, with a key of scope `admin`."""
    return None if getattr(request.state, "admin", False) else find_owner(request)


@router.post("", status_code=202, openapi_extra=DOCUMENT_BODY)
async def submit_job(
    request: Request,
    response: Response,
    query: Annotated[SubmitQuery, Query()],
    deadline_s: Deadline,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> JobBody:
    """Take a document in, to be read in the background. Answers at once, with links to follow.

    The same `Idempotency-Key` gives the same job; used for another document it is refused with 409.
    """
    jobs = find_jobs(request)
    check_language(request.app.state.config.ocr, query.language)
    if query.webhook:
        jobs.webhook_policy.check(query.webhook)
        if not query.webhook_secret:
            raise InvalidParameter("webhook: send webhook_secret with it, to check what is posted")
    await jobs.check_room()
    # A job is read later: its upload is held to the deadline, but takes no place in a model's queue.
    with find_service(request).admission.admit([], deadline_s) as ticket:
        data = await read_document_upload(request, ticket)
    kind = await asyncio.to_thread(find_kind, data)
    submission = Submission(
        find_owner(request),
        (),
        store_options(read_options(query)),
        idempotency_key=idempotency_key,
        retain_s=jobs.config.retain_s,
        read_once=jobs.config.retain_s == 0,
        webhook=Webhook(query.webhook, query.webhook_secret) if query.webhook and query.webhook_secret else None,
    )
    upload = Upload("document", "application/pdf" if kind == "PDF" else f"image/{kind.lower()}", data)
    job = await submit(jobs.store, jobs.blobs, [upload], submission)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobBody.of(job)


@router.get("")
async def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    before: str | None = None,
    owner: str | None = None,
) -> JobsBody:
    """Your jobs, newest first; `before` is the id after which to go on.

    A key of scope `admin` may name another `owner`.
    """
    jobs = find_jobs(request)
    asked = owner or find_owner(request)
    if find_visible_owner(request) not in (None, asked):
        raise Forbidden("owner: only a key of scope admin sees the jobs of others")
    return JobsBody(jobs=[JobBody.of(job) for job in await jobs.store.jobs(asked, limit, before)])


@router.get("/{job_id}")
async def get_job(request: Request, job_id: str, wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S)] = 0.0) -> JobBody:
    """How far a job is. With `wait`, answers when something has changed, or after so many seconds."""
    jobs = find_jobs(request)
    job = await jobs.store.get(job_id, find_visible_owner(request))
    if wait and not job.state.terminal and await jobs.store.wait_for_events(job_id, job.last_event, wait):
        job = await jobs.store.get(job_id, find_visible_owner(request))
    return JobBody.of(job)


@router.get("/{job_id}/pages/{number}", response_model_exclude_none=True)
async def get_page(request: Request, job_id: str, number: int) -> PageBody:
    """A page's content, as soon as it is read; `number` counts the pages of the job from 1."""
    jobs = find_jobs(request)
    await jobs.store.get(job_id, find_visible_owner(request))
    page = next(iter(await jobs.store.pages(job_id, number, 1)), None)
    if page is None or page.number != number or page.state in (PageState.QUEUED, PageState.RUNNING):
        raise JobNotFound(f"Page {number} has not been read yet, or the job has no such page")
    if page.result is None:
        message = page.failure.message if page.failure else "The job was cancelled"
        return PageBody.of(UnreadablePage(page.source.page + 1, message))
    return PageBody.of(load_page(await jobs.blobs.get(job_id, page.result)))


@router.get("/{job_id}/result", response_model=DocumentBody, response_model_exclude_none=True, responses=ANSWERS)
async def get_result(request: Request, job_id: str, query: Annotated[ResultQuery, Query()]) -> DocumentBody | Response:
    """What has been read so far; all of it once the job has ended."""
    jobs = find_jobs(request)
    job = await jobs.store.get(job_id, find_visible_owner(request))
    with open_archive(query.format, query.figures) as archive:
        keep = archive.take_images if archive else None
        document = await load_result(jobs.store, jobs.blobs, job, keep=keep)
        answer = await write_document(request, document, query.format, archive)
    if job.read_once and job.state.terminal:
        await jobs.housekeeper.delete(job_id)
    return answer


@router.delete("/{job_id}")
async def cancel_job(request: Request, job_id: str) -> JobBody:
    """Cancel a job: what runs for it ends, what was read stays. A job that has ended is deleted."""
    jobs = find_jobs(request)
    job = await jobs.store.get(job_id, find_visible_owner(request))
    if job.state.terminal:
        await jobs.housekeeper.delete(job_id)
        return JobBody.of(job)
    return JobBody.of(await jobs.store.cancel(job_id))


@router.get("/{job_id}/events", response_class=StreamingResponse)
async def stream_events(
    request: Request, job_id: str, last_event_id: Annotated[int, Header(ge=0)] = 0, content: bool = True
) -> StreamingResponse:
    """Server-Sent Events: each page as it comes, until the job has ended. `Last-Event-ID` resumes.

    `content=false` leaves the pages' content out.
    """
    jobs = find_jobs(request)
    job = await jobs.store.get(job_id, find_visible_owner(request))
    stream = _stream(jobs, job, last_event_id, content=content)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _stream(jobs: JobsService, job: Job, after: int, *, content: bool) -> AsyncIterator[bytes]:
    with suppress(AppError):  # an answer that has begun can only end; whoever resumes it is told why
        while True:
            events = await jobs.store.wait_for_events(job.id, after, HEARTBEAT_S)
            if not events:
                if (await jobs.store.get(job.id)).state.terminal:
                    return
                yield b": still running\n\n"
            for event in events:
                after = event.id
                yield await _write_event(jobs, job, event, content=content)
                if event.kind == "job" and event.data.get("state") not in ("queued", "running"):
                    return


async def _write_event(jobs: JobsService, job: Job, event: Event, *, content: bool) -> bytes:
    data: dict[str, Any] = {"at": event.at, **event.data}
    if content and event.kind == "page" and (digest := event.data.get("result")):
        page = PageBody.of(load_page(await jobs.blobs.get(job.id, digest)))
        data["content"] = page.model_dump(exclude_none=True)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
