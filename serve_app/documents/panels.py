"""Parts a raster figure into its panels, at the bands of white that cross it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from serve_app.documents.axis import has_axis
from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box

WHITE = 240
"""Level of grey (0 to 255) from which a pixel counts as white."""

MIN_BAND = 0.005
"""Share of the figure's side that a band of white is at least thick."""

MIN_PANEL = 0.15
"""Share of the figure's sides that the drawing of a panel has at least."""

PANEL_TICKS = 3
"""Numbers of an axis that each panel keeps; without, the cut parted a legend or a title from its chart."""


def find_panels(pixels: NDArray[np.uint8], texts: Sequence[PlacedText]) -> list[Box]:
    """The panels of a figure by rows, each from left to right; the whole figure where it is but one.

    Args:
        pixels: the figure in grey, height x width.
        texts: its text, in its pixels.
    """
    ink = pixels < WHITE
    drawn = ink.copy()
    for text in texts:
        drawn[_view(text.box)] = False
    height, width = pixels.shape
    return _part(Box(0, 0, width, height), ink, drawn, texts)


def _part(box: Box, ink: NDArray[np.bool_], drawn: NDArray[np.bool_], texts: Sequence[PlacedText]) -> list[Box]:
    """Cut at the thickest band that leaves a panel on both sides, first between rows, and so on with what is cut."""
    for axis in (1, 0):
        for cut in _find_cuts(ink, box, axis):
            parts = _cut(box, cut, axis)
            if all(_is_panel(part, drawn, texts) for part in parts):
                return [panel for part in parts for panel in _part(part, ink, drawn, texts)]
    return [box]


def _find_cuts(ink: NDArray[np.bool_], box: Box, axis: int) -> list[float]:
    """The middles of the bands without ink that cross the box, the thickest first, but not those along its edges."""
    view = ink[_view(box)]
    filled = np.flatnonzero(view.any(axis=axis))
    thicknesses = np.diff(filled) - 1
    gaps = np.flatnonzero(thicknesses >= max(3.0, MIN_BAND * view.shape[1 - axis]))
    start = box.top if axis == 1 else box.left
    return [
        float(start + (filled[gap] + filled[gap + 1] + 1) / 2)
        for gap in gaps[np.argsort(-thicknesses[gaps], kind="stable")]
    ]


def _cut(box: Box, cut: float, axis: int) -> tuple[Box, Box]:
    if axis == 1:
        return Box(box.left, box.top, box.right, cut), Box(box.left, cut, box.right, box.bottom)
    return Box(box.left, box.top, cut, box.bottom), Box(cut, box.top, box.right, box.bottom)


def _is_panel(part: Box, drawn: NDArray[np.bool_], texts: Sequence[PlacedText]) -> bool:
    """Whether a part has a drawing, beside its text, that is large enough, and an axis of its own."""
    view = drawn[_view(part)]
    for axis, side in ((1, drawn.shape[0]), (0, drawn.shape[1])):
        filled = np.flatnonzero(view.any(axis=axis))
        if not filled.size or filled[-1] - filled[0] < MIN_PANEL * side:
            return False
    inside = [text for text in texts if part.intersect(text.box).area > 0.5 * text.box.area]
    return has_axis(inside, PANEL_TICKS)


def _view(box: Box) -> tuple[slice, slice]:
    """The pixels of a box."""
    top, bottom, left, right = (max(0, round(edge)) for edge in (box.top, box.bottom, box.left, box.right))
    return slice(top, bottom), slice(left, right)
