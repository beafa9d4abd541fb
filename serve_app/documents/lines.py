"""Characters to lines of text with their words, upright or turned.

PDFium ends the lines of upright text, and adds the spaces that the file leaves out; a rule of gaps would do worse.
Text that is turned comes a character a line where the file draws it so: there the places decide.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from serve_app.documents.characters import UPRIGHT, Character
from serve_app.documents.glyphs import Glyph, is_ideograph, write_line
from serve_app.documents.page import PageLine
from serve_app.domain import Point

TICK_GAP = 0.6
"""Ems between two numbers at which a line is parted: ticks of one axis, cells of one row."""

COLUMN_GAP = 1.3
"""Ems between two words at which a line is parted: columns that the file draws row by row, tabs."""

_TURNED_SPACE = 0.22  # ems between two characters of turned text that end a word
_TURNED_END = 1.0  # and that end the line
_SAME_ROW = 0.5  # ems that the middle of a character may lie beside the line's
_BACK = 0.7  # ems that a character may begin before the end of the one before it, in the same line
_COPY = 0.25  # ems within which the same line counts as the same
_NO_SPACE = 0.03  # ems; PDFium's own space is no word's end where the characters all but touch
_SPACED = 0.8  # ems between two ideographs that are set apart but belong together


def build_lines(characters: Iterable[Character]) -> list[PageLine]:
    """Join characters to lines, in the order in which they come. Lines without a visible mark are left out."""
    lines: list[PageLine] = []
    for row in _split_rows(characters):
        words = _split_words(row)
        lines.extend(line for part in _part(words) if (line := write_line(part)) is not None)
    return _drop_copies(lines)


def _drop_copies(lines: Iterable[PageLine]) -> list[PageLine]:
    """Without lines drawn a second time in the same place: shadows, and bold print made of two thin ones."""
    kept: list[PageLine] = []
    places: dict[str, list[Point]] = {}
    for line in lines:
        x, y = line.text.polygon[0]
        seen = places.setdefault(line.text.text, [])
        if all(max(abs(x - other_x), abs(y - other_y)) > _COPY * line.font_size for other_x, other_y in seen):
            seen.append((x, y))
            kept.append(line)
    return kept


def _split_rows(characters: Iterable[Character]) -> Iterable[list[Glyph | None]]:
    """Characters of one line each; None stands for the end of a word."""
    row: list[Glyph | None] = []
    last: Glyph | None = None
    high = low = 0.0  # of the line so far: a full stop behind a quotation mark shares no height with that alone
    line_ended = word_ended = spaced = False
    for character in characters:
        style = character.style
        if style is None or character.text.isspace():
            line_ended = line_ended or (style is None and character.text in "\r\n")
            spaced = spaced or style is not None
            word_ended = True
            continue
        placed = Glyph(character, style)
        if (
            last is not None
            and placed.style is last.style
            and not word_ended
            and style.upright
            and placed.start > last.start
            and placed.high < low
            and placed.low > high
        ):
            pass  # most characters
        elif last is not None:
            if not _joins(last, placed, line_ended) or not _stands_in(placed, high, low):
                yield row
                row = []
            elif _parts_words(last, placed, word_ended, spaced):
                row.append(None)
        high, low = (min(high, placed.high), max(low, placed.low)) if row else (placed.high, placed.low)
        row.append(placed)
        last = placed
        line_ended = word_ended = spaced = False
    if row:
        yield row


def _parts_words(last: Glyph, placed: Glyph, ended: bool, spaced: bool) -> bool:
    """Whether two characters of a line belong to two words; `spaced` if the file says so, and not PDFium alone."""
    gap = (placed.start - last.end) / max(placed.style.size, 0.01)
    if not placed.style.upright:
        return gap > _TURNED_SPACE or spaced
    if not ended:
        return False
    if _is_right_to_left(last) or _is_right_to_left(placed):
        return True
    if not spaced and gap < _NO_SPACE:
        return False
    return gap > _SPACED or not (is_ideograph(last.character.text) and is_ideograph(placed.character.text))


def _joins(last: Glyph, placed: Glyph, ended: bool) -> bool:
    size = max(last.style.size, placed.style.size)
    if abs(last.style.angle - placed.style.angle) > UPRIGHT:
        return False
    upright = placed.style.upright
    if ended and upright:
        return False
    if not upright and placed.start - last.end > _TURNED_END * size:
        return False
    return placed.start >= last.start - _BACK * size or _is_right_to_left(placed)


def _stands_in(placed: Glyph, high: float, low: float) -> bool:
    """Whether a character stands in the line between two heights, or not far beside it."""
    overlap = min(low, placed.low) - max(high, placed.high)
    return overlap > 0 or abs(low + high - placed.low - placed.high) / 2 <= _SAME_ROW * placed.style.size


def _is_right_to_left(placed: Glyph) -> bool:
    return unicodedata.bidirectional(placed.character.text[0]) in ("R", "AL")


def _split_words(row: Sequence[Glyph | None]) -> list[list[Glyph]]:
    words: list[list[Glyph]] = [[]]
    for placed in row:
        if placed is None:
            words.append([])
        else:
            words[-1].append(placed)
    return [word for word in words if word]


def _part(words: Sequence[list[Glyph]]) -> Iterable[Sequence[list[Glyph]]]:
    """Cut a line at wide gaps."""
    if not words:
        return
    begin = 0
    for index, (before, after) in enumerate(pairwise(words), 1):
        size = max(before[-1].style.size, after[0].style.size)
        gap = after[0].start - before[-1].end
        if gap > (TICK_GAP if _has_digit(before) and _has_digit(after) else COLUMN_GAP) * size:
            yield words[begin:index]
            begin = index
    yield words[begin:]


def _has_digit(word: Sequence[Glyph]) -> bool:
    return any(placed.character.text.isdecimal() for placed in word)
