"""Lines that cross a plot: ticks stand at them, while the numbers beside them stand a little off."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float64]

_CONTRAST = 5.0
"""Grey levels by which a line differs from what is on both sides of it."""

_CROSSING = 0.25
"""Share of the image's width or height that a line takes, at least."""

_REACH = 0.6
"""Text heights from the middle of a number to its line, at most."""

_SHARE = 0.6
"""Share of the ticks that must have a line, or else none is moved."""

_THICKEST = 3
"""Pixels of a line."""


def find_gridlines(image: Image.Image, across: bool) -> Floats:
    """Where lines cross the image, in pixels: the y of level ones, or with `across` the x of upright ones."""
    grey = np.asarray(image.convert("L"), np.float64)
    if across:
        grey = grey.T
    if grey.shape[0] < 4 * _THICKEST:
        return np.zeros(0)
    step = _THICKEST
    middle, above, below = grey[step:-step], grey[: -2 * step], grey[2 * step :]
    darker = (np.minimum(above, below) - middle > _CONTRAST).mean(1)
    lighter = (middle - np.maximum(above, below) > _CONTRAST).mean(1)
    lines = []
    for strength in (darker, lighter):
        rows = np.flatnonzero(strength > _CROSSING)
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if 0 < len(run) <= _THICKEST:
                lines.append(float(np.average(run, weights=strength[run])) + step)
    return np.sort(np.array(lines))


def snap(positions: Sequence[float], heights: Sequence[float], lines: Sequence[float] | Floats) -> list[float]:
    """Positions of ticks moved to the lines beside them; those without a line as far as the others.

    Where few have a line, none is moved.
    """
    if not len(lines) or not positions:
        return list(positions)
    offsets: list[float | None] = []
    for position, height in zip(positions, heights, strict=True):
        away = np.asarray(lines) - position
        nearest = float(away[np.abs(away).argmin()])
        offsets.append(nearest if abs(nearest) <= _REACH * height else None)
    known = [offset for offset in offsets if offset is not None]
    if len(known) < max(2, _SHARE * len(positions)):
        return list(positions)
    typical = float(np.median(known))
    # Another line than its own may be nearest to a number.
    return [
        position + (offset if offset is not None and abs(offset - typical) <= _THICKEST else typical)
        for position, offset in zip(positions, offsets, strict=True)
    ]
