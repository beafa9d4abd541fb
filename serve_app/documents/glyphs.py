"""Glyphs of one line, and how they are written down: its text, its words, their outlines, what is suspect."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import cos, radians, sin

from serve_app.documents.characters import HYPHEN, REPLACEMENT, Character, Style
from serve_app.documents.page import PageLine, Suspicion
from serve_app.documents.suspicion import is_mixed
from serve_app.domain import Polygon, TextLine, Word

_CAP_HEIGHT = 0.7  # ems; a line of dashes alone is given this height
_LOW = 0.45  # ems under which a line's outline is raised to _CAP_HEIGHT

_IDEOGRAPHS = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"))
"""Ranges of kana and Han."""


class Glyph:
    """A character in the frame in which its line is upright: u along the line, v across it, downwards."""

    __slots__ = ("character", "end", "high", "low", "start", "style")

    def __init__(self, character: Character, style: Style) -> None:
        self.character, self.style = character, style
        _, _, left, top, right, bottom, _ = character
        if style.upright:
            self.start, self.end, self.high, self.low = left, right, top, bottom
            return
        along, down = cos(radians(style.angle)), sin(radians(style.angle))
        x, y = (left + right) / 2, (top + bottom) / 2
        u, v = x * along + y * down, y * along - x * down
        # The upright box of a glyph turned by t has the sides w|cos t| + h|sin t| and w|sin t| + h|cos t|.
        width, height = _unturn(right - left, bottom - top, abs(along), abs(down), style.size)
        self.start, self.end, self.high, self.low = u - width / 2, u + width / 2, v - height / 2, v + height / 2


def _unturn(wide: float, tall: float, along: float, down: float, size: float) -> tuple[float, float]:
    determinant = along * along - down * down
    if abs(determinant) < 0.3:  # near 45 degrees the two sides say the same
        side = (wide + tall) / 2 / (along + down)
        return side, side
    width, height = (wide * along - tall * down) / determinant, (tall * along - wide * down) / determinant
    return min(max(width, 0), 2 * size), min(max(height, 0), 2 * size)


def is_ideograph(text: str) -> bool:
    """Whether a character is kana or Han, which are written without spaces."""
    return text >= "\u3040" and any(first <= text <= last for first, last in _IDEOGRAPHS)


def write_line(words: Sequence[Sequence[Glyph]]) -> PageLine | None:
    """Write a line down; None for one without a mark."""
    glyphs = [glyph for word in words for glyph in word]
    style = _find_main_style(glyphs)
    high, low = min(glyph.high for glyph in glyphs), max(glyph.low for glyph in glyphs)
    if low - high < _LOW * style.size:
        middle = (low + high) / 2
        high, low = middle - _CAP_HEIGHT / 2 * style.size, middle + _CAP_HEIGHT / 2 * style.size
    angle = 0.0 if style.upright else style.angle
    pieces: list[Word] = []
    text = ""
    suspect = []
    for word in words:
        for index, part in enumerate(_split_ideographs(word)):
            written = _write("".join(glyph.character.text for glyph in part))
            if is_mixed([(glyph.character.text, glyph.style) for glyph in part]):
                suspect.append(len(pieces))
            start, end = min(glyph.start for glyph in part), max(glyph.end for glyph in part)
            pieces.append(Word(written, _outline(start, end, high, low, angle)))
            text += written if index or not text else f" {written}"
    if not pieces:
        return None
    start, end = min(glyph.start for glyph in glyphs), max(glyph.end for glyph in glyphs)
    return PageLine(
        text=TextLine(text, 1.0, _outline(start, end, high, low, angle), tuple(pieces)),
        font_size=style.size,
        bold=style.bold,
        italic=style.italic,
        angle=angle,
        hyphenated=glyphs[-1].character.text == HYPHEN,
        suspicion=_find_suspicion(glyphs),
        suspect_words=tuple(suspect),
    )


def _find_main_style(glyphs: Sequence[Glyph]) -> Style:
    # By identity: a text object's glyphs share one style, and hashing its fields for each would take longest of all.
    first, last = glyphs[0].style, glyphs[-1].style
    if first is last and all(glyph.style is first for glyph in glyphs):
        return first
    counts = Counter(id(glyph.style) for glyph in glyphs)
    merged: Counter[Style] = Counter()
    for style in {id(glyph.style): glyph.style for glyph in glyphs}.values():
        merged[style] += counts[id(style)]
    return merged.most_common(1)[0][0]


def _find_suspicion(glyphs: Sequence[Glyph]) -> Suspicion | None:
    if any(glyph.character.text < " " for glyph in glyphs):
        return Suspicion.CONTROL
    return Suspicion.UNMAPPED if any(glyph.character.unmapped for glyph in glyphs) else None


def _write(text: str) -> str:
    """Characters as they are written in the answer: ligatures as their letters, no control characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_write_character(character) for character in text)


def _write_character(text: str) -> str:
    if text in (HYPHEN, "\xad"):
        return "-"
    if "\ufb00" <= text <= "\ufb06":
        return unicodedata.normalize("NFKC", text)
    return REPLACEMENT if text < " " or "\x7f" <= text < "\xa0" else text


def _split_ideographs(word: Sequence[Glyph]) -> list[Sequence[Glyph]]:
    """Each Han or kana character is a word of its own; other characters stay together."""
    if not any(is_ideograph(glyph.character.text) for glyph in word):
        return [word]
    parts: list[list[Glyph]] = []
    alone = True
    for glyph in word:
        ideograph = is_ideograph(glyph.character.text)
        if alone or ideograph:
            parts.append([])
        parts[-1].append(glyph)
        alone = ideograph
    return list(parts)


def _outline(start: float, end: float, high: float, low: float, angle: float) -> Polygon:
    if angle == 0:
        return (start, high), (end, high), (end, low), (start, low)
    along, down = cos(radians(angle)), sin(radians(angle))

    def place(u: float, v: float) -> tuple[float, float]:
        return u * along - v * down, u * down + v * along

    return place(start, high), place(end, high), place(end, low), place(start, low)
