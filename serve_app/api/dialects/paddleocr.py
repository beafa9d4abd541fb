"""PaddleOCR's jobs, `/api/v2/ocr/jobs`: what `paddleocr.PaddleOCRClient` and `paddleocr api` speak.

Source: paddleocr 3.7.0, `paddleocr/_api_client`. The names of models choose what is read, lines of text or documents,
and not which models read it. `visualize` draws nothing here; the other fields of `optionalPayload` are taken as `/ocr`
and `/layout-parsing` take them.
"""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from serve_app.api.deadline import Deadline
from serve_app.api.dialects.files_form import File, read_files_form
from serve_app.api.dialects.paddleocr_files import DIALECT, LINES_MODELS, RESULT, make_address
from serve_app.api.dialects.paddleocr_files import router as files_router
from serve_app.api.dialects.signed_addresses import make_secret
from serve_app.api.dialects.tasks import (
    explain_failure,
    find_task,
    is_of,
    take_in,
    write_time,
)
from serve_app.api.fetch import fetch_file
from serve_app.api.fields import parse_fields
from serve_app.api.jobs import find_jobs, find_owner
from serve_app.api.jobs_service import JobsService
from serve_app.api.json_file import FIELDS, parse_json
from serve_app.api.layout_parsing import ParseFields
from serve_app.api.paddlex import OcrFields
from serve_app.api.receiving import receiving
from serve_app.api.tickets import find_service
from serve_app.api.upload import find_content_type
from serve_app.config import OcrConfig
from serve_app.errors import InvalidParameter, JobNotFound
from serve_app.jobs.job import Job, JobState
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.job_pages import load_answer

router = APIRouter(prefix="/api/v2/ocr", tags=["PaddleOCR"])
router.include_router(files_router)

_MOST_IN_BATCH = 1000
"""Of the owner's newest jobs, how many are looked through for those of a batch."""

_STATES = {
    JobState.QUEUED: "pending",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.PARTIAL: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "failed",
}

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class JobRequest(BaseModel):
    """The fields of a job, beside its file."""

    model_config = ConfigDict(extra="ignore", use_attribute_docstrings=True)

    model: Literal[
        "PP-OCRv5",
        "PP-OCRv5-latin",
        "PP-OCRv6",
        "PP-StructureV3",
        "PaddleOCR-VL",
        "PaddleOCR-VL-1.5",
        "PaddleOCR-VL-1.6",
    ]
    """PP-OCR reads lines of text, the others whole documents."""
    optionalPayload: dict[str, Any] = {}
    """The fields of `/ocr` or of `/layout-parsing`."""
    pageRanges: str | None = None
    """For example 2,4-6."""
    batchId: Annotated[str, Field(max_length=200)] | None = None
    fileUrl: str | None = None

    def as_document_options(self, config: OcrConfig) -> DocumentOptions:
        """What is asked of the document.

        Raises:
            InvalidParameter: the payload has a field of a wrong type or value.
        """
        if self.model in LINES_MODELS:
            fields = parse_fields(OcrFields, self.optionalPayload)
            classified = bool(fields.useDocOrientationClassify)
            return DocumentOptions(self.pageRanges, lines=fields.as_ocr_options(config), classified=classified)
        return parse_fields(ParseFields, self.optionalPayload).as_document_options(self.pageRanges)


@router.post(
    "/jobs",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file", "model"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            **JobRequest.model_json_schema()["properties"],
                        },
                    }
                },
                "application/json": {"schema": JobRequest.model_json_schema()},
            },
        }
    },
)
async def submit_ocr_job(request: Request, deadline_s: Deadline) -> dict[str, Any]:
    """Take a document in by PaddleOCR's contract: as a file in a form or, where the config allows it, by URL."""
    jobs = find_jobs(request)
    await jobs.check_room()
    with find_service(request).admission.admit([], deadline_s) as ticket:
        asked, file = await _read_request(request, ticket)
    options = asked.as_document_options(request.app.state.config.ocr)
    if file is None:
        file = await _fetch(request, asked)
    answer = {"model": asked.model, "batch_id": asked.batchId, "secret": make_secret()}
    job = await take_in(request, jobs, DIALECT, [file], options, answer)
    return _wrap({"jobId": job.id})


@router.get("/jobs/batch/{batch_id}")
async def get_ocr_batch(request: Request, batch_id: str) -> dict[str, Any]:
    """The jobs of one `batchId`, among your newest 1,000."""
    jobs = find_jobs(request)
    newest = await jobs.store.jobs(find_owner(request), _MOST_IN_BATCH)
    found = [job for job in newest if is_of(job, DIALECT) and load_answer(job).get("batch_id") == batch_id]
    if not found:
        raise JobNotFound(f"None of your newest {_MOST_IN_BATCH:,} jobs belongs to this batch")
    described = [await _describe_job(request, jobs, job) for job in found]
    return _wrap({"batchId": batch_id, "extractResult": described})


@router.get("/jobs/{job_id}")
async def get_ocr_job(request: Request, job_id: str) -> dict[str, Any]:
    """How far a job is, and where its result is. `errorMsg` of a job that is done says which pages are missing."""
    jobs, job = await find_task(request, DIALECT, job_id)
    return _wrap(await _describe_job(request, jobs, job))


async def _read_request(request: Request, ticket: Ticket) -> tuple[JobRequest, File | None]:
    if find_content_type(request) == "application/json":
        async with receiving(request, ticket, FIELDS) as arriving:
            body = await arriving.body()
        return parse_fields(JobRequest, parse_json(body)), None
    form = await read_files_form(request, ticket, "file", max_files=1)
    fields: dict[str, Any] = {name: values[-1] for name, values in form.fields.items()}
    try:
        fields["optionalPayload"] = from_json(fields.get("optionalPayload") or "{}")
    except ValueError as error:
        raise InvalidParameter(f"optionalPayload: the JSON is invalid: {str(error)[:200]}") from error
    return parse_fields(JobRequest, fields), form.files[0]


async def _fetch(request: Request, asked: JobRequest) -> File:
    config = request.app.state.config
    url = asked.fileUrl or ""
    if not url.startswith(("http://", "https://")):
        raise InvalidParameter("fileUrl: send an http:// or https:// address, or a form with the document as `file`")
    name = urlsplit(url).path.rpartition("/")[2][-200:]
    return File(name or "document", await fetch_file(url, config.http, config.documents.max_bytes))


async def _describe_job(request: Request, jobs: JobsService, job: Job) -> dict[str, Any]:
    state = _STATES[job.state]
    return {
        "jobId": job.id,
        "state": state,
        "extractProgress": {
            "totalPages": job.pages_total or 0,
            "extractedPages": job.pages_done,
            "startTime": write_time(job.started_at),
            "endTime": write_time(job.finished_at),
        },
        "errorMsg": await explain_failure(jobs, job),
        "resultUrl": {"jsonUrl": make_address(request, job, RESULT)} if state == "done" else None,
    }


def _wrap(data: dict[str, Any]) -> dict[str, Any]:
    return {"code": 0, "msg": "Success", "data": data}
