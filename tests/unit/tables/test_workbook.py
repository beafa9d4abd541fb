import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from serve_app.domain import Cell, ChartTable
from serve_app.tables.numbers import parse_number
from serve_app.tables.sheets import Sheet
from serve_app.tables.workbook import to_xlsx, write_workbook


def make(texts, title=None):
    rows = tuple((Cell("a"), Cell(text, number=parse_number(text))) for text in texts)
    return ChartTable((Cell(""), Cell("values")), rows, title and Cell(title))


def read(table):
    return load_workbook(io.BytesIO(to_xlsx(table))).active


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("42", 42, "0"),
        ("-1,200.5", -1200.5, "0.0"),
        ("12.5%", 0.125, "0.0%"),
        ("$3.25", 3.25, '"$"0.00'),
        ("1.5M", 1.5, '0.0"M"'),
    ],
)
def test_numbers_are_numbers_shown_as_they_are_printed(text, value, shown):
    cell = read(make([text]))["B2"]
    assert cell.value == pytest.approx(value)
    assert cell.number_format == shown
    assert cell.data_type == "n"


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "http://127.0.0.1/", "2024E", "n/a"])
def test_all_else_is_text_and_runs_nothing(text):
    cell = read(make([text]))["B2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_labels_are_text_though_they_look_like_numbers():
    table = ChartTable((Cell("year"), Cell("x")), ((Cell("2024", number=parse_number("2024")), Cell("")),))
    assert read(table)["A2"].value == "2024"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (None, "Table"),
        ("a/b [c]: d*?", "a b  c   d"),
        ("'x'", "x"),
        ("History", "Table"),
        ("long " * 20, ("long " * 20)[:31]),
    ],
)
def test_the_sheet_has_the_tables_title(title, name):
    assert read(make(["1"], title)).title == name.strip()


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
def test_any_text_makes_a_workbook_that_opens(title, texts):
    sheet = read(make(texts, title))
    assert sheet.max_row == len(texts) + 1


class TestDocuments:
    def write(self, *sheets):
        return load_workbook(io.BytesIO(write_workbook(sheets)))

    def sheet(self, *rows, page=1, index=1, title="", named=False):
        cells = tuple(tuple(Cell(text, number=parse_number(text)) for text in row) for row in rows)
        return Sheet(page, index, "table", title, cells, named)

    def test_a_sheet_for_each_and_a_list_with_links(self):
        unread = Sheet(3, 0, "not read", "it is damaged", ())
        book = self.write(self.sheet(["a", "=1+1"], title="Sold: by year"), self.sheet(["7"], page=2), unread)
        assert book.sheetnames == ["Contents", "p1-t1 Sold  by year", "p2-t1"]
        listed = [[cell.value for cell in row] for row in book["Contents"].rows][1:]
        assert listed == [
            ["p1-t1 Sold  by year", 1, "table", "Sold: by year", 1, 2],
            ["p2-t1", 2, "table", "", 1, 1],
            [None, 3, "not read", "it is damaged", None, None],
        ]
        assert book["Contents"]["A2"].hyperlink.location == "'p1-t1 Sold  by year'!A1"
        assert book["p1-t1 Sold  by year"]["B1"].data_type == "s"
        assert book["p2-t1"]["A1"].value == 7

    @pytest.mark.parametrize("text", ["007", "0049 30 1234", "1234567890123456"])
    def test_what_a_number_would_lose_stays_text(self, text):
        assert self.write(self.sheet([text]))["p1-t1"]["A1"].value == text

    def test_a_document_without_tables_has_an_empty_list(self):
        assert self.write().sheetnames == ["Contents"]

    @given(st.lists(st.text(max_size=40), max_size=3))
    def test_any_titles_make_a_workbook_that_opens(self, titles):
        sheets = [self.sheet(["1"], index=i, title=title) for i, title in enumerate(titles, 1)]
        assert len(self.write(*sheets).sheetnames) == len(titles) + 1
