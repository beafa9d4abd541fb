"""From the graph of a chart to its table."""

from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Axis, Tick, fit_axis
from serve_app.chartgraph.cells import Entry, place_marks, share_hidden
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.labels import Labels, find_heading, find_targets, fold_links, join_labels, make_cell
from serve_app.chartgraph.misread_values import find_misread
from serve_app.chartgraph.pie_slices import list_slices
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.domain import Cell, ChartKind, ChartTable, Number
from serve_app.tables.numbers import expand, format_number

MARKS_OF = {
    ChartKind.BAR: MarkKind.COLUMN,
    ChartKind.HORIZONTAL_BAR: MarkKind.BAR,
    ChartKind.LINE: MarkKind.POINT,
    ChartKind.AREA: MarkKind.AREA,
    ChartKind.PIE: MarkKind.SLICE,
}
CATEGORY, SERIES, LABEL = range(3)


def assemble(graph: Graph) -> ChartTable:
    """Reads the table of a chart. Rows are in the order that one sees: left to right, downwards, or clockwise."""
    kind = decide_kind(graph)
    labels = join_labels(graph)
    title = find_heading(graph, labels, Role.TITLE)
    heading = find_heading(graph, labels, Role.CATEGORY_AXIS) or Cell("")
    if kind is ChartKind.PIE:
        slices = list_slices(graph, labels)
        percent = all(row[1].number.percent for row in slices if row[1].number)
        return ChartTable((heading, Cell("%" if percent else "value")), slices, title, kind)
    if kind is ChartKind.UNKNOWN:
        return ChartTable(title=title)
    return _assemble_axes(graph, labels, kind, heading, title)


def decide_kind(graph: Graph) -> ChartKind:
    """What the model takes the chart for, checked against the marks that it found."""
    found = {kind: graph.scores[graph.find_marks(mark)].sum() for kind, mark in MARKS_OF.items()}
    total = sum(found.values())
    if total == 0:
        return ChartKind.UNKNOWN
    likely = dict(zip(CHART_KINDS, graph.chart_kinds, strict=True))
    return max(found, key=lambda kind: (float(likely[kind]) + 0.02) * (found[kind] / total + 0.02))


def _assemble_axes(graph: Graph, labels: Labels, kind: ChartKind, heading: Cell, title: Cell | None) -> ChartTable:
    across = kind is ChartKind.HORIZONTAL_BAR
    marks = graph.find_marks(MARKS_OF[kind])
    if not across:  # bars and lines may share a plot
        others = (MarkKind.COLUMN, MarkKind.POINT, MarkKind.AREA)
        marks = sorted({*marks, *graph.find_marks(*others, least=0.8)})
    by_category, by_series = (fold_links(graph, labels, link) for link in (CATEGORY, SERIES))
    names = find_targets(graph, labels, by_series, marks, Role.SERIES)
    columns = _order_legend(graph, [word for word in names if _is_name(labels.texts[word])])
    rows, entries = place_marks(
        graph,
        labels,
        marks,
        categories=find_targets(graph, labels, by_category, marks, Role.CATEGORY),
        columns=columns,
        links=(by_category, by_series),
        across=across,
    )
    if kind is ChartKind.LINE:
        entries = share_hidden(graph, entries, columns, by_series)
    printed = _find_printed(graph, [e.mark for e in entries])
    stacked = graph.stacked > 0.5 and kind in (ChartKind.BAR, ChartKind.HORIZONTAL_BAR, ChartKind.AREA)
    ticks = graph.find_words(Role.TICK)
    axis, form = _read_axis(graph, ticks, across)
    if axis is None and not stacked:
        axis, form = _axis_of_labels(graph, entries, printed, across)
    values = _read_values(entries, axis, stacked)
    numbers = {
        i: expand(n).value
        for i, e in enumerate(entries)
        if e.mark in printed and (n := graph.read_number(printed[e.mark][0]))
    }
    for i in find_misread(numbers, values, axis):
        printed.pop(entries[i].mark, None)
    cells = {
        (e.row, e.column): _write_cell(graph, e, value, axis=axis, form=form, label=printed.get(e.mark))
        for e, value in zip(entries, values, strict=True)
    }
    value_title = find_heading(graph, labels, Role.VALUE_AXIS) or Cell("value")
    likely = graph.roles[:, Role.SERIES] if len(graph.words) else np.zeros(0)
    header = [make_cell(graph, labels, i, float(likely[i])) for i in columns] or [value_title]
    body = tuple(
        (row.cell, *(cells.get((r, c), Cell("", 0.0)) for c in range(len(header)))) for r, row in enumerate(rows)
    )
    return ChartTable((heading, *header), body, title, kind)


def _is_name(text: str) -> bool:
    """Whether a text may be a series' name; several numbers are what OCR read as one line by mistake."""
    return " " not in text.strip() or any(map(str.isalpha, text))


def _order_legend(graph: Graph, words: list[int]) -> list[int]:
    """Legend entries as they are read: row by row."""
    if not words:
        return []
    height = float(np.median([graph.words[i].height for i in words])) * 1.2
    return sorted(words, key=lambda i: (round(graph.words[i].y / height), graph.words[i].x))


def _find_printed(graph: Graph, marks: list[int]) -> dict[int, tuple[int, float]]:
    """The word and its probability for each mark whose value is printed; a word serves one mark only."""
    pairs = [
        (float(p), mark, int(word))
        for mark in marks
        for word in np.flatnonzero(graph.links[LABEL, mark, 1:] > 0.3)
        if (p := graph.links[LABEL, mark, 1 + word]) and graph.read_number(word)
    ]
    printed: dict[int, tuple[int, float]] = {}
    used: set[int] = set()
    for probability, mark, word in sorted(pairs, reverse=True):
        if mark not in printed and word not in used:
            used.add(word)
            printed[mark] = word, probability
    return printed


def _read_axis(graph: Graph, words: list[int], across: bool) -> tuple[Axis | None, Number]:
    """The value axis and the unit that its ticks are printed in; "5k" counts as 5,000."""
    numbers = [(i, expand(number)) for i in words if (number := graph.read_number(i))]
    units = [n.unit for _, n in numbers if n.value]
    unit = max(set(units), key=lambda u: (units.count(u), str(u))) if units else None
    ticks = [
        Tick(graph.words[i].x if across else graph.words[i].y, n.value, float(graph.roles[i, Role.TICK]))
        for i, n in numbers
    ]
    percent = sum(n.percent for _, n in numbers) > len(numbers) / 3
    return fit_axis(ticks, upwards=not across), Number(0.0, unit, percent)


def _axis_of_labels(
    graph: Graph, entries: list[Entry], printed: dict[int, tuple[int, float]], across: bool
) -> tuple[Axis | None, Number]:
    """Where no axis is drawn, the printed values tell what the lengths of the other marks mean."""
    ticks, form = [], Number(0.0)
    for entry in entries:
        number = graph.read_number(printed[entry.mark][0]) if entry.mark in printed else None
        if number:
            form = expand(number)
            ticks.append(Tick(entry.position, form.value, printed[entry.mark][1]))
    return (fit_axis(ticks, upwards=not across) if len(ticks) > 2 else None), form


def _read_values(entries: list[Entry], axis: Axis | None, stacked: bool) -> list[float | None]:
    """Each mark's value on the axis; of stacked ones, the part that it adds to those nearer to zero."""
    if axis is None:
        return [None] * len(entries)
    read = [axis.read(e.position) for e in entries]
    if not stacked:
        return list(read)
    values: list[float | None] = list(read)
    for row in {e.row for e in entries}:
        for sign in (1, -1):
            below = 0.0
            members = [i for i, e in enumerate(entries) if e.row == row and (read[i] >= 0) == (sign > 0)]
            for i in sorted(members, key=lambda i: abs(read[i])):
                values[i] = read[i] - below
                below = read[i]
    return values


def _write_cell(
    graph: Graph, entry: Entry, value: float | None, *, axis: Axis | None, form: Number, label: tuple[int, float] | None
) -> Cell:
    """The printed value where there is one, else the one read off the axis."""
    place = (float(graph.points[entry.mark, 0]), float(graph.points[entry.mark, 1]))
    if label and (label[1] > 0.5 or value is None):
        word = graph.words[label[0]]
        confidence = entry.probability * label[1] * word.score
        number = graph.read_number(label[0])
        if number and not number.unit and not number.percent:  # the unit is printed at the ticks only
            number = replace(form, value=number.value)
        return Cell(word.text, float(np.clip(confidence, 0, 1)), number, word.polygon)
    if value is None or axis is None:
        return Cell("", 0.0, place=place)
    number = replace(form, value=axis.round(value) + 0.0)
    return Cell(format_number(number), float(np.clip(entry.probability * axis.confidence, 0, 1)), number, place)
