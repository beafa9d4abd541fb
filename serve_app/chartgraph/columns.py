"""The columns of a chart's table: its series, by the legend or by headings, and which marks belong to each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.chartgraph.colours import Palette, tell_apart, to_lab
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.headings import find_alike, find_fills, find_row, name_groups
from serve_app.chartgraph.keys import find_keys, locate_keys, weigh_by_colour, weigh_by_names
from serve_app.chartgraph.labels import Labels, find_targets, make_cell
from serve_app.chartgraph.matching import match
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.series_names import choose_names, have_keys
from serve_app.domain import Cell

_SAME = 14.0
"""Distance in CIELAB within which marks are drawn in one colour."""

_MOST = 8
"""Columns that are opened without a legend, at most."""

_STRONG = 0.75
"""Score of the marks for which columns are opened."""

_FLOOR = 1e-3
"""Worth of a name that nothing ties to a colour: the last name belongs to the last colour all the same."""

_SURE = 0.8
"""Probability of a mark to be in a column that its colour tells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the series, and each mark's probability to be of each: (marks, columns).

    One column with no header stands for a chart of a single series. `nameless` counts columns that have no name;
    `looks` are the colours (columns, 3) of the legend's keys, where each column has one; `inks` those that the names of
    lines are written in, where these tell the lines.
    """

    headers: tuple[Cell, ...]
    chances: Floats
    nameless: int = 0
    looks: Floats | None = None
    inks: Floats | None = None


def find_columns(
    graph: Graph,
    labels: Labels,
    marks: Sequence[int],
    *,
    by_series: Floats,
    row_chances: Floats,
    across: bool,
    palette: Palette | None,
) -> Columns:
    """Finds the series.

    Args:
        graph: the chart.
        labels: its words, joined.
        marks: those that stand for values.
        by_series: links of marks to names (marks, 1 + words).
        row_chances: of marks to be in each row (marks, rows).
        across: whether the category axis is the vertical one.
        palette: the chart's colours; without them the links alone decide.
    """
    names = choose_names(graph, labels, find_targets(graph, labels, by_series, list(marks), Role.SERIES), across)
    keyless = palette is not None and not have_keys(graph, names)
    unread = len(graph.find_marks(MarkKind.SWATCH)) > len(names)  # keys whose names OCR missed
    groups = _part(graph, marks, row_chances, across, palette) if keyless or unread or len(names) < 2 else []
    if palette and keyless and len(names) > 1 and (graph.kinds[list(marks)] == MarkKind.POINT).all():
        inks = palette.find_texts(graph.words[name] for name in names)
        coloured = weigh_by_names(graph, by_series, marks, names, inks, palette)
        if coloured is not None:
            headers = tuple(make_cell(graph, labels, i, float(graph.roles[i, Role.SERIES])) for i in names)
            return Columns(headers, coloured[:, [1 + name for name in names]], inks=inks)
    row = find_row(graph, labels, groups, palette) if across and keyless and len(groups) > 1 else ()
    if len(names) > 1 and len(groups) <= len(names) and not row:
        links = weigh_by_colour(graph, by_series, marks, names, palette) if palette else by_series
        if palette and keyless and len(groups) == len(names):
            links = _assign_names(graph, links, groups, names, palette)
        headers = tuple(make_cell(graph, labels, i, float(graph.roles[i, Role.SERIES])) for i in names)
        return Columns(headers, links[:, [1 + name for name in names]], looks=_find_looks(graph, names, palette))
    if len(groups) > 1:
        chances = np.zeros((len(graph.points), len(groups)))
        for column, group in enumerate(groups):
            chances[group, column] = _SURE
        if palette and not keyless:
            headers = _name_by_keys(graph, labels, groups, names, palette)
        else:
            headers = row or name_groups(graph, labels, groups, across=across, palette=palette, names=names)
        return Columns(headers, chances, sum(not header.text for header in headers))
    if names:
        header = make_cell(graph, labels, names[0], float(graph.roles[names[0], Role.SERIES]))
        # Nothing else is named: marks that the model did not link to the only name are of that series all the same.
        return Columns((header,), np.maximum(by_series[:, [1 + names[0]]], _SURE))
    return Columns((), np.ones((len(graph.points), 1)))


def _name_by_keys(
    graph: Graph, labels: Labels, groups: Sequence[Sequence[int]], names: Sequence[int], palette: Palette
) -> tuple[Cell, ...]:
    """A header for each group of marks by the colours of the keys; empty where OCR missed the name beside the key."""
    keys = find_keys(graph, names)
    known = [name for name in names if name in keys]
    looks = np.array([_look(graph.points[keys[i]], graph.words[i].height, palette) for i in known])
    fills = find_fills(graph, groups, palette)
    headers = [Cell("", 0.0) for _ in groups]
    for group, name in match(1 / (1 + tell_apart(fills, looks)), 1 / (1 + _SAME)):
        headers[group] = make_cell(graph, labels, known[name], float(graph.roles[known[name], Role.SERIES]))
    return tuple(headers)


def _find_looks(graph: Graph, names: Sequence[int], palette: Palette | None) -> Floats | None:
    places = locate_keys(graph, names) if palette else {}
    if palette is None or len(places) < len(names):
        return None
    return np.array([_look(places[name], graph.words[name].height, palette) for name in names])


def _look(place: Floats, height: float, palette: Palette) -> Floats:
    """The colour that fills a key beside a name of a height."""
    return palette.find_key(float(place[0]), float(place[1]), height)[0]


def _assign_names(
    graph: Graph, links: Floats, groups: Sequence[Sequence[int]], names: Sequence[int], palette: Palette
) -> Floats:
    """Links (marks, 1 + words) of marks to names that stand without keys: a name for each colour, one to one.

    A name belongs to the marks that the model links to it, and most of all to those in whose colour it is written.
    """
    linked = np.array([links[group][:, [1 + name for name in names]].mean(0) for group in groups])
    worth = linked + find_alike(graph, groups, names, palette)
    changed = links.copy()
    for group, name in match(worth + _FLOOR, 0.0):
        changed[groups[group]] = 0.0
        changed[groups[group], 1 + names[name]] = _SURE
    return changed


def _part(
    graph: Graph, marks: Sequence[int], row_chances: Floats, across: bool, palette: Palette | None
) -> list[list[int]]:
    """Groups of marks that are series, where most rows have several marks but no legend tells of which series each is.

    By their colours, if each colour is in a row once; else by their order in the row, if all rows have as many.
    """
    if not row_chances.size:
        return []
    members: dict[int, list[int]] = {}
    for mark in marks:
        if row_chances[mark].max() > 0.5 and graph.scores[mark] >= _STRONG:
            members.setdefault(int(row_chances[mark].argmax()), []).append(mark)
    crowded = [row for row in members.values() if len(row) > 1]
    if len(crowded) < max(2, len(members) / 2):
        return []
    placed = [mark for row in members.values() for mark in row]
    if palette:
        groups = _group_colours(graph, placed, palette)
        fitting = sum(len(set(row) & set(group)) <= 1 for row in members.values() for group in groups)
        if 1 < len(groups) <= _MOST and fitting >= 0.9 * len(members) * len(groups):
            return _order_groups(graph, groups, across)
    count = len(crowded[0])
    if count > _MOST or any(len(row) != count for row in members.values()):
        return []
    along = 0 if across else 1
    ranked = [sorted(row, key=lambda mark: graph.points[mark, along]) for row in members.values()]
    return [[row[i] for row in ranked] for i in range(count)]


def _group_colours(graph: Graph, marks: Sequence[int], palette: Palette) -> list[list[int]]:
    """Marks of one colour each; colours that only one mark in ten has are left out."""
    colours = to_lab(palette.find_marks(graph.kinds[list(marks)], graph.points[list(marks)]))
    groups: list[list[int]] = []
    centres: list[Floats] = []
    for i, colour in enumerate(colours):
        away = [float(np.linalg.norm(colour - centre)) for centre in centres]
        if away and min(away) < _SAME:
            nearest = int(np.argmin(away))
            groups[nearest].append(i)
            centres[nearest] = np.mean(colours[groups[nearest]], axis=0)
        else:
            groups.append([i])
            centres.append(colour)
    return [[marks[i] for i in group] for group in groups if len(group) >= 0.1 * len(marks)]


def _order_groups(graph: Graph, groups: list[list[int]], across: bool) -> list[list[int]]:
    """From left to right where values run across, else from the top downwards."""
    return sorted(groups, key=lambda group: float(np.mean(graph.points[group, 0 if across else 1])))
