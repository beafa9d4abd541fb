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

_CLEAR = 0.8
"""Confidence of an axis that most of the numbers beside it belong to: those of a page of text happen to be in steps."""

_LINKED = 0.9
"""Probability of a mark's link to its category from which on it surely stands there."""

_STANDING = 0.75
"""Share of the marks that surely stand at categories, or at places of an axis that counts, in a plot."""

_PLOTTED = 4
"""Marks of a plot, at least."""

_LABELLED = 3
"""Labels of a plot that have marks, at least; of many marks two are enough."""

_LIKELY = 0.6
"""Mean confidence of the values of a plot without ticks, at least."""

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
    plotted = len(values) > 1 and is_plotted(graph)
    if axis is None:
        kept = well >= _CELLS or confirmed >= _CONFIRMED
    elif ticks >= _TICKS and (axis.confidence >= _CLEAR or plotted):
        kept = len(values) > 1 and sure >= _HARDLY
    else:
        kept = ticks >= _FEW_TICKS and len(values) > 1 and sure >= _FAIRLY
    unscaled = axis is None and graph.stacked <= 0.5 and len(values) >= _CONFIRMED and confirmed < len(values) / 3
    likely = ticks >= _FEW_TICKS or (sum(cell.confidence for cell in values) >= _LIKELY * len(values) and not unscaled)
    if kept or (plotted and likely):
        return None
    return f"The image shows no axis of at least {_TICKS} numbers in equal steps, and too few values that are sure"


def is_plotted(graph: Graph) -> bool:
    """Whether marks stand at categories as in a chart: most of them, and at several."""
    marks = graph.find_marks(MarkKind.COLUMN, MarkKind.BAR, MarkKind.POINT, MarkKind.AREA)
    links = graph.links[0, marks, 1:]
    standing = links[links.max(1, initial=0.0) >= _LINKED]
    labels = len(set(standing.argmax(1).tolist())) if len(standing) else 0
    enough = labels >= _LABELLED or (labels > 1 and len(standing) >= 2 * _LABELLED)
    return enough and len(standing) >= max(_PLOTTED, _STANDING * len(marks))


def _is_pie(graph: Graph, table: ChartTable) -> bool:
    """Whether slices round a centre that was found have shares that are printed, or names that are sure."""
    shares = sum(
        number is not None and number.percent for i in graph.find_words(Role.VALUE) if (number := graph.read_number(i))
    )
    rims = len(graph.find_marks(MarkKind.RIM))
    named = sum(bool(row[0].text) and min(row[0].confidence, row[1].confidence) >= _NAMED for row in table.rows)
    keyed = len(graph.find_marks(MarkKind.SWATCH))
    if not graph.find_marks(MarkKind.HUB):
        return False
    return shares >= _SLICES or (rims >= _SLICES and max(named, keyed) >= _SLICES)
