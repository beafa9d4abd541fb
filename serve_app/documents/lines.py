"""Characters to lines of text with their words, upright or turned.

PDFium ends the lines of upright text, and adds the spaces that the file leaves out; a rule of gaps would do worse.
Text that is turned comes a character a line where the file draws it so: there the places decide.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, radians, sin

from serve_app.documents.characters import HYPHEN, REPLACEMENT, Character, Style
from serve_app.documents.page import PageLine, Suspicion
from serve_app.documents.suspicion import is_mixed, is_unmapped
from serve_app.domain import Point, Polygon, TextLine, Word

TICK_GAP = 0.6
"""Ems between two numbers at which a line is parted: ticks of one axis, cells of one row."""

COLUMN_GAP = 1.3
"""Ems between two words at which a line is parted: columns that the file draws row by row, tabs."""

UPRIGHT = 3.0
"""Degrees up to which text counts as upright."""

_TURNED_SPACE = 0.22  # ems between two characters of turned text that end a word
_TURNED_END = 1.0  # and that end the line
_SAME_ROW = 0.5  # ems that the middle of a character may lie beside the line's
_BACK = 0.7  # ems that a character may begin before the end of the one before it, in the same line
_COPY = 0.25  # ems within which the same line counts as the same
_NO_SPACE = 0.03  # ems; PDFium's own space is no word's end where the characters all but touch
_SPACED = 0.8  # ems between two ideographs that are set apart but belong together
_CAP_HEIGHT = 0.7  # ems; a line of dashes alone is given this height
_LOW = 0.45  # ems under which a line's outline is raised to _CAP_HEIGHT


_IDEOGRAPHS = (
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)
"""Ranges of kana and Han."""


class _Placed:
    """A character in the frame in which its line is upright: u along the line, v across it, downwards."""

    __slots__ = ("character", "end", "high", "low", "start", "style")

    def __init__(self, character: Character, style: Style) -> None:
        self.character, self.style = character, style
        box = character.box
        if _is_upright(style.angle):
            self.start, self.end, self.high, self.low = box.left, box.right, box.top, box.bottom
            return
        along, down = cos(radians(style.angle)), sin(radians(style.angle))
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        u, v = x * along + y * down, y * along - x * down
        # The upright box of a glyph turned by t has the sides w|cos t| + h|sin t| and w|sin t| + h|cos t|.
        width, height = _unturn(box.width, box.height, abs(along), abs(down), style.size)
        self.start, self.end, self.high, self.low = u - width / 2, u + width / 2, v - height / 2, v + height / 2


def _unturn(wide: float, tall: float, along: float, down: float, size: float) -> tuple[float, float]:
    determinant = along * along - down * down
    if abs(determinant) < 0.3:  # near 45 degrees the two sides say the same
        side = (wide + tall) / 2 / (along + down)
        return side, side
    width, height = (wide * along - tall * down) / determinant, (tall * along - wide * down) / determinant
    return min(max(width, 0), 2 * size), min(max(height, 0), 2 * size)


def _is_upright(angle: float) -> bool:
    return min(angle, 360 - angle) <= UPRIGHT


def build_lines(characters: Iterable[Character]) -> list[PageLine]:
    """Join characters to lines, in the order in which they come. Lines without a visible mark are left out."""
    lines: list[PageLine] = []
    for row in _split_rows(characters):
        words = _split_words(row)
        lines.extend(line for part in _part(words) if (line := _build(part)) is not None)
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


def _split_rows(characters: Iterable[Character]) -> Iterable[list[_Placed | None]]:
    """Characters of one line each; None stands for the end of a word."""
    row: list[_Placed | None] = []
    last: _Placed | None = None
    line_ended = word_ended = added = False
    for character in characters:
        style = character.style
        if style is None or character.text.isspace():
            line_ended = line_ended or (style is None and character.text in "\r\n")
            added = style is None and not word_ended
            word_ended = True
            continue
        placed = _Placed(character, style)
        if last is not None:
            if not _joins(last, placed, line_ended):
                yield row
                row = []
            elif _parts_words(last, placed, word_ended, added):
                row.append(None)
        row.append(placed)
        last = placed
        line_ended = word_ended = added = False
    if row:
        yield row


def _parts_words(last: _Placed, placed: _Placed, ended: bool, added: bool) -> bool:
    """Whether two characters of a line belong to two words; `added` if only PDFium says so, and not the file."""
    gap = (placed.start - last.end) / max(placed.style.size, 0.01)
    if not _is_upright(placed.style.angle):
        return gap > _TURNED_SPACE or (ended and not added)
    if not ended or (added and gap < _NO_SPACE):
        return False
    return gap > _SPACED or not (_is_ideograph(last.character.text) and _is_ideograph(placed.character.text))


def _joins(last: _Placed, placed: _Placed, ended: bool) -> bool:
    size = max(last.style.size, placed.style.size)
    if abs(last.style.angle - placed.style.angle) > UPRIGHT:
        return False
    upright = _is_upright(placed.style.angle)
    if ended and upright:
        return False
    if not upright and placed.start - last.end > _TURNED_END * size:
        return False
    if placed.start < last.start - _BACK * size and not _is_right_to_left(placed):
        return False
    overlap = min(last.low, placed.low) - max(last.high, placed.high)
    return overlap > 0 or abs(last.low + last.high - placed.low - placed.high) / 2 <= _SAME_ROW * size


def _is_right_to_left(placed: _Placed) -> bool:
    return unicodedata.bidirectional(placed.character.text[0]) in ("R", "AL")


def _split_words(row: Sequence[_Placed | None]) -> list[list[_Placed]]:
    words: list[list[_Placed]] = [[]]
    for placed in row:
        if placed is None:
            words.append([])
        else:
            words[-1].append(placed)
    return [word for word in words if word]


def _part(words: Sequence[list[_Placed]]) -> Iterable[Sequence[list[_Placed]]]:
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


def _has_digit(word: Sequence[_Placed]) -> bool:
    return any(placed.character.text.isdecimal() for placed in word)


def _build(words: Sequence[list[_Placed]]) -> PageLine | None:
    glyphs = [placed for word in words for placed in word]
    style = Counter(placed.style for placed in glyphs).most_common(1)[0][0]
    high, low = min(placed.high for placed in glyphs), max(placed.low for placed in glyphs)
    if low - high < _LOW * style.size:
        middle = (low + high) / 2
        high, low = middle - _CAP_HEIGHT / 2 * style.size, middle + _CAP_HEIGHT / 2 * style.size
    angle = 0.0 if _is_upright(style.angle) else style.angle
    pieces: list[Word] = []
    text = ""
    suspect = []
    for word in words:
        for index, part in enumerate(_split_ideographs(word)):
            written = "".join(_write(placed.character.text) for placed in part)
            if not written:
                continue
            if is_mixed([(placed.character.text, placed.style) for placed in part]):
                suspect.append(len(pieces))
            start, end = min(placed.start for placed in part), max(placed.end for placed in part)
            pieces.append(Word(written, _outline(start, end, high, low, angle)))
            text += written if index or not text else f" {written}"
    if not pieces:
        return None
    start, end = min(placed.start for placed in glyphs), max(placed.end for placed in glyphs)
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


def _find_suspicion(glyphs: Sequence[_Placed]) -> Suspicion | None:
    if any(ord(placed.character.text) < 0x20 for placed in glyphs):
        return Suspicion.CONTROL
    return Suspicion.UNMAPPED if any(is_unmapped(placed.character) for placed in glyphs) else None


def _write(text: str) -> str:
    """A character as it is written in the answer: ligatures as their letters, no control characters."""
    if text in (HYPHEN, "\xad"):
        return "-"
    if "\ufb00" <= text <= "\ufb06":
        return unicodedata.normalize("NFKC", text)
    return REPLACEMENT if text < " " or "\x7f" <= text < "\xa0" else text


def _split_ideographs(word: Sequence[_Placed]) -> list[list[_Placed]]:
    """Each Han or kana character is a word of its own; other characters stay together."""
    parts: list[list[_Placed]] = []
    alone = True
    for placed in word:
        ideograph = _is_ideograph(placed.character.text)
        if alone or ideograph:
            parts.append([])
        parts[-1].append(placed)
        alone = ideograph
    return parts


def _is_ideograph(text: str) -> bool:
    return any(first <= text <= last for first, last in _IDEOGRAPHS)


def _outline(start: float, end: float, high: float, low: float, angle: float) -> Polygon:
    if angle == 0:
        return (start, high), (end, high), (end, low), (start, low)
    along, down = cos(radians(angle)), sin(radians(angle))

    def place(u: float, v: float) -> tuple[float, float]:
        return u * along - v * down, u * down + v * along

    return place(start, high), place(end, high), place(end, low), place(start, low)
