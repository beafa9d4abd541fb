"""Tables as an Excel workbook (Office Open XML, by XlsxWriter)."""

import io
import math
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from serve_app.domain import Cell, ChartTable, Number
from serve_app.tables.sheets import Sheet

LONGEST_CELL = 32_767
"""Characters in a cell, by Excel's specification; https://support.microsoft.com/office, "Excel specifications and
limits". Longer texts are cut there."""

MOST_DIGITS = 15
"""Digits that Excel keeps of a number; an account number has more."""

_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML 1.0 document may hold; https://www.w3.org/TR/xml/#charsets."""
_LEADING_ZERO = re.compile(r"\D*0\d")


class _Workbook:
    """A workbook on its way.

    A number is stored as a number that is shown with its unit: 12 % as 0.12 in a percent format, "$3.5" as 3.5 in a
    format that prints the dollar. All other cells are stored as text, so that Excel runs none of them as a formula.
    """

    def __init__(self) -> None:
        self._target = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self._target,
            {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self.bold = self.book.add_format({"bold": True})
        self._formats: dict[str, Any] = {}

    def add_sheet(self, name: str, rows: Sequence[Sequence[Cell]], *, named: bool) -> Any:
        """A sheet of cells. With `named`, the first row and the first column are names, and never numbers."""
        sheet = self.book.add_worksheet(name)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if named and y == 0:
                    sheet.write_string(y, x, _clean(cell.text), self.bold)
                elif cell.number is None or (named and x == 0) or not _is_quantity(cell, cell.number):
                    sheet.write_string(y, x, _clean(cell.text))
                else:
                    value = cell.number.value / 100 if cell.number.percent else cell.number.value
                    sheet.write_number(y, x, value, self._find_format(cell, cell.number))
        if named:
            sheet.freeze_panes(1, 0)
        sheet.autofit()
        return sheet

    def close(self) -> bytes:
        """The bytes of the file."""
        self.book.close()
        return self._target.getvalue()

    def _find_format(self, cell: Cell, number: Number) -> Any:
        code = _find_code(cell, number)
        if code not in self._formats:
            self._formats[code] = self.book.add_format({"num_format": code})
        return self._formats[code]


def to_xlsx(table: ChartTable) -> bytes:
    """A chart's table as one sheet, named by its title: the columns' names in the first row, the rows below."""
    workbook = _Workbook()
    title = " ".join(_clean(table.title.text).split()) if table.title else ""
    workbook.book.set_properties({"title": title})
    workbook.add_sheet(_name_sheet(title, "Table"), (table.columns, *table.rows), named=True)
    return workbook.close()


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """A workbook of a document's tables: first a list of them with links, and of unread pages; then a sheet for each.

    A sheet is named by page, place on it and title: "p3-t1 Revenue by quarter", cut to Excel's 31 characters.
    """
    workbook = _Workbook()
    names = [_name_sheet(f"p{sheet.page}-t{sheet.index} {sheet.title}", "Table") for sheet in sheets]
    contents = workbook.book.add_worksheet("Contents")
    contents.write_row(0, 0, ("Sheet", "Page", "Kind", "Title", "Rows", "Columns"), workbook.bold)
    for line, (name, sheet) in enumerate(zip(names, sheets, strict=True), 1):
        contents.write_number(line, 1, sheet.page)
        contents.write_string(line, 2, sheet.kind)
        contents.write_string(line, 3, _clean(sheet.title))
        if sheet.rows:
            target = name.replace("'", "''")
            contents.write_url(line, 0, f"internal:'{target}'!A1", string=name)
            contents.write_number(line, 4, len(sheet.rows))
            contents.write_number(line, 5, len(sheet.rows[0]))
            workbook.add_sheet(name, sheet.rows, named=sheet.named)
    contents.autofit()
    return workbook.close()


def _name_sheet(title: str, default: str) -> str:
    # Excel counts in units of UTF-16.
    clean = _NOT_IN_NAMES.sub(" ", title).encode("utf-16-le")
    name = clean[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore").strip(" '")
    return default if name.lower() in ("", "history") else name  # Excel keeps "History" for itself


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_CELL]


def _is_quantity(cell: Cell, number: Number) -> bool:
    """Whether the cell's text can be told from its number: not that of "007" or of a number of 16 digits."""
    digits = sum(map(str.isdigit, cell.text))
    return math.isfinite(number.value) and digits <= MOST_DIGITS and not _LEADING_ZERO.match(cell.text)


def _find_code(cell: Cell, number: Number) -> str:
    """Excel's number format: the decimals of the value, with its unit on the side where it is printed."""
    decimals = len(f"{number.value:.10f}".rstrip("0").partition(".")[2])
    digits = f"0.{'0' * decimals}" if decimals else "0"
    if number.percent:
        return f"{digits}%"
    if not number.unit:
        return digits
    unit = '"{}"'.format(number.unit.replace('"', ""))
    return f"{unit}{digits}" if cell.text.lstrip(" -+(").startswith(number.unit) else f"{digits}{unit}"
