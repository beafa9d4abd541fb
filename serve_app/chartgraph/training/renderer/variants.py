"""What the rarer sorts of charts say, made of a plain chart's content."""

import itertools
import random

from serve_app.chartgraph.training.renderer import naming, vocabulary
from serve_app.chartgraph.training.renderer.chart import Chart
from serve_app.chartgraph.training.renderer.number_formats import draw_values
from serve_app.domain import ChartKind


def vary(rng: random.Random, chart: Chart, variant: str) -> None:
    """Turns a plain chart into a variant of its kind: a key of `charts.VARIANTS`."""
    if variant == "diverging":
        _diverge(rng, chart)
    elif variant == "panels":
        chart.panels = chart.named = True
    elif variant == "combo":
        _add_line(rng, chart)
    elif variant == "groups":
        _group(rng, chart)
    elif variant == "histogram":
        _number(rng, chart, edges=True)
    elif variant == "numbered":
        _number(rng, chart, edges=False)


def _diverge(rng: random.Random, chart: Chart) -> None:
    chart.left = len(chart.values) // 2
    chart.named = True
    poles = rng.choice(vocabulary.POLES)
    names = (
        list(poles[:2]) if len(chart.values) == 2 else [f"Very {poles[0].lower()}", *poles, f"Very {poles[1].lower()}"]
    )
    if chart.script == "latin" and rng.random() < 0.7:
        chart.series = names
    if chart.labels.percent and max(map(sum, zip(*chart.values, strict=True))) > 100:
        chart.values = [[max(1.0, round(value / 2)) for value in row] for row in chart.values]


def _add_line(rng: random.Random, chart: Chart) -> None:
    chart.named = True
    chart.second_axis = rng.random() < 0.3
    names = {*chart.series}
    while len(names) == len({*chart.series}):
        names.add(name := naming.draw_word(rng, chart.script))
    chart.series = [*chart.series, name]
    sums = [sum(column) if chart.stacked else max(column) for column in zip(*chart.values, strict=True)]
    peak = 10 ** rng.uniform(0, 3) if chart.second_axis else max(map(abs, sums)) * rng.uniform(0.5, 1.1)
    decimals = chart.labels.decimals if not chart.second_axis or peak < 100 else 0
    chart.line = draw_values(rng, (1, len(chart.categories)), peak, decimals, 0.1)[0]


def _group(rng: random.Random, chart: Chart) -> None:
    count = len(chart.categories)
    if count > 3:
        chart.breaks = frozenset(rng.sample(range(1, count), rng.randint(1, max(1, count // 3))))


def _number(rng: random.Random, chart: Chart, *, edges: bool) -> None:
    """Puts the categories at numbers: years mostly, in equal steps or in most of them."""
    count = len(chart.categories)
    is_line = chart.kind is not ChartKind.BAR
    if count < 4:
        return
    if edges or rng.random() < 0.2:
        step = rng.choice([1, 2, 5, 10, 20, 50, 0.5, 100])
        first = step * rng.randint(0, 12)
    else:
        step = rng.choice([1, 1, 1, 2, 3, 4, 5, 10])
        first = rng.randint(1900, 2024 - 10 * min(step, 5))
    places = [first + i * step for i in range(count)]
    if is_line and rng.random() < 0.3:  # some are missing
        jumps = [rng.choice([1, 1, 1, 2, 3]) * step for _ in range(count - 1)]
        places = list(itertools.accumulate([first, *jumps]))
    chart.edges = edges
    chart.positions = [place + step / 2 for place in places] if edges else places
    chart.categories = [naming.write_position(place) for place in chart.positions]


def draw_article(rng: random.Random, chart: Chart) -> None:
    """Adds what stands around an article's figure: a headline, a subtitle, notes, the source, the publisher."""
    if chart.script == "latin":
        chart.title = naming.draw_sentence(rng, rng.randint(4, 13)) if rng.random() < 0.8 else chart.title
    if rng.random() < 0.8:
        chart.subtitle = rng.choice(vocabulary.SUBTITLES) or naming.draw_title(rng, chart.script, chart.series)
        if chart.script == "latin" and rng.random() < 0.3:
            chart.subtitle += " " + naming.draw_sentence(rng, rng.randint(4, 10)).lower()
    if rng.random() < 0.6:
        head = rng.choice(["Note: ", "Notes: ", "* ", ""])
        chart.notes.append(f"{head}{naming.draw_sentence(rng, rng.randint(5, 26))}.")
    if rng.random() < 0.85:
        chart.notes.append(rng.choice(vocabulary.SOURCES))
        if rng.random() < 0.3:
            chart.notes.append(f"“{naming.draw_sentence(rng, rng.randint(4, 9)).title()}”")
    if rng.random() < 0.75:
        chart.brand = rng.choice(vocabulary.BRANDS)
