"""MinerU's `POST /file_parse`, which answers with the result, and `/tasks`, which reads in the background.

Source: MinerU 3.4, `mineru/cli/fast_api.py`.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from serve_app.api.deadline import Deadline
from serve_app.api.dialects.files_form import FilesForm, describe_form, distinct_stems, read_files_form
from serve_app.api.dialects.mineru_contract import VERSION, ParseOptions, describe, write_archive
from serve_app.api.dialects.tasks import explain_failure, find_task, forget_if_read_once, take_in, write_time
from serve_app.api.fields import parse_fields
from serve_app.api.jobs import find_jobs
from serve_app.api.request_id import request_id
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.documents.blocks import DocumentReading
from serve_app.jobs.job import Job, JobState
from serve_app.pipeline.document import read_document
from serve_app.pipeline.job_pages import load_answer, load_result

router = APIRouter(tags=["MinerU"])

_DIALECT = "mineru"

_STATES = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "processing",
    JobState.DONE: "completed",
    JobState.PARTIAL: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}

_FORM = describe_form(ParseOptions)


@router.post("/file_parse", openapi_extra=_FORM)
async def parse_files(request: Request, ticket: DocumentTicket) -> Response:
    """Read documents by MinerU's contract: Markdown, content list and images, as JSON or as a ZIP archive."""
    started = datetime.now(UTC).isoformat()
    form = await read_files_form(request, ticket, "files")
    options, stems = _read_options(form), distinct_stems(file.name for file in form.files)
    asked = options.as_document_options()
    documents = [
        (stem, await read_document(find_service(request), ticket, file.data, asked))
        for stem, file in zip(stems, form.files, strict=True)
    ]
    request.state.pages = sum(document.pages_read for _, document in documents)
    task_id = request_id(request) or uuid4().hex
    status = {
        "task_id": task_id,
        "status": "completed",
        "backend": "pipeline",
        "file_names": stems,
        "created_at": started,
        "started_at": started,
        "completed_at": datetime.now(UTC).isoformat(),
        "error": None,
        "status_url": None,
        "result_url": None,
        "queued_ahead": 0,
        "version": VERSION,
    }
    headers = {"X-MinerU-Task-Id": task_id, "X-MinerU-Task-Status": "completed"}
    return await _respond(documents, options, status, headers)


@router.post("/tasks", status_code=202, openapi_extra=_FORM)
async def submit_task(request: Request, deadline_s: Deadline) -> dict[str, Any]:
    """Take documents in, to be read in the background by MinerU's contract."""
    jobs = find_jobs(request)
    await jobs.check_room()
    with find_service(request).admission.admit([], deadline_s) as ticket:
        form = await read_files_form(request, ticket, "files")
    options = _read_options(form)
    answer = {"options": options.model_dump()}
    job = await take_in(request, jobs, _DIALECT, form.files, options.as_document_options(), answer)
    return {**_describe_status(request, job, None), "message": "Task submitted successfully"}


@router.get("/tasks/{task_id}")
async def get_task(request: Request, task_id: str) -> dict[str, Any]:
    """How far a task is. One of which only some pages could be read is `completed`; `error` says what is missing."""
    jobs, job = await find_task(request, _DIALECT, task_id)
    return _describe_status(request, job, await explain_failure(jobs, job))


@router.get("/tasks/{task_id}/result")
async def get_task_result(request: Request, task_id: str) -> Response:
    """What was read: 202 while the task runs, 409 if it failed."""
    jobs, job = await find_task(request, _DIALECT, task_id)
    status = _describe_status(request, job, await explain_failure(jobs, job))
    if not job.state.terminal:
        return JSONResponse({**status, "message": "Task result is not ready yet"}, 202)
    if status["status"] == "failed":
        return JSONResponse({**status, "message": "Task execution failed"}, 409)
    options = ParseOptions.model_validate(load_answer(job)["options"])
    documents = [
        (stem, await load_result(jobs.store, jobs.blobs, job, number))
        for number, stem in enumerate(status["file_names"])
    ]
    answer = await _respond(documents, options, {"backend": "pipeline", "version": VERSION}, {})
    await forget_if_read_once(jobs, job)
    return answer


def _read_options(form: FilesForm) -> ParseOptions:
    return parse_fields(ParseOptions, {name: values[-1] for name, values in form.fields.items()})


async def _respond(
    documents: Sequence[tuple[str, DocumentReading]],
    options: ParseOptions,
    head: dict[str, Any],
    headers: dict[str, str],
) -> Response:
    if options.response_format_zip:
        archive = await asyncio.to_thread(write_archive, documents)
        # Clients compare the content type letter by letter.
        return Response(archive, headers=headers, media_type="application/zip")
    results = {stem: await asyncio.to_thread(describe, document, options) for stem, document in documents}
    return JSONResponse(head | {"results": results})


def _describe_status(request: Request, job: Job, error: str | None) -> dict[str, Any]:
    return {
        "task_id": job.id,
        "status": _STATES[job.state],
        "backend": "pipeline",
        "file_names": distinct_stems(document.name for document in job.documents),
        "created_at": write_time(job.created_at),
        "started_at": write_time(job.started_at),
        "completed_at": write_time(job.finished_at),
        "error": error,
        "status_url": str(request.url_for("get_task", task_id=job.id)),
        "result_url": str(request.url_for("get_task_result", task_id=job.id)),
    }
