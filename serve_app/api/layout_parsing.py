"""PaddleX's `POST /layout-parsing`, the shape of PP-StructureV3 and PaddleOCR-VL.

Source: PaddleX 3.7.2, `paddlex/inference/serving/schemas/pp_structurev3.py` and `paddleocr_vl.py`. Fields that tune a
model of theirs are accepted and have no meaning here.
"""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from serve_app.api.json_file import json_bytes, load_file
from serve_app.api.paddlex_contract import ERRORS, parse_body
from serve_app.api.receiving import receiving
from serve_app.api.request_id import log_id
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.documents.blocks import PageReading
from serve_app.documents.layout_parsing import prune_page, write_page
from serve_app.documents.page import UnreadablePage
from serve_app.errors import UnreadableDocument
from serve_app.pipeline.document import read_document
from serve_app.pipeline.document_options import DocumentOptions

# PaddleX's names are part of the contract.
# ruff: noqa: N815


class ParseFields(BaseModel):
    """What PaddleX lets a request ask of a document."""

    model_config = ConfigDict(extra="ignore")

    useDocOrientationClassify: bool | None = None
    useChartRecognition: bool | None = None
    useTableRecognition: bool | None = None
    returnMarkdownImages: bool | None = None

    def as_document_options(self, pages: str | None = None) -> DocumentOptions:
        """What is asked of the document."""
        return DocumentOptions(
            pages,
            charts=self.useChartRecognition is not False,
            tables=self.useTableRecognition is not False,
            figures=self.returnMarkdownImages is not False,
            classified=bool(self.useDocOrientationClassify),
            upright=self.useDocOrientationClassify is not False,
        )


class ParseRequest(ParseFields):
    """PaddleX's request. `file` is a document or an image in base64, or a URL where the config allows it."""

    file: str
    fileType: Literal[0, 1] | None = None
    logId: str | None = None


class Markdown(BaseModel):
    """A page's Markdown, and its images in base64 by the path that the Markdown names."""

    text: str
    images: dict[str, str]
    isStart: bool = True
    isEnd: bool = True


class PageResult(BaseModel):
    """One page."""

    prunedResult: dict[str, Any]
    markdown: Markdown
    outputImages: dict[str, str] = Field(default={}, description="Always empty: nothing is drawn.")
    inputImage: str | None = None


class ParseResult(BaseModel):
    """The pages that were read. `dataInfo.numPages` counts those of the document."""

    layoutParsingResults: list[PageResult]
    dataInfo: dict[str, Any]


class ParseResponse(BaseModel):
    """PaddleX's answer."""

    logId: str
    result: ParseResult
    errorCode: Literal[0] = 0
    errorMsg: Literal["Success"] = "Success"


router = APIRouter(tags=["PaddleX"])


@router.post(
    "/layout-parsing",
    responses=ERRORS,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": ParseRequest.model_json_schema()}}}
    },
)
async def parse_layout(request: Request, ticket: DocumentTicket) -> ParseResponse:
    """Read a document by PaddleX's contract: each page's blocks, and its Markdown.

    A page that cannot be read makes the whole request fail, since this contract has no place to say so.
    """
    limit = request.app.state.config.documents.max_bytes
    async with receiving(request, ticket, json_bytes(limit)) as arriving:
        body = await arriving.body()
    asked = await asyncio.to_thread(parse_body, request, body, ParseRequest)
    data = await load_file(asked.file, request.app.state.config, limit)
    options = asked.as_document_options()
    document = await read_document(find_service(request), ticket, data, options)
    for page in document.pages:
        if isinstance(page, UnreadablePage):
            raise UnreadableDocument(f"Page {page.number} cannot be read: {page.reason}")
    pages = [page for page in document.pages if isinstance(page, PageReading)]
    sizes = [{"width": page.size.width, "height": page.size.height} for page in pages]
    info = (
        {"numPages": document.pages_total, "pages": sizes, "type": "pdf"}
        if document.kind == "PDF"
        else (
            {**sizes[0], "type": "image"}
            if len(sizes) == 1
            else {"numPages": len(sizes), "pages": sizes, "type": "tiff"}
        )
    )
    results = await asyncio.to_thread(lambda: [_describe(page, options) for page in pages])
    return ParseResponse(logId=log_id(request), result=ParseResult(layoutParsingResults=results, dataInfo=info))


def _describe(page: PageReading, options: DocumentOptions) -> PageResult:
    text, images = write_page(page)
    pruned = prune_page(page, classified=options.classified)
    return PageResult(prunedResult=pruned, markdown=Markdown(text=text, images=images))
