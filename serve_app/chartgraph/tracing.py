"""Points of lines that the model missed, by the ink in the colour of their line."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import MarkKind, Role

_LIKE = 16.0
"""Distance in CIELAB within which ink is of a line's colour: thin lines are blended with what is behind them."""

_DISTINCT = 12.0
"""Lines nearer to each other in CIELAB are not traced."""

_BETWEEN = 0.3
"""Share of the plot's height by which a point may lie above or below the points before and after it."""

_BEYOND = 0.4
"""The same for a point before the first or behind the last one."""

_HOLLOW = 7.0
"""Pixels, of 512, of the empty middle of a point's marker."""

_ASIDE = 4.0
"""Pixels, of 512, beside a point where its line must go on to one side at least."""

_GAP = 3.0
"""Pixels, of 512, on both sides of a place in which a dashed line has ink."""

_TRACED = 0.6
"""Share of the rows in which a line that was not found at all must have ink."""

_SCORE = 0.7
"""Of a point that was traced."""


def trace_points(
    graph: Graph,
    entries: Sequence[Entry],
    places: Sequence[float],
    columns: int,
    palette: Palette,
    known: Floats | None = None,
) -> tuple[Graph, list[Entry]]:
    """The graph and the entries with the points of lines that are drawn in a row but were not found.

    Args:
        graph: the chart.
        entries: the points and their cells.
        places: where the rows are, x in pixels.
        columns: how many lines there are.
        palette: the chart's pixels.
        known: the colours of the lines (columns, 3), where their names tell them.
    """
    if known is not None and len(places) > 1:
        graph, entries = _trace_missed(graph, entries, places, known, palette)
    lines = {c: sorted((e for e in entries if e.column == c), key=lambda e: e.row) for c in range(columns)}
    lines = {c: line for c, line in lines.items() if sum(graph.kinds[e.mark] == MarkKind.POINT for e in line) > 1}
    inks = {
        c: np.median([palette.find_mark(MarkKind.POINT, *graph.points[e.mark]) for e in line], axis=0)
        for c, line in lines.items()
    }
    if not inks or not _are_distinct(np.array(list(inks.values()))):
        return graph, list(entries)
    where = [
        float(np.median([graph.points[e.mark, 0] for e in entries if e.row == row] or [place]))
        for row, place in enumerate(places)
    ]
    ys = graph.points[[entry.mark for entry in entries], 1]
    height = max(float(np.ptp(ys)), 60 * palette.unit)
    points: list[tuple[float, float]] = []
    traced: list[Entry] = []
    for column, line in lines.items():
        for row in sorted(set(range(len(places))) - {entry.row for entry in line}):
            y = _find_ink(palette, where[row], inks[column], *_expect(graph, line, where[row], height))
            if y is not None:
                traced.append(Entry(len(graph.points) + len(points), row, column, _SCORE, y))
                points.append((where[row], y))
    return graph.add_marks(MarkKind.POINT, points, _SCORE), [*entries, *traced]


def _trace_missed(
    graph: Graph, entries: Sequence[Entry], places: Sequence[float], inks: Floats, palette: Palette
) -> tuple[Graph, list[Entry]]:
    """The graph and the entries with the lines of which at most one point was found, by the colours of their names."""
    found = [entry.column for entry in entries]
    labels = [graph.words[i].y - graph.words[i].height for i in graph.find_words(Role.CATEGORY)]
    titles = [graph.words[i].y + graph.words[i].height for i in graph.find_words(Role.TITLE)]
    top, bottom = max(titles, default=0.0), min(labels, default=np.inf)
    points: list[tuple[float, float]] = []
    traced: list[Entry] = []
    for column in range(len(inks)):
        if found.count(column) > 1:
            continue
        line: list[tuple[int, float]] = []
        for row, x in enumerate(places):
            runs = [run for run in _find_runs(palette, x, inks[column], _GAP) if top < sum(run) / 2 < bottom]
            ys = [sum(run) / 2 for run in runs if not _is_print(graph, x, sum(run) / 2)]
            if ys:
                near = line[-1][1] if line else ys[0]
                line.append((row, min(ys, key=lambda y: abs(y - near))))
        if len(line) < max(2, _TRACED * len(places)):
            continue
        for row, y in line:
            if not any(entry.column == column and entry.row == row for entry in entries):
                traced.append(Entry(len(graph.points) + len(points), row, column, _SCORE, y))
                points.append((places[row], y))
    return graph.add_marks(MarkKind.POINT, points, _SCORE), [*entries, *traced]


def _is_print(graph: Graph, x: float, y: float) -> bool:
    """Whether a place lies in a word."""
    return any(abs(word.x - x) < word.width / 2 + 1 and abs(word.y - y) < word.height / 2 for word in graph.words)


def _are_distinct(inks: Floats) -> bool:
    apart = tell_apart(inks, inks)[np.triu_indices(len(inks), 1)]
    return bool((apart > _DISTINCT).all())


def _expect(graph: Graph, line: Sequence[Entry], x: float, height: float) -> tuple[float, float]:
    """The highest and lowest y where a line may be."""
    points = graph.points[[entry.mark for entry in line]]
    before, behind = points[points[:, 0] <= x], points[points[:, 0] > x]
    beside = [group[i][1] for group, i in ((before, -1), (behind, 0)) if len(group)]
    reach = (_BETWEEN if len(beside) == 2 else _BEYOND) * height
    return min(beside) - reach, max(beside) + reach


def _find_ink(palette: Palette, x: float, ink: Floats, top: float, bottom: float) -> float | None:
    """The middle of the ink in a line's colour at an x that is nearest to where it is expected."""
    aside = _ASIDE * palette.unit
    here, *beside = (_find_runs(palette, x + step, ink) for step in (0.0, -aside, aside))
    middle = (top + bottom) / 2
    runs = [
        run
        for run in here
        if top <= sum(run) / 2 <= bottom
        and any(a - 2 * aside <= run[1] and run[0] <= b + 2 * aside for other in beside for a, b in other)
    ]
    return min((sum(run) / 2 for run in runs), key=lambda y: abs(y - middle), default=None)


def _find_runs(palette: Palette, x: float, ink: Floats, reach: float = 1.0) -> list[tuple[float, float]]:
    """Where ink of a colour begins and ends from top to bottom at an x; the two sides of a hollow marker are one."""
    strip = palette.cut_strip(x - reach * palette.unit, x + reach * palette.unit, across=False)
    like: npt.NDArray[np.bool_] = (tell_apart(strip.reshape(-1, 3).astype(float), ink[None]) < _LIKE).reshape(
        strip.shape[:2]
    )
    rows = np.flatnonzero(like.any(1))
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > _HOLLOW * palette.unit) + 1)
    return [(float(part[0]), float(part[-1])) for part in parts if len(part)]
