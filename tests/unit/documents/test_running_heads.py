from serve_app.documents.blocks import BlockKind
from serve_app.documents.running_heads import mark_running_heads
from serve_app.domain import Box
from tests.unit.documents.reading import block, page

TOP, MIDDLE, BOTTOM = (Box(72, top, 540, top + 20) for top in (30, 480, 960))


def kinds(pages):
    return [[each.kind for each in page.blocks] for page in mark_running_heads(pages)]


def test_what_repeats_at_the_edge_is_a_header_or_footer_whatever_its_number():
    pages = [
        page(
            i,
            block(BlockKind.PARAGRAPH, f"Annual report {2020 + i}", box=TOP),
            block(BlockKind.PARAGRAPH, "Annual report 1", box=MIDDLE),
            block(BlockKind.PARAGRAPH, f"{i}", box=BOTTOM),
        )
        for i in range(1, 4)
    ]
    assert kinds(pages) == [[BlockKind.HEADER, BlockKind.PARAGRAPH, BlockKind.FOOTER]] * 3


def test_a_header_that_stands_on_one_page_is_text():
    pages = [page(i, block(BlockKind.HEADER, f"Chapter {'abc'[i]}", box=TOP)) for i in range(3)]
    assert kinds(pages) == [[BlockKind.PARAGRAPH]] * 3


def test_short_documents_keep_the_models_word():
    pages = [page(i, block(BlockKind.HEADER, "Annual report", box=TOP)) for i in range(2)]
    assert kinds(pages) == [[BlockKind.HEADER]] * 2
