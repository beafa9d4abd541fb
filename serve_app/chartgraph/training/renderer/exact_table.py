"""The exact table of a drawn chart."""

import math
from collections.abc import Sequence
from itertools import pairwise

from serve_app.chartgraph.training.renderer import vocabulary
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.number_formats import NumberFormat
from serve_app.chartgraph.training.renderer.plot import Scale
from serve_app.domain import Cell, ChartKind, ChartTable, Number

LEAST_LABELS = 3
"""Labels of the category axis that tell what stands between them."""

PRECISION = 0.005
"""A value that is not printed is given to about this share of the value axis's span."""


def build_table(
    drawing: Drawing, scale: Scale | None, second: Scale | None = None, *, clockwise: bool = True
) -> ChartTable:
    """The table of what is drawn; its rows run to the right, down, or clockwise.

    `scale` is None for a pie; `second` is the axis of a line over bars, if it has one.
    """
    chart = drawing.chart
    rows = []
    labelled = len(drawing.category_words)
    told = bool(chart.positions) or (labelled >= LEAST_LABELS and counts_on(chart.categories))
    for c, name in enumerate(chart.categories):
        if c in drawing.category_words or told:
            cells = [_value_cell(drawing, scale, s, c) for s in range(len(chart.values))]
            rows.append((Cell(name), *cells, *([_line_cell(drawing, scale, second, c)] if chart.line else [])))
    if chart.kind is ChartKind.PIE and not clockwise:
        rows.reverse()
    title = Cell(chart.title) if chart.title else None
    return ChartTable((Cell(chart.category_title), *_series_cells(drawing)), tuple(rows), title, chart.kind)


def counts_on(categories: Sequence[str]) -> bool:
    """Whether the names are whole numbers in equal steps, or months, so that those without a label are told."""
    months = [[month[:3] for month in vocabulary.MONTHS.split()], vocabulary.MONTHS.split()]
    if any(set(categories) <= set(names) for names in months):
        return True
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
    return _read_cell(form, scale, value, chart.labels.decimals)


def _line_cell(drawing: Drawing, scale: Scale | None, second: Scale | None, category: int) -> Cell:
    """The value of the line over the bars; on an axis of its own it has no unit."""
    chart = drawing.chart
    axis = second or scale
    form = NumberFormat(decimals=chart.ticks.decimals) if second else chart.ticks
    if axis is None:
        raise Crowded
    return _read_cell(form, axis, chart.line[category], 3 if second else chart.labels.decimals)


def _read_cell(form: NumberFormat, axis: Scale, value: float, decimals: int) -> Cell:
    """A value as precise as it can be read off an axis."""
    power = math.floor(math.log10((axis.high - axis.low) * PRECISION))
    decimals = max(0, min(decimals, -power))
    rounded = round(value, decimals) if power < 0 else float(round(value / 10**power) * 10**power)
    return form.cell(rounded, form.write(rounded, decimals))
