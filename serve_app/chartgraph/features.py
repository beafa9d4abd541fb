"""What the model is told about a word: where it lies and what kind of text it is (never which letters it has)."""

import math
import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from serve_app.tables.numbers import parse_number

WORD_GEOMETRY = 6
"""Numbers that place a word: centre x and y, width and height in its own frame (pixels), sine and cosine."""

TEXT_FEATURES = 20
"""Numbers that describe a word's text."""

_SOURCE = re.compile(r"^\W*(source|note|data|figure|fig|chart|©)\b", re.IGNORECASE)
_YEAR = re.compile(r"^(19|20)\d\d$")


class PlacedText(Protocol):
    """A text with its centre, its width and height in its own frame (pixels) and its angle (degrees, upwards)."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def x(self) -> float: ...  # noqa: D102
    @property
    def y(self) -> float: ...  # noqa: D102
    @property
    def width(self) -> float: ...  # noqa: D102
    @property
    def height(self) -> float: ...  # noqa: D102
    @property
    def angle(self) -> float: ...  # noqa: D102


def place_words(words: Sequence[PlacedText], scale: float = 1.0) -> npt.NDArray[np.float32]:
    """Returns (words, WORD_GEOMETRY): each word's place in pixels of the image scaled by `scale`."""
    rows = [
        (w.x * scale, w.y * scale, w.width * scale, w.height * scale, math.sin(a), math.cos(a))
        for w in words
        for a in (math.radians(w.angle),)
    ]
    return np.asarray(rows, np.float32).reshape(-1, WORD_GEOMETRY)


def describe_texts(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Returns (texts, TEXT_FEATURES), each number in about [-1, 1]."""
    return np.asarray([_describe(text) for text in texts], np.float32).reshape(-1, TEXT_FEATURES)


def _describe(text: str) -> tuple[float, ...]:
    text = text.strip()
    length = max(len(text), 1)
    number = parse_number(text)
    digits = sum(c.isdigit() for c in text) / length
    letters = sum(c.isalpha() for c in text) / length
    value = number.value if number else 0.0
    magnitude = math.log10(abs(value)) if value else 0.0
    mantissa = f"{abs(value):.6e}".split("e")[0].rstrip("0").replace(".", "")
    decimals = len(text.rpartition(".")[2].rstrip("%kKMB ")) if "." in text else 0
    return (
        float(number is not None),
        float(number is not None and value == 0),
        float(value < 0),
        float("%" in text),
        float(bool(_YEAR.match(text))),
        float(number is not None and bool(number.unit)),
        max(-1.0, min(1.0, magnitude / 6)),
        len(mantissa) / 6 if number else 0.0,  # ticks are round numbers: few significant digits
        min(decimals, 4) / 4,
        float(mantissa in {"", "1", "2", "25", "5"}) if number else 0.0,
        digits,
        letters,
        math.log1p(length) / 4,
        min(text.count(" "), 12) / 12,
        float(text[:1].isupper()),
        float(":" in text),
        float("(" in text and ")" in text),
        float(bool(_SOURCE.match(text))),
        float("-" in text[1:] or "–" in text[1:] or "/" in text),  # noqa: RUF001 - ranges are set with an en dash
        float(any(ord(c) > 0x2E80 for c in text)),
    )
