"""The values in the cells: as they are printed, else as they are read off the axis."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Axis, Tick, fit_axis
from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.misread_values import find_misread
from serve_app.domain import Cell, ChartTable, Number
from serve_app.tables.numbers import expand, format_number

_LABEL = 2

_LIKELY = 0.3
"""Probability from which on a word may be the value that is printed at a mark."""

_LEAST_TICKS = 3
"""Printed values from which on they tell which of them do not fit the others' marks."""


def read_values(
    graph: Graph, entries: Sequence[Entry], axis: Axis | None, form: Number, *, stacked: bool, across: bool
) -> dict[tuple[int, int], Cell]:
    """The cell of each entry, by row and column.

    Without an axis, a value that is not printed stays unread.

    Args:
        graph: the chart.
        entries: the marks and their cells.
        axis: the value axis, if one is drawn.
        form: the unit in which the axis is printed.
        stacked: whether the marks of a row lie on one another.
        across: whether values run to the right.
    """
    printed = find_printed(graph, [entry.mark for entry in entries])
    scale = axis
    if scale is None and not stacked:
        scale = _fit_printed(graph, entries, printed, across)
    numbers = {
        i: expand(number).value
        for i, entry in enumerate(entries)
        if entry.mark in printed and (number := graph.read_number(printed[entry.mark][0]))
    }
    for i in find_misread(numbers, _measure(entries, scale, stacked), scale):
        printed.pop(entries[i].mark, None)
    measured = _measure(entries, axis, stacked)
    return {
        (entry.row, entry.column): _write_cell(graph, entry, value, axis, form, printed.get(entry.mark))
        for entry, value in zip(entries, measured, strict=True)
    }


def find_printed(graph: Graph, marks: Sequence[int]) -> dict[int, tuple[int, float]]:
    """The word and its probability for each mark whose value is printed; a word serves one mark only."""
    pairs = [
        (float(p), mark, int(word))
        for mark in marks
        for word in np.flatnonzero(graph.links[_LABEL, mark, 1:] > _LIKELY)
        if (p := graph.links[_LABEL, mark, 1 + word]) and graph.read_number(word)
    ]
    printed: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for probability, mark, word in sorted(pairs, reverse=True):
        if mark not in printed and word not in used:
            used.add(word)
            printed[mark] = word, probability
    return printed


def _fit_printed(
    graph: Graph, entries: Sequence[Entry], printed: dict[int, tuple[int, float]], across: bool
) -> Axis | None:
    """The scale that printed values and their marks agree on."""
    ticks = []
    for entry in entries:
        number = graph.read_number(printed[entry.mark][0]) if entry.mark in printed else None
        if number:
            ticks.append(Tick(entry.position, expand(number).value, printed[entry.mark][1]))
    return fit_axis(ticks, upwards=not across) if len(ticks) >= _LEAST_TICKS else None


def _measure(entries: Sequence[Entry], axis: Axis | None, stacked: bool) -> list[float | None]:
    """Each mark's value on the axis; of stacked ones, the part that it adds to those nearer to zero."""
    if axis is None:
        return [None] * len(entries)
    read = [axis.read(entry.position) for entry in entries]
    if not stacked:
        return list(read)
    values: list[float | None] = list(read)
    for row in {entry.row for entry in entries}:
        for sign in (1, -1):
            below = 0.0
            members = [i for i, e in enumerate(entries) if e.row == row and (read[i] >= 0) == (sign > 0)]
            for i in sorted(members, key=lambda i: abs(read[i])):
                values[i] = read[i] - below
                below = read[i]
    return values


def _write_cell(
    graph: Graph, entry: Entry, value: float | None, axis: Axis | None, form: Number, label: tuple[int, float] | None
) -> Cell:
    """The printed value where there is one, else the one read off the axis."""
    place = (float(graph.points[entry.mark, 0]), float(graph.points[entry.mark, 1]))
    if label and (label[1] > 0.5 or value is None):
        word = graph.words[label[0]]
        confidence = entry.probability * label[1] * word.score
        number = graph.read_number(label[0])
        if number and not number.unit and not number.percent:  # the unit is printed at the ticks only
            number = replace(form, value=number.value)
        return Cell(word.text, float(np.clip(confidence, 0, 1)), number, word.polygon)
    if value is None or axis is None:
        return Cell("", 0.0, place=place)
    number = replace(form, value=axis.round(value) + 0.0)
    return Cell(format_number(number), float(np.clip(entry.probability * axis.confidence, 0, 1)), number, place)


def unify_units(table: ChartTable) -> ChartTable:
    """The table with one unit in each column: where magnitudes differ ("1.3B", "220M", 85000000), plain numbers."""
    rows = [list(row) for row in table.rows]
    for column in range(1, len(table.columns)):
        cells = [row[column] for row in rows]
        units = {cell.number.unit for cell in cells if cell.number}
        if len(units) < 2:
            continue
        for row, cell in zip(rows, cells, strict=True):
            if cell.number and (plain := expand(cell.number)) != cell.number:
                row[column] = replace(cell, text=format_number(plain), number=plain)
    return replace(table, rows=tuple(map(tuple, rows)))
