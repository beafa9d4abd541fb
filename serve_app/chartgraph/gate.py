"""Chart or not: asks the numbers of an image and what was read of it, not the model's own word."""

from serve_app.chartgraph.axis import Axis
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind, ChartTable
from serve_app.tables.confidence import judge_table

_TICKS = 5
"""Numbers in equal (or equal-ratio) steps that are an axis whatever stands beside it."""

_FEW_TICKS = 2
"""Numbers in equal steps that are an axis if marks were read well on it."""

_CELLS = 3
"""Values that are read well, from which on there is a chart even if no axis is drawn."""

_CONFIRMED = 4
"""Printed values that grow as their marks do, from which on there is a chart even if no axis is drawn."""

_WELL = 0.9
"""Confidence of a value that is read well."""

_HARDLY = 0.2
"""Expected share of right values on an axis of many ticks, at least: heat maps and scatter plots have axes too."""

_FAIRLY = 0.5
"""Expected share of right values on an axis of few ticks, at least."""

_NAMED = 0.75
"""Confidence of a slice and its name where no share is printed, at least."""

_SLICES = 2
"""Slices with a percentage, or with a name, that make a pie."""


def find_refusal(graph: Graph, table: ChartTable, axis: Axis | None, unread: int = 0, confirmed: int = 0) -> str | None:
    """Why an image is no chart that can be read, or None if it is one.

    Args:
        graph: what the model found.
        table: what was read.
        axis: the value axis, if there is one.
        unread: marks that are in no cell; many of them speak against a chart, as do empty cells.
        confirmed: printed values that the lengths of their marks confirm.
    """
    values = [cell for row in table.rows for cell in row[1:] if cell.number]
    if not values:
        return "No value was read in the image"
    well = sum(cell.confidence >= _WELL for cell in values)
    if table.kind is ChartKind.PIE:
        return None if _is_pie(graph, table) else "The image shows no axis, and no slices that have names or shares"
    ticks = len(set(axis.fitting)) if axis else 0
    sure = judge_table(table, unread)
    if axis is None and (well >= _CELLS or confirmed >= _CONFIRMED):
        return None
    if ticks >= _TICKS and len(values) > 1 and sure >= _HARDLY:
        return None
    if ticks >= _FEW_TICKS and len(values) > 1 and sure >= _FAIRLY:
        return None
    return f"The image shows no axis of at least {_TICKS} numbers in equal steps, and too few values that are sure"


def _is_pie(graph: Graph, table: ChartTable) -> bool:
    """Whether slices round one centre have shares that are printed, or names that are sure."""
    shares = sum(
        number is not None and number.percent for i in graph.find_words(Role.VALUE) if (number := graph.read_number(i))
    )
    rims = len(graph.find_marks(MarkKind.RIM))
    named = sum(bool(row[0].text) and min(row[0].confidence, row[1].confidence) >= _NAMED for row in table.rows)
    keyed = len(graph.find_marks(MarkKind.SWATCH))
    return shares >= _SLICES or (rims >= _SLICES and max(named, keyed) >= _SLICES)
