"""One page of a document: its text layer or OCR, its regions, tables, figures and charts."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from serve_app.documents.assembly import assemble_page
from serve_app.documents.blocks import Block, BlockKind, PageReading
from serve_app.documents.caption_lines import cut_captions, find_captions
from serve_app.documents.captioned_figures import find_captioned_figures
from serve_app.documents.captioned_tables import find_captioned_tables
from serve_app.documents.document import Document
from serve_app.documents.figure_labels import find_label_rows
from serve_app.documents.figures import Cluster, Figure, find_figures
from serve_app.documents.grouping import covers
from serve_app.documents.orientation import find_text_turn
from serve_app.documents.page import DocumentPage, PageLine, TextSource, UnreadablePage
from serve_app.documents.paragraphs import Printed
from serve_app.documents.placed_text import find_box, place_words
from serve_app.documents.reading_order import order_lines
from serve_app.documents.reading_warnings import find_warnings
from serve_app.documents.ruled_tables import find_ruled_tables
from serve_app.documents.scanned_figures import check_figures_of_scan
from serve_app.documents.table_width import widen_table
from serve_app.domain import (
    Box,
    LayoutAnswer,
    LayoutTask,
    OcrOptions,
    Page,
    ReadingWarning,
    Region,
    RegionKind,
    TextLine,
)
from serve_app.imaging.coordinates import rescale_box
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_canvas import PageCanvas, RenderedCanvas, ScannedCanvas
from serve_app.pipeline.page_objects import ObjectReader
from serve_app.pipeline.page_scan import read_scan
from serve_app.pipeline.page_text import read_page_text
from serve_app.pipeline.service import LAYOUT, OCR, Service
from serve_app.pipeline.suspect_lines import count_lines, replace_suspects

REGIONS_DPI = 80.0
"""Resolution for the layout model, which scales a page to 608 x 800 pixels."""

RULED_SHARE = 0.7
"""Share of a figure inside the lines of a table from which it is that table."""


class PageReader:
    """Reads the pages of one document for one request."""

    def __init__(self, service: Service, ticket: Ticket, document: Document, options: DocumentOptions) -> None:
        self._service = service
        self._ticket = ticket
        self._document = document
        self._options = options
        self._objects = ObjectReader(service, ticket, options)

    async def read(self, index: int) -> PageReading | UnreadablePage:
        """Read a page; `index` counts from 0.

        Raises:
            AppError: a model failed, or is away.
        """
        if self._options.lines is not None:
            return await self._read_lines(index, self._options.lines)
        page = await self._document.read_page(index, dpi=self._service.config.documents.dpi)
        if isinstance(page, UnreadablePage):
            return page
        never, always = self._options.ocr == "never", self._options.ocr == "always"
        if page.source is TextSource.BLANK and not always:
            return _make_reading(page, self._document.page_count, [], ())
        if always or (page.source is TextSource.OCR and not never):
            return await self._read_scan(page)
        if self._options.classified and not never and (angle := find_text_turn(page.lines)):
            return replace(await self._read_scan(page, angle), source=TextSource.OCR)
        return await self._read_digital(page)

    async def _read_lines(self, index: int, options: OcrOptions) -> PageReading | UnreadablePage:
        page = await self._document.read_page(index, dpi=self._service.config.documents.dpi, image_format="png")
        if isinstance(page, UnreadablePage):
            return page
        if page.image is None:
            return UnreadablePage(index + 1, "The page could not be rendered")
        found = await read_page_text(
            self._service, self._ticket, page.image, options, classified=self._options.classified
        )
        read = found.page
        blocks = [Block(BlockKind.PARAGRAPH, find_box(line.polygon), line.text, line.score) for line in read.lines]
        reading = _make_reading(page, self._document.page_count, blocks, read.warnings)
        return replace(reading, size=read.size, turned=found.angle or 0, source=TextSource.OCR, paddlex=read.paddlex)

    async def _read_digital(self, page: DocumentPage) -> PageReading:
        canvas = RenderedCanvas(self._document, page)
        small = await self._document.render(page, canvas.box, dpi=REGIONS_DPI, image_format="jpeg")
        answer = await self._look(small.data, LayoutTask(regions=True))
        regions = [_scale_region(region, small.size.width, page) for region in answer.regions]
        lines, warnings = await self._check_lines(page, canvas)
        boxes = [find_box(line.text.polygon) for line in lines]
        figures = find_figures(
            regions,
            [Cluster(each.box, bool(each.images or each.shadings or each.curves)) for each in page.drawings],
            boxes,
            rows=find_label_rows([line.text for line in lines]),
            page=canvas.box,
            pixels_per_point=page.scale,
        )
        ruled = find_ruled_tables(page.drawings, place_words(line.text for line in lines))
        figures = [figure for figure in figures if not any(covers(box, figure.box, RULED_SHARE) for box in ruled)]
        tables = [region.box for region in regions if region.kind is RegionKind.TABLE]
        regions += [
            Region(RegionKind.TABLE, box, 1.0) for box in ruled if not any(covers(table, box) for table in tables)
        ]
        printed = [_print_pdf_line(line, box) for line, box in zip(lines, boxes, strict=True)]
        return await self._finish(page, canvas, regions, figures, printed, [line.text for line in lines], warnings)

    async def _read_scan(self, page: DocumentPage, angle: int = 0) -> PageReading:
        whole = await self._document.render(
            page, Box(0, 0, page.size.width, page.size.height), dpi=self._service.config.documents.dpi
        )
        scan = await read_scan(whole.data, self._options, self._look, self._read_text, angle=angle)
        canvas, regions, text = scan.canvas, scan.regions, scan.text
        lines = [text.lines[i] for i in order_lines([line.polygon for line in text.lines])]
        printed = [
            Printed(line.text, box, min(box.width, box.height), score=line.score)
            for line in lines
            for box in [find_box(line.polygon)]
        ]
        warnings = find_warnings(lines, turned=canvas.turned)
        figures, tables = check_figures_of_scan(regions, [line.box for line in printed], place_words(lines))
        figures += await self._find_missed(canvas, printed, regions, figures)
        return await self._finish(page, canvas, [*regions, *tables], figures, printed, lines, warnings)

    async def _find_missed(
        self, canvas: ScannedCanvas, printed: Sequence[Printed], regions: Sequence[Region], figures: Sequence[Figure]
    ) -> list[Figure]:
        """The figures of a scan that the layout model missed."""
        captions = find_captions(printed)
        if not captions:
            return []
        known = [each.box for each in figures]
        known += [region.box for region in regions if region.kind is RegionKind.TABLE]
        return await asyncio.to_thread(lambda: find_captioned_figures(printed, captions, known, canvas.grey))

    async def _finish(
        self,
        page: DocumentPage,
        canvas: PageCanvas,
        regions: Sequence[Region],
        figures: Sequence[Figure],
        printed: Sequence[Printed],
        lines: Sequence[TextLine],
        warnings: Sequence[ReadingWarning],
    ) -> PageReading:
        captions = find_captions(printed)
        boxes = [line.box for line in printed]
        regions = [_fit_table(region, captions, boxes) for region in regions]
        figures = [replace(figure, box=cut_captions(figure.box, captions)) for figure in figures]
        known = [region.box for region in regions if region.kind is RegionKind.TABLE] + [each.box for each in figures]
        regions += [Region(RegionKind.TABLE, box, 1.0) for box in find_captioned_tables(printed, captions, known)]
        tables = await self._objects.read_tables(canvas, regions, figures, lines)
        pictures = await self._objects.read_figures(canvas, figures, lines, live=canvas.live_text)
        blocks = assemble_page(printed, regions, [*tables, *pictures])
        return _make_reading(page, self._document.page_count, blocks, warnings, canvas)

    async def _check_lines(
        self, page: DocumentPage, canvas: PageCanvas
    ) -> tuple[Sequence[PageLine], tuple[ReadingWarning, ...]]:
        """The text layer; lines that may be wrong are taken from the OCR where it read the same place."""
        suspects = [i for i, line in enumerate(page.lines) if line.suspicion or line.suspect_words]
        truncated = tuple(
            ReadingWarning("truncated", f"The page holds more {what} than are read; the rest is missing")
            for what in page.truncated
        )
        if not suspects:
            return page.lines, truncated
        if self._options.ocr == "never":
            message = f"The text layer may be wrong in {count_lines(len(suspects))}, and OCR was not asked for"
            return page.lines, (*truncated, ReadingWarning("suspect_text", message))
        read = await self._read_text((await canvas.crop(canvas.box)).data)
        lines, checked = replace_suspects(page.lines, suspects, read.lines)
        return lines, (*truncated, *checked)

    async def _look(self, image: bytes, task: LayoutTask) -> LayoutAnswer:
        with self._ticket.call(LAYOUT):
            return await self._service.layout.read(image, task)

    async def _read_text(self, image: bytes) -> Page:
        with self._ticket.call(OCR):
            return await self._service.ocr.read(
                image, OcrOptions(return_word_box=True, language=self._options.language)
            )


def _print_pdf_line(line: PageLine, box: Box) -> Printed:
    return Printed(line.text.text, box, line.font_size, line.bold, line.hyphenated, line.text.score)


def _scale_region(region: Region, width: int, page: DocumentPage) -> Region:
    return Region(region.kind, rescale_box(region.box, page.size.width / width), region.score)


def _fit_table(region: Region, captions: Sequence[Printed], lines: Sequence[Box]) -> Region:
    if region.kind is not RegionKind.TABLE:
        return region
    return replace(region, box=widen_table(cut_captions(region.box, captions), lines))


def _make_reading(
    page: DocumentPage,
    document_pages: int,
    blocks: Sequence[Block],
    warnings: Sequence[ReadingWarning],
    canvas: PageCanvas | None = None,
) -> PageReading:
    return PageReading(
        number=page.number,
        size=canvas.size if canvas else page.size,
        points=page.points,
        rotation=page.rotation,
        turned=canvas.turned if canvas else 0,
        source=page.source,
        reason=page.reason.value,
        document_pages=document_pages,
        blocks=tuple(blocks),
        warnings=tuple(warnings),
    )
