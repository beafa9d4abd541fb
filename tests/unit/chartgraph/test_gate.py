import dataclasses

import pytest

from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.gate import find_refusal
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import Cell, ChartKind, ChartTable, Number
from tests.unit.chartgraph.graphs import make_graph

NO_WORDS = make_graph([], [])


def table(*confidences: float, kind: ChartKind = ChartKind.BAR) -> ChartTable:
    rows = tuple((Cell("a", 0.9), Cell("1", confidence, Number(1.0))) for confidence in confidences)
    return ChartTable((Cell(""), Cell("value")), rows, kind=kind)


def axis(ticks: int) -> Axis:
    return Axis(0.0, -1.0, False, 0.0, 10.0, 1.0, tuple(range(ticks)))


@pytest.mark.parametrize(
    ("read", "scale", "chart"),
    [
        (table(0.4, 0.4), axis(5), True),
        (table(0.1, 0.1), axis(5), False),  # a heat map has axes, too
        (table(0.6, 0.6), axis(3), True),
        (table(0.4, 0.4), axis(3), False),
        (table(0.95, 0.95, 0.95), None, True),  # printed values without an axis
        (table(0.95, 0.95), None, False),
        (ChartTable(kind=ChartKind.BAR), axis(9), False),
    ],
)
def test_an_axis_or_values_that_are_sure_make_a_chart(read, scale, chart):
    assert (find_refusal(NO_WORDS, read, scale) is None) is chart


def test_marks_that_are_in_no_cell_speak_against_a_chart():
    assert find_refusal(NO_WORDS, table(0.8, 0.8), axis(5), unread=2) is None
    assert find_refusal(NO_WORDS, table(0.8, 0.8), axis(5), unread=10) is not None


def test_a_pie_needs_shares_names_or_keys():
    pie = table(0.6, 0.6, kind=ChartKind.PIE)
    rims = [(MarkKind.HUB, 0, 0), (MarkKind.RIM, 0, 10), (MarkKind.RIM, 10, 0)]
    assert find_refusal(make_graph([], rims), pie, None) is not None
    assert find_refusal(make_graph([("40%", 0, 0, Role.VALUE), ("60%", 9, 9, Role.VALUE)], rims), pie, None) is None
    assert find_refusal(make_graph([], [*rims, (MarkKind.SWATCH, 50, 0), (MarkKind.SWATCH, 50, 20)]), pie, None) is None
    sure = dataclasses.replace(pie, rows=table(0.8, 0.8).rows)
    assert find_refusal(make_graph([], rims), sure, None) is None


@pytest.mark.parametrize(("confirmed", "chart"), [(4, True), (3, False)])
def test_values_that_their_marks_confirm_make_a_chart_without_an_axis(confirmed, chart):
    assert (find_refusal(NO_WORDS, table(0.6, 0.6, 0.6, 0.6), None, confirmed=confirmed) is None) is chart


def test_percentages_without_the_centre_of_a_pie_are_no_pie():
    pie = table(0.95, 0.95, kind=ChartKind.PIE)
    words = [("40%", 0, 0, Role.VALUE), ("60%", 9, 9, Role.VALUE)]
    assert find_refusal(make_graph(words, [(MarkKind.RIM, 0, 10), (MarkKind.RIM, 10, 0)]), pie, None) is not None


def plot(labels: int, marks: int):
    names = [(f"c{i}", 30.0 * i, 90.0, Role.CATEGORY) for i in range(labels)]
    bars = [(MarkKind.COLUMN, 30.0 * i, 40.0) for i in range(marks)]
    return make_graph(names, bars, categories={i: f"c{i}" for i in range(labels)})


@pytest.mark.parametrize(
    ("labels", "marks", "confidence", "scale", "chart"),
    [
        (4, 4, 0.4, axis(2), True),
        (4, 4, 0.7, None, True),  # no axis, but values that are likely
        (4, 4, 0.4, None, False),
        (4, 8, 0.4, axis(2), False),  # half of the marks stand nowhere
        (2, 2, 0.7, None, False),
    ],
)
def test_marks_that_stand_at_categories_make_a_chart(labels, marks, confidence, scale, chart):
    read = table(*[confidence] * marks)
    assert (find_refusal(plot(labels, marks), read, scale, confirmed=2) is None) is chart


def test_numbers_of_which_half_are_in_steps_are_no_axis():
    page = dataclasses.replace(axis(9), confidence=0.7)
    assert find_refusal(NO_WORDS, table(0.4, 0.4, 0.4), page) is not None
    assert find_refusal(NO_WORDS, table(0.4, 0.4, 0.4), axis(9)) is None


def test_printed_values_that_do_not_grow_with_their_bars_are_no_plot():
    assert find_refusal(plot(4, 4), table(0.7, 0.7, 0.7, 0.7), None, confirmed=1) is not None
