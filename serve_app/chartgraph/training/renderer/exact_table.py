"""The exact table of a drawn chart."""

import math
from collections.abc import Sequence
from itertools import pairwise

from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.plot import Scale
from serve_app.domain import Cell, ChartKind, ChartTable, Number

LEAST_LABELS = 3
"""Labels of the category axis that tell what stands between them."""

PRECISION = 0.005
"""A value that is not printed is given to about this share of the value axis's span."""


def build_table(drawing: Drawing, scale: Scale | None, clockwise: bool = True) -> ChartTable:
    """The table of what is drawn; its rows run to the right, down, or clockwise. `scale` is None for a pie."""
    chart = drawing.chart
    rows = []
    labelled = len(drawing.category_words)
    for c, name in enumerate(chart.categories):
        if c in drawing.category_words or (labelled >= LEAST_LABELS and _count_up(chart.categories)):
            rows.append((Cell(name), *(_value_cell(drawing, scale, s, c) for s in range(len(chart.values)))))
    if chart.kind is ChartKind.PIE and not clockwise:
        rows.reverse()
    title = Cell(chart.title) if chart.title else None
    return ChartTable((Cell(chart.category_title), *_series_cells(drawing)), tuple(rows), title, chart.kind)


def _count_up(categories: Sequence[str]) -> bool:
    """Whether the names are whole numbers in equal steps, so that those without a label are told by the others."""
    if not all(name.isdecimal() for name in categories):
        return False
    return len({int(after) - int(before) for before, after in pairwise(categories)}) == 1


def _series_cells(drawing: Drawing) -> list[Cell]:
    chart = drawing.chart
    if drawing.series_words:
        return [Cell(name) for name in chart.series]
    if chart.kind is ChartKind.PIE:
        return [Cell("%" if chart.labels.percent or not chart.printed else "value")]
    return [Cell(chart.value_title or "value")]


def _value_cell(drawing: Drawing, scale: Scale | None, series: int, category: int) -> Cell:
    chart = drawing.chart
    value, printed = chart.values[series][category], chart.printed.get((series, category))
    if scale is None:
        if printed is None and (not chart.printed or chart.labels.percent):
            share = round(100 * value / sum(chart.values[0]), 1)
            return Cell(f"{share}%", number=Number(share, percent=True))
        return chart.labels.cell(value, chart.labels.write(value))
    # The unit is that of the printed values, or of the ticks: one that is printed nowhere cannot be read.
    form = chart.labels if chart.printed and (chart.labels.unit or chart.labels.percent) else chart.ticks
    if printed is not None:
        return form.cell(value, printed)
    power = math.floor(math.log10((scale.high - scale.low) * PRECISION))
    decimals = max(0, min(chart.labels.decimals, -power))
    rounded = round(value, decimals) if power < 0 else float(round(value / 10**power) * 10**power)
    return form.cell(rounded, chart.ticks.write(rounded, decimals))
