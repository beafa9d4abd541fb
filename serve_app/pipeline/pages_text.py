"""A request for the text of a document's pages as PaddleX's contract has it: each page is one image for the OCR."""

import asyncio

from serve_app.documents.document import open_document
from serve_app.documents.page import UnreadablePage
from serve_app.domain import OcrOptions
from serve_app.errors import UnreadableDocument
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from serve_app.pipeline.document import find_limits
from serve_app.pipeline.page_text import PageText, read_page_text
from serve_app.pipeline.service import Service


async def read_pages_text(
    service: Service, ticket: Ticket, data: bytes, options: OcrOptions, *, classified: bool = False
) -> list[PageText]:
    """Render every page and read its text by OCR, few pages at a time.

    Args:
        service: the models.
        ticket: the admission of this request.
        data: the document.
        options: of the OCR.
        classified: turn each page as the orientation model says before it is read.

    Raises:
        AppError: the document cannot be opened; a page cannot be rendered, since this answer has no place to say so;
            or what the models raise.
    """
    turns = asyncio.Semaphore(service.config.limits.calls_per_request)
    async with within(ticket), open_document(data, find_limits(service.config.documents)) as document:
        reading = service.in_background() if document.page_count > 1 else service

        async def read(index: int) -> PageText:
            async with turns:
                found = await document.read_page(index, dpi=service.config.documents.dpi, image_format="png")
                if isinstance(found, UnreadablePage) or found.image is None:
                    reason = found.reason if isinstance(found, UnreadablePage) else "it could not be rendered"
                    raise UnreadableDocument(f"Page {index + 1} cannot be read: {reason}")
                return await read_page_text(reading, ticket, found.image, options, classified=classified)

        async with asyncio.TaskGroup() as tasks:
            reads = [tasks.create_task(read(index)) for index in range(document.page_count)]
        return [read.result() for read in reads]
