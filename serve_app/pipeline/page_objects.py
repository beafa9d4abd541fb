"""The tables, figures and charts of a page."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from serve_app.documents.blocks import Block, BlockKind, ChartData
from serve_app.documents.figure_labels import part_labels
from serve_app.documents.figures import Figure
from serve_app.documents.grouping import covers
from serve_app.documents.placed_text import find_box, place_words
from serve_app.documents.table_choice import choose_table
from serve_app.documents.table_geometry import read_by_geometry
from serve_app.documents.table_model import read_by_structure
from serve_app.domain import (
    Box,
    CellPlace,
    ChartKind,
    LayoutTask,
    OcrOptions,
    Region,
    RegionKind,
    TableStructure,
    TextLine,
    Word,
)
from serve_app.imaging.coordinates import move_polygon, move_table, rescale_lines
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.chart_check import check_values
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_canvas import PageCanvas, add_margin
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service

MIN_LINES = 3
"""Lines of a PDF's own text inside a figure, from which the chart is read with them rather than with OCR."""

MIN_CELLS = 4
"""Cells of the smallest table."""

MIN_CONFIRMED = 2
"""Cells that the text confirms, at least, where a model gives a table but does not say which kind of chart it is."""


class ObjectReader:
    """Reads what is more than text, for one request."""

    def __init__(self, service: Service, ticket: Ticket, options: DocumentOptions) -> None:
        self._service = service
        self._ticket = ticket
        self._options = options

    async def read_tables(
        self, canvas: PageCanvas, regions: Sequence[Region], figures: Sequence[Figure], lines: Sequence[TextLine]
    ) -> list[Block]:
        """The tables of a page; a region whose words make no table is left to be text."""
        if not self._options.tables:
            return []
        found = [
            region.box
            for region in regions
            if region.kind is RegionKind.TABLE and not any(covers(figure.box, region.box, 0.5) for figure in figures)
        ]
        blocks = [await self._read_table(canvas, box, lines) for box in found]
        return [block for block in blocks if block is not None]

    async def read_figures(
        self, canvas: PageCanvas, figures: Sequence[Figure], lines: Sequence[TextLine], *, live: bool
    ) -> list[Block]:
        """The figures of a page, with their data where they are charts.

        Args:
            canvas: the page.
            figures: where they are.
            lines: the page's text.
            live: `lines` are the file's own, so that a chart needs no OCR where it has enough of them.
        """
        return [await self._read_figure(canvas, figure, lines, live=live) for figure in figures]

    async def _read_table(self, canvas: PageCanvas, box: Box, lines: Sequence[TextLine]) -> Block | None:
        inside = [line for line in lines if covers(box, find_box(line.polygon))]
        words = place_words(inside)
        if not words:
            return None
        image = await canvas.crop(box)
        with self._ticket.call(LAYOUT):
            answer = await self._service.layout.read(image.data, LayoutTask(table=True))
        scale = box.width / image.size.width
        by_structure = read_by_structure(_place_structure(answer.table, box, scale), words) if answer.table else None
        grid = choose_table(read_by_geometry(words), by_structure, [line.text for line in inside])
        if grid is None or len(grid.cells) < MIN_CELLS or grid.columns < 2:
            return None
        return Block(BlockKind.TABLE, box, confidence=grid.confidence, table=grid)

    async def _read_figure(self, canvas: PageCanvas, figure: Figure, lines: Sequence[TextLine], *, live: bool) -> Block:
        image = await canvas.crop(figure.box)
        block = Block(BlockKind.FIGURE, figure.box, image=image if self._options.figures else None)
        if not self._options.charts:
            return block
        box, scale = figure.box, image.size.width / max(figure.box.width, 1.0)
        framed, margin = await asyncio.to_thread(add_margin, image)
        left, top = box.left - margin / scale, box.top - margin / scale
        inside = [line for line in lines if covers(box, find_box(line.polygon))] if live else []
        if len(inside) >= MIN_LINES:
            labels = [label for line in inside for label in part_labels(line)]
            words: Sequence[TextLine] = [_move_line(label, -left, -top, scale) for label in labels]
        else:
            with self._ticket.call(OCR):
                options = OcrOptions(return_word_box=True, chart=True, language=self._options.language)
                page = await self._service.ocr.read(framed.data, options)
            words = rescale_lines(page.lines, page.size, framed.size)
        with self._ticket.call(CHART):
            reading = await self._service.chart.read(framed.data, tuple(words))
        if reading.table.kind is ChartKind.NONE or not reading.table.rows:
            return block
        placed = replace(reading, table=move_table(reading.table, left, top, 1 / scale))
        texts = tuple(_move_line(line, left * scale, top * scale, 1 / scale) for line in words)
        placed, evidence = await asyncio.to_thread(check_values, placed, texts)
        confirmed = sum(cell.line is not None for row in evidence.rows for cell in row)
        if placed.table.kind is ChartKind.UNKNOWN and confirmed < MIN_CONFIRMED:
            return block
        return replace(
            block, kind=BlockKind.CHART, chart=ChartData(placed, texts, evidence), confidence=placed.confidence
        )


def _place_structure(structure: TableStructure, box: Box, scale: float) -> TableStructure:
    """Map cells from pixels of the table's picture to those of the page."""

    def place(cell: CellPlace) -> CellPlace:
        part = cell.box
        return replace(
            cell,
            box=Box(
                box.left + part.left * scale,
                box.top + part.top * scale,
                box.left + part.right * scale,
                box.top + part.bottom * scale,
            ),
        )

    return replace(structure, cells=tuple(map(place, structure.cells)))


def _move_line(line: TextLine, x: float, y: float, scale: float) -> TextLine:
    """Move a line by some pixels, then scale it."""
    words = tuple(Word(word.text, move_polygon(word.polygon, x, y, scale)) for word in line.words)
    return replace(line, polygon=move_polygon(line.polygon, x, y, scale), words=words)
