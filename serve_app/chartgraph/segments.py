"""Segments of stacked bars and areas by the colours along them, where the model missed one or took it for another's."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.headings import find_fills
from serve_app.chartgraph.roles import MarkKind

_LIKE = 9.0
"""Distance in CIELAB within which a pixel is of a segment's colour."""

_DISTINCT = 5.0
"""Colours that are nearer to each other in CIELAB do not tell segments."""

_OUTLINE = 4.0
"""Pixels, of 512, between two segments that touch, at most: their outlines."""

_PRINTED = 14.0
"""Pixels, of 512, of a printed value that parts a segment, at most."""

_AT_EDGE = 4.0
"""Pixels, of 512, within which a mark is at the end of a segment."""

_INNER = 0.35
"""Share of a bar's width on both sides of its middle that is looked at."""

_COVERED = 0.3
"""Share of that width that has a segment's colour, at least; the rest may be print."""

_SCORE = 0.8
"""Of a mark that was found by colour."""


class _Run(NamedTuple):
    """A segment: its column, and where it begins and ends along the value axis, in pixels."""

    column: int
    start: float
    end: float


def read_segments(
    graph: Graph,
    entries: Sequence[Entry],
    looks: Floats | None,
    axis: Axis | None,
    palette: Palette,
    across: bool,
) -> tuple[Graph, list[Entry]]:
    """The graph and the entries of stacked bars, corrected by the colours along each bar.

    A bar counts only if its colours are those of the series, each once, and most of its marks are at their ends.

    Args:
        graph: the chart.
        entries: the marks and their cells, one at least.
        looks: the colour of each column's key (columns, 3); None to take those of the marks.
        axis: the value axis.
        palette: the chart's pixels.
        across: whether values run to the right.

    Returns:
        The graph with the marks that were missed, and the entries.
    """
    if looks is None:
        looks = _find_looks(graph, entries, palette)
    if looks is None or tell_apart(looks, looks)[np.triu_indices(len(looks), 1)].min(initial=np.inf) < _DISTINCT:
        return graph, list(entries)
    kind = MarkKind(int(graph.kinds[entries[0].mark]))
    zero = axis.locate(0.0) if axis and not axis.logarithmic else None
    kept: list[Entry] = []
    points: list[tuple[float, float]] = []
    for row in sorted({entry.row for entry in entries}):
        members = [entry for entry in entries if entry.row == row]
        bar = _read_bar(graph, members, looks, palette, across)
        read = _match_marks(members, bar, zero, palette, across) if bar else None
        if read is None:
            kept += members
            continue
        middle = float(np.median(graph.points[[entry.mark for entry in members], 1 if across else 0]))
        for column, edge, entry in read:
            if entry is None:
                kept.append(Entry(len(graph.points) + len(points), row, column, _SCORE, edge))
                points.append((edge, middle) if across else (middle, edge))
            else:
                sure = entry.probability if entry.column == column else _SCORE
                kept.append(replace(entry, column=column, probability=sure))
    return graph.add_marks(kind, points, _SCORE), kept


def _find_looks(graph: Graph, entries: Sequence[Entry], palette: Palette) -> Floats | None:
    columns = sorted({entry.column for entry in entries})
    if len(columns) < 2 or columns != list(range(len(columns))):
        return None
    return find_fills(graph, [[e.mark for e in entries if e.column == column] for column in columns], palette)


def _read_bar(graph: Graph, members: Sequence[Entry], looks: Floats, palette: Palette, across: bool) -> list[_Run]:
    """The touching segments of one bar along the value axis; none where its colours are not those of the series."""
    marks = [entry.mark for entry in members]
    middle = float(np.median(graph.points[marks, 1 if across else 0]))
    area = graph.kinds[marks[0]] == MarkKind.AREA
    half = 0.0 if area else _INNER * _measure_width(graph, marks, palette, across)
    strip = palette.cut_strip(middle - half, middle + half, across)
    known = np.concatenate((looks, palette.page[None]))
    away = tell_apart(strip.reshape(-1, 3).astype(float), known).reshape(*strip.shape[:2], len(known))
    of = np.where(away.min(2) < _LIKE, away.argmin(2), -1)
    shares = np.stack([(of == i).mean(1) for i in range(len(known))], 1)
    classes = np.where(shares.max(1) >= _COVERED, shares.argmax(1), -1)
    edges = [0, *(np.flatnonzero(np.diff(classes)) + 1).tolist(), len(classes)]
    runs: list[_Run] = []
    chains: list[list[_Run]] = []
    for start, end in itertools.pairwise(edges):
        column = int(classes[start])
        if column < 0 or (end - start < 2 and column < len(looks)):
            continue
        if column == len(looks):
            if end - start > _OUTLINE * palette.unit:
                runs = []
            continue
        gap = start - runs[-1].end if runs else np.inf
        if runs and runs[-1].column == column and gap < _PRINTED * palette.unit:
            runs[-1] = _Run(column, runs[-1].start, end)
        elif runs and gap <= _OUTLINE * palette.unit:
            runs.append(_Run(column, start, end))
        else:
            runs = [_Run(column, start, end)]
            chains.append(runs)
    positions = [entry.position for entry in members]
    reach = _AT_EDGE * palette.unit
    best = max(
        chains,
        key=lambda chain: sum(chain[0].start - reach <= p <= chain[-1].end + reach for p in positions),
        default=[],
    )
    columns = [run.column for run in best]
    whole = bool(best) and all(best[0].start - reach <= p <= best[-1].end + reach for p in positions)
    return best if whole and len(set(columns)) == len(columns) else []


def _measure_width(graph: Graph, marks: Sequence[int], palette: Palette, across: bool) -> float:
    """The width of a bar in pixels, as far as the colour under each mark's end goes."""
    widths = []
    for mark in marks:
        x, y = graph.points[mark]
        along, place = (y, x) if across else (x, y)
        inner = [place + step * palette.unit for step in ((-3.5, 3.5) if across else (3.5, -3.5))]
        lines = [palette.cut_strip(at, at, not across)[:, 0] for at in inner]
        at = int(np.clip(round(along), 0, len(lines[0]) - 1))
        line = next((line for line in lines if not palette.is_page(line[at].astype(float))), lines[0])
        like = tell_apart(line.astype(float), line[at : at + 1].astype(float))[:, 0] < _LIKE
        ends = np.flatnonzero(~like)
        left, right = ends[ends < at].max(initial=-1), ends[ends > at].min(initial=len(line))
        widths.append(float(right - left - 1))
    return float(np.median(widths))


def _find_nearest(entries: Sequence[Entry], position: float) -> Entry | None:
    return min(entries, key=lambda entry: abs(entry.position - position), default=None)


def _match_marks(
    members: Sequence[Entry], bar: Sequence[_Run], zero: float | None, palette: Palette, across: bool
) -> list[tuple[int, float, Entry | None]] | None:
    """The far end of each segment, with its mark where there is one; None where most marks are at none of them."""
    risings = [across if zero is None else (run.start + run.end) / 2 > zero for run in bar]
    edges = [float(run.end if rising else run.start) for run, rising in zip(bar, risings, strict=True)]
    at_edge: dict[int, Entry] = {}
    free = list(members)
    # Without an axis the far end is not known for bars to both sides: what is at no far end may be at a near one.
    for others in (False, True):
        for i, (run, rising) in enumerate(zip(bar, risings, strict=True)):
            edge = float(run.end if rising != others else run.start)
            near = _find_nearest(free, edge)
            if i not in at_edge and near is not None and abs(near.position - edge) <= _AT_EDGE * palette.unit:
                at_edge[i], edges[i] = near, edge
                free.remove(near)
    if len(at_edge) < max(1, len(members) / 2):
        return None
    return [(run.column, edges[i], at_edge.get(i)) for i, run in enumerate(bar)]
