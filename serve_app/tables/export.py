"""A chart's table as Markdown, CSV, TSV and HTML."""

import csv
import io
import re
from html import escape

from serve_app.domain import Cell, ChartTable
from serve_app.tables.numbers import parse_number

_FORMULA_STARTS = (
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_MARKDOWN_SPECIAL = re.compile(r"([\\|*`<\[])")  # what makes cells, emphasis, code, HTML and links


def to_markdown(table: ChartTable) -> str:
    """GitHub-flavoured Markdown; the title as a bold line above. Characters that Markdown would act on are escaped."""
    lines = [f"**{_escape_markdown(table.title)}**\n"] if table.title else []
    if table.columns:
        rows = [[_escape_markdown(cell) for cell in row] for row in (table.columns, *table.rows)]
        rows.insert(1, ["---"] * len(table.columns))
        lines += [f"| {' | '.join(row)} |" for row in rows]
    return "".join(f"{line}\n" for line in lines)


def to_csv(table: ChartTable) -> str:
    """CSV (RFC 4180) without the title.

    Spreadsheets run a cell that begins with =, +, - or @ as a formula, and the text comes from an untrusted image:
    such a cell gets an apostrophe in front, unless it is a number ("-3.5", "+5%") or a single character. See OWASP,
    "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return _write_separated(table, "excel")


def to_tsv(table: ChartTable) -> str:
    """The same with tabs, which spreadsheets take apart when it is pasted. No cell holds a tab: see `_flatten`."""
    return _write_separated(table, "excel-tab")


def to_html(table: ChartTable) -> str:
    """One `<table>` with its title as caption; all text is escaped."""
    caption = f"<caption>{escape(_flatten(table.title))}</caption>" if table.title else ""
    head = _write_row("th", table.columns)
    body = "".join(_write_row("td", row) for row in table.rows)
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>\n"


def _write_separated(table: ChartTable, dialect: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, dialect)
    for row in (table.columns, *table.rows):
        writer.writerow([neutralise(_flatten(cell)) for cell in row])
    return out.getvalue() if table.columns else ""


def _write_row(tag: str, row: tuple[Cell, ...]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(_flatten(cell))}</{tag}>' for cell in row)}</tr>" if row else ""


def _escape_markdown(cell: Cell) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", _flatten(cell))


def neutralise(text: str) -> str:
    """A text that no spreadsheet runs as a formula: see `to_csv`."""
    suspect = len(text) > 1 and text[0] in _FORMULA_STARTS and parse_number(text) is None
    return f"'{text}" if suspect else text


def escape_html(text: str) -> str:
    """A text on one line, with the characters that HTML would act on escaped."""
    return escape(" ".join(text.split()))


def _flatten(cell: Cell) -> str:
    """A cell's text on one line."""
    return " ".join(cell.text.split())
