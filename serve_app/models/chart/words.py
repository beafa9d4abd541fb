"""OCR's text lines as the model wants them: one line per label, each with its place and angle."""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.domain import Polygon, TextLine, Word
from serve_app.models.chart.features import PlacedText
from serve_app.tables.numbers import parse_number

MAX_WORDS = 96
"""More lines than this cost time and are no chart's any more."""

_LABEL_GAP = 0.7
"""Two words farther apart than this many heights of the line's box are two labels; a space is about 0.35 of one."""

_NUMBER_GAP = 0.5
"""The same between two numbers; a thousands separator that is a space is narrower."""

_MARGIN = 0.3
"""Heights that a line's box begins before its first letter. One that begins earlier has a legend's key in it."""

_NO_TEXT = re.compile(r"[\W_一]+")
"""Lines and points of a chart that OCR read as text; the Chinese numeral one looks like a dash."""

_TICK_DASH = re.compile(r"(?<=\d)\s*[-–—_]+$")  # noqa: RUF001 - the axis's tick, read together with its number

_LEVEL = 10.0
"""Degrees. Where words lie on a line that slopes more, OCR does not say exactly."""

_KEY = re.compile(r"^[■□▪▫●○◆◇•▲△▼▽►▶◄★▬━─—–_~=·-]+\s*(?![\s\d.,$€£])")  # noqa: RUF001 - keys that OCR read as text


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A label: its outline, and its centre, width and height in its own frame (pixels) with the angle it runs at.

    `angle` is in degrees counter-clockwise: 0 reads to the right, 90 upwards.
    """

    text: str
    score: float
    polygon: Polygon
    x: float
    y: float
    width: float
    height: float
    angle: float


def outline_word(word: PlacedText) -> Polygon:
    """The polygon of a word that is given by its centre, size and angle."""
    angle = math.radians(word.angle)
    right, up = math.cos(angle), math.sin(angle)
    half_width, half_height = word.width / 2, word.height / 2

    def corner(along: float, down: float) -> tuple[float, float]:
        return word.x + along * right + down * up, word.y - along * up + down * right

    return (
        corner(-half_width, -half_height),
        corner(half_width, -half_height),
        corner(half_width, half_height),
        corner(-half_width, half_height),
    )


def place_word(text: str, score: float, polygon: Polygon) -> PlacedWord:
    """Measures a polygon. A text in a tall box is taken to run upwards, as axis titles do."""
    corners = np.asarray(polygon, float)
    top, right, bottom, left = (corners[(i + 1) % 4] - corners[i] for i in range(4))
    along, down = (top - bottom) / 2, (right - left) / 2
    width, height = float(np.hypot(*along)), float(np.hypot(*down))
    angle = math.degrees(math.atan2(-along[1], along[0])) if width > 0 else 0.0
    if height > 1.5 * width and len(text) > 2:
        width, height, angle = height, width, angle + 90
    x, y = corners.mean(0)
    return PlacedWord(text, score, polygon, float(x), float(y), max(width, 1.0), max(height, 1.0), angle)


def prepare_words(lines: Sequence[TextLine], limit: int = MAX_WORDS) -> list[PlacedWord]:
    """Splits lines into labels, leaves out what is no text, and keeps the `limit` most certain and largest."""
    parts = [part for line in lines if line.text.strip() for part in _split_line(line)]
    words = [replace(part, text=_TICK_DASH.sub("", part.text)) for part in parts if not _NO_TEXT.fullmatch(part.text)]
    if len(words) > limit:
        order = sorted(range(len(words)), key=lambda i: -words[i].score * math.sqrt(words[i].height))
        words = [words[i] for i in sorted(order[:limit])]
    return words


def _split_line(line: TextLine) -> list[PlacedWord]:
    whole = place_word(line.text.strip(), line.score, line.polygon)
    spans = _locate(line)
    if spans and abs(whole.angle) < _LEVEL:
        return _split_at_gaps(line, spans, whole)
    tokens = whole.text.split()
    if len(tokens) > 1 and parse_number(whole.text) is None and all(parse_number(token) for token in tokens):
        return [place_word(t, line.score, _cut(line.polygon, whole.text, t, at)) for at, t in _find(whole.text, tokens)]
    return [whole]


def _locate(line: TextLine) -> list[tuple[int, Word]]:
    """The words of a line with where each begins in its text; a legend's key at its start is no word."""
    key = _KEY.match(line.text)
    found = _find(line.text, [word.text.strip() for word in line.words])
    placed = zip(found, line.words, strict=False)
    return [(at, word) for (at, text), word in placed if text and at >= (key.end() if key else 0)]


def _split_at_gaps(line: TextLine, spans: Sequence[tuple[int, Word]], whole: PlacedWord) -> list[PlacedWord]:
    ends = [(min(x for x, _ in word.polygon), max(x for x, _ in word.polygon)) for _, word in spans]
    numeric = all(parse_number(token) for token in whole.text.split())
    widest = whole.height * (_NUMBER_GAP if numeric else _LABEL_GAP)
    groups = [[0]]
    for before, after in itertools.pairwise(range(len(spans))):
        if ends[after][0] - ends[before][1] > widest and not spans[after][1].text.startswith("%"):
            groups.append([])
        groups[-1].append(after)
    (left, _), (right, _), _, _ = line.polygon
    margin = _MARGIN * whole.height
    parts = []
    for group in groups:
        first, last = group[0], group[-1]
        text = line.text[spans[first][0] : spans[last][0] + len(spans[last][1].text.strip())]
        start, end = max(ends[first][0] - margin, left), min(ends[last][1] + margin, right)
        if end > start:
            parts.append(place_word(text, line.score, _crop(line.polygon, start, end)))
    return parts or [whole]


def _crop(polygon: Polygon, start: float, end: float) -> Polygon:
    """The part of a level outline between two x in pixels."""
    corners = np.asarray(polygon, float)
    width = max(corners[1, 0] - corners[0, 0], 1e-6)
    return _between(polygon, (start - corners[0, 0]) / width, (end - corners[0, 0]) / width)


def _find(text: str, tokens: Sequence[str]) -> list[tuple[int, str]]:
    """Where tokens stand in a text, one after the other, as far as they are found."""
    found, at = [], 0
    for token in tokens:
        at = text.find(token, at)
        if at < 0:
            break
        found.append((at, token))
        at += len(token)
    return found


def _cut(polygon: Polygon, text: str, token: str, at: int) -> Polygon:
    """The part of an outline that a token takes, if all characters are of one width."""
    return _between(polygon, at / len(text), (at + len(token)) / len(text))


def _between(polygon: Polygon, start: float, end: float) -> Polygon:
    """The part of an outline between two shares of its length."""
    corners = np.asarray(polygon, float)
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    cut = (corners[0] + start * top, corners[0] + end * top, corners[3] + end * bottom, corners[3] + start * bottom)
    return tuple((float(x), float(y)) for x, y in cut)  # type: ignore[return-value]
