"""Captions among the lines of a page, told by how they begin."""

import re
from collections.abc import Sequence

from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box

_TABLE = r"table|tabelle|tab\.|tableau|tabla|tabella"
_OPENING = re.compile(
    rf"\s*(?i:figure\.?|fig\.?|chart|graph|exhibit|abbildung|abb\.|{_TABLE})\s*"
    r"(?>[A-Z]?[.-]?\d+(?:[.-]\d+)*[a-z]?|[IVXL]+)\s*"
    r"(?:[.:|)\u2013\u2014-](?!\d)|$|(?=[\"\u201c]?[^\Wa-z_]|\([^\Wa-z_]))"
)
"""A word for a figure or table, its number, and then a sign, the end of the line, or something but a small letter:
"Table 2 shows that" is the beginning of a sentence."""

_OF_TABLE = re.compile(rf"^\s*(?:{_TABLE})\s", re.IGNORECASE)

MAX_GAP = 0.6
"""Heights of a line between two lines of one caption."""

EDGE = 0.4
"""Share of a box's height, from its upper and its lower edge, within which a caption is cut off."""


def starts_caption(text: str) -> bool:
    """Whether a line begins like "Figure 2." or "Table 3: Costs"."""
    return bool(_OPENING.match(text))


def names_table(text: str) -> bool:
    """Whether a caption is one of a table."""
    return bool(_OF_TABLE.match(text))


def find_captions(lines: Sequence[Printed]) -> list[Printed]:
    """The captions of a page: their first lines, with boxes that hold also the lines that go on below them."""
    ordered = sorted(lines, key=lambda line: line.box.top)
    return [_extend(line, ordered) for line in ordered if starts_caption(line.text)]


def cut_captions(box: Box, captions: Sequence[Printed]) -> Box:
    """A figure's or table's box without the captions that stand at its upper or lower edge."""
    for caption in captions:
        shared = caption.box.intersect(box)
        if shared.width <= 0.5 * min(caption.box.width, box.width) or shared.height <= 0.25 * caption.size:
            continue
        middle = (shared.top + shared.bottom) / 2 - box.top
        if middle <= EDGE * box.height:
            box = Box(box.left, shared.bottom, box.right, box.bottom)
        elif middle >= (1 - EDGE) * box.height:
            box = Box(box.left, box.top, box.right, shared.top)
    return box


def _extend(first: Printed, ordered: Sequence[Printed]) -> Printed:
    last = box = first.box
    for line in ordered:
        here = line.box
        if not 0.5 * last.height < here.top + here.height - last.bottom <= (1 + MAX_GAP) * last.height:
            continue
        same_left = abs(here.left - first.box.left) <= last.height
        centred = abs(here.left + here.right - first.box.left - first.box.right) <= 2 * last.height
        if not (same_left or centred) or here.width > 1.05 * first.box.width or starts_caption(line.text):
            continue
        if any(_beside(other.box, here, box) for other in ordered if other is not line):
            break
        last, box = here, Box.around([box, here])
    return Printed(first.text, box, first.size, first.bold, first.hyphenated, first.score)


def _beside(other: Box, line: Box, caption: Box) -> bool:
    """Whether another line stands in the same row under the caption: then both are cells of a table."""
    in_row = min(other.bottom, line.bottom) - max(other.top, line.top) > 0.5 * line.height
    return in_row and min(other.right, caption.right) - max(other.left, caption.left) > 0
