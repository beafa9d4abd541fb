import dataclasses

import numpy as np
import pytest

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.chartgraph.training.renderer import render
from serve_app.domain import ChartKind
from serve_app.tables.scores import rms_f1
from tests.unit.chartgraph.graphs import make_graph
from tests.unit.chartgraph.perfect import perfect_graph

SEEDS = range(20_000_000, 20_000_060)


@pytest.fixture(scope="module")
def scenes():
    return [render(seed) for seed in SEEDS]


def with_role(graph, role):
    return int(np.flatnonzero(graph.best_roles == role)[0])


def test_a_perfect_graph_gives_the_exact_table(scenes):
    scores = [rms_f1(assemble(perfect_graph(scene)).table, scene.table).f1 for scene in scenes]
    assert np.median(scores) == pytest.approx(1, abs=1e-3)
    assert np.mean(scores) > 0.93  # the rest are charts with one tick, or units that are nowhere printed


def test_kind_title_and_shape(scenes):
    for scene in scenes:
        read = assemble(perfect_graph(scene))
        table = read.table
        assert table.kind is scene.kind
        assert (table.title and table.title.text) == (scene.table.title and scene.table.title.text)
        # What stands between the labels of an axis that counts has rows too, which the answer says.
        inferred = "thinned_labels" in [warning.code for warning in read.warnings]
        assert len(table.rows) == len(scene.table.rows) or (inferred and len(table.rows) > len(scene.table.rows))
        assert all(len(row) == len(table.columns) == len(scene.table.columns) for row in table.rows)


def test_confidences_are_probabilities_and_places_are_in_the_image(scenes):
    for scene in scenes:
        for cell in (cell for row in assemble(perfect_graph(scene)).table.rows for cell in row):
            assert 0 <= cell.confidence <= 1
            if cell.place is not None and isinstance(cell.place[0], float):
                assert 0 <= cell.place[0] <= scene.image.width


def test_a_missing_mark_leaves_an_empty_cell(scenes):
    scene = next(s for s in scenes if s.kind is ChartKind.BAR and not s.stacked)
    graph = perfect_graph(scene)
    scores = graph.scores.copy()
    placed = [i for i, m in enumerate(scene.marks) if m.category is not None]
    scores[placed[len(placed) // 2]] = 0.01  # one in the middle: what lies beyond all marks may be no category
    table = assemble(dataclasses.replace(graph, scores=scores)).table
    cells = [cell for row in table.rows for cell in row[1:]]
    assert [(c.text, c.confidence) for c in cells].count(("", 0.0)) == 1
    assert len(table.rows) == len(scene.table.rows)


def test_two_marks_for_one_cell_leave_the_likelier(scenes):
    scene = next(s for s in scenes if s.kind is ChartKind.HORIZONTAL_BAR)
    graph = perfect_graph(scene)
    double = dataclasses.replace(
        graph,
        points=np.concatenate((graph.points, graph.points * 0.5)),
        kinds=np.concatenate((graph.kinds, graph.kinds)),
        scores=np.concatenate((graph.scores, graph.scores * 0.6)),
        links=np.concatenate((graph.links, graph.links), 1),
    )
    assert rms_f1(assemble(double).table, assemble(graph).table).f1 == pytest.approx(1)


def test_nothing_found_is_an_empty_table(scenes):
    graph = perfect_graph(scenes[0])
    nothing = dataclasses.replace(
        graph, points=np.zeros((0, 2)), kinds=np.zeros(0, int), scores=np.zeros(0), links=graph.links[:, :0]
    )
    table = assemble(nothing).table
    assert table.kind is ChartKind.UNKNOWN
    assert table.rows == ()


def test_no_words_at_all(scenes):
    for scene in scenes[:20]:
        graph = perfect_graph(scene)
        mute = dataclasses.replace(
            graph, words=[], roles=np.zeros((0, len(Role))), links=np.ones((3, len(graph.points), 1))
        )
        assert assemble(mute).table.title is None


def test_any_probabilities_give_a_rectangular_table(scenes):
    rng = np.random.default_rng(0)
    for scene in scenes:
        graph = perfect_graph(scene)
        links = rng.random(graph.links.shape) ** 4
        shaken = dataclasses.replace(
            graph,
            roles=rng.dirichlet(np.full(len(Role), 0.3), len(graph.words)),
            links=links / links.sum(-1, keepdims=True),
            scores=rng.random(len(graph.scores)),
            chart_kinds=rng.dirichlet(np.ones(len(CHART_KINDS))),
            stacked=float(rng.random()),
        )
        table = assemble(shaken).table
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(0 <= cell.confidence <= 1 for row in table.rows for cell in row)


def test_the_unit_of_the_ticks_is_that_of_the_values(scenes):
    graphs = [(perfect_graph(s), s) for s in scenes if s.kind is not ChartKind.PIE]
    percent = [g for g, s in graphs if any("%" in w.text for w in s.words if w.role is Role.TICK)]
    assert percent
    for graph in percent:
        numbers = [c.number for row in assemble(graph).table.rows for c in row[1:] if c.number]
        assert numbers
        assert all(number.percent for number in numbers)


def test_sloping_labels_that_count_stay_with_the_marks_that_they_are_linked_to():
    rounds = [(f"Round {i + 1}", 40 + 40 * i, 270, Role.CATEGORY) for i in range(5)]
    ticks = [(str(10 * i), 10, 250 - 50 * i, Role.TICK) for i in range(5)]
    points = [(MarkKind.POINT, 70 + 40 * i, 200 - 20 * i) for i in range(5)]
    links = {i: f"Round {i + 1}" for i in range(5)}
    table = assemble(make_graph([*rounds, *ticks], points, kind=ChartKind.LINE, categories=links)).table
    assert [row[0].text for row in table.rows] == list(links.values())
