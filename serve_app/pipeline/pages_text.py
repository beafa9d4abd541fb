"""A request for the text of a document's pages as PaddleX's contract has it: each page is one image for the OCR."""

import asyncio
from dataclasses import dataclass

from serve_app.documents.document import open_document
from serve_app.documents.page import PageImage, UnreadablePage
from serve_app.domain import OcrOptions, Page
from serve_app.errors import UnreadableDocument
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from serve_app.pipeline.document import find_limits
from serve_app.pipeline.service import OCR, Service


@dataclass(frozen=True, slots=True)
class PageText:
    """What OCR read on a page, and the image that it read; places are in its pixels."""

    page: Page
    image: PageImage


async def read_pages_text(service: Service, ticket: Ticket, data: bytes, options: OcrOptions) -> list[PageText]:
    """Render every page and read its text by OCR, few pages at a time.

    Raises:
        AppError: the document cannot be opened; a page cannot be rendered, since this answer has no place to say so;
            or what the model raises.
    """
    turns = asyncio.Semaphore(service.config.limits.calls_per_request)
    async with within(ticket), open_document(data, find_limits(service.config.documents)) as document:

        async def read(index: int) -> PageText:
            async with turns:
                found = await document.read_page(index, dpi=service.config.documents.dpi, image_format="png")
                if isinstance(found, UnreadablePage) or found.image is None:
                    reason = found.reason if isinstance(found, UnreadablePage) else "no image came of it"
                    raise UnreadableDocument(f"Page {index + 1} cannot be read: {reason}")
                with ticket.call(OCR):
                    return PageText(await service.ocr.read(found.image.data, options), found.image)

        async with asyncio.TaskGroup() as tasks:
            reads = [tasks.create_task(read(index)) for index in range(document.page_count)]
        return [read.result() for read in reads]
