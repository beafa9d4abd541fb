"""The order in which the lines or blocks of a page are read: by columns, where the page has them.

The page is cut recursively (an XY-cut, after Nagy and Seth 1984) at gutters: strips of white between columns. Lines
that cross a gutter, such as a title over two columns, part the page into bands, each read before the next. What has no
gutter is read row by row, so that the cells of a table, and a receipt's names and prices, stay side by side.
"""

from collections.abc import Sequence
from math import atan2, cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from serve_app.documents.front_matter import find_front_end, split_at
from serve_app.documents.gutters import Boxes, Gutter, Indices, find_gutter
from serve_app.domain import Box, Polygon

MIN_BAND = 4.0
"""Line heights of white across all columns that part what stands above from what stands below."""

HEADING = 1.3
"""How many times as wide as the median line below it a heading over several columns is."""

_TALL = 1.5
"""Height over width from which a line is written from top to bottom."""


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


def order_boxes(boxes: Sequence[Box], line_height: float | None = None, lines: Sequence[Box] = ()) -> list[int]:
    """The indices of upright boxes in reading order.

    Args:
        boxes: lines of text, or parts of a page.
        line_height: in pixels, where the boxes are no lines.
        lines: then the lines of the page, which tell where authors that stand side by side end.
    """
    if not boxes:
        return []
    edges = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes])
    widths, heights = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    vertical = line_height is None and _is_vertical(widths, heights)
    if vertical:
        # Turned by a quarter, the columns are lines, and the right one is the first.
        edges = np.column_stack([edges[:, 1], -edges[:, 2], edges[:, 3], -edges[:, 0]])
        heights = widths
    unit = max(float(np.median(heights)) if line_height is None else line_height, 1e-6)
    edges = edges / unit
    printed = np.array([(box.left, box.top, box.right, box.bottom) for box in lines]) / unit if lines else edges
    middles = (edges[:, 1] + edges[:, 3]) / 2
    ordered: list[int] = []
    for part in split_at(middles, None if vertical else find_front_end(printed)):
        _order(edges, part, ordered)
    return ordered


def _find_skew(corners: Boxes) -> float:
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


def _turn(points: Boxes, angle: float) -> Boxes:
    turned: Boxes = points @ np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
    return turned


def _is_vertical(widths: NDArray[np.float64], heights: NDArray[np.float64]) -> bool:
    """Whether most of the print, by length, is written from top to bottom."""
    tall = heights > _TALL * widths
    return bool(heights[tall].sum() > widths[~tall].sum())


def _order(boxes: Boxes, chosen: Indices, ordered: list[int]) -> None:
    """Append the chosen indices in reading order. `boxes` are in line heights."""
    gutter = find_gutter(boxes, chosen) if len(chosen) > 2 else None
    if gutter is None:
        ordered.extend(_order_rows(boxes, chosen))
        return
    for part in _cut_at_bands(boxes, chosen) or _part(boxes, chosen, gutter):
        _order(boxes, part, ordered)


def _cut_at_bands(boxes: Boxes, chosen: Indices) -> list[Indices]:
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


def _part(boxes: Boxes, chosen: Indices, gutter: Gutter) -> list[Indices]:
    """The parts of a set in reading order: what lies over the first band, its left side, its right side, and so on."""
    parts: list[Indices] = []
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    rest = np.setdiff1d(chosen, np.concatenate([side for band in gutter.bands for side in band]))
    for left, right in gutter.bands:
        start = min(middles[left].min(), middles[right].min())
        parts += [rest[middles[rest] < start], left, right]
        rest = rest[middles[rest] >= start]
    return [part for part in [*parts, rest] if part.size]


def _order_rows(boxes: Boxes, chosen: Indices) -> list[int]:
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
