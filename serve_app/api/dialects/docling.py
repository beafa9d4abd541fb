"""docling-serve's conversions: `/v1/convert/file`, at once or in the background, and `/v1/convert/source/async`.

Source: docling-serve 1.38. Its WebSocket is not there, and its clients ask `/v1/status/poll` then; neither are its
callbacks: `POST /v1/jobs` has signed webhooks. A result can be asked for until the job's retention is over.
"""

import asyncio
import time
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from serve_app.api.deadline import Deadline
from serve_app.api.dialects.docling_contract import (
    LISTS,
    ConvertOptions,
    Target,
    describe,
    describe_failure,
    write_archive,
)
from serve_app.api.dialects.files_form import File, FilesForm, describe_form, distinct_stems, read_files_form
from serve_app.api.dialects.tasks import (
    count_documents,
    explain_failure,
    find_task,
    forget_if_read_once,
    take_in,
    wait_for_end,
)
from serve_app.api.fields import parse_fields
from serve_app.api.jobs import MAX_WAIT_S, find_jobs
from serve_app.api.jobs_service import JobsService
from serve_app.api.json_file import json_bytes, load_file, parse_json
from serve_app.api.receiving import receiving
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.documents.blocks import DocumentReading
from serve_app.errors import InvalidParameter, JobNotFound
from serve_app.jobs.job import Job, JobState
from serve_app.pipeline.document import read_document
from serve_app.pipeline.job_pages import load_answer, load_result

router = APIRouter(prefix="/v1", tags=["docling-serve"])

MAX_FILES = 3

_DIALECT = "docling"

_STATES = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "started",
    # Clients wait until a task is `success` or `failure`; the result says that it is `partial_success`.
    JobState.DONE: "success",
    JobState.PARTIAL: "success",
    JobState.FAILED: "failure",
    JobState.CANCELLED: "failure",
}

_FORM = describe_form(ConvertOptions, target_type={"enum": ["inbody", "zip"]})


class Source(BaseModel):
    """A document by URL, where the config allows it, or in base64."""

    model_config = ConfigDict(extra="ignore")

    kind: Literal["http", "file"]
    url: str | None = None
    headers: dict[str, Any] = {}
    base64_string: str | None = None
    filename: str | None = None


class ConvertRequest(BaseModel):
    """The JSON of `/v1/convert/source/async`."""

    model_config = ConfigDict(extra="ignore")

    options: ConvertOptions = ConvertOptions()
    sources: Annotated[list[Source], Field(min_length=1, max_length=MAX_FILES)]
    target: Target = Target()
    callbacks: list[Any] = []


@router.post("/convert/file", openapi_extra=_FORM)
async def convert_files(request: Request, ticket: DocumentTicket) -> Response:
    """Read documents by docling-serve's contract: one as JSON, several, or with target `zip`, as an archive."""
    begun = time.monotonic()
    form = await read_files_form(request, ticket, "files", MAX_FILES)
    options, target = _read_options(form)
    documents = [
        await read_document(find_service(request), ticket, file.data, options.as_document_options())
        for file in form.files
    ]
    request.state.pages = sum(document.pages_read for document in documents)
    names = [file.name for file in form.files]
    return await _respond(names, documents, options, target, time.monotonic() - begun)


@router.post("/convert/file/async", openapi_extra=_FORM)
async def submit_files(request: Request, deadline_s: Deadline) -> dict[str, Any]:
    """Take documents in, to be read in the background by docling-serve's contract."""
    jobs = find_jobs(request)
    await jobs.check_room()
    with find_service(request).admission.admit([], deadline_s) as ticket:
        form = await read_files_form(request, ticket, "files", MAX_FILES)
    options, target = _read_options(form)
    return await _submit(request, jobs, form.files, options, target)


@router.post(
    "/convert/source/async",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "required": ["sources"]}}},
        }
    },
)
async def submit_sources(request: Request, deadline_s: Deadline) -> dict[str, Any]:
    """The same for documents in base64 or, where `http.allow_url` is set, by URL."""
    jobs = find_jobs(request)
    await jobs.check_room()
    config = request.app.state.config
    limit = config.documents.max_bytes
    with find_service(request).admission.admit([], deadline_s) as ticket:
        async with receiving(request, ticket, json_bytes(limit)) as arriving:
            body = await arriving.body()
    asked = parse_fields(ConvertRequest, await asyncio.to_thread(parse_json, body))
    _refuse_callbacks(asked.callbacks)
    files = []
    for source in asked.sources:
        if source.headers:
            raise InvalidParameter("headers: this service sends no headers of clients to other servers. Leave them out")
        content = source.url if source.kind == "http" else source.base64_string
        if content is None or content.startswith(("http://", "https://")) is not (source.kind == "http"):
            raise InvalidParameter("sources: a source is an http:// or https:// `url`, or a file's `base64_string`")
        data = await load_file(content, config, limit)
        name = source.filename or (urlsplit(content).path.rpartition("/")[2] if source.kind == "http" else "")
        files.append(File(name[-200:] or "document", data))
    if (total := sum(len(file.data) for file in files)) > limit:
        raise InvalidParameter(f"sources: they have {total:,} bytes together; the limit is {limit:,}")
    return await _submit(request, jobs, files, asked.options, asked.target)


@router.get("/status/poll/{task_id}")
async def poll_status(request: Request, task_id: str, wait: Annotated[float, Query(ge=0)] = 0.0) -> dict[str, Any]:
    """How far a task is. With `wait`, answers when it has ended, or after so many seconds, at most 60."""
    jobs, job = await find_task(request, _DIALECT, task_id)
    job = await wait_for_end(jobs, job, min(wait, MAX_WAIT_S))
    return await _describe_status(jobs, job)


@router.get("/result/{task_id}")
async def get_task_conversion(request: Request, task_id: str) -> Response:
    """What was read, or why the task failed; 404 while it runs."""
    jobs, job = await find_task(request, _DIALECT, task_id)
    if not job.state.terminal:
        raise JobNotFound("Task result not found. Please wait for a completion status.")
    if _STATES[job.state] == "failure":
        failure = describe_failure(await explain_failure(jobs, job) or "The task failed")
        return JSONResponse({"kind": "TaskFailureResult", "failure": failure})
    stored = load_answer(job)
    documents = [await load_result(jobs.store, jobs.blobs, job, number) for number in range(len(job.documents))]
    names = [document.name for document in job.documents]
    options, target = ConvertOptions.model_validate(stored["options"]), Target(kind=stored["target"])
    seconds = (job.finished_at or job.created_at) - (job.started_at or job.created_at)
    answer = await _respond(names, documents, options, target, seconds)
    await forget_if_read_once(jobs, job)
    return answer


def _read_options(form: FilesForm) -> tuple[ConvertOptions, Target]:
    fields = {name: values if name in LISTS else values[-1] for name, values in form.fields.items()}
    _refuse_callbacks(fields.pop("callbacks", []))
    target = parse_fields(Target, {"kind": fields.pop("target_type", "inbody")})
    return parse_fields(ConvertOptions, fields), target


def _refuse_callbacks(callbacks: object) -> None:
    if callbacks:
        raise InvalidParameter("callbacks: this service signs what it posts. Use POST /v1/jobs with webhook=")


async def _submit(
    request: Request, jobs: JobsService, files: Any, options: ConvertOptions, target: Target
) -> dict[str, Any]:
    answer = {"options": options.model_dump(mode="json"), "target": target.kind}
    job = await take_in(request, jobs, _DIALECT, files, options.as_document_options(), answer)
    return await _describe_status(jobs, job)


async def _respond(
    names: list[str], documents: list[DocumentReading], options: ConvertOptions, target: Target, seconds: float
) -> Response:
    stems = distinct_stems(names)
    if target.kind == "zip" or len(documents) > 1:
        archive = await asyncio.to_thread(write_archive, list(zip(stems, documents, strict=True)), options)
        headers = {"Content-Disposition": 'attachment; filename="converted_docs.zip"'}
        return Response(archive, headers=headers, media_type="application/zip")
    return JSONResponse(await asyncio.to_thread(describe, documents[0], names[0], stems[0], options, seconds))


async def _describe_status(jobs: JobsService, job: Job) -> dict[str, Any]:
    message = await explain_failure(jobs, job)
    failed = _STATES[job.state] == "failure"
    counts = await count_documents(jobs, job)
    return {
        "task_id": job.id,
        "task_type": "convert",
        "task_status": _STATES[job.state],
        "task_position": None,
        "task_meta": {
            "num_docs": len(job.documents),
            "num_processed": sum(counts),
            "num_succeeded": counts.whole,
            "num_partially_succeeded": counts.partial,
            "num_failed": counts.failed,
        },
        "error_message": message,
        "failure": describe_failure(message or "The task failed") if failed else None,
    }
