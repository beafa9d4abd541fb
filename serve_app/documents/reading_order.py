"""The order in which the lines or blocks of a page are read: by columns, where the page has them.

The page is cut recursively (an XY-cut, after Nagy and Seth 1984) at gutters: strips of white between columns. Lines
that cross a gutter, such as a title over two columns, part the page into bands, each read before the next. What has no
gutter is read row by row, so that the cells of a table, and a receipt's names and prices, stay side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from serve_app.domain import Box, Polygon

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

MIN_BAND = 2.0
"""Line heights of white across all columns that part what stands above from what stands below."""

HEADING = 1.3
"""How many times as wide as the median line below it a heading over several columns is."""

_BINS = 400
"""Places across the page where a gutter is looked for."""

_TALL = 1.5
"""Height over width from which a line is written from top to bottom."""

_Boxes = NDArray[np.float64]
_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A gutter of a set of boxes: the indices that cross it, and the bands to both sides of it (left, right)."""

    x: float
    crossing: _Indices
    bands: tuple[tuple[_Indices, _Indices], ...]
    support: float


def order_lines(outlines: Sequence[Polygon]) -> list[int]:
    """The indices of a page's text lines in reading order.

    The page is first turned by the median angle of its lines. Where most lines are written from top to bottom, as in
    Chinese and Japanese books, they are read from right to left.
    """
    if not outlines:
        return []
    corners = np.array(outlines, np.float64)
    corners = _turn(corners, -_find_skew(corners))
    boxes = np.hstack([corners.min(axis=1), corners.max(axis=1)])
    return order_boxes([Box(*edges) for edges in boxes.tolist()])


def order_boxes(boxes: Sequence[Box], line_height: float | None = None) -> list[int]:
    """The indices of upright boxes in reading order; without `line_height` (pixels), the boxes are lines of text."""
    if not boxes:
        return []
    edges = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes])
    widths, heights = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    if line_height is None and _is_vertical(widths, heights):
        # Turned by a quarter, the columns are lines, and the right one is the first.
        edges = np.column_stack([edges[:, 1], -edges[:, 2], edges[:, 3], -edges[:, 0]])
        heights = widths
    unit = max(float(np.median(heights)) if line_height is None else line_height, 1e-6)
    ordered: list[int] = []
    _order(edges / unit, np.arange(len(edges)), ordered)
    return ordered


def _find_skew(corners: _Boxes) -> float:
    """The median angle of the lines in radians, each as heavy as it is long; 0 for lines written downwards."""
    along = (corners[:, 1] + corners[:, 2] - corners[:, 0] - corners[:, 3]) / 2
    lengths = np.hypot(along[:, 0], along[:, 1])
    angles = np.array([atan2(y, x) for x, y in along])
    level = (np.abs(angles) < pi / 4) & (lengths > 0)
    if not level.any():
        return 0.0
    angles, lengths = angles[level], lengths[level]
    order = np.argsort(angles)
    middle = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(angles[order][middle])


def _turn(points: _Boxes, angle: float) -> _Boxes:
    turned: _Boxes = points @ np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    return turned


def _is_vertical(widths: NDArray[np.float64], heights: NDArray[np.float64]) -> bool:
    """Whether most of the print, by length, is written from top to bottom."""
    tall = heights > _TALL * widths
    return bool(heights[tall].sum() > widths[~tall].sum())


def _order(boxes: _Boxes, chosen: _Indices, ordered: list[int]) -> None:
    """Append the chosen indices in reading order. `boxes` are in line heights."""
    gutter = _find_gutter(boxes, chosen) if len(chosen) > 2 else None
    if gutter is None:
        ordered.extend(_order_rows(boxes, chosen))
        return
    for part in _cut_at_bands(boxes, chosen) or _part(boxes, chosen, gutter):
        _order(boxes, part, ordered)


def _cut_at_bands(boxes: _Boxes, chosen: _Indices) -> list[_Indices]:
    """The parts of a set between bands of white that cross it, from top to bottom; none where it has no such band.

    Under a heading that is wider than the columns below it a narrow band is enough.
    """
    ordered = chosen[np.argsort(boxes[chosen, 1], kind="stable")]
    tops, bottoms = boxes[ordered, 1], np.maximum.accumulate(boxes[ordered, 3])
    gaps = tops[1:] - bottoms[:-1]
    cuts = np.flatnonzero(gaps >= MIN_BAND) + 1
    first = np.flatnonzero(gaps > 0)[:1] + 1
    if first.size and not cuts.size:
        widths, start = boxes[ordered, 2] - boxes[ordered, 0], int(first[0])
        if start == 1 and widths[0] > HEADING * np.median(widths[1:]):
            cuts = first
    return np.split(ordered, cuts) if cuts.size else []


def _find_gutter(boxes: _Boxes, chosen: _Indices) -> _Gutter | None:
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


def _measure(boxes: _Boxes, chosen: _Indices, x: float) -> _Gutter | None:
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
    return _Gutter(x, crossing, tuple(bands), support) if support > 0 else None


def _measure_overlap(boxes: _Boxes, left: _Indices, right: _Indices) -> float:
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


def _keep_nearest(side: _Boxes, edge: int, sign: int) -> _Boxes:
    """The lines of a side that no other line parts from the gutter: the column beside it, and none behind that one.

    Args:
        side: the boxes of one side.
        edge: which of a box's edges faces the gutter.
        sign: 1 where that edge grows with the distance from the gutter, else -1.
    """
    middles, distances = (side[:, 1] + side[:, 3]) / 2, sign * side[:, edge]
    beside = np.abs(middles[:, None] - middles) < SAME_ROW
    return side[~(beside & (distances < distances[:, None])).any(axis=1)]


def _find_usual_width(side: _Boxes) -> float:
    """The median width of lines, each as heavy as it is wide: the labels of a figure do not hide the text below it."""
    widths = np.sort(side[:, 2] - side[:, 0])
    return float(widths[np.searchsorted(np.cumsum(widths), widths.sum() / 2)]) if widths.size else 0.0


def _is_filled(side: _Boxes) -> bool:
    """Whether most rows of print are about as wide, as in prose, and not in a table."""
    middles, widths = (side[:, 1] + side[:, 3]) / 2, side[:, 2] - side[:, 0]
    order = np.argsort(middles)
    rows = np.empty(len(side), np.intp)
    rows[order] = np.concatenate([[0], np.cumsum(np.diff(middles[order]) > SAME_ROW)])
    covered = np.bincount(rows, widths)
    return bool(np.mean(covered >= FULL_ROW * np.percentile(covered, 75)) >= FILLED)


def _are_rows(left: _Boxes, right: _Boxes) -> bool:
    """Whether the lines of the side with fewer of them have partners beside them, as the cells of a table have."""
    few, many = sorted(((side[:, 1] + side[:, 3]) / 2 for side in (left, right)), key=len)
    distances = np.abs(few[:, None] - many[None, :]).min(axis=1)
    return bool(np.mean(distances < ALIGNED) >= MOST)


def _part(boxes: _Boxes, chosen: _Indices, gutter: _Gutter) -> list[_Indices]:
    """The parts of a set in reading order: what lies over the first band, its left side, its right side, and so on."""
    parts: list[_Indices] = []
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    rest = np.setdiff1d(chosen, np.concatenate([side for band in gutter.bands for side in band]))
    for left, right in gutter.bands:
        start = min(middles[left].min(), middles[right].min())
        parts += [rest[middles[rest] < start], left, right]
        rest = rest[middles[rest] >= start]
    return [part for part in [*parts, rest] if part.size]


def _order_rows(boxes: _Boxes, chosen: _Indices) -> list[int]:
    """From top to bottom, and from left to right within a row."""
    middles, heights = (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 3] - boxes[:, 1]
    rows: list[list[int]] = []
    for index in chosen[np.argsort(middles[chosen], kind="stable")].tolist():
        first = rows[-1][0] if rows else None
        if first is not None and middles[index] - middles[first] < min(heights[index], heights[first]) / 2:
            rows[-1].append(index)
        else:
            rows.append([index])
    return [index for row in rows for index in sorted(row, key=lambda each: float(boxes[each, 0]))]
