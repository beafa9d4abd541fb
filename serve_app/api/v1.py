"""The product's own routes: text, chart, and both."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from serve_app.api.errors import documented_errors
from serve_app.api.request_id import request_id
from serve_app.api.schemas import AnalysisBody, ChartBody, OcrBody
from serve_app.api.tickets import AnalysisTicket, ChartTicket, TextTicket
from serve_app.api.upload import UPLOAD_BODY, Upload
from serve_app.domain import OcrOptions
from serve_app.pipeline.pipeline import Pipeline
from serve_app.tables import export

router = APIRouter(prefix="/v1", tags=["reading"], responses=documented_errors())


class OcrQuery(BaseModel):
    """Parameters of `/v1/ocr`."""

    model_config = ConfigDict(extra="forbid")

    words: bool = False
    """Also return the words of each line, with their outlines."""
    zoom: bool = False
    """Read in overlapping tiles, enlarged, for small print on large pages; several times slower."""
    binarise: bool = False
    """Turn the image black and white first, for scans on stained or shaded paper."""


class ChartQuery(BaseModel):
    """Parameters of `/v1/chart`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "markdown", "csv", "html"] = "json"


class NoQuery(BaseModel):
    """A route without parameters."""

    model_config = ConfigDict(extra="forbid")


_EXPORTS = {
    "markdown": (export.to_markdown, "text/markdown"),
    "csv": (export.to_csv, "text/csv"),
    "html": (export.to_html, "text/html"),
}


@router.post("/ocr", openapi_extra=UPLOAD_BODY, response_model_exclude_none=True)
async def read_text(
    request: Request, query: Annotated[OcrQuery, Query()], ticket: TextTicket, image: Upload
) -> OcrBody:
    """Read the text of an image: its lines in reading order, with score and outline."""
    options = OcrOptions(return_word_box=True if query.words else None)
    page = await _pipeline(request).read_text(ticket, image, options, zoom=query.zoom, binarise=query.binarise)
    body = OcrBody.of(page)
    body.request_id = request_id(request)
    return body


@router.post(
    "/chart",
    openapi_extra=UPLOAD_BODY,
    response_model=ChartBody,
    responses={200: {"content": {media_type: {} for _, media_type in _EXPORTS.values()}}},
)
async def read_chart(
    request: Request, query: Annotated[ChartQuery, Query()], ticket: ChartTicket, image: Upload
) -> ChartBody | Response:
    """Read a chart's data table."""
    reading = await _pipeline(request).read_chart(ticket, image)
    if query.format in _EXPORTS:
        write, media_type = _EXPORTS[query.format]
        return Response(write(reading.table), media_type=media_type)
    body = ChartBody.of(reading)
    body.request_id = request_id(request)
    return body


@router.post("/analyze", openapi_extra=UPLOAD_BODY)
async def analyze(
    request: Request, _: Annotated[NoQuery, Query()], ticket: AnalysisTicket, image: Upload
) -> AnalysisBody:
    """Read a chart with both models; each cell carries the OCR line that confirms it, or none."""
    body = AnalysisBody.of(await _pipeline(request).analyze(ticket, image))
    body.request_id = request_id(request)
    return body


def _pipeline(request: Request) -> Pipeline:
    pipeline: Pipeline = request.app.state.pipeline
    return pipeline
