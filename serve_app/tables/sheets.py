"""The tables of a document, each as one sheet of cells, and all of them as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from serve_app.domain import Cell
from serve_app.tables.export import neutralise


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a document, or the data of a chart.

    `page` counts from 1, and so does `index`, the place among the tables and charts of the page. `kind` is "table" or
    the chart's, such as "bar chart"; `title` is the caption, or else what is printed as the chart's title. All rows are
    of one length; the places that a cell spans beyond its first are empty. `named` says that the first row and the
    first column are names, as in a chart: a year there is no quantity.

    A page that could not be read has a sheet of its own: without rows, of index 0, with the reason as its title.
    """

    page: int
    index: int
    kind: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]
    named: bool = False


def write_csv(sheets: Sequence[Sheet]) -> Iterator[str]:
    """CSV (RFC 4180) of all sheets, one after the other, in parts.

    Before the rows of each stands a line that begins with # and names it: "# Page 3 table 1", what it is, its title.
    An empty line stands between two. Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    for number, sheet in enumerate(sheets):
        place = f"# Page {sheet.page} table {sheet.index}" if sheet.index else f"# Page {sheet.page}"
        yield ("\r\n" if number else "") + _write_rows([[place, sheet.kind, *([sheet.title] if sheet.title else [])]])
        yield write_sheet_csv(sheet)


def write_sheet_csv(sheet: Sheet) -> str:
    """CSV of one sheet, without a heading."""
    return _write_rows([cell.text for cell in row] for row in sheet.rows)


def _write_rows(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([neutralise(" ".join(text.split())) for text in row] for row in rows)
    return out.getvalue()
