"""Which cell of the table each mark belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.labels import Labels, make_cell
from serve_app.chartgraph.numbered_categories import name_between
from serve_app.chartgraph.roles import Role
from serve_app.domain import Cell
from serve_app.tables.numbers import parse_number

_LEAST = 0.1
"""A mark is not put into a cell that it belongs to with less probability than this."""

_UNSURE = 0.5
"""What a point that several lines share is worth as a reading of the second one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark in its cell: row and column, the probability of both, and its position along the value axis."""

    mark: int
    row: int
    column: int
    probability: float
    position: float


@dataclass(frozen=True, slots=True)
class Row:
    """A category: its label, and its position along the category axis in pixels."""

    cell: Cell
    position: float


def place_marks(
    graph: Graph,
    labels: Labels,
    marks: Sequence[int],
    *,
    categories: Sequence[int],
    columns: Sequence[int],
    links: tuple[Floats, Floats],
    across: bool,
) -> tuple[list[Row], list[Entry]]:
    """Gives each mark a cell, and each cell at most one mark.

    Args:
        graph: the chart.
        labels: its words, joined.
        marks: those to place.
        categories: the words that label the rows.
        columns: the words that name the columns; none if there is one column without a name.
        links: of marks to categories and to series, each (marks, 1 + words).
        across: whether the category axis is the vertical one.

    Returns:
        The rows in the order of their positions, and what stands in them.
    """
    along, upon = (1, 0) if across else (0, 1)
    chances = links[1][:, [1 + name for name in columns]] if columns else np.ones((len(links[1]), 1))

    def pair(mark: int, row: int, chance: float) -> list[Entry]:
        """A mark in all cells of a row, to which it belongs with some probability."""
        position, score = float(graph.points[mark, upon]), float(graph.scores[mark])
        return [
            Entry(mark, row, column, chance * float(by_column) * score, position)
            for column, by_column in enumerate(chances[mark])
            if min(chance, by_column) >= _LEAST
        ]

    rows = [
        Row(
            make_cell(graph, labels, word, float(graph.roles[word, Role.CATEGORY])),
            graph.words[word].y if across else graph.words[word].x,
        )
        for word in categories
    ]
    named = {row.cell.text: i for i, row in enumerate(rows)}
    entries = _choose(
        [
            entry
            for mark in marks
            for i, word in enumerate(categories)
            for entry in pair(mark, i, float(links[0][mark, 1 + word]))
        ]
    )
    placed = {entry.mark for entry in entries}
    others = [mark for mark in marks if mark not in placed and links[0][mark, 0] > _LEAST]
    places = [float(graph.points[mark, along]) for mark in others]
    names = name_between([(row.position, row.cell.text) for row in rows], places)
    pairs = []
    for mark, place, name in zip(others, places, names, strict=True):
        if name is None or named.get(name, len(categories)) < len(categories):
            continue
        if name not in named:
            named[name] = len(rows)
            rows.append(Row(Cell(name, float(graph.scores[mark]), parse_number(name)), place))
        pairs += pair(mark, named[name], float(links[0][mark, 0]))
    return _sort(rows, entries + _choose(pairs))


def share_hidden(graph: Graph, entries: Sequence[Entry], columns: Sequence[int], by_series: Floats) -> list[Entry]:
    """Where lines meet in one point, gives that point to each of them.

    A line that has a point in the row before or after, and none in this one, goes through a point of another line;
    which one, the links tell. That it ends there, or has a gap, cannot be ruled out: the cell is not sure.
    """
    placed = {(entry.row, entry.column) for entry in entries}
    shared = []
    for row in {entry.row for entry in entries}:
        there = [entry for entry in entries if entry.row == row]
        for column, name in enumerate(columns):
            if (row, column) not in placed and {(row - 1, column), (row + 1, column)} & placed:
                chance, entry = max(((float(by_series[e.mark, 1 + name]), e) for e in there), key=lambda pair: pair[0])
                shared.append(
                    replace(entry, column=column, probability=_UNSURE * entry.probability * (0.5 + chance / 2))
                )
    return [*entries, *shared]


def _choose(pairs: Sequence[Entry]) -> list[Entry]:
    """At most one entry for each mark and each cell, the likeliest first."""
    taken: set[int] = set()
    placed: dict[tuple[int, int], Entry] = {}
    for entry in sorted(pairs, key=lambda e: -e.probability):
        if entry.mark not in taken and (entry.row, entry.column) not in placed:
            taken.add(entry.mark)
            placed[entry.row, entry.column] = entry
    return list(placed.values())


def _sort(rows: Sequence[Row], entries: Sequence[Entry]) -> tuple[list[Row], list[Entry]]:
    order = sorted(range(len(rows)), key=lambda i: rows[i].position)
    rank = {row: place for place, row in enumerate(order)}
    return [rows[i] for i in order], [replace(entry, row=rank[entry.row]) for entry in entries]
