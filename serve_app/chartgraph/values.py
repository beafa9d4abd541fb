"""The values in the cells: as they are printed, else as they are read off the axis."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.calibration import Ground
from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.matching import match
from serve_app.chartgraph.misread_values import find_misread
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.scales import measure, measure_by_printed
from serve_app.domain import Cell, ChartTable, Number
from serve_app.tables.numbers import expand, format_number

_LABEL = 2

_LIKELY = 0.3
"""Probability from which on a word may be the value that is printed at a mark."""

_BESIDE = 0.6
"""Probability of a number right beside a mark to be its value, where the model does not say so."""

_AGREEING = 0.05
"""Share of the axis's span by which a printed value and the length of its mark may differ."""

_DISAGREEING = 0.4
"""What a link to a word that disagrees with the length of its mark is worth."""

_CONFIRMED = 0.03
"""Share of the axis's span within which a mark's length confirms a printed value."""


Cells = dict[tuple[int, int], tuple[Cell, Ground]]
"""What was read, by row and column, and on what ground."""


def read_values(
    graph: Graph, entries: Sequence[Entry], axis: Axis | None, form: Number, *, stacked: bool, across: bool
) -> Cells:
    """The cell of each entry and what it was read by, by row and column.

    Without an axis, a value that is not printed stays unread.

    Args:
        graph: the chart.
        entries: the marks and their cells.
        axis: the value axis, if one is drawn.
        form: the unit in which the axis is printed.
        stacked: whether the marks of a row lie on one another.
        across: whether values run to the right.
    """
    measured = measure(entries, axis, stacked=stacked)
    printed = find_printed(graph, entries, measured, axis, across)
    numbers = {
        i: (expand(number).value, printed[entry.mark][1])
        for i, entry in enumerate(entries)
        if entry.mark in printed and (number := graph.read_number(printed[entry.mark][0]))
    }
    if axis:
        scales: list[Axis | None] = [axis] * len(entries)
        lengths = measured
    else:
        scales, lengths = measure_by_printed(entries, numbers, stacked=stacked, across=across)
    for scale in {id(scale): scale for scale in scales}.values():
        on_scale = {i: value for i, (value, _) in numbers.items() if scales[i] is scale}
        for i in find_misread(on_scale, lengths, scale):
            printed.pop(entries[i].mark, None)
    return {
        (entry.row, entry.column): _write_cell(
            graph, entry, measured[i], axis, form, printed.get(entry.mark), (lengths[i], scales[i])
        )
        for i, entry in enumerate(entries)
    }


def find_printed(
    graph: Graph, entries: Sequence[Entry], measured: Sequence[float | None], axis: Axis | None, across: bool
) -> dict[int, tuple[int, float]]:
    """The word and its probability for each mark whose value is printed; a word serves one mark only.

    A word is likelier where it says what the mark measures, and a number beside a mark is its value even if the model
    did not link them, where it says so or where nothing else can be measured.
    """
    words = [i for i in range(len(graph.words)) if graph.read_number(i)]
    if not words or not entries:
        return {}
    chances = graph.links[_LABEL][[entry.mark for entry in entries]][:, [1 + i for i in words]]
    near = np.array([[_stand_beside(graph, entry.mark, word, across) for word in words] for entry in entries])
    free = np.array([graph.best_roles[word] in (Role.VALUE, Role.OTHER) for word in words])
    near = near * free * _BESIDE
    if axis is not None and not axis.logarithmic and axis.high > axis.low:
        numbers = np.array([expand(number).value for word in words if (number := graph.read_number(word))])
        values = np.array([np.nan if value is None else value for value in measured])
        away = np.abs(values[:, None] - numbers[None]) / (axis.high - axis.low)
        agreeing = np.exp(-((away / _AGREEING) ** 2))
        linked = chances.max(1) > 0.5
        if linked.any() and (agreeing.max(1) > 0.5)[linked].mean() > 0.5:  # else they are not values of this axis
            chances = chances * (_DISAGREEING + (1 - _DISAGREEING) * agreeing)
        near = near * agreeing
    chances = np.maximum(chances, near)
    return {entries[i].mark: (words[j], float(chances[i, j])) for i, j in match(chances, _LIKELY)}


def _stand_beside(graph: Graph, mark: int, word: int, across: bool) -> float:
    """How well a word stands at the end of a bar, or over or under a point: 1 if it could not be nearer."""
    placed = graph.words[word]
    right, down = placed.x - float(graph.points[mark, 0]), placed.y - float(graph.points[mark, 1])
    if across:
        along, aside = max(0.0, abs(right) - placed.width / 2), abs(down)
    elif graph.kinds[mark] == MarkKind.POINT and abs(right) > placed.width / 2:
        along, aside = max(0.0, abs(right) - placed.width / 2 - placed.height / 2), abs(down)  # at the end of a line
    else:
        along, aside = max(0.0, abs(down) - placed.height / 2), max(0.0, abs(right) - placed.width / 4)
    return float(np.exp(-((along / placed.height) ** 2)) * (aside < 0.6 * placed.height))


def _write_cell(
    graph: Graph,
    entry: Entry,
    value: float | None,
    axis: Axis | None,
    form: Number,
    label: tuple[int, float] | None,
    length: tuple[float | None, Axis | None],
) -> tuple[Cell, Ground]:
    """The printed value where there is one, else the one read off the axis; `length` is the mark's, on its scale."""
    place = (float(graph.points[entry.mark, 0]), float(graph.points[entry.mark, 1]))
    if label and (label[1] > 0.5 or value is None):
        word = graph.words[label[0]]
        confidence = entry.probability * label[1] * word.score
        number = graph.read_number(label[0])
        if number and not number.unit and not number.percent:  # the unit is printed at the ticks only
            number = replace(form, value=number.value)
        return Cell(word.text, float(np.clip(confidence, 0, 1)), number, word.polygon), _compare(number, *length)
    if value is None or axis is None:
        return Cell("", 0.0, place=place), Ground.MEASURED
    number = replace(form, value=axis.round(value) + 0.0)
    confidence = float(np.clip(entry.probability * axis.confidence, 0, 1))
    return Cell(format_number(number), confidence, number, place), Ground.MEASURED


def _compare(number: Number | None, value: float | None, axis: Axis | None) -> Ground:
    """Whether the mark's length confirms a printed value."""
    if number is None or value is None or axis is None or axis.high <= axis.low:
        return Ground.PRINTED
    away = abs(expand(number).value - value) / (abs(value) if axis.logarithmic and value else axis.high - axis.low)
    return Ground.CONFIRMED if away < _CONFIRMED else Ground.CONTRADICTED


def follow_printed(cells: Cells) -> Cells:
    """The cells of which those that were measured are percentages where most of the printed ones are, and only there.

    The ticks of an axis may show a percent sign where the values do not, and the other way round.
    """
    printed = [cell.number for cell, ground in cells.values() if ground is not Ground.MEASURED and cell.number]
    if not printed:
        return cells
    percent = sum(number.percent for number in printed) > len(printed) / 2
    changed = dict(cells)
    for place, (cell, ground) in cells.items():
        if ground is Ground.MEASURED and cell.number and cell.number.percent != percent and not cell.number.unit:
            number = replace(cell.number, percent=percent)
            changed[place] = (replace(cell, text=format_number(number), number=number), ground)
    return changed


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
