"""When a text layer says something other than what is drawn."""

from collections.abc import Sequence
from itertools import pairwise

from serve_app.documents.characters import Style

_MARKS = "!?&;:_@^|~`"
"""Marks that stand before no number by themselves."""

_SAME_SIZE = 0.1
"""Share of the size by which a sign may differ from its number; indices differ by a quarter and more."""


def is_mixed(characters: Sequence[tuple[str, Style]]) -> bool:
    """Whether a number has a letter or mark of another font where its sign stands.

    A font of symbols that does not name its glyphs gives letters for their codes: C80 for +80, K23 for -23, !20 for
    <20, with no error of mapping. The font's name then changes for that one character. An index (x1, of a smaller
    size) and a sign that is mapped as one (+80) are no such case, nor is a bracket or a quotation mark.

    Args:
        characters: each character of the word, with its style.
    """
    if all(style is characters[0][1] for _, style in characters):
        return False
    before = ""
    for (text, style), (digit, digits) in pairwise(characters):
        alone = before != style.font
        before = style.font
        same_size = abs(style.size - digits.size) <= _SAME_SIZE * digits.size
        if digit.isdecimal() and alone and style.font != digits.font and same_size and _may_be_a_sign(text):
            return True
    return False


def _may_be_a_sign(text: str) -> bool:
    return text.isascii() and (text.isalpha() or text in _MARKS)
