"""Dot plots: dots in level rows, each row named by the text left of it; ranged, as dumbbells, or lollipops."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Tick, fit_axis
from serve_app.chartgraph.blobs import Blob, find_blobs
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.labels import is_name
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.domain import ChartKind
from serve_app.tables.numbers import expand

_ROWS = 3
"""Rows of a dot plot, at least."""

_MOST = 3
"""Dots of a row, at most."""

_HELD = 0.8
"""Share of the names in the column that have dots, at least."""

_ALIGNED = 0.8
"""Text heights by which the edges of the names may differ."""

_EQUAL = 0.3
"""Share of the median by which the heights of dots may differ."""

_SPREAD = 3.0
"""Heights of a dot over which the dots lie, at least: those of a legend stand in a column."""

_SURE = 0.95
"""Probability that is given to the roles and the links of a dot plot."""

_BESIDE = 1.2
"""Text heights from the rim of a dot to its value, at most."""

_TICKS = 3
"""Numbers of an axis, at least."""


def find_dots(graph: Graph, palette: Palette) -> Graph | None:
    """The graph with rows, axis and values of a dot plot, its dots as points; None if it is none.

    Dots that run across were no part of the model's training: it takes them for points and for ends of bars, and the
    names of their rows for anything.
    """
    likely = dict(zip(CHART_KINDS, graph.chart_kinds, strict=True))
    if max(likely[ChartKind.HORIZONTAL_BAR], likely[ChartKind.LINE]) < max(graph.chart_kinds):
        return None
    rows = _find_rows(graph, palette)
    blobs = [blob for found in rows.values() for blob in found]
    if len(rows) < _ROWS or np.ptp([blob.x for blob in blobs]) < _SPREAD * np.median([blob.height for blob in blobs]):
        return None
    if _is_line(graph, min(blob.x for blob in blobs)):
        return None
    return _write_graph(graph, rows)


def _find_rows(graph: Graph, palette: Palette) -> dict[int, list[Blob]]:
    """The names in a column and the dots right of each; none where too few have dots, or where those are unlike."""
    best: dict[int, list[Blob]] = {}
    found = {
        i: find_blobs(palette, word, graph.words)
        for i, word in enumerate(graph.words)
        if is_name(word.text) and abs(word.angle) < 20 and graph.best_roles[i] != Role.TITLE
    }
    held = {i: blobs for i, blobs in found.items() if 0 < len(blobs) <= _MOST}
    for side in (0.5, -0.5):
        edges = {i: graph.words[i].x + side * graph.words[i].width for i in found}
        for anchor in held:
            reach = _ALIGNED * graph.words[anchor].height
            column = {i: found[i] for i in held if abs(edges[i] - edges[anchor]) < reach}
            if len(column) > len(best):
                best = column
    if len(best) < _ROWS:
        return {}
    top, bottom = min(graph.words[i].y for i in best), max(graph.words[i].y for i in best)
    left = [graph.words[i].x for i in best]
    names = [i for i in found if top <= graph.words[i].y <= bottom and min(left) <= graph.words[i].x <= max(left)]
    heights = np.array([blob.height for blobs in best.values() for blob in blobs])
    alike = np.abs(heights / np.median(heights) - 1) < _EQUAL
    if len(best) < _HELD * len(names) or alike.mean() < _HELD:
        return {}
    return dict(sorted(best.items(), key=lambda row: graph.words[row[0]].y))


def _is_line(graph: Graph, first: float) -> bool:
    """Whether numbers stand above one another left of the dots: the value axis of a line."""
    left = [
        (word.y, number)
        for i, word in enumerate(graph.words)
        if word.x < first and (number := graph.read_number(i)) and not is_name(word.text)
    ]
    axis = fit_axis([Tick(y, expand(number).value) for y, number in left], upwards=True)
    return axis is not None and len(axis.fitting) >= _TICKS


def _write_graph(graph: Graph, rows: Mapping[int, Sequence[Blob]]) -> Graph:
    names = list(rows)
    heights = np.array([graph.words[i].y for i in names])
    scores = graph.scores.copy()
    scores[np.isin(graph.kinds, (MarkKind.BAR, MarkKind.POINT, MarkKind.COLUMN, MarkKind.AREA))] = 0.0
    left = min(blob.x for blobs in rows.values() for blob in blobs)
    for mark in graph.find_marks(MarkKind.SWATCH, least=0.0):  # a dot that the model took for a key
        x, y = graph.points[mark]
        if x > left - 2 and heights.min() - 2 < y < heights.max() + 2:
            scores[mark] = 0.0
    dots = [(blob, name) for name in names for blob in rows[name]]
    count = len(graph.points)
    graph = replace(graph, scores=scores).add_marks(MarkKind.POINT, [(blob.x, blob.y) for blob, _ in dots], _SURE)
    links = graph.links.copy()
    for mark, (blob, name) in enumerate(dots, count):
        links[0, mark, [0, 1 + name]] = (1 - _SURE, _SURE)
        links[1, mark, 0] = 1 - _SURE
        value = _find_value(graph, blob, [other for other, row in dots if row == name], names)
        if value is not None:
            links[2, mark, [0, 1 + value]] = (1 - _SURE, _SURE)
    roles = graph.roles.copy()
    given = dict.fromkeys(names, Role.CATEGORY) | dict.fromkeys(_find_ticks(graph, names), Role.TICK)
    for word, role in given.items():
        roles[word] = (1 - _SURE) / (roles.shape[1] - 1)
        roles[word, role] = _SURE
    return replace(graph, links=links, roles=roles)


def _find_value(graph: Graph, blob: Blob, dots: Sequence[Blob], names: Sequence[int]) -> int | None:
    """The number beside a dot, on the side away from the other dots of its row if there is one on both."""
    beside = []
    for i, word in enumerate(graph.words):
        right = word.x - blob.x
        gap = abs(right) - word.width / 2 - blob.height / 2
        if abs(word.y - blob.y) < word.height / 2 and gap < _BESIDE * word.height and i not in names:
            towards = any((dot.x - blob.x) * right > 0 and abs(dot.x - blob.x) > abs(right) / 2 for dot in dots)
            beside.append((towards, gap, i))
    return next((i for _, _, i in sorted(beside) if graph.read_number(i)), None)


def _find_ticks(graph: Graph, names: Sequence[int]) -> list[int]:
    """The numbers in a line under or over the rows, if they are in equal steps."""
    numbers = [i for i in range(len(graph.words)) if i not in names and graph.read_number(i)]
    top, bottom = graph.words[names[0]].y, graph.words[names[-1]].y
    best: list[int] = []
    for anchor in numbers:
        height = graph.words[anchor].height
        if top - height / 2 < graph.words[anchor].y < bottom + height / 2:
            continue
        row = [i for i in numbers if abs(graph.words[i].y - graph.words[anchor].y) < 0.6 * height]
        ticks = [Tick(graph.words[i].x, expand(number).value) for i in row if (number := graph.read_number(i))]
        axis = fit_axis(ticks, upwards=False)
        if axis and len(axis.fitting) >= _TICKS and len(axis.fitting) > len(best):
            best = [row[i] for i in axis.fitting]
    return best
