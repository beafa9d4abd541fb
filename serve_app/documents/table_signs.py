"""Signs that stand apart from the number that they belong to: "$ 1,200", "12.3 ± 0.4", "(5.1 )", "12 %"."""

from collections.abc import Sequence

from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_grid import group_rows
from serve_app.domain import Box

REACH = 8.0
"""Heights of a word over which a sign reaches its number: accounts set currency signs at the left of their column."""

_BEFORE = frozenset(["$", "€", "£", "¥", "₹", "(", "+", "±", "$(", "US$"])
_BEHIND = frozenset(["%", "‰", ")", "±", ")%", "%)"])


def join_signs(words: Sequence[PlacedText]) -> list[PlacedText]:
    """Join signs with the numbers behind or before them, row by row; other words stay as they are."""
    return [word for row in group_rows(words) for word in _join_row(row)]


def _join_row(row: Sequence[PlacedText]) -> list[PlacedText]:
    joined = [row[0]]
    for word in row[1:]:
        before = joined[-1]
        near = word.box.left - before.box.right <= REACH * max(word.box.height, before.box.height)
        opens = before.text.split()[-1] in _BEFORE and _has_digit(word.text)
        closes = word.text in _BEHIND and _has_digit(before.text)
        if near and (opens or closes):
            joined[-1] = PlacedText(f"{before.text} {word.text}", Box.around([before.box, word.box]))
        else:
            joined.append(word)
    return joined


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
