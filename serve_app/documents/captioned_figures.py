"""Figures of a scan that the layout model misses: a drawing above a caption, with nothing but labels in it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from serve_app.documents.caption_lines import names_table
from serve_app.documents.figures import MAX_TEXT, Figure, measure_text
from serve_app.documents.grouping import covers
from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box

PROSE = 15.0
"""Heights of a line from which it is one of a column, and no label."""

TITLE = 1.1
"""Widths of a full line of a column from which one goes over several."""

MIN_ROOM = 7.0
"""Heights of a line that a figure is high at least."""

HEAD = 0.07
"""Share of a page's height, from the top, in which its running head stands."""

INK = 150
"""Level of grey (0 to 255) up to which a pixel is drawn: the paper of scans is not white."""

MIN_DRAWN = 0.4
"""Share of the room's sides that the drawing takes at least, without the labels."""

_MARGIN = 3
"""Pixels round a label within which ink is its own."""


def find_captioned_figures(
    lines: Sequence[Printed], captions: Sequence[Printed], taken: Sequence[Box], pixels: NDArray[np.uint8]
) -> list[Figure]:
    """The figures that stand above their captions.

    Args:
        lines: the page's lines.
        captions: as `find_captions` gave them.
        taken: boxes of the tables and figures that are known.
        pixels: the page in grey, height x width.
    """
    boxes = [line.box for line in lines]
    figures: list[Figure] = []
    for caption in captions:
        room = None if names_table(caption.text) else _find_room(caption.box, boxes, captions, pixels.shape[0])
        if room is None or any(room.intersect(each).area for each in taken):
            continue
        inside = [line for line in boxes if covers(room, line)]
        drawn = _find_drawing(pixels, room, inside)
        if drawn is not None and measure_text(room, inside) <= MAX_TEXT:
            figures.append(Figure(Box.around([drawn, *inside]), 0.0))
    return figures


def _find_room(caption: Box, lines: Sequence[Box], captions: Sequence[Printed], page_height: int) -> Box | None:
    """What lies between a caption and the print above it, as wide as its column."""
    column = _find_column(caption, lines)
    print_ = [line for line in lines if line.width >= PROSE * line.height] + [each.box for each in captions]
    ends = [line.bottom for line in print_ if line.bottom <= caption.top and _overlap(line, column)]
    ends += [line.bottom for line in lines if line.bottom <= HEAD * page_height]
    top = max(ends, default=0.0)
    height = sorted(line.height for line in lines)[len(lines) // 2]
    return Box(column.left, top, column.right, caption.top) if caption.top - top >= MIN_ROOM * height else None


def _find_column(caption: Box, lines: Sequence[Box]) -> Box:
    """The caption's column: as wide as the lines of print that stand above and below it."""
    prose = [line for line in lines if line.width >= PROSE * line.height and _overlap(line, caption)]
    if not prose:
        return caption
    full = sorted(line.width for line in prose)[3 * len(prose) // 4]
    return Box.around([caption, *(line for line in prose if line.width <= TITLE * full)])


def _find_drawing(pixels: NDArray[np.uint8], room: Box, labels: Sequence[Box]) -> Box | None:
    """Round the ink in a room that is no label's; None where there is too little."""
    left, top = max(0, int(room.left)), max(0, int(room.top))
    ink = pixels[top : int(room.bottom), left : int(room.right)] <= INK
    for label in labels:
        rows = slice(max(0, int(label.top) - top - _MARGIN), max(0, int(label.bottom) - top + _MARGIN))
        ink[rows, max(0, int(label.left) - left - _MARGIN) : max(0, int(label.right) - left + _MARGIN)] = False
    rows_drawn, columns_drawn = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows_drawn.size:
        return None
    drawn = Box(
        left + float(columns_drawn[0]),
        top + float(rows_drawn[0]),
        left + float(columns_drawn[-1]) + 1,
        top + float(rows_drawn[-1]) + 1,
    )
    large = drawn.width >= MIN_DRAWN * room.width and drawn.height >= MIN_DRAWN * room.height
    return drawn if large else None


def _overlap(line: Box, column: Box) -> bool:
    return min(line.right, column.right) > max(line.left, column.left)
