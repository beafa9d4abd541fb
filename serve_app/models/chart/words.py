"""OCR's text lines as the model wants them: one line per label, each with its place and angle."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.domain import Polygon, TextLine, Word
from serve_app.models.chart.features import PlacedText
from serve_app.tables.numbers import parse_number

MAX_WORDS = 96
"""More lines than this cost time and are no chart's any more."""

_LABEL_GAP = 1.0
"""Two words farther apart than this many text heights are two labels; a space is about a third of one."""

_NUMBER_GAP = 0.45
"""The same between two numbers; a thousands separator that is a space is narrower."""


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
    """Splits lines into labels, leaves out empty ones, and keeps the `limit` most certain and largest."""
    words = [part for line in lines if line.text.strip() for part in _split_line(line)]
    if len(words) > limit:
        order = sorted(range(len(words)), key=lambda i: -words[i].score * math.sqrt(words[i].height))
        words = [words[i] for i in sorted(order[:limit])]
    return words


def _split_line(line: TextLine) -> list[PlacedWord]:
    whole = place_word(line.text.strip(), line.score, line.polygon)
    words = [word for word in line.words if word.text.strip()]
    if len(words) > 1:
        return _split_at_gaps(line, words, whole)
    tokens = whole.text.split()
    if len(tokens) > 1 and parse_number(whole.text) is None and all(parse_number(token) for token in tokens):
        return [
            place_word(token, line.score, _cut(line.polygon, whole.text, token, at)) for at, token in _find(whole.text)
        ]
    return [whole]


def _split_at_gaps(line: TextLine, words: Sequence[Word], whole: PlacedWord) -> list[PlacedWord]:
    direction = np.array([math.cos(math.radians(whole.angle)), -math.sin(math.radians(whole.angle))])
    spans = [(ends.min(), ends.max()) for w in words for ends in (np.asarray(w.polygon, float) @ direction,)]
    order = sorted(range(len(words)), key=lambda i: spans[i][0])
    numeric = all(parse_number(word.text) for word in words)
    widest = whole.height * (_NUMBER_GAP if numeric else _LABEL_GAP)
    groups = [[order[0]]]
    for before, after in itertools.pairwise(order):
        if spans[after][0] - spans[before][1] > widest:
            groups.append([])
        groups[-1].append(after)
    if len(groups) == 1:
        return [whole]
    parts = []
    for group in groups:
        first, last = words[group[0]].polygon, words[group[-1]].polygon
        between = " " if all(word.text.isascii() for word in words) else ""
        parts.append(
            place_word(
                between.join(words[i].text.strip() for i in group),
                line.score,
                (first[0], last[1], last[2], first[3]),
            )
        )
    return parts


def _find(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for token in text.split():
        at = text.index(token, at)
        found.append((at, token))
        at += len(token)
    return found


def _cut(polygon: Polygon, text: str, token: str, at: int) -> Polygon:
    """The part of an outline that a token takes, if all characters are of one width."""
    corners = np.asarray(polygon, float)
    start, end = at / len(text), (at + len(token)) / len(text)
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    cut = (corners[0] + start * top, corners[0] + end * top, corners[3] + end * bottom, corners[3] + start * bottom)
    return tuple((float(x), float(y)) for x, y in cut)  # type: ignore[return-value]
