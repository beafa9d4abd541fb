import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.labels import join_labels
from serve_app.chartgraph.pie_slices import find_hub, list_slices, measure_slices
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import PlacedWord, outline_word
from serve_app.domain import ChartKind

HUB = (200.0, 150.0)


def make_pie(
    shares: list[float], texts: list[str], hub: bool = True, rim: int | None = None, label: bool = False
) -> Graph:
    """A pie that starts at twelve o'clock and runs clockwise; only its first `rim` borders were found."""

    def at(turn: float, radius: float) -> tuple[float, float]:
        return HUB[0] + radius * math.sin(2 * math.pi * turn), HUB[1] - radius * math.cos(2 * math.pi * turn)

    starts = np.concatenate(([0], np.cumsum(shares)))
    middles = [(a + b) / 2 for a, b in itertools.pairwise(starts)]
    words = []
    for text, turn in zip(texts, middles, strict=True):
        x, y = at(turn, 130)
        outline = outline_word(SceneWord(text, x, y, 40, 10, 0, Role.CATEGORY))
        words.append(PlacedWord(text, 1.0, outline, x, y, 40, 10, 0))
    marks = [(MarkKind.SLICE, at(turn, 60)) for turn in middles]
    marks += [(MarkKind.RIM, at(turn, 100)) for turn in starts[:-1]][:rim]
    marks += [(MarkKind.HUB, HUB)] * hub
    links = np.zeros((3, len(marks), 1 + len(words)))
    links[:, :, 0] = 1
    for i in range(len(shares)):
        for link in (0, 2) if label else (0,):
            links[link, i] = np.eye(1 + len(words))[1 + i]
    return Graph(
        words=words,
        roles=np.eye(len(Role))[[Role.CATEGORY] * len(words)],
        points=np.array([point for _, point in marks]),
        kinds=np.array([kind for kind, _ in marks]),
        scores=np.ones(len(marks)),
        links=links,
        chart_kinds=np.eye(len(ChartKind))[list(ChartKind).index(ChartKind.PIE)],
        stacked=0.0,
    )


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=9), st.booleans())
def test_measures_angles(weights, hub):
    shares = [w / sum(weights) for w in weights]
    graph = make_pie(shares, ["x"] * len(shares), hub=hub or len(shares) < 3)
    slices = graph.find_marks(MarkKind.SLICE)
    assert find_hub(graph, slices) == pytest.approx(HUB, abs=1e-3)
    assert measure_slices(graph, slices, find_hub(graph, slices)) == pytest.approx(shares, abs=1e-6)


def test_rows_run_clockwise_with_percentages():
    rows = list_slices(graph := make_pie([0.5, 0.3, 0.2], ["a", "b", "c"]), join_labels(graph))
    assert [(name.text, value.text) for name, value in rows] == [("a", "50%"), ("b", "30%"), ("c", "20%")]
    assert all(value.number and value.number.percent for _, value in rows)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Rail 12%", "Rail", "12%"),
        ("Rail: 12 %", "Rail", "12 %"),
        ("Rail, 12.5", "Rail", "12.5"),
        ("Rail (12%)", "Rail", "12%"),
        ("Model 3 12%", "Model 3", "12%"),
        ("Rail,724", "Rail", "724"),
        ("Rail 1,200", "Rail", "1,200"),
        ("A-12.5%", "A", "12.5%"),
        ("18-24: 7%", "18-24", "7%"),
    ],
)
def test_splits_a_name_from_its_value(text, name, value):
    graph = make_pie([0.6, 0.4], [text, "Road 40%"], label=True)
    rows = list_slices(graph, join_labels(graph))
    assert (rows[0][0].text, rows[0][1].text) == (name, value)


def test_values_in_a_legend_are_told_by_their_shares():
    graph = make_pie([0.5, 0.3, 0.2], ["Rail, 250", "Road, 150", "Air, 100"])
    rows = list_slices(graph, join_labels(graph))
    assert [(name.text, value.text) for name, value in rows] == [("Rail", "250"), ("Road", "150"), ("Air", "100")]


def test_a_legend_is_split_though_one_entry_was_misread():
    graph = make_pie([0.5, 0.3, 0.2], ["Rail, 250", "Road, 150", "Alr1OO"])
    rows = list_slices(graph, join_labels(graph))
    assert [(name.text, value.text) for name, value in rows] == [("Rail", "250"), ("Road", "150"), ("Alr1OO", "100")]


def test_years_in_a_legend_are_no_values():
    graph = make_pie([0.5, 0.3, 0.2], ["Spring 2024", "Summer 2024", "Autumn 2024"])
    rows = list_slices(graph, join_labels(graph))
    assert [value.text for _, value in rows] == ["50%", "30%", "20%"]


def test_a_missing_border_is_shared_evenly():
    graph = make_pie([0.5, 0.3, 0.2], ["a", "b", "c"], rim=2)  # the border between b and c is missing
    slices = graph.find_marks(MarkKind.SLICE)
    assert measure_slices(graph, slices, np.array(HUB)) == pytest.approx([0.5, 0.25, 0.25])


def test_a_slice_without_a_value_gets_an_amount_where_the_others_have_amounts():
    graph = make_pie([0.3, 0.5, 0.2], ["North: 60 kg", "South: 100 kg", "East"], label=True)
    assert [row[1].text for row in list_slices(graph, join_labels(graph))] == ["60 kg", "100 kg", "40 kg"]


def test_amounts_that_contradict_the_angles_tell_nothing_of_the_rest():
    graph = make_pie([0.3, 0.5, 0.2], ["North: 900", "South: 100", "East"], label=True)
    assert [row[1].text for row in list_slices(graph, join_labels(graph))] == ["900", "100", "20%"]
