"""The values printed at bars, and the bars' marks."""

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.bars import Bar
from serve_app.chartgraph.training.renderer.canvas import Colour, luminance
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.plot import Plot


def print_values(drawing: Drawing, plot: Plot, bars: list[Bar], colours: list[Colour]) -> None:
    """Print values at the bars as the style says, and add the bars' marks."""
    chart = drawing.chart
    kind = MarkKind.BAR if plot.horizontal else MarkKind.COLUMN
    for bar, colour in zip(bars, colours, strict=True):
        label = _print_value(drawing, plot, bar, colour)
        x0, y0, x1, y1 = bar.box
        x, y = (bar.end, (y0 + y1) / 2) if plot.horizontal else ((x0 + x1) / 2, bar.end)
        drawing.mark(kind, x, y, category=bar.category, series=bar.series, label=label)
    if chart.stacked and drawing.style.totals and not chart.normalised and not chart.left:
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


def _is_outermost(drawing: Drawing, bar: Bar) -> bool:
    """Whether a bar is at the end of a stack that grows to both sides, so that its value may stand outside."""
    chart = drawing.chart
    last = 0 if drawing.style.reverse and chart.left < len(chart.values) - 1 else len(chart.values) - 1
    return bool(chart.left) and bar.series in {0, max(last, chart.left)}


def _print_value(drawing: Drawing, plot: Plot, bar: Bar, colour: Colour) -> int | None:
    """Print a bar's value where the style wants it, if it fits there; gives the word."""
    chart, style, em = drawing.chart, drawing.style, drawing.em
    where = style.labels
    if where == "none":
        return None
    if chart.stacked and where in {"outside", "upright"} and not _is_outermost(drawing, bar):
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
        if chart.stacked and not _is_outermost(drawing, bar):
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
