from serve_app.documents.blocks import BlockKind, DocumentReading
from serve_app.documents.captions import find_captions
from serve_app.documents.page import UnreadablePage
from serve_app.documents.sheets import list_sheets
from serve_app.domain import Box, GridCell, Number, TableGrid
from tests.unit.documents.reading import DOCUMENT, block, chart, grid, page

TABLE, CAPTION = BlockKind.TABLE, BlockKind.CAPTION


def test_tables_and_charts_of_all_pages():
    table, figures, unread = list_sheets(DOCUMENT)
    assert (table.page, table.index, table.kind, table.named) == (1, 1, "table", False)
    assert [[cell.text for cell in row] for row in table.rows] == [["Year", "a|b"], ["2024", "7"]]
    assert (figures.page, figures.index, figures.kind, figures.named) == (1, 2, "bar chart", True)
    assert figures.rows[1][1].number == Number(42)
    assert (unread.page, unread.index, unread.kind, unread.rows) == (2, 0, "not read", ())
    assert unread.title == "it takes more memory than it may"


def test_a_caption_is_the_title_and_else_what_the_chart_prints():
    below = block(CAPTION, "Figure 7.\n Sold", box=Box(72, 310, 300, 320))
    drawn = block(BlockKind.CHART, chart=chart(), box=Box(72, 200, 540, 300))
    for blocks, title in (((drawn, below), "Figure 7. Sold"), ((drawn,), "Fruit")):
        [sheet] = list_sheets(DocumentReading("PDF", 1, (page(1, *blocks),)))
        assert sheet.title == title


def test_places_that_a_cell_spans_are_empty():
    spanned = TableGrid(2, 2, (GridCell("a", 0, 0, 2, 1), GridCell("b", 0, 1), GridCell("c", 1, 1)))
    [sheet] = list_sheets(DocumentReading("PDF", 1, (page(1, block(TABLE, table=spanned)),)))
    assert [[cell.text for cell in row] for row in sheet.rows] == [["a", "b"], ["", "c"]]


def test_the_numbers_of_a_table_are_kept():
    counted = TableGrid(1, 2, (GridCell("Sold", 0, 0), GridCell("1,204 t", 0, 1, number=Number(1204, "t"))))
    [sheet] = list_sheets(DocumentReading("PDF", 1, (page(1, block(TABLE, table=counted)),)))
    assert [cell.number for cell in sheet.rows[0]] == [None, Number(1204, "t")]


def test_a_document_without_tables_has_no_sheets():
    assert list(list_sheets(DocumentReading("PDF", 1, (page(1, block(BlockKind.PARAGRAPH, "words")),)))) == []
    assert [sheet.index for sheet in list_sheets(DocumentReading("PDF", 1, (UnreadablePage(1, "no"),)))] == [0]


def test_captions_go_to_the_nearest_of_their_kind():
    blocks = [
        block(CAPTION, "Table 1: above", box=Box(70, 80, 300, 95)),
        block(TABLE, table=grid(("a",), ("b",)), box=Box(70, 100, 300, 200)),
        block(CAPTION, "Figure 2: below", box=Box(70, 322, 300, 330)),
        block(BlockKind.FIGURE, box=Box(70, 220, 300, 320)),
        block(CAPTION, "Table 9: elsewhere", box=Box(70, 900, 300, 910)),
        block(TABLE, table=grid(("a",), ("b",)), box=Box(400, 100, 500, 200)),
    ]
    assert find_captions(blocks, 1000) == {1: "Table 1: above", 3: "Figure 2: below"}
