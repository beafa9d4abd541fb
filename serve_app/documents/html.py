"""A document as HTML: one section a page; all text is escaped."""

from serve_app.documents.blocks import Block, BlockKind, DocumentReading, PageReading
from serve_app.documents.markdown import LEFT_OUT, ImageLink, write_html_table
from serve_app.documents.page import UnreadablePage
from serve_app.tables.export import escape_html, to_html


def to_document_html(document: DocumentReading, link: ImageLink = lambda page, index: None) -> str:
    """A whole HTML document."""
    sections = "\n".join(_write_page(page, link) for page in document.pages)
    head = '<!doctype html>\n<html><head><meta charset="utf-8"><title>Document</title></head>'
    return f"{head}<body>\n{sections}\n</body></html>\n"


def write_block_table(block: Block) -> str:
    """The table of a block, or the data of its chart, as one `<table>`; empty for other blocks."""
    if block.table is not None:
        return write_html_table(block.table)
    return to_html(block.chart.reading.table).strip() if block.chart else ""


def to_text(document: DocumentReading) -> str:
    """The text alone, blocks apart by an empty line, pages by a form feed; headers and footers left out."""
    pages = []
    for page in document.pages:
        blocks = page.blocks if isinstance(page, PageReading) else ()
        texts = ["\n".join(block.items) or block.text for block in blocks if block.kind not in LEFT_OUT]
        pages.append("\n\n".join(filter(None, texts)))
    return "\f".join(pages) + "\n"


def _write_page(page: PageReading | UnreadablePage, link: ImageLink) -> str:
    if isinstance(page, UnreadablePage):
        return f'<section data-page="{page.number}"><p class="unread">{escape_html(page.reason)}</p></section>'
    blocks = "\n".join(
        _write_block(page, index, block, link) for index, block in enumerate(page.blocks) if block.kind not in LEFT_OUT
    )
    return f'<section data-page="{page.number}">\n{blocks}\n</section>'


def _write_block(page: PageReading, index: int, block: Block, link: ImageLink) -> str:
    text = escape_html(block.text)
    if block.kind is BlockKind.HEADING:
        level = min(block.level, 6)
        return f"<h{level}>{text}</h{level}>"
    if block.kind is BlockKind.LIST:
        return f"<ul>{''.join(f'<li>{escape_html(entry)}</li>' for entry in block.items)}</ul>"
    if block.table is not None:
        return write_block_table(block)
    if block.chart is not None or block.kind is BlockKind.FIGURE:
        address = link(page, index)
        image = f'<img src="{escape_html(address)}" alt="{block.kind.value}">' if address else ""
        return f"<figure>{write_block_table(block)}{image}</figure>"
    return f"<p>{'<em>' + text + '</em>' if block.kind is BlockKind.CAPTION else text}</p>"
