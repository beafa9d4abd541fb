from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import ChartTable
from serve_app.tables.grid import MAX_CELLS, MAX_COLUMNS
from serve_app.tables.otsl import parse
from tests.unit.tables.tables import MARKUP, is_rectangular, list_rows


def test_reads_cells() -> None:
    table = parse("<fcel>Year<fcel>A<nl><fcel>2018<fcel>1.5<nl><fcel>2019<ecel><nl>")
    assert list_rows(table) == [["Year", "A"], ["2018", "1.5"], ["2019", ""]]


def test_spans_are_filled() -> None:
    # A spans two rows, B two columns, C two of both.
    text = "<fcel>A<fcel>B<lcel><nl><ucel><fcel>1<fcel>2<nl><fcel>C<lcel><fcel>3<nl><ucel><xcel><fcel>4<nl>"
    assert list_rows(parse(text)) == [["A", "B", "B"], ["A", "1", "2"], ["C", "C", "3"], ["C", "C", "4"]]


def test_continuations_of_nothing_are_empty() -> None:
    assert list_rows(parse("<lcel><ucel><xcel><fcel>x<nl>")) == [["", "", "", "x"]]


def test_text_before_the_first_tag_is_ignored() -> None:
    assert list_rows(parse("table: <ched>a<rhed>b")) == [["a", "b"]]
    assert parse("no table") == ChartTable()


def test_confidence_is_that_of_the_text_or_of_the_empty_cells_tag() -> None:
    text = "<fcel>ab<ecel><nl>"
    confidence = [1.0] * len(text)
    confidence[0] = 0.9  # the tag says that there is a cell, not what is in it
    confidence[text.index("b")] = 0.5
    confidence[text.index("<ecel>")] = 0.25
    assert [cell.confidence for cell in parse(text, confidence).columns] == [0.5, 0.25]


def test_size_is_bounded() -> None:
    assert len(parse("<fcel>x" + "<lcel>" * 1000).columns) == MAX_COLUMNS
    table = parse(("<fcel>x" * 300 + "<nl>") * 300)
    assert len(table.columns) * (1 + len(table.rows)) <= MAX_CELLS


@given(st.one_of(MARKUP, st.text()))
def test_never_raises(text: str) -> None:
    assert is_rectangular(parse(text, [0.5] * len(text)))
