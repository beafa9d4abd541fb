"""What a chart says, without how it looks."""

from dataclasses import dataclass, field

from serve_app.chartgraph.training.renderer.number_formats import NumberFormat
from serve_app.domain import ChartKind


@dataclass(slots=True)
class Chart:
    """The content of a chart; `values[s][c]` belongs to series `s` and category `c`, in the unit that is printed."""

    kind: ChartKind
    script: str
    stacked: bool
    normalised: bool
    categories: list[str]
    series: list[str]
    values: list[list[float]]
    ticks: NumberFormat
    labels: NumberFormat
    named: bool
    """Whether the names of the series are drawn."""
    title: str = ""
    subtitle: str = ""
    notes: list[str] = field(default_factory=list)
    """What stands under the chart, from top to bottom: notes and the source."""
    brand: str = ""
    """The publisher's name, under all."""
    legend_title: str = ""
    category_title: str = ""
    joint: str = "{} {}"
    """How a pie's name and value are joined in one text."""
    offset: str = ""
    """A power of ten that the value axis is to be multiplied by ("1e6"); the values are given without it."""
    value_title: str = ""
    left: int = 0
    """How many series of a stack grow to the left of zero."""
    panels: bool = False
    """Whether each series has a column of bars of its own."""
    line: list[float] = field(default_factory=list)
    """The values of the last name in `series`, which is drawn as a line over the bars of the others."""
    second_axis: bool = False
    """Whether that line is measured on an axis of its own."""
    positions: list[float] = field(default_factory=list)
    """Where the categories lie on a scale of numbers, if they do."""
    edges: bool = False
    """Whether that scale's numbers stand between the bars."""
    breaks: frozenset[int] = frozenset()
    """The categories before which a group of them ends."""
    printed: dict[tuple[int, int], str] = field(default_factory=dict)
    """The values that the drawing printed at their marks, by series and category."""
