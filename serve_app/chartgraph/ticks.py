"""Which words are the value axis's ticks: those that the model names, or a row of numbers in equal steps."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Axis, Tick, fit_axis
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.gridlines import snap
from serve_app.chartgraph.roles import Role
from serve_app.domain import Number
from serve_app.tables.numbers import expand

_LEAST = 3
"""Ticks of an axis that the model did not name: two numbers always lie on a line."""

_ALIGNED = 0.6
"""Text heights by which the edges of a column of ticks may differ."""

_IN_A_ROW = 0.7
"""Least weight of a number as a tick that stands in a row of numbers, whatever the model takes it for."""

_Found = tuple[list[int], Axis, Number]
"""Numbers (words), the axis through some of them, and the unit they are printed in."""

_STRANGERS = (Role.VALUE, Role.CATEGORY, Role.SERIES, Role.TITLE)
"""Roles of numbers that are no ticks even where they stand in a row, if the model is sure of them."""


def read_axis(graph: Graph, across: bool, palette: Palette | None = None) -> tuple[Axis | None, Number]:
    """The value axis, and the unit that its ticks are printed in; "5k" counts as 5,000.

    Args:
        graph: the chart.
        across: whether values run to the right (a chart of horizontal bars).
        palette: the chart's pixels, in which ticks are moved to their gridlines.
    """
    found = _choose_axis(graph, across)
    if found is None:
        return None, Number(0.0)
    row, axis, form = found
    return (_move_to_gridlines(graph, row, axis, across, palette) if palette else axis), form


def _choose_axis(graph: Graph, across: bool) -> _Found | None:
    """The numbers that are the axis's ticks, the axis through them, and their unit."""
    named = _fit(graph, _take_column(graph, across), across, 0.0)
    rows = [_fit(graph, row, across, _IN_A_ROW) for row in _find_rows(graph, across)]
    best = max((row for row in rows if row), key=lambda row: _count(row[1]), default=None)
    if best and _count(best[1]) >= _LEAST and (named is None or _count(best[1]) > _count(named[1])):
        return best
    return named


def _take_column(graph: Graph, across: bool) -> list[int]:
    """The ticks that the model names, those of one column only (of one line where values run to the right)."""
    named = graph.find_words(Role.TICK)
    columns = [
        [i for i in named if abs(_find_edge(graph, i, edge, across) - _find_edge(graph, anchor, edge, across)) < reach]
        for anchor in named
        if (reach := graph.words[anchor].height)
        for edge in ((0,) if across else (-1, 0, 1))
    ]
    return max(columns, key=lambda column: sum(graph.roles[i, Role.TICK] for i in column), default=[])


def _move_to_gridlines(graph: Graph, row: Sequence[int], axis: Axis, across: bool, palette: Palette) -> Axis:
    words = [graph.words[row[i]] for i in axis.fitting]
    places = [word.x if across else word.y for word in words]
    moved = snap(places, [word.height for word in words], palette.find_gridlines(across))
    values = [expand(number).value for i in axis.fitting if (number := graph.read_number(row[i]))]
    better = fit_axis([Tick(place, values[i]) for i, place in moved.items()], upwards=not across)
    if better is None or better.logarithmic != axis.logarithmic or len(better.fitting) < len(moved):
        return axis
    return replace(axis, origin=better.origin, slope=better.slope)


def _count(axis: Axis) -> int:
    return len(axis.fitting)


def _fit(graph: Graph, words: Sequence[int], across: bool, least: float) -> _Found | None:
    numbers = [(i, expand(number)) for i in words if (number := graph.read_number(i))]
    ticks = [
        Tick(
            graph.words[i].x if across else graph.words[i].y,
            number.value,
            max(float(graph.roles[i, Role.TICK]), least),
        )
        for i, number in numbers
    ]
    axis = fit_axis(ticks, upwards=not across)
    if axis is None:
        return None
    fitting = [numbers[i][1] for i in axis.fitting]
    units = [number.unit for number in fitting if number.value]
    unit = max(set(units), key=lambda u: (units.count(u), str(u))) if units else None
    percent = sum(number.percent for number in fitting) > len(fitting) / 3
    return [i for i, _ in numbers], axis, Number(0.0, unit, percent)


def _find_rows(graph: Graph, across: bool) -> list[list[int]]:
    """Numbers that share a left, middle or right edge (a baseline where values run to the right)."""
    numbers = [
        i
        for i, word in enumerate(graph.words)
        if graph.read_number(i) and not (graph.best_roles[i] in _STRANGERS and graph.roles[i].max() > 0.8)
    ]
    if len(numbers) < _LEAST:
        return []
    height = float(np.median([graph.words[i].height for i in numbers]))
    rows: set[tuple[int, ...]] = set()
    for edge in (0,) if across else (-1, 0, 1):
        places = {i: _find_edge(graph, i, edge, across) for i in numbers}
        for anchor in numbers:
            row = tuple(i for i in numbers if abs(places[i] - places[anchor]) <= _ALIGNED * height)
            if len(row) >= _LEAST:
                rows.add(row)
    return [list(row) for row in rows]


def _find_edge(graph: Graph, word: int, edge: int, across: bool) -> float:
    """Where a word's middle (0) is across the axis, or its left (-1) or right (1) edge."""
    placed = graph.words[word]
    if across:
        return placed.y
    sideways = abs(math.sin(math.radians(placed.angle))) > 0.7
    return placed.x + edge * (placed.height if sideways else placed.width) / 2
