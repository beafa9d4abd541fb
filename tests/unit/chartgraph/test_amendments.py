import itertools

import pytest

from serve_app.chartgraph.amendments import amend
from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

YEARS = [(str(2000 + i), 60 + 40 * i, 270, Role.CATEGORY) for i in range(5)]
LINE = [(MarkKind.POINT, 60 + 40 * i, 100 + 10 * i) for i in range(5)]


def test_a_number_behind_the_last_point_is_its_value_and_the_text_behind_that_names_the_line():
    words = [*YEARS, ("$72", 240, 140, Role.TICK), ("Total", 275, 140, Role.CONTINUED)]
    found = amend(make_graph(words, LINE, kind=ChartKind.LINE))
    assert [Role(role) for role in found.best_roles[-2:]] == [Role.VALUE, Role.SERIES]


def test_a_number_far_from_the_line_keeps_its_role():
    words = [*YEARS, ("72", 240, 200, Role.TICK), ("Total", 275, 200, Role.CONTINUED)]
    found = amend(make_graph(words, LINE, kind=ChartKind.LINE))
    assert [Role(role) for role in found.best_roles[-2:]] == [Role.TICK, Role.CONTINUED]


def test_points_that_the_model_saw_in_print_behind_the_last_year_are_dropped():
    words = [*YEARS, ("72", 240, 140, Role.VALUE)]
    found = amend(make_graph(words, [*LINE, (MarkKind.POINT, 243, 141)], kind=ChartKind.LINE))
    assert found.find_marks(MarkKind.POINT) == [0, 1, 2, 3, 4]


def test_numbers_behind_the_ends_of_lines_are_values_and_no_ticks():
    other = [(MarkKind.POINT, 60 + 40 * i, 200 - 5 * i) for i in range(5)]
    words = [*YEARS, ("72", 240, 140, Role.TICK), ("31", 240, 181, Role.TICK)]
    found = amend(make_graph(words, [*LINE, *other], kind=ChartKind.LINE))
    assert found.find_words(Role.VALUE) == [5, 6]


def test_an_axis_at_the_right_keeps_its_ticks():
    ticks = [(str(10 * i), 240, 240 - 50 * i, Role.TICK) for i in range(5)]
    found = amend(make_graph([*YEARS, *ticks], LINE, kind=ChartKind.LINE))
    assert len(found.find_words(Role.TICK)) == 5


def test_ranges_beside_names_are_names():
    words = [*YEARS, ("Total", 100, 40, Role.SERIES), ("30-49", 100, 60, Role.VALUE), ("30", 100, 80, Role.VALUE)]
    found = amend(make_graph(words, LINE, kind=ChartKind.LINE))
    assert [Role(role) for role in found.best_roles[-3:]] == [Role.SERIES, Role.SERIES, Role.VALUE]


def test_the_unit_of_a_value_at_a_bar_is_no_name():
    words = [*YEARS, ("Total", 100, 40, Role.SERIES), ("million", 100, 60, Role.VALUE)]
    found = amend(make_graph(words, [(MarkKind.COLUMN, 60, 100), (MarkKind.COLUMN, 100, 100)]))
    assert Role(found.best_roles[-1]) is Role.VALUE


def test_bars_in_a_column_beside_names_are_the_keys_of_a_legend():
    words = [*YEARS, ("4", 320, 100, Role.SERIES), ("front", 334, 126, Role.OTHER)]
    bars = [(MarkKind.COLUMN, 60 + 40 * i, 150) for i in range(5)]
    keys = [(MarkKind.COLUMN, 300, 88), (MarkKind.COLUMN, 300, 114)]
    graph = make_graph(words, [*bars, *keys], categories={i: str(2000 + i) for i in range(5)})
    found = amend(graph)
    assert [found.points[mark].tolist() for mark in found.find_marks(MarkKind.SWATCH)] == [[300, 100], [300, 126]]
    assert len(found.find_marks(MarkKind.COLUMN)) == 5


@pytest.mark.parametrize("numbers", [("-10M", "-5M", "0M", "5M", "10M"), ("0", "20", "40", "60", "80")])
def test_bars_that_run_across_have_their_categories_beside_them_whatever_the_model_says(numbers):
    ages = [(str(10 * i), 20, 40 + 30 * i, Role.TICK) for i in range(6)]
    axis = [(text, 60 + 50 * i, 230, Role.CATEGORY) for i, text in enumerate(numbers)]
    bars = [(MarkKind.BAR, 110 + 20 * i, 40 + 30 * i) for i in range(6)]
    wrong = dict.fromkeys(range(6), numbers[1])
    table = assemble(make_graph([*ages, *axis], bars, kind=ChartKind.HORIZONTAL_BAR, categories=wrong)).table
    assert [row[0].text for row in table.rows] == ["0", "10", "20", "30", "40", "50"]
    values = [row[1].number.value for row in table.rows]
    assert [b - a for a, b in itertools.pairwise(values)] == pytest.approx([values[1] - values[0]] * 5)
