from dataclasses import replace

import pytest

from serve_app.domain import Cell, ChartTable, Evidence, Number, TextLine
from serve_app.tables.evidence import TableEvidence, find_evidence
from tests.growth import grows_linearly
from tests.unit.tables.tables import make_table


def line(text: str, x: float = 0, y: float = 0) -> TextLine:
    """A level line of characters 6 pixels wide and 10 high, with its top left corner at (x, y)."""
    right, bottom = x + 6 * len(text), y + 10
    return TextLine(text, 0.9, ((x, y), (right, y), (right, bottom), (x, bottom)))


def confirm_label(text: str, *lines: str) -> Evidence:
    """The evidence for a table's only header."""
    return find_evidence(make_table([[text]]), [line(printed) for printed in lines]).columns[0]


def confirm_value(text: str, *lines: str) -> int | None:
    """The line that confirms a value of a table."""
    table = ChartTable((Cell(""), Cell("")), make_table([[], ["", text]]).rows)
    return find_evidence(table, [line(printed) for printed in lines]).rows[0][1].line


def test_each_cell_finds_its_line() -> None:
    table = make_table([["Year", "Sales"], ["2018", "1200"], ["2019", "900"]], title="Sales by year")
    lines = [line(text) for text in ("2019", "2018", "Sales by year", "Year", "900", "1,200", "Sales")]
    found = find_evidence(table, lines)
    assert found.title == Evidence(2, 1.0)
    assert [evidence.line for evidence in found.columns] == [3, 6]
    assert [[evidence.line for evidence in row] for row in found.rows] == [[1, 5], [0, 4]]


def test_nothing_confirms_what_is_not_printed() -> None:
    assert confirm_label("Sales", "Year", "2018") == Evidence()
    assert confirm_label("", "Year") == Evidence()
    assert find_evidence(ChartTable(), [line("a")]) == TableEvidence()
    assert find_evidence(make_table([["a"]]), []).columns == (Evidence(),)


def test_case_and_spaces_do_not_matter() -> None:
    assert confirm_label("New York", "NEWYORK") == Evidence(0, 1.0)
    assert confirm_label("new York", "New York") == Evidence(0, 1.0, corrected=None)


def test_a_similar_label_is_evidence_and_offers_its_spelling() -> None:
    assert confirm_label("Revenu", "Revenue") == Evidence(0, pytest.approx(6 / 7), "Revenue")
    assert confirm_label("cat", "bat") == Evidence(0, pytest.approx(2 / 3), "bat")
    assert confirm_label("abcdefghij", "abxdefghiy") == Evidence(0, pytest.approx(0.8), "abxdefghiy")


def test_a_spelling_far_off_is_not_offered() -> None:
    # 2 edits in 5 letters: alike enough to be evidence, too far for a correction.
    assert confirm_label("abcde", "abxye") == Evidence(0, pytest.approx(0.6), None)
    assert confirm_label("abcde", "axyze") == Evidence()


def test_the_most_similar_line_counts() -> None:
    assert confirm_label("Revenue", "Revenge x", "Revenus") == Evidence(1, pytest.approx(6 / 7), "Revenus")


@pytest.mark.parametrize(("text", "printed"), [("2018", "2019"), ("Group 1", "Group 2"), ("Q1", "Q"), ("12.5", "125")])
def test_other_digits_are_another_text(text: str, printed: str) -> None:
    assert confirm_label(text, printed) == Evidence()


@pytest.mark.parametrize(
    ("text", "printed"), [("1200", "1,200"), ("12", "12%"), ("$5", "5"), ("1.50", "1.5"), ("1,200", "S1,200")]
)
def test_a_value_is_confirmed_by_an_equal_number(text: str, printed: str) -> None:
    assert confirm_value(text, "x", printed) == 1


@pytest.mark.parametrize(("text", "printed"), [("12", "1.2"), ("5 kg", "5%"), ("0.12", "12%"), ("-5", "5")])
def test_a_value_is_not_confirmed_by_another(text: str, printed: str) -> None:
    assert confirm_value(text, printed) is None


def test_equal_numbers_have_a_similarity_of_1_and_no_correction() -> None:
    assert confirm_label("1200", "1,200") == Evidence(0, 1.0)


def test_a_misread_number_is_never_corrected() -> None:
    assert confirm_label("1,200", "S1,200") == Evidence(0, pytest.approx(5 / 6), corrected=None)


def test_words_of_a_line_are_evidence_too() -> None:
    found = find_evidence(make_table([["2018", "New York", "2020"]]), [line("2018 New York 2020")])
    assert found.columns == (Evidence(0, 1.0),) * 3


def test_a_whole_line_comes_before_a_word() -> None:
    found = find_evidence(make_table([["2018"]], title="Sales in 2018"), [line("Sales in 2018"), line("2018")])
    assert (found.title.line, found.columns[0].line) == (0, 1)


def test_a_number_that_is_printed_once_confirms_one_value() -> None:
    table = make_table([["", "a", "b"], ["x", "5", "5"]])
    first, second = find_evidence(table, [line("5")]).rows[0][1:]
    assert (first.line, second.line) == (0, None)


def test_values_share_a_line_but_not_its_words() -> None:
    table = make_table([["", "a", "b", "c", "d"], ["x", "7", "5", "5", "5"]])
    values = find_evidence(table, [line("5 7 5")]).rows[0][1:]
    assert [evidence.line for evidence in values] == [0, 0, 0, None]


def test_a_label_that_is_printed_once_confirms_all_equal_labels() -> None:
    assert [evidence.line for evidence in find_evidence(make_table([["a", "a"]]), [line("a")]).columns] == [0, 0]


def test_equal_cells_take_the_lines_nearest_to_them() -> None:
    table = make_table([["", "a"], ["x", "5"], ["y", "5"]])
    rows = tuple(
        (row[0], replace(row[1], place=place))
        for row, place in zip(table.rows, [(200.0, 5.0), (3.0, 5.0)], strict=True)
    )
    found = find_evidence(replace(table, rows=rows), [line("5", x=0), line("5", x=200)])
    assert [row[1].line for row in found.rows] == [1, 0]


@pytest.mark.parametrize(("y", "confirmed"), [(85.0, True), (115.0, True), (300.0, False)])
def test_a_number_far_from_the_values_place_is_no_evidence(y: float, confirmed: bool) -> None:
    """The end of a bar at (103, 100): a label above or below it is its value, a tick label far off is not."""
    value = Cell("5", number=Number(5), place=(103.0, 105.0))
    table = ChartTable((Cell(""), Cell("a")), ((Cell("x"), value),))
    assert (find_evidence(table, [line("5", x=100, y=y)]).rows[0][1].line is not None) == confirmed


def test_a_wide_number_begins_beside_the_values_place() -> None:
    value = Cell("1,234,567", number=Number(1_234_567), place=(100.0, 5.0))
    table = ChartTable((Cell(""), Cell("a")), ((Cell("x"), value),))
    assert find_evidence(table, [line("1,234,567", x=110)]).rows[0][1].line == 0


def test_large_tables_are_matched_in_linear_time() -> None:
    words = ["".join("abcdefgh"[int(digit)] for digit in f"{number:o}") * 2 for number in range(10_000)]
    lines = [line(f"{word[::-1]} {word}", y=index) for index, word in enumerate(words[:1000])]
    table, repeated = [[word] for word in words], [["same"]] * 10_000
    assert grows_linearly(lambda rows: find_evidence(make_table(table[:rows]), lines[: rows // 10]), 1_250)
    assert grows_linearly(lambda rows: find_evidence(make_table(repeated[:rows]), [line("same")] * (rows // 10)), 1_250)
