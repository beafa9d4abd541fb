import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import ChartTable
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS
from serve_app.tables.html import parse
from tests.growth import grows_linearly
from tests.unit.tables.tables import MARKUP, is_rectangular, list_rows


def test_reads_a_table() -> None:
    text = """<html><body><table border=1><caption>A &amp; B</caption><thead><tr><th>Year</th><th>A</th></tr></thead>
    <tbody><TR><TD class="x">2018</TD><td><b>1</b>.5</td></TR></tbody></table></body></html>"""
    table = parse(text)
    assert list_rows(table) == [["Year", "A"], ["2018", "1.5"]]
    assert table.title is not None
    assert table.title.text == "A & B"


def test_spans_are_filled() -> None:
    table = parse(
        "<table><tr><td rowspan=2>A</td><td colspan='2'>B</td></tr><tr><td>1</td><td>2</td></tr>"
        '<tr><td rowspan="2" colspan="2">C</td><td>3</td></tr><tr><td>4</td></tr></table>'
    )
    assert list_rows(table) == [["A", "B", "B"], ["A", "1", "2"], ["C", "C", "3"], ["C", "C", "4"]]


def test_a_cell_spans_as_many_rows_as_it_says() -> None:
    rows = list_rows(parse("<tr><td rowspan=3>a<td>1<tr><td>2<tr><td>3<tr><td>b<td>4"))
    assert rows == [["a", "1"], ["a", "2"], ["a", "3"], ["b", "4"]]


def test_a_rowspan_ends_with_the_last_row() -> None:
    assert list_rows(parse("<tr><td rowspan=9>a<td>b<tr><td>c")) == [["a", "b"], ["a", "c"]]


def test_unclosed_tags_are_closed_by_the_next() -> None:
    assert list_rows(parse("<table><tr><td>a<td>b<tr><td>1<td>2")) == [["a", "b"], ["1", "2"]]


def test_cells_without_a_table_or_row_are_read() -> None:
    assert list_rows(parse("x<td>a</td>junk<td>b</td>")) == [["a", "b"]]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b<p>c", "a b c"),
        ("1<sup>st</sup>", "1st"),
        ("&lt;5 &#8364;&nbsp;x", "<5 \u20ac x"),
        ("<!-- no -->a", "a"),
        ("a < b", "a < b"),
        ("<table><tr><td>in</td></tr></table>", "in"),
    ],
)
def test_markup_inside_a_cell(markup: str, text: str) -> None:
    assert list_rows(parse(f"<table><tr><td>{markup}</td><td>z</td></tr></table>")) == [[text, "z"]]


def test_only_the_first_table_is_read() -> None:
    assert list_rows(parse("<table></table><table><tr><td>a</table><table><tr><td>b</table>")) == [["a"]]


def test_confidence_follows_the_characters() -> None:
    text = "<tr><td>ab<td>c</td>"
    confidence = [1.0] * len(text)
    confidence[text.index("b")] = 0.5
    assert [cell.confidence for cell in parse(text, confidence).columns] == [0.5, 1.0]


def test_an_empty_cell_is_as_sure_as_the_tag_that_closes_it() -> None:
    text = "<tr><td></td>"
    confidence = [0.5 if index == text.index("</td>") else 1.0 for index in range(len(text))]
    assert parse(text, confidence).columns[0].confidence == 0.5


def test_span_bombs_are_bounded() -> None:
    table = parse("<table>" + "<tr><td rowspan=9999 colspan=9999>" * 500 + "x" * 50_000)
    assert len(table.columns) == MAX_COLUMNS
    assert len(table.columns) * (1 + len(table.rows)) <= MAX_CELLS
    assert list_rows(parse(f"<td colspan={'9' * 5000}>a")) == [["a"]]
    assert list_rows(parse("<td colspan=0 rowspan=-1>a")) == [["a"]]


@pytest.mark.parametrize("junk", ["<a ", "<!--", "<td>", "<tr>", "<td><table>", "</", "<td a='", "&#", "<![x"])
def test_reads_malformed_text_in_linear_time(junk: str) -> None:
    assert grows_linearly(lambda count: parse(junk * count), 2_500)


def test_nothing_gives_an_empty_table() -> None:
    assert parse("no table") == ChartTable()


@given(st.one_of(MARKUP, st.text()))
def test_never_raises(text: str) -> None:
    assert is_rectangular(parse(text, [0.5] * len(text)))
