"""What was found in a chart and is not in its table."""

from collections.abc import Mapping, Sequence

from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.calibration import Ground
from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.columns import Columns
from serve_app.chartgraph.counted_rows import Rows
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import Cell, ChartTable, ReadingWarning

_BESIDE_NAME = 3.0
"""Text heights from a series' name within which a mark is its key."""

_WHOLE_ERROR = 4.0
"""Percentage points by which rounded shares may miss the whole."""


def list_losses(
    unread: int,
    rows: Rows,
    columns: Columns,
    axis: Axis | None,
    cells: Mapping[tuple[int, int], tuple[Cell, Ground]],
) -> tuple[ReadingWarning, ...]:
    """The warnings of a chart with axes: marks in no cell, series and rows without a name, values without an axis."""
    warnings = []
    if unread:
        warnings.append(ReadingWarning("marks_unread", f"{_count(unread, 'mark')} found in the chart not in the table"))
    if columns.nameless:
        warnings.append(ReadingWarning("series_unnamed", f"No name was found for {_count(columns.nameless, 'series')}"))
    if axis is None and any(not cell.text for cell, _ in cells.values()):
        warnings.append(ReadingWarning("no_axis", "No value axis was read: values that are not printed are missing"))
    if rows.nameless or rows.inferred:
        parts = [f"{_count(rows.nameless, 'row')} without a label"] if rows.nameless else []
        parts += [f"{_count(rows.inferred, 'label')} inferred from others"] if rows.inferred else []
        warnings.append(ReadingWarning("thinned_labels", f"Not all categories are labelled: {', '.join(parts)}"))
    return tuple(warnings)


def list_lost_slices(graph: Graph, table: ChartTable) -> tuple[ReadingWarning, ...]:
    """The warnings of a pie: shares that do not make a whole, slices without a name, several pies."""
    warnings = []
    numbers = [row[1].number for row in table.rows]
    shares = [number.value for number in numbers if number and number.percent]
    if shares and len(shares) == len(numbers) and abs(sum(shares) - 100) > _WHOLE_ERROR:
        warnings.append(ReadingWarning("marks_unread", f"The slices that were read make {sum(shares):g} %, not 100 %"))
    nameless = sum(not row[0].text for row in table.rows)
    if nameless:
        warnings.append(ReadingWarning("series_unnamed", f"No name was found for {_count(nameless, 'slice')}"))
    if len(graph.find_marks(MarkKind.HUB)) > 1:
        warnings.append(ReadingWarning("several_plots", "The image shows several pies; their slices may be mixed"))
    return tuple(warnings)


def count_unread(graph: Graph, marks: Sequence[int], entries: Sequence[Entry]) -> int:
    """How many marks are in no cell; the keys of a legend, which may look like bars, are none."""
    used = {entry.mark for entry in entries}
    names = [graph.words[i] for i in graph.find_words(Role.SERIES)]
    keys = graph.points[graph.find_marks(MarkKind.SWATCH)]
    unread = 0
    for mark in marks:
        if mark in used:
            continue
        x, y = graph.points[mark]
        beside = any(
            abs(word.y - y) < word.height and abs(x - word.x) < word.width / 2 + _BESIDE_NAME * word.height
            for word in names
        )
        at_key = any(abs(key[0] - x) < 12 and abs(key[1] - y) < 12 for key in keys)
        unread += not (beside or at_key)
    return unread


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 or noun == 'series' else 's'}"
