"""Authors side by side above the columns of a paper: centred lines, which belong to no column below them."""

import numpy as np
from numpy.typing import NDArray

from serve_app.documents.gutters import Boxes, Indices, find_gutter

MIN_WHITE = 0.3
"""Line heights of white across the page between the authors and what stands below them."""

CENTRED, RAGGED = 1.5, 1.0
"""Line heights by which the middles of centred lines may differ, and by which their left edges differ at least."""

MIN_STACK = 2
"""Centred lines below each other that make a stack: a name and a place."""

_TALL = 2.0
"""Line heights from which a line is a stamp at the page's edge or a mark, which no white can cross."""


def find_front_end(boxes: Boxes) -> float | None:
    """Where the authors end whose names stand side by side, in line heights from the top; None where none do.

    Args:
        boxes: of the lines of a page, in line heights.
    """
    low = boxes[boxes[:, 3] - boxes[:, 1] < _TALL]
    low = low[np.argsort(low[:, 1], kind="stable")]
    if len(low) < 2 * MIN_STACK:
        return None
    whites = low[1:, 1] - np.maximum.accumulate(low[:-1, 3])
    end = None
    for count in np.flatnonzero(whites >= MIN_WHITE) + 1:
        above, below = low[:count], np.arange(count, len(low))
        gutter = find_gutter(low, below) if len(below) > MIN_STACK else None
        if gutter is None:
            break
        sides = above[above[:, 2] <= gutter.x], above[above[:, 0] >= gutter.x]
        if all(_is_centred(side) for side in sides):
            end = float(low[count - 1, 3] + low[count, 1]) / 2
        elif end is not None:
            break
    return end


def split_at(middles: NDArray[np.float64], end: float | None) -> list[Indices]:
    """The indices of what stands above a height, and of the rest; everything is one part where there is no such."""
    if end is None:
        return [np.arange(len(middles))]
    upper = middles < end
    return [part for part in (np.flatnonzero(upper), np.flatnonzero(~upper)) if part.size]


def _is_centred(side: Boxes) -> bool:
    """Whether the lines of one side stand in centred stacks, one of two lines or more."""
    stacks = _stack(side)
    return any(len(stack) >= MIN_STACK for stack in stacks) and all(
        len(stack) < MIN_STACK or _shares_middle(stack) for stack in stacks
    )


def _stack(side: Boxes) -> list[Boxes]:
    """The lines parted where no line stands below or above another one."""
    ordered = side[np.argsort(side[:, 0], kind="stable")]
    if not len(ordered):
        return []
    cuts = np.flatnonzero(ordered[1:, 0] > np.maximum.accumulate(ordered[:-1, 2])) + 1
    return np.split(ordered, cuts)


def _shares_middle(stack: Boxes) -> bool:
    middles = (stack[:, 0] + stack[:, 2]) / 2
    return bool(np.ptp(middles) <= CENTRED and np.ptp(stack[:, 0]) >= RAGGED)
