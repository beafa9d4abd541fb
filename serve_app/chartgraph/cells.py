"""Which cell of the table each mark belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.matching import match

_LEAST = 0.1
"""A mark is not put into a cell that it belongs to with less probability than this."""

_UNSURE = 0.5
"""What a point that several lines share is worth as a reading of the second one."""


_ON_THE_WAY = 0.15
"""Share of the chart's height by which a shared point may be off the way from the point before to the next one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark in its cell: row and column, the probability of both, and its position along the value axis."""

    mark: int
    row: int
    column: int
    probability: float
    position: float


def place_marks(graph: Graph, marks: Sequence[int], rows: Floats, columns: Floats, across: bool) -> list[Entry]:
    """Gives each mark a cell, and each cell at most one mark, so that all together are the likeliest.

    Args:
        graph: the chart.
        marks: those to place.
        rows: probabilities of marks to be in each row (marks, rows).
        columns: of marks to be in each column (marks, columns).
        across: whether the category axis is the vertical one.
    """
    if not marks or not rows.shape[1] or not columns.shape[1]:
        return []
    of_rows, of_columns = rows[list(marks)], columns[list(marks)]
    possible = (of_rows[:, :, None] >= _LEAST) & (of_columns[:, None, :] >= _LEAST)
    chances = np.where(possible, of_rows[:, :, None] * of_columns[:, None, :], 0.0)
    chances *= graph.scores[list(marks)][:, None, None]
    upon = 0 if across else 1
    entries = []
    for i, cell in match(chances.reshape(len(marks), -1), 1e-6):
        row, column = divmod(cell, columns.shape[1])
        mark = marks[i]
        entries.append(Entry(mark, row, column, float(chances[i, row, column]), float(graph.points[mark, upon])))
    return entries


def share_hidden(graph: Graph, entries: Sequence[Entry], columns: Floats) -> list[Entry]:
    """Where lines meet in one point, gives that point to each of them.

    A line that has a point in the row before or after, and none in this one, goes through a point of another line on
    its way; which one, `columns` (marks, columns) tells. That it ends there, or has a gap, cannot be ruled out: the
    cell is not sure. A row in which most lines have no point is one of a few lines alone.
    """
    placed = {(entry.row, entry.column): entry for entry in entries}
    reach = _ON_THE_WAY * float(np.ptp([word.y for word in graph.words])) if graph.words else 0.0
    shared = []
    for row in sorted({entry.row for entry in entries}):
        there = [entry for entry in entries if entry.row == row]
        if len(there) < columns.shape[1] / 2:
            continue
        for column in range(columns.shape[1]):
            beside = [placed[r, column] for r in (row - 1, row + 1) if (r, column) in placed]
            if (row, column) in placed or not beside:
                continue
            way = sum(entry.position for entry in beside) / len(beside)
            near = [entry for entry in there if abs(entry.position - way) <= reach]
            if near:
                likely = {e: float(columns[e.mark, column]) if e.mark < len(columns) else 0.0 for e in near}
                entry = max(near, key=lambda e: likely[e])
                chance = _UNSURE * entry.probability * (0.5 + likely[entry] / 2)
                shared.append(replace(entry, column=column, probability=chance))
    return [*entries, *shared]
