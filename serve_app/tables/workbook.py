"""A chart's table as an Excel workbook (Office Open XML, by XlsxWriter)."""

import io
import math
import re

import xlsxwriter

from serve_app.domain import Cell, ChartTable, Number

LONGEST_CELL = 32_767
"""Characters in a cell, by Excel's specification; https://support.microsoft.com/office, "Excel specifications and
limits". Longer texts are cut there."""

_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML 1.0 document may hold; https://www.w3.org/TR/xml/#charsets."""


def to_xlsx(table: ChartTable) -> bytes:
    """One sheet, named by the table's title: the columns' names in the first row, the rows below.

    A number is stored as a number that is shown with its unit: 12 % as 0.12 in a percent format, "$3.5" as 3.5 in a
    format that prints the dollar. All other cells are stored as text, so that Excel runs none of them as a formula.
    """
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    title = " ".join(_clean(table.title).split()) if table.title else ""
    workbook.set_properties({"title": title})
    sheet = workbook.add_worksheet(_name_sheet(title))
    bold = workbook.add_format({"bold": True})
    for x, cell in enumerate(table.columns):
        sheet.write_string(0, x, _clean(cell), bold)
    for y, row in enumerate(table.rows, 1):
        for x, cell in enumerate(row):
            # The first column holds labels: a year there is no quantity.
            if cell.number is None or x == 0 or not math.isfinite(cell.number.value):
                sheet.write_string(y, x, _clean(cell))
            else:
                shown = workbook.add_format({"num_format": _find_format(cell, cell.number)})
                sheet.write_number(y, x, cell.number.value / 100 if cell.number.percent else cell.number.value, shown)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    workbook.close()
    return target.getvalue()


def _name_sheet(title: str) -> str:
    # Excel counts in units of UTF-16.
    cut = _NOT_IN_NAMES.sub(" ", title).encode("utf-16-le")[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore")
    name = cut.strip(" '")
    return "Table" if name.lower() in ("", "history") else name  # Excel keeps "History" for itself


def _clean(cell: Cell) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", cell.text)[:LONGEST_CELL]


def _find_format(cell: Cell, number: Number) -> str:
    """Excel's number format: the decimals of the value, with its unit on the side where it is printed."""
    decimals = len(f"{number.value:.10f}".rstrip("0").partition(".")[2])
    digits = f"0.{'0' * decimals}" if decimals else "0"
    if number.percent:
        return f"{digits}%"
    if not number.unit:
        return digits
    unit = '"{}"'.format(number.unit.replace('"', ""))
    return f"{unit}{digits}" if cell.text.lstrip(" -+(").startswith(number.unit) else f"{digits}{unit}"
