import numpy as np
import pytest

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.labels import find_heading, fold_links, join_labels
from serve_app.chartgraph.roles import CHART_KINDS, Role
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import PlacedWord, outline_word


def make_graph(*words: tuple[str, float, float, float, Role]) -> Graph:
    placed = []
    for text, x, y, angle, role in words:
        width = 6.0 * len(text)
        outline = outline_word(SceneWord(text, x, y, width, 10, angle, role))
        placed.append(PlacedWord(text, 1.0, outline, x, y, width, 10.0, angle))
    return Graph(
        words=placed,
        roles=np.eye(len(Role))[[role for *_, role in words]],
        points=np.zeros((1, 2)),
        kinds=np.zeros(1, np.int64),
        scores=np.ones(1),
        links=np.full((3, 1, 1 + len(words)), 1 / (1 + len(words))),
        chart_kinds=np.eye(len(CHART_KINDS))[0],
        stacked=0.0,
    )


def test_joins_the_lines_below_to_the_title():
    graph = make_graph(
        ("third line", 100, 34, 0, Role.CONTINUED),
        ("A long title", 100, 10, 0, Role.TITLE),
        ("of a chart", 100, 22, 0, Role.CONTINUED),
    )
    title = find_heading(graph, join_labels(graph), Role.TITLE)
    assert title is not None
    assert title.text == "A long title of a chart third line"


def test_joins_each_line_to_the_label_above_it():
    graph = make_graph(
        ("United", 50, 200, 0, Role.CATEGORY),
        ("South", 120, 200, 0, Role.CATEGORY),
        ("Kingdom", 50, 212, 0, Role.CONTINUED),
        ("Africa", 120, 212, 0, Role.CONTINUED),
    )
    labels = join_labels(graph)
    assert labels.texts[0] == "United Kingdom"
    assert labels.texts[1] == "South Africa"
    assert labels.roots == (0, 1, 0, 1)
    links = fold_links(graph, labels, 0)
    assert links.sum() == pytest.approx(1)
    assert links[0, 1] == pytest.approx(0.4)


def test_joins_along_a_line_and_along_upright_text():
    beside = make_graph(("New", 20, 50, 0, Role.CATEGORY), ("York", 46, 50, 0, Role.CONTINUED))
    assert join_labels(beside).texts[0] == "New York"
    upright = make_graph(("Sales", 10, 100, 90, Role.VALUE_AXIS), ("in EUR", 22, 100, 90, Role.CONTINUED))
    assert join_labels(upright).texts[0] == "Sales in EUR"


def test_chinese_lines_are_joined_without_a_space():
    graph = make_graph(("北京", 50, 10, 0, Role.TITLE), ("销售", 50, 22, 0, Role.CONTINUED))
    assert join_labels(graph).texts[0] == "北京销售"


def test_a_far_line_stays_alone():
    graph = make_graph(("Title", 100, 10, 0, Role.TITLE), ("footnote", 100, 300, 0, Role.CONTINUED))
    assert join_labels(graph).texts == ("Title", "footnote")
