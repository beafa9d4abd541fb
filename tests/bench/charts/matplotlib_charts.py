"""Charts drawn by matplotlib, which the bundled model is not trained on, with their tables and exact words."""

import io
import math
import random
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import outline_word
from serve_app.domain import Cell, ChartKind, ChartTable, Number, TextLine
from tests.bench.charts.samples import Sample

STYLES = ("default", "default", "default", "ggplot", "seaborn-v0_8", "bmh", "fivethirtyeight", "seaborn-v0_8-whitegrid")
NAMES = (
    ("North", "South", "East", "West", "Centre"),
    ("2017", "2018", "2019", "2020", "2021", "2022"),
    ("Q1", "Q2", "Q3", "Q4"),
    ("Apples", "Bananas", "Cherries", "Grapes", "Lemons", "Mangos"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"),
    ("Rust", "Python", "Haskell", "Go", "TypeScript"),
    ("18-24", "25-34", "35-44", "45-54", "55+"),
)
SERIES = (("Online", "Store", "Phone"), ("2022", "2023", "2024"), ("Model A", "Model B", "Baseline"), ("Men", "Women"))
TITLES = ("Sales by region", "Energy use of households", "Monthly visitors", "Share of respondents", None)


def draw_samples(count: int, first: int = 0) -> Iterator[Sample]:
    """Charts of all kinds in turn."""
    forms = (_bars, _bars_across, _lines, _pie, _stacked, _areas, _numbered_lines)
    for seed in range(first, first + count):
        rng = random.Random(seed)
        with mpl.rc_context():
            matplotlib.style.use(rng.choice(STYLES))
            yield _draw(forms[seed % len(forms)], rng)


def _draw(form, rng: random.Random) -> Sample:
    width, height = rng.choice([(6.4, 4.8), (8, 4.5), (7, 5), (5, 4)])
    figure = Figure(figsize=(width, height), dpi=rng.choice([72, 100, 100, 130]))
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    names = list(rng.choice(NAMES))
    rng_title = rng.choice(TITLES)
    if rng_title:
        axes.set_title(rng_title)
    name, kind, columns, rows = form(axes, names, rng)
    if rng.random() < 0.7:
        figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    image = Image.open(buffer).convert("RGB")
    table = ChartTable(
        tuple(Cell(c) for c in columns),
        tuple((Cell(row[0]), *(_cell(v, name.endswith("pie")) for v in row[1:])) for row in rows),
        Cell(rng_title) if rng_title else None,
        kind,
    )
    return Sample("matplotlib", name, image, table, tuple(_list_words(figure, image.height)))


def _cell(value: float, percent: bool) -> Cell:
    text = f"{value:g}%" if percent else f"{value:g}"
    return Cell(text, number=Number(value, percent=percent))


def _values(rng: random.Random, count: int) -> list[float]:
    peak = rng.choice([1, 20, 100, 450, 3000])
    digits = {1: 2, 20: 1}.get(peak, 0)
    return [round(peak * rng.uniform(0.15, 1), digits) for _ in range(count)]


def _series(rng: random.Random, names: list[str]) -> tuple[list[str], list[list[float]]]:
    labels = list(rng.choice(SERIES))[: rng.choice([1, 2, 2, 3])]
    base = _values(rng, len(names))
    digits = 2 if max(base) <= 1 else 1 if max(base) <= 20 else 0
    rows = [base] + [[round(v * rng.uniform(0.4, 1.1), digits) for v in base] for _ in labels[1:]]
    return labels, rows


def _finish(axes: Axes, labels: list[str], rng: random.Random) -> list[str]:
    if len(labels) > 1:
        axes.legend()
        return labels
    return ["value"]


def _bars(axes: Axes, names: list[str], rng: random.Random):
    labels, series = _series(rng, names)
    share = 0.8 / len(series)
    for i, (label, values) in enumerate(zip(labels, series, strict=True)):
        places = [j - 0.4 + share * (i + 0.5) for j in range(len(names))]
        bars = axes.bar(places, values, share, label=label)
        if len(series) == 1 and rng.random() < 0.4:
            axes.bar_label(bars)
    axes.set_xticks(range(len(names)), names)
    if rng.random() < 0.25:
        axes.tick_params(axis="x", rotation=45)
    columns = _finish(axes, labels, rng)
    if columns == ["value"] and rng.random() < 0.5:
        axes.set_ylabel("Amount")
        columns = ["Amount"]
    return "bar", ChartKind.BAR, ["", *columns], [[n, *vs] for n, *vs in zip(names, *series, strict=True)]


def _bars_across(axes: Axes, names: list[str], rng: random.Random):
    values = _values(rng, len(names))
    bars = axes.barh(names, values)
    if rng.random() < 0.3:
        axes.bar_label(bars)
    if rng.random() < 0.5:
        axes.invert_yaxis()
    return (
        "horizontal bar",
        ChartKind.HORIZONTAL_BAR,
        ["", "value"],
        [[n, v] for n, v in zip(names, values, strict=True)],
    )


def _lines(axes: Axes, names: list[str], rng: random.Random):
    labels, series = _series(rng, names)
    marker = rng.choice([None, "o", "s", "o"])
    for label, values in zip(labels, series, strict=True):
        axes.plot(names, values, marker=marker, label=label, linestyle=rng.choice(["-", "-", "--"]))
    if rng.random() < 0.4:
        axes.grid(True)
    return (
        "line",
        ChartKind.LINE,
        ["", *_finish(axes, labels, rng)],
        [[n, *vs] for n, *vs in zip(names, *series, strict=True)],
    )


def _numbered_lines(axes: Axes, names: list[str], rng: random.Random):
    """Points at years, of which matplotlib labels some."""
    first = rng.randint(1990, 2010)
    years = list(range(first, first + rng.randint(5, 14)))
    labels, series = _series(rng, [str(year) for year in years])
    for label, values in zip(labels, series, strict=True):
        axes.plot(years, values, marker=rng.choice([None, "o", "."]), label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return (
        "numbered line",
        ChartKind.LINE,
        ["", *_finish(axes, labels, rng)],
        [[str(year), *values] for year, *values in zip(years, *series, strict=True)],
    )


def _stacked(axes: Axes, names: list[str], rng: random.Random):
    labels, series = _series(rng, names)
    bottom = [0.0] * len(names)
    for label, values in zip(labels, series, strict=True):
        axes.bar(names, values, 0.6, bottom=bottom, label=label)
        bottom = [b + v for b, v in zip(bottom, values, strict=True)]
    return (
        "stacked bar",
        ChartKind.BAR,
        ["", *_finish(axes, labels, rng)],
        [[n, *vs] for n, *vs in zip(names, *series, strict=True)],
    )


def _areas(axes: Axes, names: list[str], rng: random.Random):
    labels, series = _series(rng, names)
    axes.stackplot(range(len(names)), *series, labels=labels)
    axes.set_xticks(range(len(names)), names)
    axes.margins(x=0)
    return (
        "stacked area",
        ChartKind.AREA,
        ["", *_finish(axes, labels, rng)],
        [[n, *vs] for n, *vs in zip(names, *series, strict=True)],
    )


def _pie(axes: Axes, names: list[str], rng: random.Random):
    weights = [rng.uniform(0.1, 1) for _ in names]
    shares = [round(100 * w / sum(weights), 1) for w in weights]
    printed = rng.random() < 0.6
    axes.pie(
        shares,
        labels=names,
        autopct="%1.1f%%" if printed else None,
        startangle=rng.choice([0, 0, 90]),
        wedgeprops={"width": 0.4} if rng.random() < 0.25 and not printed else None,
    )
    return "pie", ChartKind.PIE, ["", "%"], [[n, s] for n, s in zip(names, shares, strict=True)]


def _list_words(figure: Figure, height: int) -> Iterator[TextLine]:
    """Every text as matplotlib placed it."""
    renderer = figure.canvas.get_renderer()
    for text in figure.findobj(Text):
        if not text.get_text().strip() or not text.get_visible() or not _is_drawn(text):
            continue
        box, angle = text.get_window_extent(renderer), text.get_rotation()
        text.set_rotation(0)
        level = text.get_window_extent(renderer)
        text.set_rotation(angle)
        word = SceneWord(
            text.get_text().replace("−", "-"),  # noqa: RUF001 - matplotlib's minus
            (box.x0 + box.x1) / 2,
            height - (box.y0 + box.y1) / 2,
            level.width,
            level.height,
            math.fmod(angle, 360),
            Role.OTHER,
        )
        if 0 <= word.x <= figure.bbox.width and 0 <= word.y <= height:
            yield TextLine(word.text, 1.0, outline_word(word))


def _is_drawn(text: Text) -> bool:
    """Whether it is not the label of a tick that lies outside of the axis."""
    for axes in text.figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if text is tick.label2:
                    return False
                if text is tick.label1:
                    slack = 1e-6 * abs(limits[1] - limits[0])
                    return min(limits) - slack <= tick.get_loc() <= max(limits) + slack
    return True
