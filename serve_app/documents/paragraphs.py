"""Lines of text to the text of a block: hyphens joined, lists parted into their entries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from serve_app.domain import Box

_ENTRY = re.compile(
    r"^\s*(?:[\u2022\u2023\u25aa\u25cf\u25e6\u2043\u00b7*\u2013-]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+)"
)
"""A bullet, or a number or letter with a point or bracket, at the start of a line."""

_HYPHENS = ("-", "\u2010", "\u00ad")

MIN_ENTRIES = 2
"""Lines that start like an entry, from which a block is a list."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of print as blocks are made of it.

    `size` is the height of its font in pixels; `hyphenated` says that its last word goes on in the next line; `score`
    is that of the OCR, 1 for a text layer.
    """

    text: str
    box: Box
    size: float
    bold: bool = False
    hyphenated: bool = False
    score: float = 1.0


def join_lines(lines: Sequence[Printed]) -> str:
    """The text of a paragraph: words that a hyphen parts at a line's end are joined."""
    text = ""
    for i, line in enumerate(lines):
        part = line.text.strip()
        goes_on = i + 1 < len(lines) and _goes_on(line, lines[i + 1])
        text += part[:-1] if goes_on and part.endswith(_HYPHENS) else part
        if i + 1 < len(lines) and not goes_on and not _both_ideographs(part, lines[i + 1].text.strip()):
            text += " "
    return text


def list_entries(lines: Sequence[Printed]) -> tuple[str, ...]:
    """The entries of a list, with their bullets or numbers; empty for a block that is no list."""
    starts = [i for i, line in enumerate(lines) if _ENTRY.match(line.text)]
    if len(starts) < MIN_ENTRIES or starts[0] != 0:
        return ()
    ends = [*starts[1:], len(lines)]
    return tuple(join_lines(lines[start:end]) for start, end in zip(starts, ends, strict=True))


def starts_entry(text: str) -> bool:
    """Whether a line starts like an entry of a list."""
    return bool(_ENTRY.match(text))


def _goes_on(line: Printed, following: Printed) -> bool:
    text = line.text.strip()
    if line.hyphenated:
        return True
    return text.endswith(_HYPHENS) and len(text) > 1 and text[-2].isalpha() and following.text.strip()[:1].islower()


def _both_ideographs(before: str, after: str) -> bool:
    """Whether two lines are joined without a space, as in Chinese and Japanese."""
    return bool(before and after) and ord(before[-1]) > 0x2E80 and ord(after[0]) > 0x2E80
