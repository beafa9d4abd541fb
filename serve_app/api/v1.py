"""The product's own routes: text, chart, and both."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from serve_app.api.analysis_schemas import AnalysisBody
from serve_app.api.errors import documented_errors
from serve_app.api.formats import FORMATS, Format
from serve_app.api.languages import check_language
from serve_app.api.request_id import request_id
from serve_app.api.schemas import ChartBody, OcrBody
from serve_app.api.tickets import AnalysisTicket, ChartTicket, TextTicket, find_service
from serve_app.api.upload import MEDIA_TYPES, describe_upload, read_image
from serve_app.domain import OcrOptions
from serve_app.pipeline.analysis import analyze as read_both
from serve_app.pipeline.chart import read_chart as read_table
from serve_app.pipeline.text import read_text as read_lines
from serve_app.pipeline.upload import Upload

router = APIRouter(prefix="/v1", tags=["reading"], responses=documented_errors())

Orientation = Literal["auto", "as_sent"]

IMAGE_BODY = describe_upload(*MEDIA_TYPES)


class OcrQuery(BaseModel):
    """Parameters of `/v1/ocr`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    words: bool = False
    """Also return the words of each line, with their outlines."""
    zoom: bool = False
    """Read in overlapping tiles, enlarged, for small print on large pages; several times slower."""
    orientation: Orientation = "auto"
    """`auto` reads a page that lies on its side or upside down turned upright; upright pages are never turned."""
    language: str | None = None
    """Read with the recognition model that is configured for it; `/v1/models` lists them."""
    binarise: bool = False
    """Turn the image black and white first, for scans on stained or shaded paper."""


class AnalysisQuery(BaseModel):
    """Parameters of `/v1/analyze`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    orientation: Orientation = "auto"
    """`auto` reads a chart that lies on its side or upside down turned upright; upright charts are never turned."""
    language: str | None = None
    """Read the text with the recognition model that is configured for it; `/v1/models` lists them."""


class ChartQuery(AnalysisQuery):
    """Parameters of `/v1/chart`."""

    format: Format = "json"


@router.post("/ocr", openapi_extra=IMAGE_BODY, response_model_exclude_none=True)
async def read_text(request: Request, query: Annotated[OcrQuery, Query()], ticket: TextTicket) -> OcrBody:
    """Read the text of an image: its lines in reading order, with score and outline."""
    service = find_service(request)
    check_language(service.config.ocr, query.language)
    options = OcrOptions(return_word_box=True if query.words else None, language=query.language)
    upload = await Upload.open(service, await read_image(request, ticket), ticket)
    upright = query.orientation == "auto"
    page = await read_lines(service, ticket, upload, options, zoom=query.zoom, binarise=query.binarise, upright=upright)
    body = OcrBody.of(page)
    body.request_id, body.pagesTotal = request_id(request), upload.pages
    return body


@router.post(
    "/chart",
    openapi_extra=IMAGE_BODY,
    response_model=ChartBody,
    responses={200: {"content": {file_format.media_type: {} for file_format in FORMATS.values()}}},
)
async def read_chart(
    request: Request, query: Annotated[ChartQuery, Query()], ticket: ChartTicket
) -> ChartBody | Response:
    """Read a chart's data table."""
    service = find_service(request)
    check_language(service.config.ocr, query.language)
    upload = await Upload.open(service, await read_image(request, ticket), ticket)
    reading = await read_table(service, ticket, upload, upright=query.orientation == "auto", language=query.language)
    if query.format in FORMATS:
        return await FORMATS[query.format].respond(reading.table)
    body = ChartBody.of(reading)
    body.request_id, body.pagesTotal = request_id(request), upload.pages
    return body


@router.post("/analyze", openapi_extra=IMAGE_BODY)
async def analyze(request: Request, query: Annotated[AnalysisQuery, Query()], ticket: AnalysisTicket) -> AnalysisBody:
    """Read a chart with both models; each cell carries the OCR line that confirms it, or none."""
    service = find_service(request)
    check_language(service.config.ocr, query.language)
    upload = await Upload.open(service, await read_image(request, ticket), ticket)
    upright = query.orientation == "auto"
    body = AnalysisBody.of(await read_both(service, ticket, upload, upright=upright, language=query.language))
    body.request_id, body.pagesTotal = request_id(request), upload.pages
    return body
