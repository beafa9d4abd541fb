"""Small multiples: groups of bars whose labels repeat from group to group, each group under or over a name."""

from collections.abc import Sequence

import numpy as np

from serve_app.chartgraph.counted_rows import Row
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.labels import Labels, make_cell
from serve_app.chartgraph.values import Cells
from serve_app.domain import Cell

_LEVEL = 0.6
"""Text heights by which the names of the groups may be out of line."""

_CENTRED = 0.3
"""Share of the distance between groups by which a name may be beside the middle of its group."""

_NAMED = 0.8
"""Confidence of a group's name."""


def fold_repeated(
    graph: Graph, labels: Labels, rows: Sequence[Row], cells: Cells, across: bool
) -> tuple[tuple[Cell, ...], tuple[Row, ...], Cells] | None:
    """Headers, rows and cells of a chart whose labels repeat; None if they do not, or if nothing names the groups.

    Args:
        graph: the chart.
        labels: its words, joined.
        rows: the categories in the order of their positions.
        cells: the values, by row and column.
        across: whether the category axis is the vertical one.
    """
    kept = [i for i in range(len(rows)) if any(row == i for row, _ in cells)]
    texts = [rows[i].cell.text for i in kept]
    size = _find_period(texts)
    held = [[place for place in cells if place[0] == i] for i in kept]
    if size is None or any(len(places) > 1 for places in held):
        return None
    groups = [kept[i : i + size] for i in range(0, len(kept), size)]
    middles = [float(np.mean([rows[i].position for i in group])) for group in groups]
    names = _find_names(graph, middles, set(texts), across)
    if not names:
        return None
    headers = tuple(rows[i].cell for i in groups[0])
    folded = {
        (g, column): cells[held[g * size + column][0]] for g, group in enumerate(groups) for column in range(len(group))
    }
    named = tuple(
        Row(make_cell(graph, labels, labels.roots[word], _NAMED), middle)
        for word, middle in zip(names, middles, strict=True)
    )
    return headers, named, folded


def _find_period(texts: Sequence[str]) -> int | None:
    """How many labels there are before they repeat."""
    for size in range(2, len(texts) // 2 + 1):
        if len(texts) % size == 0 and len(set(texts)) == size and list(texts) == [*texts[:size]] * (len(texts) // size):
            return size
    return None


def _find_names(graph: Graph, middles: Sequence[float], known: set[str], across: bool) -> list[int]:
    """The words in one line, one at the middle of each group."""
    pitch = float(np.diff(middles).min())
    for anchor in range(len(graph.words)):
        line = _place(graph, anchor, not across)
        row = [
            i
            for i, word in enumerate(graph.words)
            if abs(_place(graph, i, not across) - line) < _LEVEL * word.height and word.text not in known
        ]
        if len(row) < len(middles):
            continue
        names = [min(row, key=lambda i: abs(_place(graph, i, across) - middle)) for middle in middles]
        texts = {graph.words[i].text for i in names}
        away = [abs(_place(graph, i, across) - middle) for i, middle in zip(names, middles, strict=True)]
        if len(texts) == len(middles) and max(away) < _CENTRED * pitch:
            return names
    return []


def _place(graph: Graph, word: int, vertical: bool) -> float:
    """Where a word is along one of the axes."""
    return graph.words[word].y if vertical else graph.words[word].x
