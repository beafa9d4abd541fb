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


def snap(positions: Sequence[float], heights: Sequence[float], lines: Sequence[float] | Floats) -> dict[int, float]:
    """Where the lines beside ticks are, by the index of the tick; none where few ticks have a line.

    A tick without a line of its own is left out: at the ends of an axis, numbers may be moved inwards.
    """
    if not len(lines) or not positions:
        return {}
    offsets: dict[int, float] = {}
    for i, (position, height) in enumerate(zip(positions, heights, strict=True)):
        away = np.asarray(lines) - position
        nearest = float(away[np.abs(away).argmin()])
        if abs(nearest) <= _REACH * height:
            offsets[i] = nearest
    if len(offsets) < max(2, _SHARE * len(positions)):
        return {}
    typical = float(np.median(list(offsets.values())))
    # Another line than its own may be nearest to a number.
    return {i: positions[i] + offset for i, offset in offsets.items() if abs(offset - typical) <= _THICKEST}
