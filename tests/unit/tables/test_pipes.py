import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import Number
from serve_app.tables.pipes import parse
from tests.unit.tables.tables import MARKUP, is_rectangular, list_rows


def test_reads_the_rows_of_pp_chart2table() -> None:
    table = parse("Year | A | B\n2018 | 104.22 | 9.87\n2019 | 110 | 8")
    assert list_rows(table) == [["Year", "A", "B"], ["2018", "104.22", "9.87"], ["2019", "110", "8"]]
    assert table.rows[0][1].number == Number(104.22)


def test_an_empty_corner_is_a_cell_where_rows_have_no_outer_pipes() -> None:
    assert list_rows(parse(" | A | B\nx | 1 | 2\ny | | 3 |\n")) == [
        ["", "A", "B", ""],
        ["x", "1", "2", ""],
        ["y", "", "3", ""],
    ]


def test_an_empty_corner_over_a_single_row() -> None:
    assert list_rows(parse(" | A\nx | 1")) == [["", "A"], ["x", "1"]]


def test_reads_markdown() -> None:
    table = parse("Here it is:\n\n**Sales**\n\n| **Year** | A |\n|:---|---:|\n| 2018 | `1` |\n| 2019 |  |\n\nEnd.")
    assert list_rows(table) == [["Year", "A"], ["2018", "1"], ["2019", ""]]
    assert table.title is not None
    assert table.title.text == "Sales"


@pytest.mark.parametrize("marks", ["#", "###"])
def test_a_heading_is_the_title(marks: str) -> None:
    table = parse(f"{marks} Sales\r\n| a |\r\n| - |\r\n| 1 |")
    assert table.title is not None
    assert table.title.text == "Sales"


def test_plain_prose_is_no_title() -> None:
    assert parse("The chart shows:\n| a |\n|--|\n| 1 |").title is None


def test_reads_deplot() -> None:
    table = parse("TITLE | Sales by year <0x0A> Year | A <0x0A> 2018 | 1.5 <0x0A> 2019 | 2")
    assert table.title is not None
    assert table.title.text == "Sales by year"
    assert list_rows(table) == [["Year", "A"], ["2018", "1.5"], ["2019", "2"]]


def test_a_column_named_title_is_no_title() -> None:
    assert list_rows(parse("Title | Votes\nDune | 5")) == [["Title", "Votes"], ["Dune", "5"]]
    assert list_rows(parse("| TITLE | Votes |\n|---|---|\n| Dune | 5 |"))[0] == ["TITLE", "Votes"]


@pytest.mark.parametrize(
    ("cell", "text"), [(r"a\|b", "a|b"), (r"12\%", "12%"), (r"a\\b", "a\\b"), (r"C:\x", r"C:\x"), (r"\*x\*", "*x*")]
)
def test_backslashes_protect(cell: str, text: str) -> None:
    assert list_rows(parse(f"| h | i |\n| --- | --- |\n| {cell} | 1 |"))[1] == [text, "1"]


def test_a_dash_for_a_missing_value_is_a_cell() -> None:
    assert list_rows(parse("a | b\n- | -")) == [["a", "b"], ["-", "-"]]


def test_empty_lines_and_code_fences_do_not_matter() -> None:
    assert list_rows(parse("```markdown\n| a | b |\n\n| 1 | 2 |\n```")) == [["a", "b"], ["1", "2"]]


def test_prose_with_a_pipe_is_no_row_of_a_framed_table() -> None:
    assert list_rows(parse("| a | b |\n| 1 | 2 |\n| 3 | 4 |\n\nwhere a|b is shown")) == [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
    ]


def test_a_row_cut_short_keeps_its_columns() -> None:
    assert list_rows(parse("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4")) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert list_rows(parse("|a|b|\n|1|2|\n|3|4")) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_the_longest_table_counts() -> None:
    assert list_rows(parse("x | y\nthen\na | b\n1 | 2")) == [["a", "b"], ["1", "2"]]
    assert list_rows(parse("x | y\nthen\na | b")) == [["x", "y"]]


def test_confidence_follows_the_characters() -> None:
    text = "a | b\n1 | 23"
    confidence = [1.0] * len(text)
    confidence[text.index("3")] = 0.25
    confidence[text.index("b") + 1] = 0.5  # the line break belongs to no cell
    table = parse(text, confidence)
    assert [cell.confidence for cell in (*table.columns, *table.rows[0])] == [1, 1, 1, 0.25]


def test_the_pipes_of_special_tokens_are_no_borders() -> None:
    assert list_rows(parse("| a | b<|txt|> |\n| 1 | 2 |<|im_end|>")) == [["a", "b"], ["1", "2"]]
    assert list_rows(parse("a | b\n1 | 2<|im_end|>")) == [["a", "b"], ["1", "2"]]


@given(st.one_of(MARKUP, st.text()))
def test_never_raises(text: str) -> None:
    assert is_rectangular(parse(text, [0.5] * len(text)))
