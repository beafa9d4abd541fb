"""Vertical and horizontal bars: single, grouped and stacked."""

from dataclasses import dataclass

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.canvas import Box, Colour, blend, luminance
from serve_app.chartgraph.training.renderer.drawing import Drawing
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
    whole = plot.band * min(0.94, style.bar_fill if slots == 1 else max(style.bar_fill, 0.6))
    slot = whole / slots
    bars = []
    for s, row in enumerate(chart.values):
        index = 0 if chart.stacked else (series - 1 - s if style.reverse and plot.horizontal else s)
        for c, value in enumerate(row):
            near = plot.centres[c] - whole / 2 + index * slot
            inset = slot * style.bar_gap / 2 if slots > 1 else 0.0
            sides = plot.across(near + inset), plot.across(near + slot - inset)
            start = plot.along(ends[s][c] - value if chart.stacked else plot.scale.base)
            end = plot.along(ends[s][c])
            low, high = min(start, end), max(start, end)
            box = (low, sides[0], high, sides[1]) if plot.horizontal else (sides[0], low, sides[1], high)
            bars.append(Bar(s, c, box, start, end))
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


def draw_bars(drawing: Drawing, plot: Plot) -> None:
    """Draw the bars, print values at them as the style says, and add their marks."""
    canvas, style, em, chart = drawing.canvas, drawing.style, drawing.em, drawing.chart
    bars = arrange(drawing, plot)
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
    kind = MarkKind.BAR if plot.horizontal else MarkKind.COLUMN
    for bar, colour in zip(bars, colours, strict=True):
        label = _print_value(drawing, plot, bar, colour)
        x0, y0, x1, y1 = bar.box
        x, y = (bar.end, (y0 + y1) / 2) if plot.horizontal else ((x0 + x1) / 2, bar.end)
        drawing.mark(kind, x, y, category=bar.category, series=bar.series, label=label)
    if chart.stacked and style.totals and not chart.normalised:
        _print_totals(drawing, plot, bars)


def _print_totals(drawing: Drawing, plot: Plot, bars: list[Bar]) -> None:
    """Print the sum of each stack beyond its end; the sums are no cells of the table."""
    chart, em = drawing.chart, drawing.em
    font = drawing.font(drawing.style.label_size, drawing.style.label_bold)
    for category, column in enumerate(zip(*chart.values, strict=True)):
        stack = [bar for bar in bars if bar.category == category]
        across = (stack[0].box[1] + stack[0].box[3]) / 2 if plot.horizontal else (stack[0].box[0] + stack[0].box[2]) / 2
        text = chart.labels.write(sum(column))
        if plot.horizontal:
            x, y = max(bar.end for bar in stack) + 0.35 * em + font.width(text) / 2, across
        else:
            x, y = across, min(bar.end for bar in stack) - 0.35 * em - font.cap / 2
        half_x, half_y = font.width(text) / 2, font.cap / 2
        if drawing.canvas.is_free((x - half_x, y - half_y, x + half_x, y + half_y), 0.15 * em):
            drawing.canvas.text((x, y), text, font, drawing.style.theme.ink, Role.OTHER)


def _hatch(drawing: Drawing, box: Box, colour: Colour) -> None:
    """Draw diagonal lines over a bar."""
    x0, y0, x1, y1 = box
    step = 0.5 * drawing.em
    for i in range(1, int((x1 - x0 + y1 - y0) / step) + 1):
        d = i * step
        start = (x0 + min(d, x1 - x0), y0 + max(0.0, d - (x1 - x0)))
        end = (x0 + max(0.0, d - (y1 - y0)), y0 + min(d, y1 - y0))
        drawing.canvas.line((start, end), colour, 0.07 * drawing.em)


def _print_value(drawing: Drawing, plot: Plot, bar: Bar, colour: Colour) -> int | None:
    """Print a bar's value where the style wants it, if it fits there; gives the word."""
    chart, style, em = drawing.chart, drawing.style, drawing.em
    where = style.labels
    if where == "none":
        return None
    if chart.stacked and where in {"outside", "upright"}:
        where = "centre"
    if plot.horizontal and where == "upright":
        where = "outside"
    text = chart.labels.write(chart.values[bar.series][bar.category])
    font = drawing.font(style.label_size, style.label_bold)
    angle = 90.0 if where == "upright" else 0.0
    width, height = (font.cap, font.width(text)) if angle else (font.width(text), font.cap)
    extent = width if plot.horizontal else height
    sign = 1.0 if bar.end >= bar.start else -1.0
    inner = where in {"inside", "centre"}
    thick = (bar.box[3] - bar.box[1]) if plot.horizontal else (bar.box[2] - bar.box[0])
    if inner and (abs(bar.end - bar.start) < extent + 0.7 * em or thick < (height if plot.horizontal else width * 0.9)):
        if chart.stacked:
            return None
        inner = False
    if where == "centre" and inner:
        along = (bar.start + bar.end) / 2
    else:
        along = bar.end + sign * (-1 if inner else 1) * (extent / 2 + 0.35 * em)
    across = (bar.box[1] + bar.box[3]) / 2 if plot.horizontal else (bar.box[0] + bar.box[2]) / 2
    x, y = (along, across) if plot.horizontal else (across, along)
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    if not drawing.canvas.is_free(box, 0.15 * em):
        return None
    ink = style.theme.ink if not inner else ((255, 255, 255) if luminance(colour) < 0.6 else (20, 20, 20))
    chart.printed[bar.series, bar.category] = text
    return drawing.canvas.text((x, y), text, font, ink, Role.VALUE, angle=angle)
