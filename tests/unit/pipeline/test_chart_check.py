"""Numbers that no text supports: where values are printed they are suspect, where an axis gives them they are not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.charts.profiles import PROFILES
from serve_app.domain import ChartReading, ChartTable, ReadingWarning, Size, TextLine
from serve_app.pipeline.chart_check import check_values
from serve_app.tables.numbers import parse_number
from serve_app.tables.ocr_texts import MAX_TEXTS, list_texts
from tests.unit.tables.tables import make_table


def print_text(text: str, left: float, top: float) -> TextLine:
    right, bottom = left + 8 * len(text), top + 12
    return TextLine(text, 0.95, ((left, top), (right, top), (right, bottom), (left, bottom)))


def print_bars(*values: str, names: str = "ABCDEFGH") -> list[TextLine]:
    """Values over bars of different heights, and the bars' names under them."""
    over = [print_text(value, 100 + 80 * i, 40 + (37 * i * i) % 200) for i, value in enumerate(values)]
    return over + [print_text(f"Bar {names[i]}", 100 + 80 * i, 320) for i in range(len(values))]


def print_axis(*values: str) -> list[TextLine]:
    return [print_text(value, 60 - 8 * len(value), 300 - 50 * i) for i, value in enumerate(values)]


def make_bars(*values: str) -> ChartTable:
    return make_table([["", "Tonnes"], *([f"Bar {'ABCDEFGH'[i]}", value] for i, value in enumerate(values))])


def read_suspects(table: ChartTable, lines: list[TextLine]) -> list[str]:
    reading, _ = check_values(ChartReading(table, "model", Size(800, 400)), lines)
    suspects = [cell.text for row in reading.table.rows for cell in row if cell.suspect]
    assert [warning.code for warning in reading.warnings] == (["values_unsupported"] if suspects else [])
    return suspects


def test_a_number_that_is_not_among_the_printed_ones_is_suspect():
    reading = ChartReading(make_bars("42", "17", "35", "99"), "model", Size(800, 400))
    reading = replace(reading, warnings=(ReadingWarning("truncated", "cut"),))
    checked, evidence = check_values(reading, print_bars("42", "17", "35", "28"))
    assert [row[1].suspect for row in checked.table.rows] == [False, False, False, True]
    assert not any(cell.suspect for row in checked.table.rows for cell in row[:1])
    assert [warning.code for warning in checked.warnings] == ["truncated", "values_unsupported"]
    assert checked.warnings[1].message.startswith("1 value is")
    assert evidence.rows[3][1].line is None


def test_several_are_counted():
    values = ["42", "17", "35", "28", "61", "77", "83", "94"]
    checked, _ = check_values(
        ChartReading(make_bars(*values[:6], "1.5", "1.6"), "model", Size(800, 400)), print_bars(*values)
    )
    assert checked.warnings[0].message.startswith("2 values are")


PIPES = "| | Sales |\n|---|---|\n| Bar A | 42 |\n| Bar B | 17 |\n| Bar C | 35 |\n| Bar D | {} |"
PLAIN = "Year | Sales\nBar A | 42\nBar B | 17\nBar C | 35\nBar D | {}"
OTSL = "<fcel>Year<fcel>Sales<nl>" + "".join(
    f"<fcel>Bar {name}<fcel>{value}<nl>" for name, value in zip("ABCD", ("42", "17", "35", "{}"), strict=True)
)
MODEL_ANSWERS = [
    ("mineru2.5", OTSL),
    ("mineru2.5-pro", f"<|class_start|>chart<|class_end|><|content_start|>{PIPES}<|content_end|>"),
    ("pp-chart2table", PLAIN),
    ("paddleocr-vl", PLAIN),
    ("generic", PIPES),
]


@pytest.mark.parametrize(("profile", "answer"), MODEL_ANSWERS)
def test_answers_of_every_family_are_checked(profile, answer):
    parse = PROFILES[profile].parser
    lines = print_bars("42", "17", "35", "28")
    assert read_suspects(parse(answer.format("28"), None), lines) == []
    assert read_suspects(parse(answer.format("29"), None), lines) == ["29"]


@pytest.mark.parametrize(
    "values", [("12", "27", "41", "33"), ("20", "40", "60", "33"), ("20", "40", "60", "80"), ("20", "60", "80", "99")]
)
def test_values_read_off_an_axis_are_never_suspect(values):
    axis = print_axis("0", "20", "40", "60", "80", "100")
    names = [print_text(f"Bar {name}", 100 + 80 * i, 320) for i, name in enumerate("ABCD")]
    assert read_suspects(make_bars(*values), axis + names) == []


@pytest.mark.parametrize("steps", [("0", "20", "40"), ("1", "10", "100", "1000"), ("0%", "20%", "40%", "60%")])
def test_equal_to_the_ticks_of_a_short_or_logarithmic_axis_is_not_printed(steps):
    assert read_suspects(make_bars(*steps, "33.5"), print_axis(*steps)) == []


def test_ticks_that_stand_in_one_line_are_an_axis_too():
    assert read_suspects(make_bars("0", "20", "40", "33"), [print_text("0      20      40      60", 100, 320)]) == []


def test_printed_values_beside_an_axis_are_checked():
    lines = print_bars("42", "17", "35", "28") + print_axis("0", "10", "20", "30", "40", "50")
    assert read_suspects(make_bars("42", "17", "35", "26"), lines) == ["26"]
    assert read_suspects(make_bars("42", "17", "35", "28"), lines) == []


@pytest.mark.parametrize("count", [1, 2])
def test_few_printed_values_tell_nothing(count):
    printed = ["42", "17"][:count]
    assert read_suspects(make_bars(*printed, "99"), print_bars(*printed, "28")) == []


def test_values_of_which_half_are_printed_tell_nothing():
    assert read_suspects(make_bars("42", "17", "35", "1", "2", "3"), print_bars("42", "17", "35")) == []


def test_numbers_that_are_written_or_printed_otherwise_are_held():
    lines = print_bars("42", "17", "35", "1,500,000")
    for same in ("1.5M", "1500000", "1 500 000", "$1,500,000"):
        assert read_suspects(make_bars("42", "17", "35", same), lines) == []


def test_digits_inside_of_a_joined_word_hold_a_number():
    assert read_suspects(make_bars("42", "17", "35", "281"), print_bars("42", "17", "35", "281.329.4")) == []
    assert read_suspects(make_bars("42", "17", "35", "12"), print_bars("42", "17", "35", "2012x")) == ["12"]


def test_nothing_is_told_of_an_image_with_more_texts_than_are_looked_at():
    lines = print_bars("42", "17", "35")
    notes = [print_text("note", 0, 400)] * (MAX_TEXTS - len(list_texts(lines)) - 1)
    assert read_suspects(make_bars("42", "17", "35", "28"), lines + notes) == ["28"]
    beyond = [*lines, *notes, print_text("over 28", 0, 420)]  # parts of lines come last
    assert read_suspects(make_bars("42", "17", "35", "28"), beyond) == []


def test_a_number_that_is_printed_once_holds_several_cells():
    assert read_suspects(make_bars("42", "17", "35", "42"), print_bars("42", "17", "35", "x")) == []


NUMBERS = st.one_of(
    st.integers(-(10**7), 10**7).map(str),
    st.integers(0, 10**7).map("{:,}".format),
    st.decimals(-1000, 1000, places=2).map(str),
    st.integers(0, 100).map("{}%".format),
    st.decimals(0, 100, places=1).map("${}M".format),
).filter(lambda text: parse_number(text) is not None)
PLACES = st.tuples(st.integers(0, 2000), st.integers(0, 2000))


@st.composite
def printed_tables(draw):
    """A table all of whose numbers are printed somewhere, among other texts."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=8))
    names = [draw(st.sampled_from(["Bar", "2019", "5", "", "42"])) for _ in rows]
    table = make_table([[""] + ["S"] * width, *([name, *row] for name, row in zip(names, rows, strict=True))])
    texts = [text for row in rows for text in row] + names + draw(st.lists(NUMBERS, max_size=5))
    order = draw(st.permutations(texts))
    if draw(st.booleans()):  # as the lines of a drawn table
        return table, [print_text(" ".join(row), 40, 30 * i) for i, row in enumerate([*rows, names])]
    return table, [print_text(text, *draw(PLACES)) for text in order if text]


@given(printed_tables())
def test_a_table_whose_every_number_is_printed_has_no_suspect_cell(printed):
    table, lines = printed
    reading, _ = check_values(ChartReading(table, "model", Size(2000, 2000)), lines)
    assert reading.table == table
    assert reading.warnings == ()


def test_no_text_and_no_table_are_fine():
    assert read_suspects(make_bars("1", "2", "3", "4"), []) == []
    assert read_suspects(ChartTable(), print_bars("1", "2")) == []
