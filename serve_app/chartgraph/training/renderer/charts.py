"""What a chart says, without how it looks."""

import math
import random
from dataclasses import dataclass, field

from serve_app.chartgraph.training.renderer import naming, vocabulary
from serve_app.chartgraph.training.renderer.number_formats import NumberFormat, draw_formats, draw_values, round_shares
from serve_app.domain import ChartKind

KINDS = {
    ChartKind.BAR: 38,
    ChartKind.HORIZONTAL_BAR: 20,
    ChartKind.LINE: 22,
    ChartKind.AREA: 5,
    ChartKind.PIE: 15,
}


@dataclass(frozen=True, slots=True)
class Form:
    """What sort of chart it is; drawn apart from the rest, so that a sort that rarely fits is not rarer for it."""

    kind: ChartKind
    series: int = 1
    stacked: bool = False
    normalised: bool = False


def draw_form(rng: random.Random) -> Form:
    """Draw what sort of chart it is."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    if kind is ChartKind.PIE:
        return Form(kind)
    weights = {ChartKind.LINE: [44, 24, 17, 9, 4, 2], ChartKind.AREA: [45, 20, 22, 9, 3, 1]}.get(
        kind, [52, 21, 15, 8, 3, 1]
    )
    series = rng.choices([1, 2, 3, 4, 5, 6], weights)[0]
    stacked = series > 1 and rng.random() < {ChartKind.LINE: 0.0, ChartKind.AREA: 0.8}.get(kind, 0.45)
    return Form(kind, series, stacked, stacked and rng.random() < 0.3)


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
    source: str = ""
    legend_title: str = ""
    category_title: str = ""
    joint: str = "{} {}"
    """How a pie's name and value are joined in one text."""
    offset: str = ""
    """A power of ten that the value axis is to be multiplied by ("1e6"); the values are given without it."""
    value_title: str = ""
    printed: dict[tuple[int, int], str] = field(default_factory=dict)
    """The values that the drawing printed at their marks, by series and category."""


def draw_chart(rng: random.Random, form: Form, script: str, room: float) -> Chart:
    """Draw a random chart's content; `room` (1 for a picture 36 em wide) bounds how many categories it gets."""
    chart = _draw_pie(rng, script) if form.kind is ChartKind.PIE else _draw_plot(rng, form, script, room)
    chart.title = naming.draw_title(rng, script, chart.series) if rng.random() < 0.75 else ""
    if chart.title and rng.random() < 0.15:
        chart.subtitle = naming.draw_title(rng, script, chart.series)
    if rng.random() < 0.12:
        chart.source = rng.choice(vocabulary.SOURCES)
    if chart.named and rng.random() < 0.1:
        chart.legend_title = naming.draw_axis_title(rng, script, values=False)
    return chart


def _draw_pie(rng: random.Random, script: str) -> Chart:
    count = rng.choices(range(2, 10), [6, 14, 18, 18, 12, 7, 4, 2])[0]
    categories = naming.draw_categories(rng, script, count, ordered=False)
    weights = [rng.uniform(0.25, 1) ** rng.choice([1, 2]) for _ in categories]
    if rng.random() < 0.4:
        weights.sort(reverse=True)
    percent = rng.random() < 0.75
    decimals = rng.choice([0, 0, 1, 1, 2]) if percent else 0
    total = 100.0 if percent else round(10 ** rng.uniform(2, 4.5))
    labels = draw_formats(rng, percent, decimals)[1]
    return Chart(
        ChartKind.PIE,
        script,
        False,
        False,
        categories,
        [""],
        [round_shares(weights, total, decimals)],
        labels,
        labels,
        named=True,
        joint=rng.choice(["{} {}", "{}: {}", "{} ({})", "{}, {}", "{} - {}"]),
    )


def _draw_plot(rng: random.Random, form: Form, script: str, room: float) -> Chart:
    kind, series, stacked, normalised = form.kind, form.series, form.stacked, form.normalised
    is_bar = kind in {ChartKind.BAR, ChartKind.HORIZONTAL_BAR}
    most = (18 if series == 1 or stacked else 24 // series) if is_bar else 18
    most = max(3, round(most * min(1.3, room)))
    count = min(most, rng.choices(range(2, 19), [4, 8, 12, 13, 12, 9, 8, 6, 6, 4, 5, 2, 1, 1, 1, 1, 1])[0])
    if not is_bar:
        count = min(most, max(3, count + rng.choice([0, 1, 2, 4])))
    categories = naming.draw_categories(rng, script, count, ordered=not is_bar)
    names = naming.draw_names(rng, script, series, rng.choice(["thing", "place", "group", "model", "name", None]))
    if series > 1 and rng.random() < 0.12:
        first = rng.randint(1990, 2020)
        names = [str(first + i) for i in range(series)]
    named = series > 1 or rng.random() < 0.12

    percent = normalised or rng.random() < 0.2
    peak = (
        rng.uniform(20, 95)
        if percent
        else 10 ** rng.choice([rng.uniform(-0.5, 2), rng.uniform(1, 3), rng.uniform(2, 5)])
    )
    fine = max(0, 1 - math.floor(math.log10(peak)))
    decimals = fine + rng.choice([0, 0, 1]) if peak < 1000 else 0
    floor = 0.12 if stacked else (0.04 if is_bar else 0.0)
    values = draw_values(rng, (series, len(categories)), peak, decimals, floor)
    if normalised:
        decimals = rng.choice([0, 0, 1])
        shares = [round_shares(list(column), 100.0, decimals) for column in zip(*values, strict=True)]
        values = [list(row) for row in zip(*shares, strict=True)]
    elif not stacked and kind is not ChartKind.AREA and rng.random() < 0.08:
        share = rng.choice([0.2, 0.5, 0.9])
        values = [[-value if rng.random() < share else value for value in row] for row in values]
    if kind is ChartKind.HORIZONTAL_BAR and rng.random() < 0.4:
        # Axes that grow upwards have their first category at the bottom.
        categories.reverse()
        values = [row[::-1] for row in values]
    ticks, labels = draw_formats(rng, percent, decimals)
    return Chart(
        kind,
        script,
        stacked,
        normalised,
        categories,
        names,
        values,
        ticks,
        labels,
        named,
        category_title=naming.draw_axis_title(rng, script, values=False) if rng.random() < 0.35 else "",
        value_title=naming.draw_axis_title(rng, script, values=True) if rng.random() < 0.5 else "",
    )
