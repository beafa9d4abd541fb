"""The tables and charts of a document as sheets of cells."""

from collections.abc import Iterator
from dataclasses import replace

from serve_app.documents.blocks import Block, DocumentReading
from serve_app.documents.captions import find_captions
from serve_app.documents.page import UnreadablePage
from serve_app.domain import Cell, ChartTable, TableGrid
from serve_app.tables.sheets import Sheet


def list_sheets(document: DocumentReading) -> Iterator[Sheet]:
    """The sheets of all pages, in reading order."""
    for page in document.pages:
        if isinstance(page, UnreadablePage):
            yield Sheet(page.number, 0, "not read", page.reason, ())
        else:
            captions = find_captions(page.blocks, page.size.height)
            made = ((i, _make_sheet(block)) for i, block in enumerate(page.blocks))
            found = ((i, sheet) for i, sheet in made if sheet is not None)
            for index, (i, sheet) in enumerate(found, 1):
                yield replace(sheet, page=page.number, index=index, title=captions.get(i) or sheet.title)


def _make_sheet(block: Block) -> Sheet | None:
    if block.table is not None:
        return Sheet(0, 0, "table", "", _lay_out(block.table))
    if block.chart is not None and block.chart.reading.table.columns:
        return _make_chart_sheet(block.chart.reading.table)
    return None


def _make_chart_sheet(table: ChartTable) -> Sheet:
    title = " ".join(table.title.text.split()) if table.title else ""
    return Sheet(0, 0, f"{table.kind.value} chart", title, (table.columns, *table.rows), named=True)


def _lay_out(grid: TableGrid) -> tuple[tuple[Cell, ...], ...]:
    places = [[Cell("")] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        places[cell.row][cell.column] = Cell(cell.text, number=cell.number)
    return tuple(map(tuple, places))
