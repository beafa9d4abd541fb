"""The rows of a chart's table: its categories, where they lie, and which marks belong to each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.labels import Labels, make_cell
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.sequences import CountingAxis, fit_counting_axis
from serve_app.domain import Cell
from serve_app.tables.numbers import parse_number

_SHORT_YEAR = re.compile(r"['\u2018\u2019]?\d\d")

_LEAST = 0.1
"""Probability from which on a mark may belong to no label."""

_NEAR = 0.12
"""Share of the distance between labels within which a mark is at a label."""

_OUT_OF_LINE = 3.0
"""Text heights by which labels of one axis may be above or below one another, where they are staggered or wrapped."""

_SLOPING = 20.0
"""Degrees from which on labels have no common line."""

_LEAST_AWAY = 3.0
"""Pixels under which no mark is beside its label."""

_MANY = 0.25
"""Share of the marks that must lie between labels."""

_OFF = 0.25
"""How far from a whole number a place may be, in the unit of the labels."""

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

_TOGETHER = 4.0
"""Pixels, of 512 on the chart's longer side, within which marks lie at one place of the category axis."""

_WHOLE = 3.0
"""The same for a number of a counting axis: closer ones are not told apart."""


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


def drop_strays(
    graph: Graph, categories: Sequence[int], marks: Sequence[int], links: Floats, across: bool
) -> list[int]:
    """The labels without those out of line with the others, and those beyond the marks that no mark belongs to.

    Such are a legend's title, a footer, a source.
    """
    words = [graph.words[i] for i in categories]
    if len(words) < 3 or not marks:
        return list(categories)
    places = np.array([word.y if across else word.x for word in words])
    lines = np.array([word.x + word.width / 2 if across else word.y for word in words])
    height = float(np.median([word.height for word in words]))
    level = not across and all(abs(word.angle) < _SLOPING for word in words)
    far = level & (np.abs(lines - np.median(lines)) > _OUT_OF_LINE * height)
    spots = graph.points[list(marks), 1 if across else 0]
    step = float(np.median(np.diff(np.sort(places))))
    beyond = (places < spots.min() - 0.75 * step) | (places > spots.max() + 0.75 * step)
    claimed = np.array([(links[list(marks), 1 + i] * graph.scores[list(marks)]).max() > 0.5 for i in categories])
    return [
        i for i, stray in zip(categories, (far & (far.mean() < 0.4)) | (beyond & ~claimed), strict=True) if not stray
    ]


def find_rows(
    graph: Graph,
    labels: Labels,
    marks: Sequence[int],
    *,
    categories: Sequence[int],
    links: Floats,
    across: bool,
    grouped: bool,
    bars: bool,
) -> Rows:
    """Finds the categories.

    Args:
        graph: the chart.
        labels: its words, joined.
        marks: those that stand over categories.
        categories: the words that label them.
        links: of marks to categories (marks, 1 + words).
        across: whether the category axis is the vertical one.
        bars: whether each mark is a category even if none is printed; the points of a line between two labels are not
        grouped: whether the marks of one category lie side by side.
    """
    places = graph.points[:, 1 if across else 0]
    rows = [
        Row(
            make_cell(graph, labels, word, float(graph.roles[word, Role.CATEGORY])),
            graph.words[word].y if across else graph.words[word].x,
        )
        for word in categories
    ]
    chances = links[:, [1 + word for word in categories]] if rows else np.zeros((len(links), 0))
    counting = fit_counting_axis([(row.position, row.cell.text) for row in rows])
    if counting:
        rows = [_write_year(row, counting) for row in rows]
    unit = max(float(np.ptp(graph.points, axis=0).max()) if len(graph.points) else 0.0, 256.0) / 512
    if counting and not grouped and _lie_between(rows, places[list(marks)]):
        counted = _find_bins(graph, counting, marks, places, rows) if bars else None
        counted = counted or _count(graph, counting, marks, places, unit)
        if counted:
            return _sort(counted, rows)
    others = [mark for mark in marks if chances[mark].max(initial=0.0) < 0.5 and links[mark, 0] > _LEAST]
    if not others or grouped:
        return _sort(Rows(tuple(rows), chances), rows)
    return _sort(_add_between(graph, rows, chances, others, places, counting, unit, bars), rows)


def _write_year(row: Row, counting: CountingAxis) -> Row:
    """A row of a short year, "'08", as the year that it is where the axis has whole years too."""
    text = counting.write(round(counting.read(row.position)))
    if not _SHORT_YEAR.fullmatch(row.cell.text) or len(text) < 4 or text[-2:] != row.cell.text[-2:]:
        return row
    return replace(row, cell=replace(row.cell, text=text, number=parse_number(text)))


def _lie_between(rows: Sequence[Row], places: Floats) -> bool:
    """Whether many marks are beside the labels rather than at them: the labels are those of an axis that counts on."""
    labelled = np.sort([row.position for row in rows])
    step = float(np.median(np.diff(labelled))) if len(labelled) > 1 else 0.0
    if step <= 0 or not len(places):
        return False
    away = np.abs(places[:, None] - labelled[None]).min(1)
    return bool((away > max(_NEAR * step, _LEAST_AWAY)).mean() > _MANY)


def _group(places: Sequence[tuple[float, int]], within: float) -> list[list[int]]:
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
    within = min(_TOGETHER * unit, 0.6 * axis.pixels)
    groups = _group([(float(places[mark]), mark) for mark in marks], within)
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
    signs = [
        word.x for word in graph.words if len(word.text) == 1 and word.y < float(graph.points[:, 1].max(initial=0))
    ]
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


def _add_between(
    graph: Graph,
    rows: Sequence[Row],
    chances: Floats,
    others: Sequence[int],
    places: Floats,
    counting: CountingAxis | None,
    unit: float,
    bars: bool,
) -> Rows:
    """The rows with more for the marks between them: named by the labels that count, else without a name."""
    named = {row.cell.text: i for i, row in enumerate(rows)}
    extended, columns = list(rows), [chances[:, i] for i in range(len(rows))]
    inferred = nameless = 0
    for group in _group([(float(places[mark]), mark) for mark in others], 2 * _TOGETHER * unit):
        place = float(np.mean(places[group]))
        text = ""
        if counting:
            value = counting.read(place)
            if abs(value - round(value)) > _OFF or round(value) < 0:
                continue
            text = counting.write(round(value))
        elif not bars or not _is_gap(rows, place):
            continue
        if text in named and text:
            if named[text] < len(rows):
                continue
            index = named[text]
        else:
            index = named[text] = len(extended)
            extended.append(Row(Cell(text, float(graph.scores[group].max()), parse_number(text)), place))
            columns.append(np.zeros(len(graph.points)))
            inferred, nameless = inferred + bool(text), nameless + (not text)
        columns[index] = columns[index].copy()
        columns[index][group] = np.maximum(columns[index][group], 1 - chances[group].max(1, initial=0.0))
    stacked = np.stack(columns, 1) if columns else np.zeros((len(graph.points), 0))
    return Rows(tuple(extended), stacked, inferred, nameless)


def _is_gap(rows: Sequence[Row], place: float) -> bool:
    """Whether a place lies between two labels, where one has been left out."""
    positions = np.sort([row.position for row in rows])
    if len(positions) < 2:
        return False
    step = float(np.diff(positions).min())
    return float(np.abs(positions - place).min()) > 0.3 * step and positions[0] < place < positions[-1]


def _sort(found: Rows, printed: Sequence[Row]) -> Rows:
    order = sorted(range(len(found.rows)), key=lambda i: found.rows[i].position)
    return replace(found, rows=tuple(found.rows[i] for i in order), chances=found.chances[:, order])
