"""Round dots in the pixels right of a text: what a dot plot draws in place of bars."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.labels import is_name
from serve_app.chartgraph.words import PlacedWord

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Rgb = npt.NDArray[np.uint8]

_INK = 90.0
"""Distance in RGB from the page from which on a pixel is ink; gridlines are paler."""

_LEAST = 4.5
"""Pixels, of 512, of the height of a dot, at least; lines between dots are thinner."""

_REACH = 0.8
"""Text heights above and below the middle of a name in which its dots lie."""

_NARROW, _WIDE = 0.65, 1.35
"""Width of a dot, by its height."""

_TWO = 2.1
"""Width of two dots that overlap, by the height of one, at most."""

_ROUND = 0.93
"""Mean height of a dot along its width, by its greatest height, at most: a square has 1, a disc 0.79."""

_FULL = 0.68
"""The same at least: letters are not filled."""

_LINE = 3
"""Pixels of a line that crosses a dot, at most."""

_UNLIKE = 15.0
"""Distance in CIELAB of the colours of two dots that overlap, at least."""


class Blob(NamedTuple):
    """A dot: its centre and its height, in pixels."""

    x: float
    y: float
    height: float


def find_blobs(palette: Palette, name: PlacedWord, words: Sequence[PlacedWord]) -> list[Blob]:
    """The dots right of a name, from left to right; letters are none."""
    half = _REACH * name.height
    strip = palette.cut_strip(name.y - half, name.y + half, across=True)
    ink = np.linalg.norm(strip.astype(float) - palette.page, axis=2) > _INK
    ink[: max(0, round(name.x + name.width / 2) - 1)] = False
    for word in words:
        if is_name(word.text) and abs(word.y - name.y) < half + word.height / 2 and word is not name:
            ink[max(0, round(word.x - word.width / 2)) : max(0, round(word.x + word.width / 2) + 1)] = False
    heights = _bridge(_measure(ink), 0.9 * ink.shape[1])
    tall = np.flatnonzero((heights >= _LEAST * palette.unit) & (heights < 0.9 * ink.shape[1]))
    blobs: list[Blob] = []
    for run in np.split(tall, np.flatnonzero(np.diff(tall) > 1) + 1):
        if len(run):
            blobs += _read_run(strip, heights[run], run, name.y)
    return blobs


def _measure(ink: Bools) -> Floats:
    """How many pixels of ink lie on one another through the middle of a strip (places, height), at each place."""
    middle = ink.shape[1] // 2
    above, below = np.cumprod(ink[:, middle::-1], axis=1).sum(1), np.cumprod(ink[:, middle:], axis=1).sum(1)
    return np.asarray(np.maximum(above + below - 1, 0), float)


def _bridge(heights: Floats, whole: float) -> Floats:
    """The heights without lines that cross the strip: in a dot they are as high as the places beside them."""
    crossed = np.flatnonzero(heights >= whole)
    for run in np.split(crossed, np.flatnonzero(np.diff(crossed) > 1) + 1):
        if 0 < len(run) <= _LINE and run[0] > 0 and run[-1] < len(heights) - 1:
            heights[run] = min(heights[run[0] - 1], heights[run[-1] + 1])
    return heights


def _read_run(strip: Rgb, heights: Floats, run: Ints, middle: float) -> list[Blob]:
    """The one or two dots of places side by side at which as much ink lies on one another as in a dot."""
    height = float(heights.max())
    # The rims of a dot are lower than what counts as tall.
    width = len(run) + (height - float(heights[[0, -1]].mean())) / 4
    if not _FULL * height <= float(heights.mean()) <= _ROUND * height:
        return []
    if _NARROW * height <= width <= _WIDE * height:
        return [Blob(float(run.mean()), middle, height)]
    if _WIDE * height < width <= _TWO * height:
        places = [float(run[0]) + height * 0.4, float(run[-1]) - height * 0.4]
        colours = np.array([strip[round(place), strip.shape[1] // 2].astype(float) for place in places])
        if tell_apart(colours, colours)[0, 1] > _UNLIKE:
            return [Blob(place, middle, height) for place in places]
    return []
