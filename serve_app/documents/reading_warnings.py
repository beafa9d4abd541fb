"""What the lines of a page let doubt about their reading: scripts that were not read, words without spaces."""

import re
from collections.abc import Sequence

from serve_app.documents.placed_text import find_box
from serve_app.domain import ReadingWarning, TextLine

LONG = 6.0
"""Length over height from which a line holds several words."""

FEW_LETTERS = 0.35
"""Letters and digits, over the length of a line in heights, under which it was not read. Latin print has about two,
Chinese one."""

UNREAD_SHARE = 0.3
"""Share of the long lines that were not read, from which the page says so."""

GLUED = 22
"""Letters of a word that are more than those of long words: "internationalisation" has 20."""

GLUED_SHARE = 0.1
"""Share of the long lines that hold such a word, from which the page says so."""

MIN_LINES = 2
"""Lines that show it."""

_FILLING = re.compile(r"(\S)(?:\s*\1){3,}")
"""Leaders and rules: one sign again and again."""

_LATIN_RUN = re.compile(rf"[A-Za-z]{{{GLUED},}}")


def find_warnings(lines: Sequence[TextLine], *, turned: int = 0, pages: int = 1) -> list[ReadingWarning]:
    """All warnings about the lines of one page.

    Args:
        lines: what was read.
        turned: degrees counter-clockwise by which the page was turned before it was read.
        pages: of the file, of which this one is the only one that is read.
    """
    found = (
        warn_of_turn(turned),
        warn_of_further_pages(pages),
        warn_of_nothing(lines),
        warn_of_unread_script(lines),
        warn_of_glued_words(lines),
    )
    return [warning for warning in found if warning is not None]


def warn_of_turn(degrees: int) -> ReadingWarning | None:
    """Tell that the image was turned before it was read."""
    if not degrees:
        return None
    lay = "upside down" if degrees == 180 else "on its side"
    return ReadingWarning("turned", f"The image lies {lay}. It was read turned by {degrees} degrees counter-clockwise")


def warn_of_further_pages(pages: int) -> ReadingWarning | None:
    """Tell that the file has more pages than the one that is read."""
    if pages == 1:
        return None
    return ReadingWarning(
        "further_pages", f"Only the first of {pages} pages was read. POST /v1/document reads them all"
    )


def warn_of_nothing(lines: Sequence[TextLine]) -> ReadingWarning | None:
    """Warn where no text was read."""
    if any(line.text.strip() for line in lines):
        return None
    return ReadingWarning("no_text", "No text was found. The page may be blank, or its print too small or too pale")


def warn_of_unread_script(lines: Sequence[TextLine]) -> ReadingWarning | None:
    """Warn where long lines came out nearly without letters: their script is not one that the model knows."""
    long = [line for line in lines if _measure_length(line) >= LONG]
    unread = [line for line in long if _is_unread(line)]
    if len(unread) < MIN_LINES or len(unread) < UNREAD_SHARE * len(long):
        return None
    counted = f"{len(unread)} of {len(long)} lines came out nearly without letters"
    return ReadingWarning(
        "unread_script", f"{counted}: the OCR model does not know their script, or the page is turned"
    )


def warn_of_glued_words(lines: Sequence[TextLine]) -> ReadingWarning | None:
    """Warn where lines hold words longer than any: the spaces between them were not read."""
    long = [line for line in lines if _measure_length(line) >= LONG]
    glued = [line for line in long if _LATIN_RUN.search(line.text)]
    if len(glued) < MIN_LINES or len(glued) < GLUED_SHARE * len(long):
        return None
    counted = f"{len(glued)} of {len(long)} lines"
    return ReadingWarning("glued_words", f"{counted} hold words that were read without the spaces between them")


def _is_unread(line: TextLine) -> bool:
    if _FILLING.search(line.text):
        return False
    return sum(character.isalnum() for character in line.text) < FEW_LETTERS * _measure_length(line)


def _measure_length(line: TextLine) -> float:
    """A line's length in its heights, whichever way it runs."""
    box = find_box(line.polygon)
    return max(box.width, box.height) / max(min(box.width, box.height), 1e-6)
