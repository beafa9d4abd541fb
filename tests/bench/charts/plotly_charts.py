"""Charts drawn by Plotly in its own templates, which the bundled model is not trained on, with their tables.

Plotly draws pictures with a browser, which the `bench` extra brings. It does not tell where it puts its texts either.
"""

import io
import random
from collections.abc import Iterator
from typing import Any

from PIL import Image

from serve_app.domain import ChartKind
from tests.bench.charts.matplotlib_charts import NAMES, SERIES
from tests.bench.charts.samples import Sample
from tests.bench.charts.vega_charts import VALUE, make_table

TEMPLATES = ("plotly", "plotly", "plotly_white", "simple_white", "ggplot2")
SIZES = ((500, 400), (700, 450), (800, 500))


def draw_samples(count: int, first: int = 0) -> Iterator[Sample]:
    """Charts of all kinds in turn."""
    forms = (_bars, _bars_across, _lines, _pie, _stacked, _areas, _numbered_lines)
    for seed in range(first, first + count):
        rng = random.Random(seed)
        yield _draw(rng, *forms[seed % len(forms)](rng, list(rng.choice(NAMES))))


def _draw(
    rng: random.Random,
    name: str,
    kind: ChartKind,
    names: list[str],
    values: list[list[float]],
    traces: list[dict[str, Any]],
    layout: dict[str, Any],
) -> Sample:
    import plotly.graph_objects as go

    labels = [trace["name"] for trace in traces if len(traces) > 1]
    titled = kind is not ChartKind.PIE and (not labels or rng.random() < 0.4)
    axis = "xaxis_title" if kind is ChartKind.HORIZONTAL_BAR else "yaxis_title"
    figure = go.Figure(traces)
    figure.update_layout(
        template=rng.choice(TEMPLATES),
        title="Sales by region" if rng.random() < 0.6 else None,
        legend={"orientation": "h"} if rng.random() < 0.3 else {},
        **({axis: VALUE} if titled else {}),
        **layout,
    )
    width, height = rng.choice(SIZES)
    png = figure.to_image("png", width=width, height=height, scale=rng.choice([1, 1, 1.5]))
    return Sample(
        "plotly", name, Image.open(io.BytesIO(png)).convert("RGB"), make_table(names, labels, values, kind, corner="")
    )


def _series(rng: random.Random, count: int) -> tuple[list[str], list[list[float]]]:
    peak = rng.choice([1, 20, 100, 450, 3000, 25_000])
    digits = {1: 2, 20: 1}.get(peak, 0)
    labels = list(rng.choice(SERIES))[: 1 if rng.random() < 0.35 else None]
    return labels, [[round(peak * rng.uniform(0.15, 1), digits) for _ in range(count)] for _ in labels]


def _bars(rng: random.Random, names: list[str], mode: str = "group"):
    labels, values = _series(rng, len(names))
    printed = {"textposition": "inside" if mode == "stack" else "outside"} if rng.random() < 0.3 else {}
    traces = [
        {"type": "bar", "name": label, "x": names, "y": line, **({"text": line, **printed} if printed else {})}
        for label, line in zip(labels, values, strict=True)
    ]
    return "bar", ChartKind.BAR, names, values, traces, {"barmode": mode, "xaxis_type": "category"}


def _stacked(rng: random.Random, names: list[str]):
    _, *rest = _bars(rng, names, "stack")
    return "stacked bar", *rest


def _bars_across(rng: random.Random, names: list[str]):
    labels, values = _series(rng, len(names))
    traces = [
        {"type": "bar", "orientation": "h", "name": label, "y": names, "x": line}
        for label, line in zip(labels, values, strict=True)
    ]
    return "horizontal bar", ChartKind.HORIZONTAL_BAR, names, values, traces, {"yaxis_type": "category"}


def _lines(rng: random.Random, names: list[str], **more: Any):
    labels, values = _series(rng, len(names))
    mode = rng.choice(["lines", "lines+markers"])
    traces = [
        {"type": "scatter", "mode": mode, "name": label, "x": names, "y": line, **more}
        for label, line in zip(labels, values, strict=True)
    ]
    return "line", ChartKind.LINE, names, values, traces, {"xaxis_type": "category"}


def _numbered_lines(rng: random.Random, names: list[str]):
    """Points at years, of which Plotly labels some."""
    years = [str(year) for year in range(2005, 2005 + rng.randint(6, 14))]
    _, *rest, _ = _lines(rng, years)
    return "numbered line", *rest, {"xaxis_type": "linear"}


def _areas(rng: random.Random, names: list[str]):
    _, _, *rest = _lines(rng, names, stackgroup="all")
    return "stacked area", ChartKind.AREA, *rest


def _pie(rng: random.Random, names: list[str]):
    line = [rng.uniform(0.1, 1) for _ in names]
    trace = {
        "type": "pie",
        "labels": names,
        "values": line,
        "sort": rng.random() < 0.5,
        "hole": rng.choice([0, 0, 0.4]),
    }
    return "pie", ChartKind.PIE, names, [line], [trace], {}
