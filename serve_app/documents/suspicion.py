"""When a text layer says something other than what is drawn."""

import unicodedata
from collections.abc import Sequence

from serve_app.documents.characters import REPLACEMENT, Character


def is_unmapped(character: Character) -> bool:
    """Whether the file does not say which character the glyph is."""
    return character.unmapped or character.text == REPLACEMENT or unicodedata.category(character.text[0]) == "Co"


def is_mixed(characters: Sequence[tuple[str, str]]) -> bool:
    """Whether a word holds a digit, and a letter or mark beside it that comes from another font than the digits.

    A font of symbols that does not name its glyphs gives letters for their codes: C80 for +80, K23 for -23, !20 for
    <20. The font's name then changes within the word.

    Args:
        characters: each character of the word, with its font's name.
    """
    fonts = {font for text, font in characters if text.isdecimal()}
    if not fonts:
        return False
    return any(font not in fonts for _, font in characters) or len(fonts) > 1
