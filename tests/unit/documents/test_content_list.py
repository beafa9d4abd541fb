from serve_app.documents.content_list import list_content
from serve_app.documents.layout_parsing import prune_page, write_page
from tests.unit.documents.reading import DOCUMENT


def test_the_entries_have_minerus_types_and_thousandths_of_the_page():
    entries = list_content(DOCUMENT)
    assert [entry["type"] for entry in entries] == [
        *("header", "text", "text", "list", "table", "table", "text"),
        *("image", "equation"),
    ]
    assert entries[1] == {
        "type": "text",
        "text": "Revenue *up*",
        "text_level": 1,
        "page_idx": 0,
        "bbox": [90, 72, 675, 100],
    }
    assert "<td>42</td>" in entries[5]["table_body"]
    assert entries[5]["img_path"] == "images/page-1-6.png"
    assert entries[-1]["page_idx"] == 2


def test_paddlexs_names():
    page = DOCUMENT.pages[0]
    blocks = prune_page(page)["parsing_res_list"]
    assert [each["block_label"] for each in blocks] == [
        *("header", "doc_title", "text", "text", "table", "chart", "figure_title"),
    ]
    text, images = write_page(page)
    assert "![chart on page 1](images/page-1-6.png)" in text
    assert images == {"images/page-1-6.png": "cG5n"}
