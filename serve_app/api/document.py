"""`POST /v1/document`: a PDF or an image of several pages to text, tables and chart data."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from serve_app.api.document_formats import ANSWERS, DocumentFormat, Figures, open_archive, write_document
from serve_app.api.document_schemas import DocumentBody
from serve_app.api.errors import documented_errors
from serve_app.api.languages import check_language
from serve_app.api.receiving import receiving
from serve_app.api.tickets import DocumentTicket, find_service
from serve_app.api.upload import ENVELOPE, MEDIA_TYPES, UNTOLD, describe_upload, find_content_type, find_file
from serve_app.errors import UnsupportedMedia
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document import read_document
from serve_app.pipeline.document_options import DocumentOptions

router = APIRouter(prefix="/v1", tags=["reading"], responses=documented_errors())

DOCUMENT_BODY = describe_upload("application/pdf", *MEDIA_TYPES)


class DocumentQuery(BaseModel):
    """Parameters of `/v1/document`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    pages: str | None = None
    """The pages to read, as "1-5,8,-1": from 1, negative ones from the end. All by default."""
    password: str | None = None
    """Of an encrypted PDF."""
    ocr: Literal["auto", "always", "never"] = "auto"
    """`auto` reads a page's text layer where it has a sound one, and the image of the page otherwise."""
    language: str | None = None
    """OCR reads with the recognition model that is configured for it; `/v1/models` lists them."""
    charts: bool = True
    """Read the data of charts."""
    tables: bool = True
    """Read the cells of tables."""
    figures: Figures = "none"
    """`inline` sends the images of figures and charts along, as data URLs; `zip` puts them as files into a ZIP archive,
    beside the document in the chosen format."""
    format: DocumentFormat = "json"
    """`csv` and `xlsx` hold tables and chart data only; `zip` is an archive of the document as JSON and Markdown, its
    images, and its tables as CSV."""


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
    responses=ANSWERS,
)
async def read(
    request: Request, query: Annotated[DocumentQuery, Query()], ticket: DocumentTicket
) -> DocumentBody | Response:
    """Read a document: text in reading order, tables, and the data of charts, page by page.

    Reads PDF, TIFF with several pages, and every image that the other routes read. A page that cannot be read says so
    in its place.
    """
    check_language(request.app.state.config.ocr, query.language)
    data = await read_document_upload(request, ticket)
    with open_archive(query.format, query.figures) as archive:
        keep = archive.take_images if archive else None
        document = await read_document(find_service(request), ticket, data, read_options(query), keep)
        request.state.pages = document.pages_read
        return await write_document(request, document, query.format, archive)


def read_options(query: DocumentQuery) -> DocumentOptions:
    """What is asked of the document."""
    figures = query.figures != "none" or query.format == "zip"
    return DocumentOptions(
        query.pages, query.password, query.ocr, query.charts, query.tables, figures=figures, language=query.language
    )
