"""From the graph of a chart to its table, and to what the table lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.amendments import amend
from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.calibration import Ground
from serve_app.chartgraph.cells import Entry, place_marks, share_hidden
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.columns import find_columns
from serve_app.chartgraph.counted_rows import Rows
from serve_app.chartgraph.dots import find_dots
from serve_app.chartgraph.facets import fold_repeated
from serve_app.chartgraph.gate import find_refusal
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.labels import Labels, find_heading, find_targets, fold_links, join_labels, join_second_lines
from serve_app.chartgraph.losses import count_unread, list_losses, list_lost_slices
from serve_app.chartgraph.pie_slices import list_slices
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.chartgraph.rows import drop_strays, find_rows
from serve_app.chartgraph.segments import read_segments
from serve_app.chartgraph.ticks import read_axis
from serve_app.chartgraph.tracing import trace_points
from serve_app.chartgraph.values import Cells, follow_printed, read_values, unify_units
from serve_app.domain import Cell, ChartKind, ChartTable, ReadingWarning

MARKS_OF = {
    ChartKind.BAR: MarkKind.COLUMN,
    ChartKind.HORIZONTAL_BAR: MarkKind.BAR,
    ChartKind.LINE: MarkKind.POINT,
    ChartKind.AREA: MarkKind.AREA,
    ChartKind.PIE: MarkKind.SLICE,
}
CATEGORY, SERIES = range(2)

Ints = npt.NDArray[np.int64]

_ONE_PLACE = 0.15
"""Share of the distance between categories within which the marks of one category lie on one another."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A chart's table, what it lacks, and how its values were read.

    `grounds` are by row and column of the values, without labels; `unread` counts marks that are in no cell; `refusal`
    says why the image is no chart that can be read.
    """

    table: ChartTable
    warnings: tuple[ReadingWarning, ...] = ()
    axis: Axis | None = None
    grounds: Mapping[tuple[int, int], Ground] = field(default_factory=dict)
    unread: int = 0
    refusal: str | None = None


def assemble(graph: Graph, palette: Palette | None = None) -> Assembly:
    """Reads the table of a chart. Rows are in the order that one sees: left to right, downwards, or clockwise.

    `palette` tells by colour which mark belongs to which of the legend's keys; without it, the links alone do.
    """
    graph = amend(graph)
    dots = find_dots(graph, palette) if palette and graph.words else None
    graph, kind = (dots, ChartKind.HORIZONTAL_BAR) if dots else (graph, decide_kind(graph))
    labels = join_labels(graph)
    title = find_heading(graph, labels, Role.TITLE)
    heading = find_heading(graph, labels, Role.CATEGORY_AXIS) or Cell("")
    if kind is ChartKind.PIE:
        slices = list_slices(graph, labels, palette)
        percent = all(row[1].number.percent for row in slices if row[1].number)
        table = ChartTable((heading, Cell("%" if percent else "value")), slices, title, kind)
        grounds = {(row, 0): Ground.SLICE for row in range(len(slices))}
        read = Assembly(table, list_lost_slices(graph, table), grounds=grounds)
    elif kind is ChartKind.UNKNOWN:
        read = Assembly(ChartTable(title=title))
    else:
        read = _assemble_axes(graph, labels, kind, heading, title, palette, dotted=dots is not None)
    return replace(
        read,
        refusal=find_refusal(
            graph, read.table, read.axis, read.unread, sum(g is Ground.CONFIRMED for g in read.grounds.values())
        ),
    )


def decide_kind(graph: Graph) -> ChartKind:
    """What the model takes the chart for, checked against the marks that it found."""
    found = {kind: graph.scores[graph.find_marks(mark)].sum() for kind, mark in MARKS_OF.items()}
    total = sum(found.values())
    if total == 0:
        return ChartKind.UNKNOWN
    likely = dict(zip(CHART_KINDS, graph.chart_kinds, strict=True))
    return max(found, key=lambda kind: (float(likely[kind]) + 0.02) * (found[kind] / total + 0.02))


def _assemble_axes(
    graph: Graph,
    labels: Labels,
    kind: ChartKind,
    heading: Cell,
    title: Cell | None,
    palette: Palette | None,
    *,
    dotted: bool,
) -> Assembly:
    across = kind is ChartKind.HORIZONTAL_BAR
    marks = graph.find_marks(MarkKind.POINT if dotted else MARKS_OF[kind])
    if not across:  # bars and lines may share a plot
        others = (MarkKind.COLUMN, MarkKind.POINT, MarkKind.AREA)
        marks = sorted({*marks, *graph.find_marks(*others, least=0.8)})
    if across:
        labels = join_second_lines(graph, labels, fold_links(graph, labels, CATEGORY), marks)
    by_category, by_series = (fold_links(graph, labels, link) for link in (CATEGORY, SERIES))
    bars = kind in (ChartKind.BAR, ChartKind.HORIZONTAL_BAR)
    rows = find_rows(
        graph,
        labels,
        marks,
        categories=drop_strays(
            graph, find_targets(graph, labels, by_category, marks, Role.CATEGORY), marks, by_category, across
        ),
        links=by_category,
        across=across,
        bars=bars,
        grouped=bars and _stand_side_by_side(graph, marks, by_category.argmax(1), across),
    )
    columns = find_columns(
        graph, labels, marks, by_series=by_series, row_chances=rows.chances, across=across, palette=palette
    )
    entries = place_marks(graph, marks, rows.chances, columns.chances, across)
    if kind is ChartKind.LINE:
        if palette:
            places = [row.position for row in rows.rows]
            graph, entries = trace_points(graph, entries, places, columns.chances.shape[1], palette, columns.inks)
        if len(columns.headers) > 1:
            entries = share_hidden(graph, entries, columns.chances)
    axis, form = read_axis(graph, across, palette)
    stacked = not dotted and _is_stacked(graph, kind, entries, across)
    if stacked and palette and entries and len(columns.headers) > 1:
        graph, entries = read_segments(graph, entries, columns.looks, axis, palette, across)
    cells = follow_printed(read_values(graph, entries, axis, form, stacked=stacked, across=across))
    unread = count_unread(graph, marks, entries)
    warnings = list_losses(unread, rows, columns, axis, cells)
    if kind is ChartKind.LINE and axis is None:
        rows, cells = _drop_empty(rows, cells)
    value_title = find_heading(graph, labels, Role.VALUE_AXIS) or Cell("value")
    header, named = columns.headers or (value_title,), rows.rows
    if bars and (folded := fold_repeated(graph, labels, named, cells, across)):
        header, named, cells = folded
    body = tuple(
        (row.cell, *(cells[r, c][0] if (r, c) in cells else Cell("", 0.0) for c in range(len(header))))
        for r, row in enumerate(named)
    )
    table = unify_units(ChartTable((heading, *header), body, title, kind))
    grounds = {place: ground for place, (_, ground) in cells.items()}
    return Assembly(table, warnings, axis, grounds, unread)


def _drop_empty(rows: Rows, cells: Cells) -> tuple[Rows, Cells]:
    """The rows and cells without rows in which no value is printed: no axis tells what the line is there."""
    kept = sorted({row for (row, _), (cell, _) in cells.items() if cell.text})
    if not kept:
        return rows, cells
    numbers = {row: i for i, row in enumerate(kept)}
    left = {(numbers[row], column): cell for (row, column), cell in cells.items() if row in numbers}
    return replace(rows, rows=tuple(rows.rows[row] for row in kept)), left


def _is_stacked(graph: Graph, kind: ChartKind, entries: list[Entry], across: bool) -> bool:
    """Whether bars or areas lie on one another: as the bars of a row stand, else as the model says."""
    if kind not in (ChartKind.BAR, ChartKind.HORIZONTAL_BAR, ChartKind.AREA):
        return False
    if kind is ChartKind.AREA:
        return graph.stacked > 0.5
    rows = np.full(len(graph.points), -1)
    rows[[entry.mark for entry in entries]] = [entry.row for entry in entries]
    shared = [row for row in set(rows.tolist()) - {-1} if (rows == row).sum() > 1]
    if not shared:
        return graph.stacked > 0.5
    return _lie_on_one_another(graph, [entry.mark for entry in entries], rows, across)


def _stand_side_by_side(graph: Graph, marks: Sequence[int], categories: Ints, across: bool) -> bool:
    """Whether most categories (0 is none) have several marks at different places, as grouped bars are."""
    spreads, pitch = _measure_spreads(graph, [m for m in marks if categories[m] > 0], categories, across)
    return len(spreads) > 0 and float(np.median(spreads)) > _ONE_PLACE * pitch


def _lie_on_one_another(graph: Graph, marks: Sequence[int], rows: Ints, across: bool) -> bool:
    """Whether the marks of most rows with several marks are at one place of the category axis."""
    spreads, pitch = _measure_spreads(graph, marks, rows, across)
    if not len(spreads) or not np.isfinite(pitch):
        return graph.stacked > 0.5
    return float(np.median(spreads)) < _ONE_PLACE * pitch


def _measure_spreads(graph: Graph, marks: Sequence[int], rows: Ints, across: bool) -> tuple[Floats, float]:
    """How far apart the marks of each row with several are, and how far the rows are from one another, in pixels."""
    along = graph.points[:, 1 if across else 0]
    members = [[mark for mark in marks if rows[mark] == row] for row in sorted({int(rows[mark]) for mark in marks})]
    spreads = np.array([float(np.ptp(along[row])) for row in members if len(row) > 1])
    middles = np.sort([float(np.mean(along[row])) for row in members])
    return spreads, float(np.median(np.diff(middles))) if len(middles) > 1 else np.inf
