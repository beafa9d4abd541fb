"""Columns that the layout model left out of a table: short texts in its rows, beside its box, under one another."""

from collections.abc import Sequence

from serve_app.domain import Box

SHORT = 10.0
"""Heights of a line that a text in a cell is wide at most: the print beside a table is wider."""

MIN_ROWS, MOST_ROWS = 3, 0.8
"""Rows of the table that the column has a text in, at least, and their share."""

SAME_ROW = 0.25
"""Heights of a line by which the middles of two texts of a row may differ."""

ALIGNED = 0.5
"""Heights of a line by which the edges of a column's texts may differ, on the left or on the right."""


def widen_table(box: Box, lines: Sequence[Box]) -> Box:
    """A table's box with the columns beside it.

    Args:
        box: as the layout model gave it.
        lines: the boxes of the page's lines, parted where cells are.
    """
    while (column := _find_column(box, lines)) is not None:
        box = Box.around([box, column])
    return box


def _find_column(box: Box, lines: Sequence[Box]) -> Box | None:
    """The nearest column to the right, or else to the left."""
    rows: list[list[Box]] = []
    for line in sorted(lines, key=_middle):
        if rows and _middle(line) - _middle(rows[-1][0]) <= SAME_ROW * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    rows = [row for row in rows if any(box.intersect(line).area >= 0.5 * line.area for line in row)]
    for right in (True, False):
        found = [_find_nearest(box, row, right) for row in rows]
        texts = [text for text in found if text is not None]
        if len(texts) >= max(MIN_ROWS, MOST_ROWS * len(rows)) and _are_aligned(texts):
            return Box.around(texts)
    return None


def _find_nearest(box: Box, row: Sequence[Box], right: bool) -> Box | None:
    """The text of a row that stands next to the table."""
    if right:
        return min((line for line in row if line.left >= box.right), key=lambda line: line.left, default=None)
    return max((line for line in row if line.right <= box.left), key=lambda line: line.right, default=None)


def _are_aligned(texts: Sequence[Box]) -> bool:
    slack = ALIGNED * max(text.height for text in texts)
    short = all(text.width <= SHORT * text.height for text in texts)
    lefts, rights = [text.left for text in texts], [text.right for text in texts]
    return short and min(max(lefts) - min(lefts), max(rights) - min(rights)) <= slack


def _middle(line: Box) -> float:
    return (line.top + line.bottom) / 2
