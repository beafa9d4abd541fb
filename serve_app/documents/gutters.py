"""Gutters: strips of white between the columns of a page, told from the gaps between the columns of a table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_COLUMN, WIDE_COLUMN = 7.0, 15.0
"""Line heights: the usual width of the lines on both sides of a gutter, and that from which they are prose even where
they stand in rows. The columns of a table are narrower."""

MIN_OVERLAP = 1.8
"""Line heights over which both sides of a gutter stand beside each other: two lines of print."""

MIN_GUTTER = 0.4
"""Line heights: the width of a gutter."""

MAX_CROSSING = 0.5
"""Share of the lines that may cross a gutter."""

FULL_ROW, FILLED = 0.75, 0.6
"""Share of the upper quartile of a column's rows that a full row is wide, and the share of full rows from which a
column is prose."""

SAME_ROW = 0.3
"""Line heights by which the middles of two lines of one row may differ."""

ALIGNED, MOST = 0.2, 0.75
"""Line heights by which the middles of two cells of one row may differ, and the share of the lines that have a partner
from which two sides are the columns of a table."""

_BINS = 400
"""Places across the page where a gutter is looked for."""

Boxes = NDArray[np.float64]
"""Left, top, right and bottom of each box, in line heights."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Gutter:
    """A gutter of a set of boxes: the indices that cross it, and the bands to both sides of it (left, right)."""

    x: float
    crossing: Indices
    bands: tuple[tuple[Indices, Indices], ...]
    support: float


def find_gutter(boxes: Boxes, chosen: Indices) -> Gutter | None:
    """The gutter that most print stands beside, less what crosses it."""
    left, right = boxes[chosen, 0], boxes[chosen, 2]
    places = np.linspace(left.min(), right.max(), _BINS + 2)[1:-1]
    half = MIN_GUTTER / 2
    crossings = ((left[:, None] < places + half) & (right[:, None] > places - half)).sum(axis=0)
    best = None
    for x in _find_minima(places, crossings, int(MAX_CROSSING * len(chosen))):
        gutter = _measure(boxes, chosen, x)
        if gutter is not None and (best is None or gutter.support > best.support):
            best = gutter
    return best


def _find_minima(places: NDArray[np.float64], crossings: NDArray[np.intp], most: int) -> list[float]:
    """The middles of the runs of places that fewer lines cross than their neighbours to both sides."""
    minima = []
    start = 0
    for end in range(1, len(places) + 1):
        if end < len(places) and crossings[end] == crossings[start]:
            continue
        falls = start == 0 or crossings[start - 1] > crossings[start]
        rises = end == len(places) or crossings[end] > crossings[start]
        if falls and rises and crossings[start] <= most:
            minima.append(float(places[start] + places[end - 1]) / 2)
        start = end
    return minima


def _measure(boxes: Boxes, chosen: Indices, x: float) -> Gutter | None:
    """Part what does not cross a gutter into bands; None where no band has columns on both sides of it."""
    half = MIN_GUTTER / 2
    left, right = boxes[chosen, 2] <= x - half, boxes[chosen, 0] >= x + half
    crossing = chosen[~left & ~right]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    levels = np.sort(middles[crossing])
    slots = np.searchsorted(levels, middles[chosen])
    bands, support = [], 0.0
    for slot in np.unique(slots[left | right]):
        here = slots == slot
        sides = chosen[here & left], chosen[here & right]
        overlap = _measure_overlap(boxes, *sides)
        if overlap:
            bands.append(sides)
            support += overlap
    support -= len(crossing)
    return Gutter(x, crossing, tuple(bands), support) if support > 0 else None


def _measure_overlap(boxes: Boxes, left: Indices, right: Indices) -> float:
    """Line heights over which two sides stand beside each other as columns of text; 0 where they do not."""
    if not (left.size and right.size):
        return 0.0
    top = max(boxes[left, 1].min(), boxes[right, 1].min())
    bottom = min(boxes[left, 3].max(), boxes[right, 3].max())
    if bottom - top < MIN_OVERLAP:
        return 0.0
    beside = [boxes[side[(boxes[side, 3] > top) & (boxes[side, 1] < bottom)]] for side in (left, right)]
    columns = _keep_nearest(beside[0], 2, -1), _keep_nearest(beside[1], 0, 1)
    usual = min(_find_usual_width(column) for column in columns)
    if usual < MIN_COLUMN:
        return 0.0
    if usual < WIDE_COLUMN and not all(_is_filled(column) for column in columns) and _are_rows(*columns):
        return 0.0
    return float(bottom - top)


def _keep_nearest(side: Boxes, edge: int, sign: int) -> Boxes:
    """The lines of a side that no other line parts from the gutter: the column beside it, and none behind that one.

    Args:
        side: the boxes of one side.
        edge: which of a box's edges faces the gutter.
        sign: 1 where that edge grows with the distance from the gutter, else -1.
    """
    middles, distances = (side[:, 1] + side[:, 3]) / 2, sign * side[:, edge]
    beside = np.abs(middles[:, None] - middles) < SAME_ROW
    return side[~(beside & (distances < distances[:, None])).any(axis=1)]


def _find_usual_width(side: Boxes) -> float:
    """The median width of lines, each as heavy as it is wide: the labels of a figure do not hide the text below it."""
    widths = np.sort(side[:, 2] - side[:, 0])
    return float(widths[np.searchsorted(np.cumsum(widths), widths.sum() / 2)]) if widths.size else 0.0


def _is_filled(side: Boxes) -> bool:
    """Whether most rows of print are about as wide, as in prose, and not in a table."""
    middles, widths = (side[:, 1] + side[:, 3]) / 2, side[:, 2] - side[:, 0]
    order = np.argsort(middles)
    rows = np.empty(len(side), np.intp)
    rows[order] = np.concatenate([[0], np.cumsum(np.diff(middles[order]) > SAME_ROW)])
    covered = np.bincount(rows, widths)
    return bool(np.mean(covered >= FULL_ROW * np.percentile(covered, 75)) >= FILLED)


def _are_rows(left: Boxes, right: Boxes) -> bool:
    """Whether the lines of the side with fewer of them have partners beside them, as the cells of a table have."""
    few, many = sorted(((side[:, 1] + side[:, 3]) / 2 for side in (left, right)), key=len)
    distances = np.abs(few[:, None] - many[None, :]).min(axis=1)
    return bool(np.mean(distances < ALIGNED) >= MOST)
