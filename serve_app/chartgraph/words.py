"""OCR's text lines as the model wants them: one line per label, each with its place and angle."""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.chartgraph.features import PlacedText
from serve_app.chartgraph.sequences import count_labels
from serve_app.domain import Polygon, TextLine
from serve_app.tables.numbers import parse_number

MAX_WORDS = 96
"""More lines than this cost time and are no chart's any more."""

_NO_TEXT = re.compile(r"[^\w%‰$€£¥°]+|[_一]+")
"""Lines and points of a chart that OCR read as text (the Chinese numeral one looks like a dash), but no lone unit."""

_TICK_DASH = re.compile(r"\s*[-–—_=]+$|^[-–—_=]+\s+(?=\d)")  # noqa: RUF001
"""The axis's tick, read together with its number. A minus has no space behind it."""

_ONE_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_GROUPED = re.compile(rf"(?:{_ONE_GROUPED.pattern}){{2,}}")
"""Numbers in groups of three digits without a space between them."""

_ONE_SHARE = re.compile(r"\d{1,3}(?:\.\d)?%")
_SHARES = re.compile(rf"(?:{_ONE_SHARE.pattern}){{2,}}")
"""The same of percentages."""

_LEAST_ROW = 3
"""Words of one line that are the labels of an axis."""

_TICK_BEFORE = re.compile(r"(\d[\d.,]*%?)[-–—_](\d[\d.,]*%?)")  # noqa: RUF001


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
    words = [replace(part, text=_drop_tick(part.text)) for part in parts if not _NO_TEXT.fullmatch(part.text)]
    if len(words) > limit:
        order = sorted(range(len(words)), key=lambda i: -words[i].score * math.sqrt(words[i].height))
        words = [words[i] for i in sorted(order[:limit])]
    return words


def _drop_tick(text: str) -> str:
    rest = _TICK_DASH.sub("", text)
    return rest if rest[-1:].isdigit() or parse_number(rest) else text


def _part_tick(token: str) -> list[str]:
    """A tick and the value behind it, "250-238.5"; a range counts upwards, and a year's month is short."""
    match = _TICK_BEFORE.fullmatch(token)
    if not match or not (tick := parse_number(match[1])) or not (value := parse_number(match[2])):
        return [token]
    return [match[1], match[2]] if tick.value > value.value and len(match[2]) > 2 else [token]


def _split_line(line: TextLine) -> list[PlacedWord]:
    whole = place_word(line.text.strip(), line.score, line.polygon)
    tokens = _list_numbers(whole.text)
    if len(tokens) > 1 and parse_number(whole.text) is None:
        return [
            place_word(t, line.score, _cut(line.polygon, whole.text, t, at))
            for at, t in find_tokens(whole.text, tokens)
        ]
    return [whole]


def _list_numbers(text: str) -> list[str]:
    """The labels that a text consists of; none if it is one.

    Numbers, each with its unit ("761 MW 717 MW"), also without a space ("2,000,0004,000,000", "8%8%"); or months,
    quarters or years that follow each other ("Jan Feb Mar").
    """
    if _is_row(labels := text.split()):
        return labels
    for one, several in ((_ONE_GROUPED, _GROUPED), (_ONE_SHARE, _SHARES)):
        if several.fullmatch(text):
            return [match.group() for match in one.finditer(text)]
    tokens = [number for token in text.split() for number in _part_tick(_drop_tick(token))]
    if len(tokens) % 2 == 0 and len(set(tokens[1::2])) == 1 and not parse_number(tokens[1]):
        tokens = [f"{number} {unit}" for number, unit in zip(tokens[::2], tokens[1::2], strict=True)]
    return tokens if all(map(parse_number, tokens)) else []


def _is_row(labels: Sequence[str]) -> bool:
    """Whether labels count on in equal steps, as those of an axis do."""
    if len(labels) < _LEAST_ROW or (counting := count_labels(labels)) is None:
        return False
    numbers = [number for number in counting.numbers if number is not None]
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    return len(numbers) == len(labels) and len(steps) == 1 and steps.pop() > 0


def find_tokens(text: str, tokens: Sequence[str]) -> list[tuple[int, str]]:
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
    return cut_outline(polygon, at / len(text), (at + len(token)) / len(text))


def cut_outline(polygon: Polygon, start: float, end: float) -> Polygon:
    """The part of an outline between two shares of its length."""
    corners = np.asarray(polygon, float)
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    cut = (corners[0] + start * top, corners[0] + end * top, corners[3] + end * bottom, corners[3] + start * bottom)
    return tuple((float(x), float(y)) for x, y in cut)  # type: ignore[return-value]
