"""Separates what OCR read as one line although it is several labels side by side, by the empty space between them.

OCR tells where words are only roughly, from the columns of its recogniser; how wide a gap is shows in the image alone.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from serve_app.chartgraph.words import cut_outline, find_tokens, place_word
from serve_app.domain import Polygon, TextLine, Word
from serve_app.tables.numbers import parse_number

_LEVEL = 10.0
"""Degrees. A line that slopes more is left whole."""

_KEY = re.compile(
    r"^([■□▪▫●○◆◇•▲△▼▽►▶◄★▬━─—–_~=·-]+|[─—–_~=一-]+[0oO●○]?[─—–_~=一-]+)\s*(?![\s\d.,$€£])"  # noqa: RUF001
)
"""A legend's key that OCR read as text; the Chinese numeral one looks like a dash."""

_LABEL_GAP = 0.75
"""Gaps wider than this many heights of the ink part labels. A space takes about 0.3 of one, in loose print 0.5."""

_NUMBER_GAP = 0.6
"""The same between numbers; a thousands separator that is a space is narrower."""

_UNEVEN = 1.3
"""Gaps of one line that are this much wider than its narrower ones are no spaces between words."""

_LEAST_GAP = 0.5
"""Heights of the ink under which no gap parts labels, however narrow the others are."""

_MANY = 3
"""Gaps that are all wider than that part labels: a sentence has narrower ones among so many."""

_JOINED = re.compile(r"[,:;&(] |..[%)&]")
"""Before and after these, a wider space is no gap between labels."""

_CONTRAST = 0.35
"""Share of the strongest contrast in a line from which on a pixel counts as ink."""

_LEAST_CONTRAST = 16
"""Grey levels under which nothing is ink."""

_THROUGH = 0.9
"""A row of pixels with this share of ink is a line of the chart behind the text."""

_LETTER_GAP = 0.15
"""Heights of the ink up to which a gap lies between letters."""

_MARGIN = 0.3
"""Heights of the ink by which OCR may tell a word too narrow."""

Grey = npt.NDArray[np.float32]
Gap = tuple[int, int]
"""Where a gap begins and ends, x in pixels."""


class _Span(NamedTuple):
    """A word of a line: where it begins in the text, and its left and right edge by OCR (x in pixels)."""

    at: int
    left: float
    right: float


class _Ink(NamedTuple):
    """The ink of a line: its left and right edge, height and gaps, in pixels."""

    left: int
    right: int
    height: int
    gaps: tuple[Gap, ...]

    def find_gap(self, start: float, end: float) -> Gap | None:
        """The gap between two words that OCR puts to `start` and `end`; where they are far apart, with a key in it."""
        middle, near = (start + end) / 2, self.height / 2
        if end - start > 2 * self.height:
            inside = [
                gap for gap in self.gaps if _distance((gap[0] + gap[1]) / 2, (int(start - near), int(end + near))) == 0
            ]
            return (inside[0][0], inside[-1][1]) if inside else None
        gap = min(self.gaps, key=lambda gap: _distance(middle, gap), default=None)
        return gap if gap and _distance(middle, gap) < near else None

    def snap(self, x: float) -> float:
        """The end of a gap near `x`, where there is one: what is left of it is a legend's key, and no letter."""
        ends = [e for s, e in self.gaps if abs(e - x) < 2 * _MARGIN * self.height and e - s > _MARGIN * self.height]
        return max(min(ends, key=lambda end: abs(end - x)) if ends else x, self.left)


_CASE = re.compile(r"(?<=[^\W\d_])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z\d])")
"""Where a second name may begin in what OCR took for one word: "NorthSouth"."""

_WIDEST_KEY = 3.0
"""Heights of the ink up to which what stands between two gaps is a legend's key, and no text."""


def separate_labels(image: Image.Image, lines: Sequence[TextLine]) -> list[TextLine]:
    """Returns the lines, those that hold several labels cut at the gaps; polygons are in pixels of `image`."""
    grey = np.asarray(image.convert("L"), np.float32)
    return [part for line in lines for part in _separate(grey, line)]


def _separate(grey: Grey, line: TextLine) -> list[TextLine]:
    if abs(place_word(line.text, 1.0, line.polygon).angle) > _LEVEL:
        return [line]
    key, ink = _KEY.match(line.text), _find_ink(grey, line.polygon)
    words = [word for word in line.words if word.text.strip()]
    placed = zip(find_tokens(line.text, [word.text.strip() for word in words]), words, strict=False)
    spans = [
        span
        for (at, text), word in placed
        if (begin := max(at, key.end() if key else 0)) < at + len(text)
        for span in _split_names(_find_span(word, begin - at, at), text[begin - at :], ink)
    ]
    if not spans:
        return [line]
    cuts = _find_cuts(line, spans, ink)
    start, end = spans[0].left - _MARGIN * ink.height, spans[-1].right + _MARGIN * ink.height
    edges = [ink.snap(start), *(x for _, gap in cuts for x in gap), min(end, ink.right)]
    firsts = [0, *(first for first, _ in cuts), len(spans)]
    parts = []
    for (first, after), (left, right) in zip(
        itertools.pairwise(firsts), zip(edges[::2], edges[1::2], strict=True), strict=True
    ):
        stop = spans[after].at if after < len(spans) else len(line.text)
        if right > left:
            text = line.text[spans[first].at : stop].strip()
            parts.append(replace(line, text=text, polygon=_crop(line.polygon, left, right), words=()))
    return parts or [line]


def _split_names(word: _Span, text: str, ink: _Ink) -> list[_Span]:
    """A word that is two names, by its letters and by the wide space in it, in which a legend's key may stand."""
    capitals = [match.start() for match in _CASE.finditer(text)]
    wide = [
        (start, end)
        for start, end in ink.gaps
        if end - start >= _LABEL_GAP * ink.height and word.left < start and end < word.right
    ]
    if len(capitals) != 1 or not wide or wide[-1][0] - wide[0][1] > _WIDEST_KEY * ink.height:
        return [word]
    start, end = wide[0][0], wide[-1][1]
    return [_Span(word.at, word.left, start), _Span(word.at + capitals[0], end, word.right)]


def _find_cuts(line: TextLine, spans: Sequence[_Span], ink: _Ink) -> list[tuple[int, Gap]]:
    """The words that begin a label, but for the first, each with the gap before it."""
    if parse_number(line.text):  # "1 000.0 million"
        return []
    between = []
    for i, (before, after) in enumerate(itertools.pairwise(spans), 1):
        gap = ink.find_gap(before.right, after.left)
        if gap and not _JOINED.match(line.text, after.at - 2):
            between.append((i, gap))
    widths = sorted(end - start for _, (start, end) in between)
    numeric = all(parse_number(token) for token in line.text.split())
    wide = (_NUMBER_GAP if numeric else _LABEL_GAP) * ink.height
    # Where spaces and gaps alternate, as in "Jan 2024  Feb 2024", they fall into two sizes.
    for narrower, wider in itertools.pairwise(widths):
        if wider >= max(_UNEVEN * narrower, narrower + 2, _LEAST_GAP * ink.height):
            wide = min(wide, wider)
    if len(widths) >= _MANY and widths[0] >= _LEAST_GAP * ink.height:
        wide = widths[0]
    return [(i, (start, end)) for i, (start, end) in between if end - start >= wide]


def _find_ink(grey: Grey, polygon: Polygon) -> _Ink:
    """The ink of a level line."""
    corners = np.asarray(polygon, float)
    x0, y0 = (int(edge) for edge in np.floor(corners.min(0)).clip(0))
    x1, y1 = (int(edge) for edge in np.ceil(corners.max(0)))
    crop = grey[y0:y1, x0:x1]
    far = np.abs(crop - np.median(crop)) if crop.size else np.zeros((1, 1), np.float32)
    ink = far > max(_LEAST_CONTRAST, _CONTRAST * float(np.percentile(far, 98)))
    ink[ink.mean(1) > _THROUGH] = False
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(columns):
        return _Ink(x0, x1, max(y1 - y0, 1), ())
    height = int(rows[-1] - rows[0] + 1)
    steps = np.flatnonzero(np.diff(columns) > 1 + _LETTER_GAP * height)
    gaps = tuple((int(x0 + columns[i] + 1), int(x0 + columns[i + 1])) for i in steps)
    return _Ink(x0 + int(columns[0]), x0 + int(columns[-1]) + 1, height, gaps)


def _find_span(word: Word, skipped: int, at: int) -> _Span:
    """A word that begins at `at` in the line, without its first `skipped` characters."""
    left, right = min(x for x, _ in word.polygon), max(x for x, _ in word.polygon)
    return _Span(at + skipped, left + skipped / max(len(word.text.strip()), 1) * (right - left), right)


def _distance(x: float, gap: Gap) -> float:
    return max(gap[0] - x, x - gap[1], 0.0)


def _crop(polygon: Polygon, start: float, end: float) -> Polygon:
    """The part of a level outline between two x in pixels."""
    left = polygon[0][0]
    width = max(polygon[1][0] - left, 1e-6)
    return cut_outline(polygon, (start - left) / width, (end - left) / width)
