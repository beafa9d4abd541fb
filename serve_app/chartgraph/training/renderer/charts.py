"""Draws what charts say."""

import math
import random
from dataclasses import dataclass

from serve_app.chartgraph.training.renderer import naming, vocabulary
from serve_app.chartgraph.training.renderer.chart import Chart
from serve_app.chartgraph.training.renderer.number_formats import draw_formats, draw_values, round_shares
from serve_app.chartgraph.training.renderer.variants import draw_article, vary
from serve_app.domain import ChartKind

KINDS = {
    ChartKind.BAR: 38,
    ChartKind.HORIZONTAL_BAR: 20,
    ChartKind.LINE: 22,
    ChartKind.AREA: 5,
    ChartKind.PIE: 15,
}

VARIANTS = {
    ChartKind.BAR: {"combo": 8, "histogram": 4, "numbered": 5, "groups": 3, "": 80},
    ChartKind.HORIZONTAL_BAR: {"diverging": 14, "panels": 12, "groups": 8, "": 66},
    ChartKind.LINE: {"numbered": 25, "": 75},
    ChartKind.AREA: {"numbered": 25, "": 75},
}
"""Weights of a kind's variants: bars with a line, bars of neighbouring intervals, categories at places on a scale of
numbers, categories in groups, bars that grow to both sides, one column of bars beside the other."""


@dataclass(frozen=True, slots=True)
class Form:
    """What sort of chart it is; drawn apart from the rest, so that a sort that rarely fits is not rarer for it."""

    kind: ChartKind
    series: int = 1
    stacked: bool = False
    normalised: bool = False
    variant: str = ""
    """A sort that needs content of its own: a key of `VARIANTS`, or ""."""


def draw_form(rng: random.Random) -> Form:
    """Draw what sort of chart it is."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    if kind is ChartKind.PIE:
        return Form(kind)
    variant = rng.choices(list(VARIANTS[kind]), list(VARIANTS[kind].values()))[0]
    if variant == "diverging":
        return Form(kind, rng.choice([2, 2, 2, 4]), True, False, variant)
    if variant == "panels":
        return Form(kind, rng.choice([2, 2, 3, 3, 4]), False, False, variant)
    if variant == "histogram":
        return Form(kind, variant=variant)
    weights = {ChartKind.LINE: [44, 24, 17, 9, 4, 2], ChartKind.AREA: [45, 20, 22, 9, 3, 1]}.get(
        kind, [52, 21, 15, 8, 3, 1]
    )
    series = rng.choices([1, 2, 3, 4, 5, 6], weights)[0]
    stacked = series > 1 and rng.random() < {ChartKind.LINE: 0.0, ChartKind.AREA: 0.8}.get(kind, 0.45)
    return Form(kind, series, stacked, stacked and variant != "combo" and rng.random() < 0.3, variant)


def draw_chart(rng: random.Random, form: Form, script: str, *, room: float, article: bool) -> Chart:
    """Draw a random chart's content; `room` (1 for a picture 36 em wide) bounds how many categories it gets.

    `article` asks for the texts that figures of articles have around them.
    """
    chart = _draw_pie(rng, script) if form.kind is ChartKind.PIE else _draw_plot(rng, form, script, room)
    vary(rng, chart, form.variant)
    chart.title = naming.draw_title(rng, script, chart.series) if rng.random() < 0.75 else ""
    if article:
        draw_article(rng, chart)
    elif chart.title and rng.random() < 0.15:
        chart.subtitle = naming.draw_title(rng, script, chart.series)
    if not article and rng.random() < 0.12:
        chart.notes = [rng.choice(vocabulary.SOURCES)]
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
    if form.variant == "panels":
        most = min(most, 10)
    count = min(most, rng.choices(range(2, 19), [4, 8, 12, 13, 12, 9, 8, 6, 6, 4, 5, 2, 1, 1, 1, 1, 1])[0])
    if form.variant == "numbered" and not is_bar and series < 4 and rng.random() < 0.2:
        count = rng.randint(18, 34)
    elif not is_bar:
        count = min(most, max(3, count + rng.choice([0, 1, 2, 4])))
    categories = naming.draw_categories(rng, script, count, ordered=not is_bar)
    names = naming.draw_names(rng, script, series, rng.choice(["thing", "place", "group", "model", "name", None]))
    if series > 1 and rng.random() < 0.12:
        first = rng.randint(1990, 2020)
        names = [str(first + i) for i in range(series)]
    elif series > 1 and rng.random() < 0.06:
        names = rng.sample(rng.choice(["0123456789", "abcdefghijklmnoprstuvwxyz", "ABCDEFGHMXYZ"]), series)
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
    elif not stacked and kind is not ChartKind.AREA and form.variant != "panels" and rng.random() < 0.08:
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
