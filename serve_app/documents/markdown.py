"""A document as Markdown (GitHub-flavoured): headers and footers left out, tables and chart data as tables."""

import re
from collections.abc import Callable, Iterator

from serve_app.documents.blocks import Block, BlockKind, DocumentReading, PageReading
from serve_app.documents.page import UnreadablePage
from serve_app.domain import TableGrid
from serve_app.tables import export

ImageLink = Callable[[PageReading, int], str | None]
"""The address of the image of a page's block, given its index; None where there is no image."""

_SPECIAL = re.compile(r"([\\`*_<\[\]|~&])")
_LINE_STARTS = re.compile(r"^(?:(?=[#>+=-])|(?P<number>\d{1,9})(?=[.)](?:\s|$)))")
"""The start of a heading, quotation, list or rule: a backslash is put before the sign, and after a list's number."""

_BULLET = re.compile(r"^\s*[^\w(]+\s*")

LEFT_OUT = (BlockKind.HEADER, BlockKind.FOOTER)


def to_markdown(document: DocumentReading, link: ImageLink = lambda page, index: None) -> str:
    """The pages one after the other. A page that could not be read is named in a comment."""
    parts = [part for page in document.pages for part in _write_page(page, link)]
    return "\n\n".join(parts) + "\n" if parts else ""


def _write_page(page: PageReading | UnreadablePage, link: ImageLink) -> Iterator[str]:
    if isinstance(page, UnreadablePage):
        yield f"<!-- page {page.number} was not read: {page.reason.replace('--', '- -')} -->"
        return
    for index, block in enumerate(page.blocks):
        if block.kind not in LEFT_OUT:
            yield from _write_block(page, index, block, link)


def _write_block(page: PageReading, index: int, block: Block, link: ImageLink) -> Iterator[str]:
    if block.kind is BlockKind.HEADING:
        yield f"{'#' * min(block.level, 6)} {escape_text(block.text)}"
    elif block.kind is BlockKind.LIST:
        yield "\n".join(_write_entry(entry) for entry in block.items)
    elif block.kind is BlockKind.CAPTION:
        yield f"*{escape_text(block.text)}*"
    elif block.table is not None:
        yield write_table(block.table)
    elif block.chart is not None or block.kind is BlockKind.FIGURE:
        if block.chart is not None:
            yield export.to_markdown(block.chart.reading.table).strip()
        address = link(page, index)
        name = f"{block.kind.value} on page {page.number}"
        yield f"![{name}]({address})" if address else f"<!-- {name} -->"
    elif block.text:
        yield _LINE_STARTS.sub(lambda start: f"{start['number'] or ''}\\", escape_text(block.text), count=1)


def write_table(grid: TableGrid) -> str:
    """A pipe table; one with spans as HTML, which Markdown allows, since pipes have no spans."""
    if any(cell.row_span > 1 or cell.column_span > 1 for cell in grid.cells):
        return write_html_table(grid)
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = escape_text(cell.text)
    rows.insert(1, ["---"] * grid.columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_html_table(grid: TableGrid) -> str:
    """One `<table>`; all text is escaped."""
    body: list[str] = []
    for row in range(grid.rows):
        cells = [cell for cell in grid.cells if cell.row == row]
        parts = []
        for cell in cells:
            spans = "".join(
                f' {name}="{count}"'
                for name, count in (("rowspan", cell.row_span), ("colspan", cell.column_span))
                if count > 1
            )
            parts.append(f"<td{spans}>{export.escape_html(cell.text)}</td>")
        body.append(f"<tr>{''.join(parts)}</tr>")
    return f"<table>{''.join(body)}</table>"


def escape_text(text: str) -> str:
    """The text on one line, with the characters that Markdown would act on escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _write_entry(entry: str) -> str:
    number = re.match(r"\s*\(?(\d{1,2})[.)]\s+(.*)", entry, re.DOTALL)
    if number:
        return f"{number[1]}. {escape_text(number[2])}"
    return f"- {escape_text(_BULLET.sub('', entry))}"
