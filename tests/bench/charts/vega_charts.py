"""Charts drawn by Vega-Lite in its default style, which the bundled model is not trained on, with their tables.

Vega does not tell where it puts its texts, so these charts are read with OCR's words only.
"""

import io
import random
from collections.abc import Iterator
from typing import Any

import vl_convert
from PIL import Image

from serve_app.domain import Cell, ChartKind, ChartTable, Number
from tests.bench.charts.matplotlib_charts import NAMES, SERIES
from tests.bench.charts.samples import Sample

VALUE, CATEGORY = "Amount", "Group"


def draw_samples(count: int, first: int = 0) -> Iterator[Sample]:
    """Charts of all kinds in turn."""
    forms = (_bars, _bars_across, _lines, _pie, _stacked, _grouped, _areas)
    for seed in range(first, first + count):
        rng = random.Random(seed)
        names = list(rng.choice(NAMES))
        name, kind, series, values, spec = forms[seed % len(forms)](rng, names)
        image = _render(rng, spec, names, series, values)
        yield Sample("vega", name, image, make_table(names, series, values, kind), name=str(seed))


def _render(rng: random.Random, spec: dict[str, Any], names: list[str], series: list[str], values: list[list[float]]):
    rows = [
        {CATEGORY: name, "series": label, VALUE: value, "order": index}
        for label, line in zip(series or [""], values, strict=True)
        for index, (name, value) in enumerate(zip(names, line, strict=True))
    ]
    document = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "width": rng.randint(260, 520),
        "height": rng.randint(200, 360),
        "background": "white",
        **({"title": f"{VALUE} by {CATEGORY.lower()}"} if rng.random() < 0.5 else {}),
        **spec,
    }
    png = vl_convert.vegalite_to_png(document, scale=rng.choice([1, 1.5, 2]))
    return Image.open(io.BytesIO(png)).convert("RGB")


def make_table(
    names: list[str], series: list[str], values: list[list[float]], kind: ChartKind, corner: str = CATEGORY
) -> ChartTable:
    """The table of a chart: a row for each name, a column for each series; shares of a pie."""
    percent = kind is ChartKind.PIE
    if percent:
        values = [[round(100 * value / sum(line), 1) for value in line] for line in values]
    header = tuple(Cell(label) for label in (series or ["%" if percent else VALUE]))
    rows = tuple(
        (Cell(name), *(Cell(f"{line[i]:g}", number=Number(line[i], percent=percent)) for line in values))
        for i, name in enumerate(names)
    )
    return ChartTable((Cell("" if percent else corner), *header), rows, None, kind)


def _values(rng: random.Random, count: int) -> list[float]:
    peak = rng.choice([1, 20, 100, 450, 3000])
    return [round(peak * rng.uniform(0.15, 1), {1: 2, 20: 1}.get(peak, 0)) for _ in range(count)]


def _series(rng: random.Random, names: list[str]) -> tuple[list[str], list[list[float]]]:
    labels = list(rng.choice(SERIES))
    peak = max(_values(rng, 1)[0], 1)
    return labels, [[round(peak * rng.uniform(0.3, 1.5), 1) for _ in names] for _ in labels]


_X = {"field": CATEGORY, "type": "nominal", "sort": None}
_Y = {"field": VALUE, "type": "quantitative"}
_COLOUR = {"field": "series", "type": "nominal", "sort": None, "title": None}


def _bars(rng, names):
    angle = {"axis": {"labelAngle": rng.choice([0, -45, -90])}}
    return "bar", ChartKind.BAR, [], [_values(rng, len(names))], {"mark": "bar", "encoding": {"x": _X | angle, "y": _Y}}


def _bars_across(rng, names):
    spec = {"mark": "bar", "encoding": {"y": _X, "x": _Y}}
    return "horizontal bar", ChartKind.HORIZONTAL_BAR, [], [_values(rng, len(names))], spec


def _lines(rng, names):
    labels, values = _series(rng, names)
    mark = {"type": "line", "point": rng.random() < 0.5}
    return "line", ChartKind.LINE, labels, values, {"mark": mark, "encoding": {"x": _X, "y": _Y, "color": _COLOUR}}


def _pie(rng, names):
    colour = {"field": CATEGORY, "type": "nominal", "sort": None}
    encoding = {"theta": {**_Y, "stack": True}, "color": colour, "order": {"field": "order"}}
    mark = {"type": "arc", "innerRadius": rng.choice([0, 0, 60])}
    return "pie", ChartKind.PIE, [], [_values(rng, len(names))], {"mark": mark, "encoding": encoding}


def _stacked(rng, names):
    labels, values = _series(rng, names)
    return (
        "stacked bar",
        ChartKind.BAR,
        labels,
        values,
        {"mark": "bar", "encoding": {"x": _X, "y": _Y, "color": _COLOUR}},
    )


def _grouped(rng, names):
    labels, values = _series(rng, names)
    encoding = {"x": _X, "y": _Y, "color": _COLOUR, "xOffset": {"field": "series", "sort": None}}
    return "grouped bar", ChartKind.BAR, labels, values, {"mark": "bar", "encoding": encoding}


def _areas(rng, names):
    return "area", ChartKind.AREA, [], [_values(rng, len(names))], {"mark": "area", "encoding": {"x": _X, "y": _Y}}
