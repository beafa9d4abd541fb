"""What an upload may be, for clients that check before they send."""

from typing import get_args

from fastapi import APIRouter, Request
from pydantic import BaseModel

from serve_app.api.document import DocumentQuery
from serve_app.api.tickets import find_service
from serve_app.api.upload import MEDIA_TYPES
from serve_app.imaging.header import MIN_SIDE

router = APIRouter(tags=["health"])


class LongSideBody(BaseModel):
    """Pixels of the longer side to which a larger image is scaled down before it is read."""

    ocr: int
    chart: int


class DocumentLimitsBody(BaseModel):
    """What a document may be, how long reading it may take, and as what its content can be had.

    `jobs` says whether this service reads documents in the background, by `POST /v1/jobs`.
    """

    max_bytes: int
    max_pages: int
    deadline_s: float
    media_types: list[str]
    formats: list[str]
    jobs: bool


class LimitsBody(BaseModel):
    """The answer of `/v1/limits`: an upload beyond `max_…` is refused with 413, one under `min_side` with 400.

    `max_pixels` bounds width times height; `max_side` and `min_side` are pixels of the longer and the shorter side.
    `max_decode_mb` bounds the megabytes of memory that decoding one upload takes. `decode_mb` bounds those of all that
    an ingress replica decodes at a time: further ones wait.
    `long_side`: what a client may scale to without losing print that the models would see.
    `deadline_s`: seconds until a request is given up with 408.
    `documents`: the same for `/v1/document` and `/v1/jobs`.
    `languages`: those that a request may name as `language`, for which there are recognition models.
    `routes`: the routes under `/v1` to which something is posted, so that a client knows what this service can do.
    """

    max_bytes: int
    max_pixels: int
    max_side: int
    max_decode_mb: int
    decode_mb: int
    min_side: int
    media_types: list[str]
    long_side: LongSideBody
    deadline_s: float
    documents: DocumentLimitsBody
    languages: list[str]
    routes: list[str]


@router.get("/v1/limits")
async def limits(request: Request) -> LimitsBody:
    """What an upload may be, and which routes there are. The same for as long as the service runs."""
    config = find_service(request).config
    return LimitsBody(
        max_bytes=config.limits.max_bytes,
        max_pixels=config.limits.max_pixels,
        max_side=config.limits.max_side,
        max_decode_mb=config.limits.max_decode_mb,
        decode_mb=config.limits.decode_mb,
        min_side=MIN_SIDE,
        media_types=list(MEDIA_TYPES),
        long_side=LongSideBody(ocr=config.ocr.max_long_side, chart=config.chart.max_long_side),
        deadline_s=config.http.deadline_s,
        documents=DocumentLimitsBody(
            max_bytes=config.documents.max_bytes,
            max_pages=config.documents.max_pages,
            deadline_s=config.documents.deadline_s,
            media_types=["application/pdf", *MEDIA_TYPES],
            formats=list(get_args(DocumentQuery.model_fields["format"].annotation)),
            jobs=request.app.state.jobs is not None,
        ),
        languages=list(config.ocr.languages),
        routes=_find_posts(request),
    )


def _find_posts(request: Request) -> list[str]:
    return sorted(
        path
        for path, methods in request.app.openapi()["paths"].items()
        if "post" in methods and path.startswith("/v1/")
    )
