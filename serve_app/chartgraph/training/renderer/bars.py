"""Vertical and horizontal bars: single, grouped and stacked."""

from dataclasses import dataclass

from serve_app.chartgraph.training.renderer.canvas import Box, Colour, blend
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.plot import Plot, tops
from serve_app.domain import ChartKind


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar or a stack's segment; `start` and `end` are its sides across the value axis, in pixels along it."""

    series: int
    category: int
    box: Box
    start: float
    end: float


def headroom(drawing: Drawing) -> float:
    """The share of the value axis to keep free for texts beyond the marks."""
    chart, style, em = drawing.chart, drawing.style, drawing.em
    if chart.left and style.labels == "outside":
        widest = max(drawing.font().width(chart.labels.write(value)) for row in chart.values for value in row)
        return min(0.3, 1.4 * widest / (0.6 * drawing.canvas.width))
    if chart.stacked:
        return 0.0 if chart.normalised or not style.totals else (0.07 if chart.kind is ChartKind.BAR else 0.14)
    if chart.kind is ChartKind.AREA or style.labels not in {"outside", "upright"}:
        return 0.0
    if chart.kind is ChartKind.HORIZONTAL_BAR:
        widest = max(drawing.font().width(chart.labels.write(value)) for row in chart.values for value in row)
        return min(0.35, 1.3 * widest / (0.6 * drawing.canvas.width))
    depth = 3 * em if style.labels == "upright" and chart.kind is ChartKind.BAR else 1.4 * em
    return min(0.35, depth / (0.6 * drawing.canvas.height))


def arrange(drawing: Drawing, plot: Plot) -> list[Bar]:
    """The boxes of all bars."""
    chart, style = drawing.chart, drawing.style
    ends = tops(drawing)
    series = len(chart.values)
    slots = 1 if chart.stacked else series
    fill = style.bar_fill if slots == 1 else max(style.bar_fill, 0.6)
    whole = plot.axis.band * min(1.0 if chart.edges else 0.94, fill)
    slot = whole / slots
    bars: list[Bar] = []
    if chart.panels:
        return [bar for s in range(series) for bar in _arrange_panel(drawing, plot, s)]
    for s, row in enumerate(chart.values):
        sign = -1 if s < chart.left else 1
        index = 0 if chart.stacked else (series - 1 - s if style.reverse and plot.horizontal else s)
        for c, value in enumerate(row):
            near = plot.centres[c] - whole / 2 + index * slot
            inset = slot * style.bar_gap / 2 if slots > 1 else 0.0
            sides = plot.across(near + inset), plot.across(near + slot - inset)
            start = plot.along(ends[s][c] - sign * value if chart.stacked else plot.scale.base)
            end = plot.along(ends[s][c])
            low, high = min(start, end), max(start, end)
            box = (low, sides[0], high, sides[1]) if plot.horizontal else (sides[0], low, sides[1], high)
            bars.append(Bar(s, c, box, start, end))
    return bars


PANEL_GAP = 1.2
"""Between two columns of bars, in em."""


def _arrange_panel(drawing: Drawing, plot: Plot, series: int) -> list[Bar]:
    """The bars of one column of several, which share the categories; the longest leaves room for its value."""
    chart, (left, _, right, _) = drawing.chart, plot.box
    gap = PANEL_GAP * drawing.em
    width = (right - left + gap) / len(chart.values) - gap
    row = chart.values[series]
    peak = max(map(max, chart.values)) if chart.labels.percent else max(row)
    longest = width - (drawing.font().width(chart.labels.write(max(row))) + 0.7 * drawing.em)
    if longest < 2 * drawing.em:
        raise Crowded
    base, half = left + series * (width + gap), plot.axis.band * drawing.style.bar_fill / 2
    bars = []
    for c, value in enumerate(row):
        end = base + max(1.0, value / peak * longest)
        top, bottom = (plot.across(plot.centres[c] + side * half) for side in (-1, 1))
        bars.append(Bar(series, c, (base, top, end, bottom), base, end))
    return bars


def occupied(drawing: Drawing, plot: Plot) -> list[Box]:
    """What the bars and the labels at their ends cover."""
    if drawing.style.labels not in {"outside", "upright"} or drawing.chart.stacked:
        return [bar.box for bar in arrange(drawing, plot)]
    grow = drawing.em * (1.5 if drawing.style.labels == "outside" and not plot.horizontal else 3.0)
    boxes = [bar.box for bar in arrange(drawing, plot)]
    if plot.horizontal:
        return [(x0 - grow, y0, x1 + grow, y1) for x0, y0, x1, y1 in boxes]
    return [(x0, y0 - grow, x1, y1 + grow) for x0, y0, x1, y1 in boxes]


def draw_bars(drawing: Drawing, plot: Plot, bars: list[Bar]) -> list[Colour]:
    """Draw the bars, and give the colour of each."""
    canvas, style, em, chart = drawing.canvas, drawing.style, drawing.em, drawing.chart
    single = len(chart.values) == 1
    chosen = drawing.rng.randrange(len(chart.categories))
    colours: list[Colour] = []
    for bar in bars:
        colour = drawing.colour(bar.category if single and style.vary == "each" and not chart.named else bar.series)
        if single and style.vary == "one" and bar.category != chosen:
            colour = blend(colour, style.theme.panel, 0.55)
        colours.append(colour)
        own = blend(colour, (0, 0, 0), 0.35)
        edge = {"": None, "dark": (0, 0, 0), "light": style.theme.panel, "own": own}[style.bar_edge]
        width = min(bar.box[2] - bar.box[0], bar.box[3] - bar.box[1])
        if style.bar_shape == "rounded" and not chart.stacked and edge is None:
            canvas.rounded(bar.box, min(0.25 * em, width / 3), colour)
        else:
            canvas.rectangle(bar.box, colour, edge if width > 0.4 * em else None, 0.07 * em)
        if style.bar_shape == "hatched" and bar.series % 2 == (0 if single else 1):
            _hatch(drawing, bar.box, blend(colour, style.theme.panel, 0.5))
    if chart.panels:
        for series in range(len(chart.values)):
            base = next(bar.start for bar in bars if bar.series == series)
            canvas.rule((base, plot.box[1]), (base, plot.box[3]), style.theme.axis, style.axis_width * em)
    return colours


def _hatch(drawing: Drawing, box: Box, colour: Colour) -> None:
    """Draw diagonal lines over a bar."""
    x0, y0, x1, y1 = box
    step = 0.5 * drawing.em
    for i in range(1, int((x1 - x0 + y1 - y0) / step) + 1):
        d = i * step
        start = (x0 + min(d, x1 - x0), y0 + max(0.0, d - (x1 - x0)))
        end = (x0 + max(0.0, d - (y1 - y0)), y0 + min(d, y1 - y0))
        drawing.canvas.line((start, end), colour, 0.07 * drawing.em)
