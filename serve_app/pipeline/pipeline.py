"""A request, from its admission to what was read in the upload. Knows images and models, neither HTTP nor Ray."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from serve_app.config import AppConfig
from serve_app.domain import ChartReading, OcrOptions, Page, TextLine
from serve_app.errors import DeadlineExceeded
from serve_app.imaging.coordinates import rescale_lines, rescale_page, rescale_table
from serve_app.imaging.header import Header, check_header
from serve_app.imaging.overlay import draw_outlines
from serve_app.imaging.prepare import Prepared, prepare, prepare_tiles
from serve_app.imaging.tile import merge
from serve_app.pipeline.admission import Admission, Capacity, Ticket
from serve_app.tables.evidence import TableEvidence, find_evidence

OCR, CHART = "ocr", "chart"
"""The models, as admission knows them."""


class OcrClient(Protocol):
    """The Ocr deployment, as the pipeline sees it. Raises only errors of `serve_app.errors`."""

    async def read(self, image: bytes, options: OcrOptions) -> Page:
        """Read an encoded image; polygons are in its pixels."""
        ...


class ChartClient(Protocol):
    """The Chart deployment, as the pipeline sees it. Raises only errors of `serve_app.errors`."""

    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Analysis:
    """A chart, the page it was read from, and what on the page confirms each of its cells."""

    page: Page
    reading: ChartReading
    evidence: TableEvidence


class Pipeline:
    """The three things that a client can ask for. One instance serves all requests of an ingress replica.

    A request is admitted first, before its body is taken in. What then reads for it raises DeadlineExceeded when the
    ticket's time is over, and cancels what runs for it.
    """

    def __init__(
        self, config: AppConfig, ocr: OcrClient, chart: ChartClient, admission: Admission, *, chart_wants_words: bool
    ) -> None:
        self._config = config
        self._ocr = ocr
        self._chart = chart
        self._admission = admission
        self._chart_wants_words = chart_wants_words

    def admit_text(self, deadline_s: float) -> Ticket:
        """Let a request for text in, to be answered within so many seconds.

        Raises:
            Busy: it could not be served in time.
        """
        return self._admission.admit([OCR], deadline_s)

    def admit_chart(self, deadline_s: float) -> Ticket:
        """Let a request for a chart in: for both models at once where the chart model needs the OCR's words.

        Raises:
            Busy: it could not be served in time.
        """
        return self._admission.admit([OCR, CHART] if self._chart_wants_words else [CHART], deadline_s)

    def admit_analysis(self, deadline_s: float) -> Ticket:
        """Let a request for both models in.

        Raises:
            Busy: it could not be served in time.
        """
        return self._admission.admit([OCR, CHART], deadline_s)

    def tell_capacity(self) -> dict[str, Capacity]:
        """How busy each model is."""
        return self._admission.tell()

    async def read_text(
        self, ticket: Ticket, data: bytes, options: OcrOptions, *, zoom: bool = False, binarise: bool = False
    ) -> Page:
        """Read the text of an uploaded image.

        With `zoom`, it is read in overlapping tiles at up to twice its size, for small print.
        Polygons are in pixels of the upload, after its EXIF orientation.
        """
        header = self._check(data)
        async with _deadline(ticket):
            if zoom:
                return await self._read_tiles(ticket, data, header, options)
            prepared = await self._prepare(
                data, header, self._config.ocr.max_long_side, binarise or self._config.ocr.binarise
            )
            return rescale_page(await self._call_ocr(ticket, prepared.data, options), prepared.original)

    async def read_chart(self, ticket: Ticket, data: bytes) -> ChartReading:
        """Read an uploaded chart; places are in pixels of the upload, after its EXIF orientation."""
        header = self._check(data)
        async with _deadline(ticket):
            page = await self._read_words(ticket, data, header) if self._chart_wants_words else None
            return await self._read_chart_with(ticket, data, header, page)

    async def analyze(self, ticket: Ticket, data: bytes) -> Analysis:
        """Read an uploaded chart with both models, and find for each cell the text that confirms it.

        The models run side by side, unless the chart model needs the OCR's words first.
        """
        header = self._check(data)
        async with _deadline(ticket):
            if self._chart_wants_words:
                page = await self._read_words(ticket, data, header)
                reading = await self._read_chart_with(ticket, data, header, page)
            else:
                async with asyncio.TaskGroup() as tasks:
                    words = tasks.create_task(self._read_words(ticket, data, header))
                    chart = tasks.create_task(self._read_chart_with(ticket, data, header, None))
                page, reading = words.result(), chart.result()
            return Analysis(page, reading, await asyncio.to_thread(find_evidence, reading.table, page.lines))

    async def draw(self, data: bytes, page: Page) -> tuple[bytes, bytes]:
        """Two JPEGs of an uploaded image: with the outlines of the lines that were read in it, and without."""
        return await asyncio.to_thread(draw_outlines, data, self._check(data), [line.polygon for line in page.lines])

    def _check(self, data: bytes) -> Header:
        limits = self._config.limits
        return check_header(data, max_bytes=limits.max_bytes, max_pixels=limits.max_pixels, max_side=limits.max_side)

    async def _prepare(self, data: bytes, header: Header, long_side: int, binarise: bool) -> Prepared:
        # In a thread: decoding takes tens of milliseconds, and other requests share this event loop.
        return await asyncio.to_thread(
            prepare,
            data,
            header,
            long_side=long_side,
            binarise=binarise,
            transport=self._config.transport,
            quality=self._config.jpeg_quality,
        )

    async def _call_ocr(self, ticket: Ticket, image: bytes, options: OcrOptions) -> Page:
        with ticket.call(OCR):
            return await self._ocr.read(image, options)

    async def _read_words(self, ticket: Ticket, data: bytes, header: Header) -> Page:
        """The page with word boxes and upright axis titles, as chart models and evidence need it."""
        prepared = await self._prepare(data, header, self._config.ocr.max_long_side, self._config.ocr.binarise)
        options = OcrOptions(return_word_box=True, chart=True)
        return rescale_page(await self._call_ocr(ticket, prepared.data, options), prepared.original)

    async def _read_chart_with(self, ticket: Ticket, data: bytes, header: Header, page: Page | None) -> ChartReading:
        chart = self._config.chart
        prepared = await self._prepare(data, header, chart.max_long_side, chart.binarise)
        lines = rescale_lines(page.lines, page.size, prepared.size) if page else ()
        with ticket.call(CHART):
            reading = await self._chart.read(prepared.data, lines)
        return replace(reading, table=rescale_table(reading.table, prepared.size, prepared.original))

    async def _read_tiles(self, ticket: Ticket, data: bytes, header: Header, options: OcrOptions) -> Page:
        tiles = await asyncio.to_thread(
            prepare_tiles,
            data,
            header,
            tile_side=self._config.ocr.tile_side,
            transport=self._config.transport,
            quality=self._config.jpeg_quality,
        )
        # Few at a time, so that the tiles of a large page do not all stand before the small requests of others.
        turns = asyncio.Semaphore(self._config.limits.calls_per_request)

        async def read(image: bytes) -> Page:
            async with turns:
                return await self._call_ocr(ticket, image, options)

        async with asyncio.TaskGroup() as tasks:
            reads = [tasks.create_task(read(piece.data)) for piece in tiles.pieces]
        pages = [read.result() for read in reads]
        lines = merge([(piece.tile, page.lines) for piece, page in zip(tiles.pieces, pages, strict=True)])
        return Page(header.size, tuple(rescale_lines(lines, tiles.size, header.size)), pages[0].model)


@asynccontextmanager
async def _deadline(ticket: Ticket) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(ticket.remaining_s):
            yield
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"No answer within {ticket.deadline_s:g} seconds. Try again later, or send a smaller image"
        ) from error
    except ExceptionGroup as group:
        # A TaskGroup wraps what its tasks raise; a caller wants the error itself.
        raise group.exceptions[0] from None
