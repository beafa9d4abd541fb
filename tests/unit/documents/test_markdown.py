from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from serve_app.documents.blocks import BlockKind, DocumentReading
from serve_app.documents.html import to_document_html, to_text
from serve_app.documents.images import list_images, name_image
from serve_app.documents.markdown import to_markdown, write_table
from serve_app.domain import GridCell, TableGrid
from tests.unit.documents.reading import DOCUMENT, block, page


def test_a_document():
    assert to_markdown(DOCUMENT, name_image).split("\n\n") == [
        "# Revenue \\*up\\*",
        "It rose by 5 \\<b>.",
        "- a\n2. b",
        "| Year | a\\|b |\n| --- | --- |\n| 2024 | 7 |",
        "**Fruit**",
        "|  | Tonnes |\n| --- | --- |\n| Apples | 42 |",
        "![chart on page 1](images/page-1-6.png)",
        "*Figure 1*",
        "<!-- page 2 was not read: it takes more memory than it may -->",
        "![figure on page 3](images/page-3-1.png)",
        "x = 1\n",
    ]
    assert [name for name, _ in list_images(DOCUMENT)] == ["images/page-1-6.png", "images/page-3-1.png"]


def test_without_images_the_place_of_a_figure_is_told():
    assert "<!-- figure on page 3 -->" in to_markdown(DOCUMENT)


def test_a_table_with_spans_is_html():
    table = TableGrid(1, 2, (GridCell("a<b", 0, 0, 1, 2),))
    assert write_table(table) == '<table><tr><td colspan="2">a&lt;b</td></tr></table>'


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(str.strip))
def test_a_paragraph_stays_one_paragraph(text):
    """Whatever is printed is shown as it is, and does nothing."""
    written = to_markdown(DocumentReading("PDF", 1, (page(1, block(BlockKind.PARAGRAPH, text)),)))
    tokens = MarkdownIt("commonmark").parse(written)
    assert [token.type for token in tokens] in (
        ["paragraph_open", "inline", "paragraph_close"],
        [],  # spaces that are none of Markdown's
    )
    assert all(child.type == "text" for token in tokens for child in token.children or [])


def test_html_escapes_and_names_what_was_not_read():
    html = to_document_html(DOCUMENT, name_image)
    assert "<p>It rose by 5 &lt;b&gt;.</p>" in html
    assert '<section data-page="2"><p class="unread">it takes more memory than it may</p></section>' in html
    assert html.count("<table>") == 2
    assert "Annual report" not in html


def test_text():
    first, second, third = to_text(DOCUMENT).split("\f")
    assert first.startswith("Revenue *up*\n\nIt rose by 5 <b>.\n\n• a\n2. b")
    assert second == ""
    assert third == "inside\n\nx = 1\n"
