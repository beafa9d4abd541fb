"""Docling's JSON of every kind of block; tests/serve has docling's own client read it."""

from serve_app.documents.blocks import Block, BlockKind, ChartData, DocumentReading, PageReading
from serve_app.documents.docling_document import to_docling
from serve_app.documents.page import PageImage, TextSource, UnreadablePage
from serve_app.domain import Box, Cell, ChartReading, ChartTable, GridCell, Size, TableGrid
from serve_app.tables.evidence import TableEvidence

BOX = Box(10, 100, 60, 120)


def write(*blocks, images=False):
    page = PageReading(2, Size(200, 400), (100, 200), 0, 0, TextSource.PDF, "text_layer", 3, tuple(blocks))
    document = DocumentReading("PDF", 3, (page, UnreadablePage(3, "torn")))
    return to_docling(document, "report", images=images)


def chart(confidence=0.5):
    table = ChartTable((Cell(""), Cell("2024")), ((Cell("Apples"), Cell("42")),), Cell("Fruit"))
    reading = ChartReading(table, "fake", Size(50, 20))
    image = PageImage(b"png", "image/png", Size(50, 20))
    return Block(
        BlockKind.CHART, BOX, confidence=confidence, chart=ChartData(reading, (), TableEvidence()), image=image
    )


def test_every_reference_leads_to_an_item_that_says_so():
    table = TableGrid(1, 2, (GridCell("a", 0, 0, 1, 2),))
    written = write(
        Block(BlockKind.HEADING, BOX, "Title", level=1),
        Block(BlockKind.LIST, BOX, items=("one", "two")),
        Block(BlockKind.TABLE, BOX, table=table),
        Block(BlockKind.CAPTION, Box(10, 122, 60, 130), "Table 1"),
        chart(),
        Block(BlockKind.FIGURE, Box(10, 300, 60, 320)),
        Block(BlockKind.FOOTER, BOX, "2"),
    )
    items = {item["self_ref"]: item for kind in ("texts", "groups", "tables", "pictures") for item in written[kind]}
    items["#/body"] = written["body"]
    children = [(parent["self_ref"], child["$ref"]) for parent in items.values() for child in parent["children"]]
    assert sorted(child for _, child in children) == sorted(set(items) - {"#/body"})
    assert all(items[child]["parent"] == {"$ref": parent} for parent, child in children)
    assert [items[child["$ref"]]["label"] for child in written["body"]["children"]] == [
        "title", "list", "table", "caption", "chart", "picture", "page_footer",
    ]  # fmt: skip
    [captioned] = written["tables"]
    assert [items[caption["$ref"]]["text"] for caption in captioned["captions"]] == ["Table 1"]
    assert [item["content_layer"] for item in written["texts"]].count("furniture") == 1


def test_places_are_in_pixels_of_the_page():
    written = write(Block(BlockKind.PARAGRAPH, BOX, "abc"))
    [text] = written["texts"]
    assert text["prov"] == [
        {
            "page_no": 2,
            "bbox": {"l": 10, "t": 100, "r": 60, "b": 120, "coord_origin": "TOPLEFT"},
            "charspan": [0, 3],
        }
    ]
    assert written["pages"] == {"2": {"size": {"width": 200, "height": 400}, "page_no": 2}}


def test_sections_are_one_level_below_the_title():
    written = write(Block(BlockKind.HEADING, BOX, "a", level=2), Block(BlockKind.HEADING, BOX, "b", level=3))
    assert [(text["label"], text["level"]) for text in written["texts"]] == [
        ("section_header", 1),
        ("section_header", 2),
    ]


def test_a_cell_has_its_spans():
    grid = TableGrid(2, 2, (GridCell("a", 0, 0, 1, 2), GridCell("b", 1, 0), GridCell("c", 1, 1)))
    [table] = write(Block(BlockKind.TABLE, BOX, table=grid))["tables"]
    assert (table["data"]["num_rows"], table["data"]["num_cols"]) == (2, 2)
    first = table["data"]["table_cells"][0]
    assert (first["col_span"], first["start_col_offset_idx"], first["end_col_offset_idx"]) == (2, 0, 2)


def test_a_chart_has_its_data_with_the_header_marked():
    [picture] = write(chart())["pictures"]
    found = picture["meta"]["tabular_chart"]
    assert (found["title"], found["confidence"]) == ("Fruit", 0.5)
    cells = found["chart_data"]["table_cells"]
    assert [(cell["text"], cell["column_header"]) for cell in cells] == [
        ("", True), ("2024", True), ("Apples", False), ("42", False),
    ]  # fmt: skip
    assert "image" not in picture


def test_images_come_along_where_asked_for():
    [picture] = write(chart(), images=True)["pictures"]
    assert picture["image"]["uri"] == "data:image/png;base64,cG5n"
    assert (picture["image"]["size"], picture["image"]["dpi"]) == ({"width": 50, "height": 20}, 144)
