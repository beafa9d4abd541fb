"""Graphs made by hand."""

from collections.abc import Sequence

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.chartgraph.words import PlacedWord, place_word
from serve_app.domain import ChartKind

Placed = tuple[str, float, float, Role]
"""A word's text, the x and y of its middle in pixels, and its role."""


def put_word(text: str, x: float, y: float, *, width: float | None = None, height: float = 12.0) -> PlacedWord:
    """A level word round a place; a letter is 7 pixels wide."""
    half, up = (width or 7.0 * len(text)) / 2, height / 2
    return place_word(text, 1.0, ((x - half, y - up), (x + half, y - up), (x + half, y + up), (x - half, y + up)))


def make_graph(
    words: Sequence[Placed],
    marks: Sequence[tuple[MarkKind, float, float]],
    *,
    kind: ChartKind = ChartKind.BAR,
    categories: dict[int, str] | None = None,
    series: dict[int, str] | None = None,
    values: dict[int, str] | None = None,
    stacked: float = 0.0,
) -> Graph:
    """A graph of sure words and marks; the dicts link marks, by number, to words, by text."""
    texts = [text for text, *_ in words]
    links = np.zeros((3, len(marks), 1 + len(words)))
    for link, targets in zip(links, (categories, series, values), strict=True):
        for mark in range(len(marks)):
            link[mark, 1 + texts.index(targets[mark]) if targets and mark in targets else 0] = 1.0
    return Graph(
        words=[put_word(text, x, y) for text, x, y, _ in words],
        roles=np.eye(len(Role))[[role for *_, role in words]].reshape(-1, len(Role)),
        points=np.array([(x, y) for _, x, y in marks], float).reshape(-1, 2),
        kinds=np.array([kind for kind, *_ in marks], np.int64),
        scores=np.full(len(marks), 1.0),
        links=links,
        chart_kinds=np.eye(len(CHART_KINDS))[CHART_KINDS.index(kind)],
        stacked=stacked,
    )
