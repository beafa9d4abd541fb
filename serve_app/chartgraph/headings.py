"""Names of series that stand at the end of a line, or as coloured headings over bars, in place of a legend."""

from collections.abc import Container, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.labels import Labels, is_name, make_cell
from serve_app.chartgraph.matching import match
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import Cell

_NO_NAMES = (Role.TITLE, Role.TICK, Role.VALUE)
"""Roles of words that name no series."""

_CLAIMED = 0.5
"""Probability of a mark's link from which on a word is that mark's category, and names no series."""

_LIKE = 20.0
"""Distance in CIELAB of a name in the colour of its series, at most."""

_CLEARLY = 0.5
"""Mean distance of headings to the colours of their own series, by that to the others', at most."""

_PLAIN = 0.35
"""What a name in another colour is worth beside one in the colour of its series."""

_REACH = 3.0
"""Text heights from a line's end, or from the span of its bars, in which a name falls to a third of its worth."""

_IN_ORDER = 0.8
"""What a name is worth whose turn it is in a row of headings, one for each series."""

_LABELS = 3
"""Labels of categories that tell where the foot of a chart begins, at least."""

_ON_LINE = 0.6
"""Text heights by which the headings of one row may be out of line."""

_LEAST = 0.15
"""Worth from which on a text is a name."""


def name_groups(
    graph: Graph,
    labels: Labels,
    groups: Sequence[Sequence[int]],
    *,
    across: bool,
    palette: Palette | None,
    names: Sequence[int] = (),
) -> tuple[Cell, ...]:
    """A header for each group of marks, empty where nothing names it.

    Args:
        graph: the chart.
        labels: its words, joined.
        groups: the marks of each series.
        across: whether the category axis is the vertical one.
        palette: the chart's colours.
        names: words that are names for certain.
    """
    claimed = _find_claimed(graph, labels)
    if across and (row := find_row(graph, labels, groups, palette)):
        return row
    words = [
        i
        for i in sorted(set(labels.roots))
        if i in names
        or (
            graph.best_roles[i] not in _NO_NAMES
            and i not in claimed
            and (graph.best_roles[i] == Role.CATEGORY or is_name(labels.texts[i]))
            and abs(graph.words[i].angle) < 30
            and not is_in_foot(graph, i, across)
        )
    ]
    headers = [Cell("", 0.0) for _ in groups]
    if not words:
        return tuple(headers)
    lines = bool(np.isin(graph.kinds[list(groups[0])], (MarkKind.POINT, MarkKind.AREA)).all())
    near = np.array([[_measure(graph, group, word, lines, across) for word in words] for group in groups])
    if palette:
        near = near * np.where(find_alike(graph, groups, words, palette), 1.0, _PLAIN)
    for group, word in match(near, _LEAST):
        headers[group] = make_cell(graph, labels, words[word], float(near[group, word]))
    return tuple(headers)


def is_in_foot(graph: Graph, word: int, across: bool) -> bool:
    """Whether a word stands under the labels of the categories, as notes and sources do."""
    labels = graph.find_words(Role.CATEGORY)
    if across or len(labels) < _LABELS:
        return False
    line = float(np.median([graph.words[i].y + graph.words[i].height / 2 for i in labels]))
    return graph.words[word].y - graph.words[word].height / 2 > line


def find_row(
    graph: Graph, labels: Labels, groups: Sequence[Sequence[int]], palette: Palette | None
) -> tuple[Cell, ...]:
    """The headings of bars that run across, where a line of text above them holds one for each group; else none."""
    row = _find_row(graph, groups, _find_claimed(graph, labels))
    return tuple(_write_heading(graph, labels, word, row) for word in _order_row(graph, groups, row, palette))


def _find_claimed(graph: Graph, labels: Labels) -> set[int]:
    """The words that are categories of marks."""
    linked = (graph.links[0, graph.scores >= 0.5, 1:] > _CLAIMED).any(0)
    return {labels.roots[int(i)] for i in np.flatnonzero(linked)}


def _find_row(graph: Graph, groups: Sequence[Sequence[int]], claimed: Container[int]) -> list[int]:
    """The words from left to right of which a line above the bars holds one for each group; else none."""
    top = min(float(graph.points[list(group), 1].min()) for group in groups)
    above = [
        i
        for i, word in enumerate(graph.words)
        if word.y + word.height / 2 < top and i not in claimed and graph.best_roles[i] != Role.TITLE
    ]
    for first in sorted(above, key=lambda i: -graph.words[i].y):
        level = _ON_LINE * graph.words[first].height
        row = [i for i in above if abs(graph.words[i].y - graph.words[first].y) < level]
        if len(row) == len(groups):
            return sorted(row, key=lambda i: graph.words[i].x)
    return []


def _order_row(
    graph: Graph, groups: Sequence[Sequence[int]], row: Sequence[int], palette: Palette | None
) -> Sequence[int]:
    """The word of each group: the one in its colour where each is in one of theirs, else as they stand."""
    if palette is None or not row:
        return row
    away = _compare_colours(graph, groups, row, palette)
    chosen = [row[word] for _, word in sorted(match(1 / (1 + away), 0.0))]
    own = np.array([away[group, row.index(word)] for group, word in enumerate(chosen)])
    others = (away.sum() - own.sum()) / max(1, away.size - len(own))
    return chosen if own.max() < _LIKE and own.mean() < _CLEARLY * others else row


def _write_heading(graph: Graph, labels: Labels, word: int, row: Sequence[int]) -> Cell:
    """A heading with its further lines; of headings that were joined to each other, each its own."""
    alone = [i for i in row if labels.roots[i] == labels.roots[word]] == [word]
    cell = make_cell(graph, labels, labels.roots[word] if alone else word, _IN_ORDER)
    return cell if alone else replace(cell, text=graph.words[word].text)


def find_alike(
    graph: Graph, groups: Sequence[Sequence[int]], words: Sequence[int], palette: Palette
) -> npt.NDArray[np.bool_]:
    """Whether each word is written in the colour that each group of marks has in the median: (groups, words)."""
    return _compare_colours(graph, groups, words, palette) < _LIKE


def _compare_colours(graph: Graph, groups: Sequence[Sequence[int]], words: Sequence[int], palette: Palette) -> Floats:
    """How far each group's colour is from the one that each word is written in, in CIELAB: (groups, words)."""
    return tell_apart(find_fills(graph, groups, palette), palette.find_texts(graph.words[word] for word in words))


def find_fills(graph: Graph, groups: Sequence[Sequence[int]], palette: Palette) -> Floats:
    """The colour that each group of marks has in the median: (groups, 3) in [0, 255]."""
    marks = [list(group) for group in groups]
    return np.array([np.median(palette.find_marks(graph.kinds[each], graph.points[each]), axis=0) for each in marks])


def _measure(graph: Graph, group: Sequence[int], word: int, lines: bool, across: bool) -> float:
    """How well a word stands where the name of a group stands: 1 if it could not be nearer."""
    points, placed = graph.points[list(group)], graph.words[word]
    if lines:
        end = points[points[:, 0].argmax()]
        gap = placed.x - placed.width / 2 - float(end[0])
        at_end = max(abs(gap) / 2, abs(placed.y - float(end[1])))
        beside = np.hypot(np.maximum(np.abs(points[:, 0] - placed.x) - placed.width / 2, 0), points[:, 1] - placed.y)
        away = min(at_end, float(beside.min()) * 1.5)
    elif across:
        top = points[points[:, 1].argmin()]
        if placed.y > float(top[1]):
            return 0.0
        # A heading stands over its bars: over their ends, or left of them.
        away = max(0.0, abs(placed.x - float(top[0])) - placed.width) + 0.5 * max(0.0, float(top[1]) - placed.y - 60)
    else:
        beside = np.hypot(points[:, 0] - placed.x, points[:, 1] - placed.y)
        away = max(0.0, float(beside.min()) - placed.width / 2)
    return float(np.exp(-away / (_REACH * placed.height)))
