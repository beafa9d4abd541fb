"""The scripts that a recognition model reads, told by the characters in its dictionary."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from serve_app.domain import Script

LEAST_LETTERS = 20
"""Letters from which a dictionary holds a script and not single signs of it: the smallest alphabets in use have 22
(Hebrew) and 24 (Greek); formulas bring four Hebrew letters."""

_NAMES = {"CJK": "Han"}
"""Scripts whose letters Unicode names otherwise."""


def find_scripts(characters: Iterable[str]) -> tuple[Script, ...]:
    """The scripts of a dictionary, those with the most letters first.

    A letter's name in Unicode begins with that of its script; signs made of letters (superscripts, full width) count as
    the letters that they are made of (NFKC).
    """
    letters = {
        letter
        for text in characters
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) in ("Lu", "Ll", "Lo")
    }
    names = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)
    return tuple(
        Script(_NAMES.get(name, name.title()), count)
        for name, count in names.most_common()
        if name and count >= LEAST_LETTERS
    )
