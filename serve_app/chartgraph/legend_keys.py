"""Keys of a legend that the model took for bars: marks in a column beside names, away from all categories."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import MarkKind, Role

_AWAY = 0.5
"""Probability of a mark to be in no category from which on it may be a key."""

_LEAST = 0.3
"""Score of such a mark, at least."""

_REACH = 4.0
"""Text heights from a key to its name, at most."""

_BELOW = 2.2
"""Text heights from the top of a key to the middle of its name, at most."""

_ALIGNED = 0.5
"""Text heights by which the keys of a column may be out of line."""

_KEYS = 2
"""Keys of a legend, at least."""


def find_legend_keys(graph: Graph) -> Graph:
    """The graph with such bars as keys, in the middle of the line of their names."""
    bars = graph.find_marks(MarkKind.COLUMN, MarkKind.BAR, least=_LEAST)
    swatches = graph.find_marks(MarkKind.SWATCH)
    names = [i for i in range(len(graph.words)) if graph.best_roles[i] in (Role.SERIES, Role.OTHER)]
    placed = [mark for mark in bars if graph.links[0, mark, 0] < _AWAY]
    loose = [mark for mark in bars if graph.links[0, mark, 0] >= _AWAY and _is_outside(graph, mark, placed)]
    beside = {mark: name for mark in loose if (name := _find_name(graph, mark, names)) is not None}
    if len(set(beside.values())) + (len(swatches) > 0) < _KEYS:
        return graph
    column = float(np.median(graph.points[list(beside), 0]))
    height = float(np.median([graph.words[name].height for name in beside.values()]))
    scores, kinds, points = graph.scores.copy(), graph.kinds.copy(), graph.points.copy()
    taken = {name for name in beside.values() if any(_is_level(graph, mark, name) for mark in swatches)}
    for mark in sorted(loose, key=lambda mark: -graph.scores[mark]):
        if abs(graph.points[mark, 0] - column) > _ALIGNED * height:
            continue
        name = beside.get(mark)
        if name is None or name in taken:
            scores[mark] = 0.0
            continue
        taken.add(name)
        kinds[mark], scores[mark] = MarkKind.SWATCH, max(scores[mark], 0.5)
        points[mark] = column, graph.words[name].y
    return replace(graph, scores=scores, kinds=kinds, points=points)


def _is_outside(graph: Graph, mark: int, placed: Sequence[int]) -> bool:
    """Whether a mark is right of all marks that are in categories."""
    return len(placed) > 1 and bool(graph.points[mark, 0] > graph.points[list(placed), 0].max())


def _find_name(graph: Graph, mark: int, names: Sequence[int]) -> int | None:
    """The name that begins right of a mark, level with it or just below."""
    x, y = graph.points[mark]
    near = []
    for name in names:
        word = graph.words[name]
        gap, down = (word.x - word.width / 2 - x) / word.height, (word.y - y) / word.height
        if 0 < gap < _REACH and -_ALIGNED < down < _BELOW:
            near.append((down, name))
    return min(near)[1] if near else None


def _is_level(graph: Graph, mark: int, name: int) -> bool:
    word = graph.words[name]
    gap = word.x - word.width / 2 - float(graph.points[mark, 0])
    return bool(abs(graph.points[mark, 1] - word.y) < word.height / 2 and 0 < gap < _REACH * word.height)
