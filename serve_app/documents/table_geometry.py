"""Tables by the places of their words alone: rows of print, and columns between gaps."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from serve_app.documents.placed_text import PlacedText
from serve_app.documents.table_grid import Slot, build_grid, group_rows
from serve_app.domain import TableGrid

MIN_GAP = 0.4
"""Median heights of the words: the width of the gap between two columns of a long table."""

FEW_ROWS = 1.5
"""Heights, over the number of rows, that are added to it: the spaces of few rows stand over each other by chance."""

MAX_CROSSING = 0.1
"""Share of the full rows whose words may cross a gap."""

FULL = 0.6
"""Share of the words of the fullest rows from which a row counts as full."""

CLOSE = 0.92
"""Share of the distance of a table's rows under which a row of print belongs to its neighbour."""

SPACE = 0.75
"""Median heights of the words: less lies between two words of one heading."""


def read_by_geometry(words: Sequence[PlacedText]) -> TableGrid | None:
    """The table of some words; None where there are no words."""
    printed = group_rows(words)
    if not printed:
        return None
    height = float(np.median([word.box.height for word in words])) or 1.0
    gaps = _find_gaps(printed, height)
    first_full = next((i for i, row in enumerate(printed) if _count_pieces(row, height) > FULL * (len(gaps) + 1)), 0)
    numbers = _join_wrapped(printed, height)
    slots = []
    for index, row in enumerate(printed):
        for cell in _part(row, gaps, SPACE * height if index < first_full else 0.0):
            left, right = cell[0].box, cell[-1].box
            start = int(np.searchsorted(gaps, (left.left + left.right) / 2))
            end = int(np.searchsorted(gaps, (right.left + right.right) / 2))
            if index < first_full:  # a heading covers the columns over which it stands
                start, end = int(np.searchsorted(gaps, left.left)), int(np.searchsorted(gaps, right.right))
            slots.append(Slot(numbers[index], start, 1, end - start + 1, tuple(cell)))
    return build_grid(slots)


def _find_gaps(rows: Sequence[Sequence[PlacedText]], height: float) -> NDArray[np.float64]:
    """The middles of the gaps between columns, from left to right."""
    edge = FULL * max(_count_pieces(row, height) for row in rows)
    full = [row for row in rows if _count_pieces(row, height) >= edge]
    edges = np.unique([side for row in full for word in row for side in (word.box.left, word.box.right)])
    if edges.size < 2:
        return np.empty(0)
    middles = (edges[1:] + edges[:-1]) / 2
    crossing = np.zeros(len(middles))
    for row in full:
        covered = np.zeros(len(middles), bool)
        for word in row:
            covered |= (word.box.left < middles) & (middles < word.box.right)
        crossing += covered
    free = crossing <= MAX_CROSSING * len(full)
    least = (MIN_GAP + FEW_ROWS / len(full)) * height
    gaps, start = [], None
    for i in range(len(middles) + 1):
        if i < len(middles) and free[i]:
            start = edges[i] if start is None else start
        elif start is not None:
            if edges[i] - start >= least:
                gaps.append((start + edges[i]) / 2)
            start = None
    return np.array(gaps)


def _count_pieces(row: Sequence[PlacedText], height: float) -> int:
    """The parts of a row between spaces that are wider than those between words."""
    return 1 + sum(b.box.left - a.box.right > SPACE * height for a, b in pairwise(row))


def _join_wrapped(printed: Sequence[Sequence[PlacedText]], height: float) -> list[int]:
    """The row of the table that each row of print belongs to.

    A row of print with one piece goes on with a neighbour that stands closer to it than the rows of the table stand to
    each other; headings between the rows of a table stand as far apart as these.
    """
    middles = [float(np.mean([(word.box.top + word.box.bottom) / 2 for word in row])) for row in printed]
    full = [_count_pieces(row, height) > 1 for row in printed]
    pitches = [middles[i + 1] - middles[i] for i in range(len(printed) - 1) if full[i] and full[i + 1]]
    if not pitches:
        whole = [middle for middle, is_full in zip(middles, full, strict=True) if is_full]
        pitches = [b - a for a, b in pairwise(whole)] or [0.0]
    close = CLOSE * float(np.percentile(pitches, 25))
    joined = [False] * len(printed)  # with the row of print above
    for i in range(len(printed)):
        if full[i]:
            continue
        above = middles[i] - middles[i - 1] if i else np.inf
        below = middles[i + 1] - middles[i] if i + 1 < len(printed) else np.inf
        if min(above, below) < close:
            joined[i if above <= below else i + 1] = True
    return [int(number) for number in np.cumsum([not each for each in joined])]


def _part(row: Sequence[PlacedText], gaps: NDArray[np.float64], space: float) -> list[list[PlacedText]]:
    """Part a row where it crosses a gap, unless the words stand within `space` of each other."""
    cells = [[row[0]]]
    for word in row[1:]:
        before = cells[-1][-1].box
        columns = np.searchsorted(gaps, [(before.left + before.right) / 2, (word.box.left + word.box.right) / 2])
        if columns[0] != columns[1] and word.box.left - before.right >= space:
            cells.append([word])
        else:
            cells[-1].append(word)
    return cells
