"""The rows of a chart's table: its categories, where they lie, and which marks belong to each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.counted_rows import TOGETHER, Row, Rows, count_rows, group_places, write_year
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.labels import Labels, make_cell
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.sequences import CountingAxis, fit_counting_axis
from serve_app.domain import Cell
from serve_app.tables.numbers import parse_number

_LEAST = 0.1
"""Probability from which on a mark may belong to no label."""

_LINKED = 0.7
"""Probability of a link to a label from which on a mark stands at it."""

_MOST_LINKED = 0.9
"""Share of the marks that must stand at labels, where each place of marks has one."""

_OUT_OF_LINE = 3.0
"""Text heights by which labels of one axis may be above or below one another, where they are staggered or wrapped."""

_EXACTLY = 0.3
"""Text heights within which labels stand in one line."""

_MOST_EXACTLY = 0.8
"""Share of the labels of a long row that must do so for the others to be none of them."""

_LONG_ROW = 5
"""Labels of such a row, at least."""

_BESIDE_ROW = 1.5
"""Text heights above or below such a row from which on a text is none of its labels."""

_SLOPING = 20.0
"""Degrees from which on labels have no common line."""

_OFF = 0.25
"""How far from a whole number a place may be, in the unit of the labels."""


def drop_strays(
    graph: Graph, categories: Sequence[int], marks: Sequence[int], links: Floats, across: bool
) -> list[int]:
    """The labels without those out of line with the others, and those beyond the marks that no mark belongs to.

    Such are a legend's title, a footer, a source.
    """
    words = [graph.words[i] for i in categories]
    if len(words) < 3 or not marks:
        return list(categories)
    places = np.array([word.y if across else word.x for word in words])
    lines = np.array([word.x + word.width / 2 if across else word.y for word in words])
    height = float(np.median([word.height for word in words]))
    level = not across and all(abs(word.angle) < _SLOPING for word in words)
    off = np.abs(lines - np.median(lines))
    strict = level and (off < _EXACTLY * height).mean() >= _MOST_EXACTLY and len(words) >= _LONG_ROW
    far = level & (off > (_BESIDE_ROW if strict else _OUT_OF_LINE) * height)
    spots = graph.points[list(marks), 1 if across else 0]
    step = float(np.median(np.diff(np.sort(places))))
    beyond = (places < spots.min() - 0.75 * step) | (places > spots.max() + 0.75 * step)
    claimed = np.array([(links[list(marks), 1 + i] * graph.scores[list(marks)]).max() > 0.5 for i in categories])
    return [
        i for i, stray in zip(categories, (far & (far.mean() < 0.4)) | (beyond & ~claimed), strict=True) if not stray
    ]


def find_rows(
    graph: Graph,
    labels: Labels,
    marks: Sequence[int],
    *,
    categories: Sequence[int],
    links: Floats,
    across: bool,
    grouped: bool,
    bars: bool,
) -> Rows:
    """Finds the categories.

    Args:
        graph: the chart.
        labels: its words, joined.
        marks: those that stand over categories.
        categories: the words that label them.
        links: of marks to categories (marks, 1 + words).
        across: whether the category axis is the vertical one.
        bars: whether each mark is a category even if none is printed; the points of a line between two labels are not
        grouped: whether the marks of one category lie side by side.
    """
    places = graph.points[:, 1 if across else 0]
    rows = [
        Row(
            make_cell(graph, labels, word, float(graph.roles[word, Role.CATEGORY])),
            graph.words[word].y if across else graph.words[word].x,
        )
        for word in categories
    ]
    chances = links[:, [1 + word for word in categories]] if rows else np.zeros((len(links), 0))
    counting = fit_counting_axis([(row.position, row.cell.text) for row in rows])
    if counting:
        rows = [write_year(row, counting) for row in rows]
    unit = max(float(np.ptp(graph.points, axis=0).max()) if len(graph.points) else 0.0, 256.0) / 512
    if counting and not grouped and not _stand_at_labels(chances, marks, places, unit):
        counted = count_rows(graph, counting, marks, rows, across=across, unit=unit, bars=bars)
        if counted:
            return _sort(counted, rows)
    others = [mark for mark in marks if chances[mark].max(initial=0.0) < 0.5 and links[mark, 0] > _LEAST]
    if not others or grouped:
        return _sort(Rows(tuple(rows), chances), rows)
    return _sort(_add_between(graph, rows, chances, others, places, counting, unit, bars), rows)


def _stand_at_labels(chances: Floats, marks: Sequence[int], places: Floats, unit: float) -> bool:
    """Whether each place of marks has a label of its own, by the model's links: sloping labels stand beside theirs."""
    linked = [mark for mark in marks if chances[mark].max(initial=0.0) >= _LINKED]
    groups = group_places([(float(places[mark]), mark) for mark in marks], TOGETHER * unit)
    of_labels = [{int(chances[mark].argmax()) for mark in group} for group in groups]
    apart = len(set().union(*of_labels)) == len(of_labels)
    return (
        bool(marks) and len(linked) >= _MOST_LINKED * len(marks) and apart and all(len(each) == 1 for each in of_labels)
    )


def _add_between(
    graph: Graph,
    rows: Sequence[Row],
    chances: Floats,
    others: Sequence[int],
    places: Floats,
    counting: CountingAxis | None,
    unit: float,
    bars: bool,
) -> Rows:
    """The rows with more for the marks between them: named by the labels that count, else without a name."""
    named = {row.cell.text: i for i, row in enumerate(rows)}
    extended, columns = list(rows), [chances[:, i] for i in range(len(rows))]
    inferred = nameless = 0
    for group in group_places([(float(places[mark]), mark) for mark in others], 2 * TOGETHER * unit):
        place = float(np.mean(places[group]))
        text = ""
        if counting:
            value = counting.read(place)
            if abs(value - round(value)) > _OFF or round(value) < 0:
                continue
            text = counting.write(round(value))
        elif not bars or not _is_gap(rows, place):
            continue
        if text in named and text:
            if named[text] < len(rows):
                continue
            index = named[text]
        else:
            index = named[text] = len(extended)
            extended.append(Row(Cell(text, float(graph.scores[group].max()), parse_number(text)), place))
            columns.append(np.zeros(len(graph.points)))
            inferred, nameless = inferred + bool(text), nameless + (not text)
        columns[index] = columns[index].copy()
        columns[index][group] = np.maximum(columns[index][group], 1 - chances[group].max(1, initial=0.0))
    stacked = np.stack(columns, 1) if columns else np.zeros((len(graph.points), 0))
    return Rows(tuple(extended), stacked, inferred, nameless)


def _is_gap(rows: Sequence[Row], place: float) -> bool:
    """Whether a place lies between two labels, where one has been left out."""
    positions = np.sort([row.position for row in rows])
    if len(positions) < 2:
        return False
    step = float(np.diff(positions).min())
    return float(np.abs(positions - place).min()) > 0.3 * step and positions[0] < place < positions[-1]


def _sort(found: Rows, printed: Sequence[Row]) -> Rows:
    order = sorted(range(len(found.rows)), key=lambda i: found.rows[i].position)
    return replace(found, rows=tuple(found.rows[i] for i in order), chances=found.chances[:, order])
