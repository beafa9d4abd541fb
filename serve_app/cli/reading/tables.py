"""The tables in the JSON of `/v1/document`, as CSV files and as an Excel workbook."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serve_app.tables.export import neutralise

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML 1.0 document may hold; https://www.w3.org/TR/xml/#charsets."""

LONGEST_CELL = 32_767
"""Characters that Excel takes in a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and the number that Excel stores for it, if it is a plain number or a percentage."""

    text: str
    number: float | None = None
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a chart's data; `page` and `index` count from 1. Spanned places of a table are empty."""

    page: int
    index: int
    kind: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def name(self) -> str:
        """Page and place on it, short enough for the name of a sheet."""
        return f"p{self.page}-t{self.index}"


def list_tables(document: Mapping[str, Any]) -> list[Table]:
    """All tables and charts of a document, in reading order."""
    found = []
    for page in document["pages"]:
        index = 0
        for block in page.get("blocks") or ():
            if grid := block.get("table"):
                rows, kind, title = _grid_rows(grid), "table", ""
            elif (chart := block.get("chart")) and chart["columns"]:
                rows, kind = _chart_rows(chart), f"{chart['kind']} chart"
                title = (chart["title"] or {}).get("text", "") if chart.get("title") else ""
            else:
                continue
            index += 1
            found.append(Table(page["number"], index, kind, title, rows))
    return found


def write_csv(table: Table) -> bytes:
    """RFC 4180 in UTF-8; text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    csv.writer(out).writerows([neutralise(" ".join(cell.text.split())) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def write_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook: first a list of the tables with their pages, then a sheet for each. No text is run as a formula."""
    import xlsxwriter

    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold, percent = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "0.##%"})
    contents = workbook.add_worksheet("Contents")
    contents.write_row(0, 0, ("Sheet", "Page", "Kind", "Title", "Rows", "Columns"), bold)
    for line, table in enumerate(tables, 1):
        contents.write_url(line, 0, f"internal:'{table.name}'!A1", string=table.name)
        contents.write_number(line, 1, table.page)
        contents.write_string(line, 2, table.kind)
        contents.write_string(line, 3, _clean(table.title) or "-")
        contents.write_number(line, 4, len(table.rows))
        contents.write_number(line, 5, max(map(len, table.rows), default=0))
        sheet = workbook.add_worksheet(table.name)
        for y, row in enumerate(table.rows):
            for x, cell in enumerate(row):
                if cell.number is not None:
                    sheet.write_number(y, x, cell.number, percent if cell.percent else None)
                elif cell.text:
                    sheet.write_string(y, x, _clean(cell.text))
        sheet.autofit()
    contents.autofit()
    workbook.close()
    return target.getvalue()


def _grid_rows(grid: Mapping[str, Any]) -> tuple[tuple[Cell, ...], ...]:
    places = [[Cell("")] * grid["columns"] for _ in range(grid["rows"])]
    for cell in grid["cells"]:
        places[cell["row"]][cell["column"]] = _cell(cell)
    return tuple(map(tuple, places))


def _chart_rows(chart: Mapping[str, Any]) -> tuple[tuple[Cell, ...], ...]:
    head = tuple(Cell(cell["text"]) for cell in chart["columns"])
    # The first column holds labels: a year there is no quantity.
    rows = (tuple(_cell(cell) if x else Cell(cell["text"]) for x, cell in enumerate(row)) for row in chart["rows"])
    return (head, *rows)


def _cell(cell: Mapping[str, Any]) -> Cell:
    number = cell.get("number")
    if not number or number.get("unit") or not math.isfinite(number["value"]):
        return Cell(cell["text"])
    percent = bool(number.get("percent"))
    return Cell(cell["text"], number["value"] / 100 if percent else number["value"], percent)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_CELL]
