"""Rows of a category axis that counts: years, months or quarters between the printed ones, bins of a histogram."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.sequences import CountingAxis
from serve_app.domain import Cell
from serve_app.tables.numbers import parse_number

_SHORT_YEAR = re.compile(r"['\u2018\u2019]?\d\d")

_NEAR = 0.12
"""Share of the distance between labels within which a mark is at a label."""

_LEAST_AWAY = 3.0
"""Pixels under which no mark is beside its label."""

_MANY = 0.25
"""Share of the marks that must lie between labels."""

TOGETHER = 4.0
"""Pixels, of 512 on the chart's longer side, within which marks lie at one place of the category axis."""

_WHOLE = 3.0
"""The same for a number of a counting axis: closer ones are not told apart."""

_LEAST_STEPS = 4
"""Points of a line in equal steps, between which one may be missing."""

_EQUAL = 0.7
"""Share of the steps that must be equal."""

_AT_SIGN = 0.3
"""How far a marker that OCR read as a letter may be from its place, in the unit of the labels."""

_UNSEEN = 0.5
"""Score of a row in which no mark was found."""

_LEAST_BINS = 3
"""Bars of a histogram."""

_OFF_EDGE = 0.2
"""Share of a bar's width by which its edge may be off a label of a histogram."""


@dataclass(frozen=True, slots=True)
class Row:
    """A category: its label, and its position along the category axis in pixels."""

    cell: Cell
    position: float


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows in the order of their positions, and each mark's probability to be in each: (marks, rows).

    `inferred` counts those whose label is not printed but follows from others, `nameless` those that have none.
    """

    rows: tuple[Row, ...]
    chances: Floats
    inferred: int = 0
    nameless: int = 0


def count_rows(
    graph: Graph,
    axis: CountingAxis,
    marks: Sequence[int],
    printed: Sequence[Row],
    across: bool,
    unit: float,
    bars: bool,
) -> Rows | None:
    """Rows by the numbers of an axis, where many marks stand between the printed labels; else None.

    Args:
        graph: the chart.
        axis: the category axis.
        marks: those that stand over categories.
        printed: the labels.
        across: whether the category axis is the vertical one.
        unit: pixels of the image for one that the model sees.
        bars: whether the marks are bars, which may be those of a histogram.
    """
    places = graph.points[:, 1 if across else 0]
    if not _lie_between(printed, places[list(marks)]):
        return None
    bins = _find_bins(graph, axis, marks, places, printed) if bars else None
    return bins or _count(graph, axis, marks, places, unit)


def _lie_between(rows: Sequence[Row], places: Floats) -> bool:
    """Whether many marks are beside the labels rather than at them: the labels are those of an axis that counts on."""
    labelled = np.sort([row.position for row in rows])
    step = float(np.median(np.diff(labelled))) if len(labelled) > 1 else 0.0
    if step <= 0 or not len(places):
        return False
    away = np.abs(places[:, None] - labelled[None]).min(1)
    return bool((away > max(_NEAR * step, _LEAST_AWAY)).mean() > _MANY)


def group_places(places: Sequence[tuple[float, int]], within: float) -> list[list[int]]:
    """Marks that lie at one place; `places` are pairs of place and mark."""
    groups: list[list[int]] = []
    last = -np.inf
    for place, mark in sorted(places):
        if place - last > within:
            groups.append([])
        groups[-1].append(mark)
        last = place
    return groups


def _count(graph: Graph, axis: CountingAxis, marks: Sequence[int], places: Floats, unit: float) -> Rows | None:
    """A row for each place that has marks, by the number there."""
    if axis.pixels < _WHOLE * unit / 2:
        return None
    within = min(TOGETHER * unit, 0.6 * axis.pixels)
    groups = group_places([(float(places[mark]), mark) for mark in marks], within)
    numbered: dict[int, list[int]] = {}
    for group in groups:
        value = axis.read(float(np.mean(places[group])))
        numbered.setdefault(round(value), []).extend(group)
    numbered |= {number: [] for number in _find_missing(graph, axis, sorted(numbered))}
    rows, chances = [], np.zeros((len(graph.points), len(numbered)))
    for i, (number, group) in enumerate(numbered.items()):
        place = float(np.mean(places[group])) if group else axis.axis.locate(number)
        text = axis.write(number)
        confidence = float(graph.scores[group].max(initial=_UNSEEN)) * axis.axis.confidence
        rows.append(Row(Cell(text, confidence, parse_number(text)), place))
        chances[group, i] = 1.0
    return Rows(tuple(rows), chances, inferred=len(rows))


def _find_missing(graph: Graph, axis: CountingAxis, numbers: Sequence[int]) -> list[int]:
    """Numbers where the line's points are in equal steps but for one that was not found, or was read as a letter."""
    if len(numbers) < _LEAST_STEPS:
        return []
    steps = np.diff(numbers)
    step = int(np.median(steps))
    if step < 1 or (steps % step).any() or (steps == step).mean() < _EQUAL:
        return []
    missing = [number + step for number, gap in zip(numbers[:-1], steps, strict=True) if gap == 2 * step]
    signs = [graph.words[i].x for i in graph.find_words(Role.OTHER) if len(graph.words[i].text) == 1]
    ends = (numbers[0] - step, numbers[-1] + step)
    return missing + [
        number for number in ends if any(abs(x - axis.axis.locate(number)) < _AT_SIGN * axis.pixels for x in signs)
    ]


def _find_bins(
    graph: Graph, axis: CountingAxis, marks: Sequence[int], places: Floats, printed: Sequence[Row]
) -> Rows | None:
    """A row for each bar of a histogram, whose labels stand at the edges of its bars: "0-1" between 0 and 1."""
    edges = sorted(printed, key=lambda row: row.position)
    pitch = float(np.median(np.diff([row.position for row in edges])))
    spots = sorted((float(places[mark]), mark) for mark in marks)
    if len(spots) < _LEAST_BINS or np.diff([place for place, _ in spots]).min(initial=pitch) < pitch / 2:
        return None
    halves = {mark: (place - axis.axis.origin) / axis.axis.slope for place, mark in spots}
    width = float(np.median(np.diff(sorted(halves.values()))))
    lows = {mark: halves[mark] - width / 2 for mark in halves}
    if any(abs(low - round(low)) > _OFF_EDGE * max(width, 1) for low in lows.values()) or round(width) < 1:
        return None
    rows, chances = [], np.zeros((len(graph.points), len(spots)))
    for i, (place, mark) in enumerate(spots):
        low = round(lows[mark])
        text = f"{axis.write(low)}-{axis.write(low + round(width))}"
        rows.append(Row(Cell(text, float(graph.scores[mark]) * axis.axis.confidence), place))
        chances[mark, i] = 1.0
    return Rows(tuple(rows), chances, inferred=len(rows))


def write_year(row: Row, counting: CountingAxis) -> Row:
    """A row of a short year, "'08", as the year that it is where the axis has whole years too."""
    text = counting.write(round(counting.read(row.position)))
    if not _SHORT_YEAR.fullmatch(row.cell.text) or len(text) < 4 or text[-2:] != row.cell.text[-2:]:
        return row
    return replace(row, cell=replace(row.cell, text=text, number=parse_number(text)))
