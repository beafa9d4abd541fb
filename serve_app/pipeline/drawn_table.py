"""A table that was sent as a chart: found by the layout model, and read as the tables of a page are."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

from serve_app.documents.grouping import covers
from serve_app.documents.placed_text import PlacedText, find_box, place_words
from serve_app.documents.table_choice import PROSE_WORDS, are_prose, count_words
from serve_app.documents.table_grid import group_rows
from serve_app.domain import (
    Box,
    Cell,
    ChartKind,
    ChartReading,
    ChartTable,
    LayoutTask,
    ReadingWarning,
    Region,
    RegionKind,
    TableGrid,
    TextLine,
)
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_canvas import ScannedCanvas
from serve_app.pipeline.page_objects import ObjectReader
from serve_app.pipeline.service import LAYOUT, Service

MIN_WORDS = 6
"""Words of the smallest table: where there are fewer, the layout model is not asked."""

MIN_SCORE = 0.6
"""Of the layout model, for a region to be a table."""

MIN_SHARE = 0.7
"""Share of the image's words that stand in the table; a page on which a table stands among text is no table."""

MIN_ROWS = 3

MIN_FILLED = 0.6
"""Share of the cells that hold text."""


async def read_drawn_table(
    service: Service, ticket: Ticket, image: bytes, lines: Sequence[TextLine], refused: ChartReading
) -> ChartReading:
    """The table that an image shows and little else, or the chart model's refusal if it shows none.

    Args:
        service: the models.
        ticket: of the request.
        image: the encoded image.
        lines: its text, in its pixels.
        refused: the answer of the chart model, which found no chart.

    Raises:
        AppError: what the layout model raises.
    """
    if len(place_words(lines)) < MIN_WORDS:
        return refused
    with ticket.call(LAYOUT):
        answer = await service.layout.read(image, LayoutTask(regions=True))
    region = _find_table(answer.regions, lines)
    if region is None:
        return refused
    inside, beside = _part(_grow(region.box, lines), lines)
    region = replace(region, box=Box.around([region.box, *(find_box(line.polygon) for line in inside)]))
    reader = ObjectReader(service, ticket, DocumentOptions())
    for block in await reader.read_tables(await ScannedCanvas.open(image), [region], [], inside):
        if block.table and _is_table(block.table, [line.text for line in inside]):
            return _conclude(block.table, beside, region.box, refused)
    return refused


def _find_table(regions: Sequence[Region], lines: Sequence[TextLine]) -> Region | None:
    """The region of a table that holds most of the words."""
    words = len(place_words(lines))
    for region in regions:
        if region.kind is RegionKind.TABLE and region.score >= MIN_SCORE:
            inside, _ = _part(region.box, lines)
            if len(place_words(inside)) >= MIN_SHARE * words:
                return region
    return None


def _part(box: Box, lines: Sequence[TextLine]) -> tuple[list[TextLine], list[TextLine]]:
    """The lines that a box holds, and the others."""
    held = [covers(box, find_box(line.polygon)) for line in lines]
    return list(compress(lines, held)), list(compress(lines, (not each for each in held)))


def _grow(box: Box, lines: Sequence[TextLine]) -> Box:
    """The box with the rows of several texts over and under it: the layout model may leave out the headings."""
    rows = group_rows([PlacedText(line.text, find_box(line.polygon)) for line in lines])
    return Box.around([box, *(text.box for row in rows if len(row) > 1 for text in row)])


def _is_table(grid: TableGrid, lines: Sequence[str]) -> bool:
    """Whether a grid's cells are those of a table: the layout model takes columns of text for one, too."""
    filled = sum(bool(cell.text) for cell in grid.cells)
    prose = count_words(grid) >= PROSE_WORDS or are_prose(lines)
    return grid.rows >= MIN_ROWS and filled >= MIN_FILLED * len(grid.cells) and not prose


def _conclude(grid: TableGrid, beside: Sequence[TextLine], box: Box, refused: ChartReading) -> ChartReading:
    above = [line for line in beside if find_box(line.polygon).bottom <= (box.top + box.bottom) / 2]
    title = Cell(above[0].text, above[0].score, place=above[0].polygon) if len(above) == 1 else None
    left_out = len(beside) - (title is not None)
    warnings = tuple(warning for warning in refused.warnings if warning.code != "not_a_chart")
    if left_out:
        text = "line of text stands" if left_out == 1 else "lines of text stand"
        warnings += (ReadingWarning("text_left_out", f"{left_out} {text} beside the table and not in it"),)
    return replace(refused, table=_to_chart_table(grid, title), warnings=warnings, confidence=grid.confidence)


def _to_chart_table(grid: TableGrid, title: Cell | None) -> ChartTable:
    """The grid's first row as the headings; a cell that spans several places is repeated in each.

    A first row of a single text is the title, where the table has none over it.
    """
    rows = [[Cell("")] * grid.columns for _ in range(grid.rows)]
    for each in grid.cells:
        for row in range(each.row, each.row + each.row_span):
            for column in range(each.column, each.column + each.column_span):
                rows[row][column] = Cell(each.text, grid.confidence, each.number)
    alone = [cell.text for cell in grid.cells if cell.row == 0 and cell.text]
    if title is None and len(alone) == 1:
        title = Cell(alone[0], grid.confidence)
        rows = rows[1:]
    return ChartTable(tuple(rows[0]), tuple(map(tuple, rows[1:])), title, ChartKind.TABLE)
