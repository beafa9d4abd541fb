"""`/v1/jobs/{id}/pages/{n}/image`: the picture of a page, to be looked at beside what was read in it."""

import asyncio

from fastapi import APIRouter, Request, Response

from serve_app.api.errors import documented_errors
from serve_app.api.jobs import find_jobs, find_visible_owner
from serve_app.api.tickets import find_service
from serve_app.documents.storage import load_page
from serve_app.errors import JobNotFound
from serve_app.pipeline.job_pages import load_options
from serve_app.pipeline.page_picture import draw_picture

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=documented_errors())

PICTURES_AT_ONCE = 2
"""Documents that one ingress replica opens at once for their pictures; each takes a process."""


@router.get(
    "/{job_id}/pages/{number}/image",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}}}},
)
async def get_page_image(request: Request, job_id: str, number: int) -> Response:
    """The picture of a page that was read, upright as it was read, in the pixels in which its places are told."""
    jobs = find_jobs(request)
    job = await jobs.store.get(job_id, find_visible_owner(request))
    page = next(iter(await jobs.store.pages(job_id, number, 1)), None)
    if page is None or page.number != number or page.result is None:
        raise JobNotFound(f"Page {number} has not been read, or the job has no such page")
    async with request.app.state.picture_turns.take():
        content = await jobs.blobs.get(job_id, page.result)
        reading = await asyncio.to_thread(load_page, content)
        data = await jobs.blobs.get(job_id, job.documents[page.source.document].digest)
        picture = await draw_picture(find_service(request), data, load_options(job.options), reading)
    return Response(picture.data, media_type=picture.media_type, headers={"Cache-Control": "no-store"})
