"""`POST /v1/document`: a PDF or an image of several pages to text, tables and chart data."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from serve_app.api.document_schemas import DocumentBody
from serve_app.api.errors import documented_errors
from serve_app.api.receiving import receiving
from serve_app.api.request_id import request_id
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.api.upload import ENVELOPE, UNTOLD, describe_upload, find_content_type, find_file
from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.html import to_document_html, to_text
from serve_app.documents.markdown import ImageLink, to_markdown
from serve_app.errors import UnsupportedMedia
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document import read_document
from serve_app.pipeline.document_options import DocumentOptions

router = APIRouter(prefix="/v1", tags=["reading"], responses=documented_errors())

DOCUMENT_BODY = describe_upload("application/pdf")


class DocumentQuery(BaseModel):
    """Parameters of `/v1/document`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    pages: str | None = None
    """The pages to read, as "1-5,8,-1": from 1, negative ones from the end. All by default."""
    password: str | None = None
    """Of an encrypted PDF."""
    ocr: Literal["auto", "always", "never"] = "auto"
    """`auto` reads a page's text layer where it has a sound one, and the image of the page otherwise."""
    charts: bool = True
    """Read the data of charts."""
    tables: bool = True
    """Read the cells of tables."""
    figures: Literal["none", "inline"] = "none"
    """`inline` sends the images of figures and charts along, as data URLs."""
    format: Literal["json", "markdown", "html", "text"] = "json"


async def read_document_upload(request: Request, ticket: Ticket) -> bytes:
    """The bytes of the uploaded document.

    Raises:
        BadRequest: a multipart body without a field `file`, or malformed.
        TooManyBytes: as soon as the limit is passed.
        UnsupportedMedia: a content type that can hold no document.
        UploadTimeout, Busy: as `receiving` raises them.
    """
    limit = request.app.state.config.documents.max_bytes
    content_type = find_content_type(request)
    if content_type == "multipart/form-data":
        async with receiving(request, ticket, limit + ENVELOPE) as arriving:
            body = await arriving.body()
        return await asyncio.to_thread(find_file, body, request.headers["content-type"], limit)
    if content_type in (*UNTOLD, "application/pdf") or content_type.startswith("image/"):
        async with receiving(request, ticket, limit) as arriving:
            return await arriving.body()
    raise UnsupportedMedia(
        f"The content type {content_type[:80]} cannot hold a document. Send it as multipart field `file`, or as the "
        "raw body with application/pdf or an image type"
    )


@router.post(
    "/document",
    openapi_extra=DOCUMENT_BODY,
    response_model=DocumentBody,
    response_model_exclude_none=True,
    responses={200: {"content": {"text/markdown": {}, "text/html": {}, "text/plain": {}}}},
)
async def read(
    request: Request, query: Annotated[DocumentQuery, Query()], ticket: DocumentTicket
) -> DocumentBody | Response:
    """Read a document: text in reading order, tables, and the data of charts, page by page.

    Reads PDF, TIFF with several pages, and every image that the other routes read. A page that cannot be read says so
    in its place.
    """
    data = await read_document_upload(request, ticket)
    document = await read_document(find_service(request), ticket, data, read_options(query))
    request.state.pages = document.pages_read
    return await write_document(request, document, query.format, link_inline)


def read_options(query: DocumentQuery) -> DocumentOptions:
    """What is asked of the document."""
    return DocumentOptions(
        query.pages, query.password, query.ocr, query.charts, query.tables, figures=query.figures == "inline"
    )


async def write_document(
    request: Request, document: DocumentReading, chosen: str, link: ImageLink
) -> DocumentBody | Response:
    """The answer with a document in the format that was chosen."""
    if chosen == "json":
        body = await asyncio.to_thread(DocumentBody.of, document)
        body.request_id = request_id(request)
        return body
    write, media_type = _WRITERS[chosen]
    headers = {"X-Pages-Total": str(document.pages_total), "X-Pages-Read": str(document.pages_read)}
    return Response(await asyncio.to_thread(write, document, link), media_type=media_type, headers=headers)


def link_inline(page: PageReading, index: int) -> str | None:
    """The image of a block as a data URL."""
    image = page.blocks[index].image
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}" if image else None


_WRITERS: dict[str, tuple[Callable[[DocumentReading, ImageLink], str], str]] = {
    "markdown": (to_markdown, "text/markdown"),
    "html": (to_document_html, "text/html"),
    "text": (lambda document, _: to_text(document), "text/plain"),
}
