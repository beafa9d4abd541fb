"""Results of PaddleOCR's jobs: JSON lines and pictures at signed addresses, for which its clients send no key."""

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from serve_app.api.dialects.paddleocr_results import parse_picture, write_lines
from serve_app.api.dialects.signed_addresses import GOOD_FOR_S, is_good, sign
from serve_app.api.dialects.tasks import forget_if_read_once, is_of
from serve_app.api.jobs import find_jobs
from serve_app.api.jobs_service import JobsService
from serve_app.documents.storage import load_page
from serve_app.errors import Forbidden, JobGone, JobNotFound
from serve_app.jobs.job import Job, JobState, PageState
from serve_app.jobs.store import iterate_pages
from serve_app.pipeline.job_pages import load_answer, load_result

router = APIRouter()

DIALECT = "paddleocr"
RESULT = "result.jsonl"

LINES_MODELS = frozenset({"PP-OCRv5", "PP-OCRv5-latin", "PP-OCRv6"})


@router.get("/results/{job_id}/result.jsonl")
async def get_ocr_result(
    request: Request, job_id: str, expires: int, signature: Annotated[str, Query(max_length=64)]
) -> Response:
    """The result as JSON lines, one a page. The address is signed: it needs no key, and is good for an hour."""
    jobs, job = await _find_signed(request, job_id, RESULT, expires, signature)
    if job.state not in (JobState.DONE, JobState.PARTIAL):
        raise JobNotFound("The job has no result")
    document = await load_result(jobs.store, jobs.blobs, job)

    def address(name: str) -> str:
        return make_address(request, job, name)

    lines_only = load_answer(job)["model"] in LINES_MODELS
    lines = write_lines(document, lines_only=lines_only, address=None if job.read_once else address)
    content = await asyncio.to_thread(lambda: "".join(f"{line}\n" for line in lines))
    await forget_if_read_once(jobs, job)
    return Response(content, media_type="application/x-ndjson; charset=utf-8")


@router.get("/results/{job_id}/{name}", response_class=Response)
async def get_ocr_picture(
    request: Request, job_id: str, name: str, expires: int, signature: Annotated[str, Query(max_length=64)]
) -> Response:
    """A picture of the result, by its signed address."""
    jobs, job = await _find_signed(request, job_id, name, expires, signature)
    number, index = parse_picture(name) or (0, 0)
    async for page in iterate_pages(jobs.store, job.id):
        if page.source.page == number - 1 and page.state is PageState.DONE and page.result:
            content = await jobs.blobs.get(job.id, page.result)
            blocks = (await asyncio.to_thread(load_page, content)).blocks
            image = blocks[index].image if 0 <= index < len(blocks) else None
            if image is not None:
                return Response(image.data, media_type=image.media_type)
    raise JobNotFound("The job has no such picture")


def make_address(request: Request, job: Job, name: str) -> str:
    """The address of a file of the result, which needs no key and is good for an hour."""
    expires = int(time.time()) + GOOD_FOR_S
    signature = sign(str(load_answer(job)["secret"]), job.id, name, expires)
    url = request.url_for("get_ocr_picture", job_id=job.id, name=name)
    return str(url.include_query_params(expires=expires, signature=signature))


async def _find_signed(
    request: Request, job_id: str, name: str, expires: int, signature: str
) -> tuple[JobsService, Job]:
    """A job by the address of one of its files.

    Raises:
        Forbidden: the address is of no such job, not signed for this file, or has expired.
    """
    jobs = find_jobs(request)
    try:
        job = await jobs.store.get(job_id)
        secret = str(load_answer(job).get("secret", "")) if is_of(job, DIALECT) else ""
    except (JobNotFound, JobGone):
        secret = ""
    if not secret or not is_good(secret, job_id, name, expires, signature):
        raise Forbidden("The address is invalid or has expired. Ask for the job again to get a new one")
    return jobs, job
