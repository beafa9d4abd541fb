"""A request for a document: its pages are the unit of work, of the deadline, and of what may fail."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from serve_app.config import DocumentsConfig
from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.document import Document, open_document
from serve_app.documents.limits import MIB, DocumentLimits
from serve_app.documents.page import UnreadablePage
from serve_app.documents.page_range import parse_pages
from serve_app.documents.running_heads import mark_running_heads
from serve_app.errors import AppError, Busy, DeadlineExceeded
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page import PageReader
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service
from serve_app.tracing import span

PageResult = PageReading | UnreadablePage
Keep = Callable[[PageReading], PageReading]
"""What is done with each page before it is kept, such as to put its images elsewhere; called in a thread."""


def admit_document(service: Service, deadline_s: float) -> Ticket:
    """Admit a request for a document, to be answered within so many seconds.

    Every page needs the layout model; whether it needs the others is known only once it is open. A document has few
    calls in flight at a time, so that it never takes more than a fair share of them.

    Raises:
        Busy: it could not be begun in time.
    """
    return service.admission.admit([LAYOUT], deadline_s, also=[OCR, CHART])


class DocumentTurns:
    """Bounds the documents that an ingress replica reads at once: each has a process, and pages, in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Hold a place while a document is read.

        Raises:
            Busy: all places are taken.
        """
        if self._open >= self._most:
            raise Busy(f"The service is reading {self._open} documents, the most that it reads at once. Try again", 5)
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


def find_limits(config: DocumentsConfig) -> DocumentLimits:
    """The limits of the process that opens a document."""
    return DocumentLimits(
        memory_bytes=config.memory_mib * MIB,
        page_cpu_s=config.page_cpu_s,
        page_wall_s=config.page_wall_s,
        max_pages=config.max_pages,
    )


async def read_document(
    service: Service, ticket: Ticket, data: bytes, options: DocumentOptions, keep: Keep | None = None
) -> DocumentReading:
    """Read the pages of a document that were asked for.

    A page that fails is told in its place, with the reason, and never loses the others. When the ticket's time is over,
    the pages that are left are told as not read.

    Raises:
        AppError: the document cannot be opened, or the parameters do not fit it.
        DeadlineExceeded: not one page was read in time.
    """
    async with open_document(data, find_limits(service.config.documents), options.password) as document:
        indices = parse_pages(options.pages, document.page_count)
        if len(indices) > 1:
            service = service.in_background()
        results = [
            await asyncio.to_thread(keep, page) if keep and isinstance(page, PageReading) else page
            async for page in read_pages(service, ticket, document, indices, options)
        ]
        pages = {page.number: page for page in mark_running_heads([p for p in results if isinstance(p, PageReading)])}
        if results and not pages and ticket.remaining_s <= 0:
            raise DeadlineExceeded(f"No page was read within {ticket.deadline_s:g} seconds. Ask for fewer pages")
        return DocumentReading(
            document.kind, document.page_count, tuple(pages.get(result.number, result) for result in results)
        )


async def read_pages(
    service: Service, ticket: Ticket, document: Document, indices: tuple[int, ...], options: DocumentOptions
) -> AsyncIterator[PageResult]:
    """Read pages, a few at a time, and give each as soon as it and those before it are read."""
    reader = PageReader(service, ticket, document, options)
    at_once = service.config.limits.calls_per_request
    running: list[asyncio.Task[PageResult]] = []
    following = iter(indices)
    try:
        while True:
            while len(running) < at_once and (index := next(following, None)) is not None:
                running.append(asyncio.create_task(_read_in_time(reader, ticket, index)))
            if not running:
                return
            yield await running.pop(0)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _read_in_time(reader: PageReader, ticket: Ticket, index: int) -> PageResult:
    try:
        async with asyncio.timeout(max(0.0, ticket.remaining_s)):
            with span(f"page {index + 1}"):
                return await reader.read(index)
    except TimeoutError:
        return UnreadablePage(index + 1, f"Not read within the {ticket.deadline_s:g} seconds of this request")
    except AppError as error:
        return UnreadablePage(index + 1, error.message)
