"""The names of series over bars, inside them, or beside a stack."""

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.bars import PANEL_GAP, Bar
from serve_app.chartgraph.training.renderer.canvas import Colour, luminance
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.plot import Plot
from serve_app.chartgraph.training.renderer.series_names import choose_ink, find_naming, set_heading, spread


def name_bars(drawing: Drawing, plot: Plot, bars: list[Bar], colours: list[Colour]) -> None:
    """Set the names of the series that no legend tells.

    Raises:
        Crowded: there is no room for them.
    """
    naming = find_naming(drawing)
    if naming == "heading":
        _set_headings(drawing, plot, bars)
    elif naming == "first":
        _name_first(drawing, bars, colours)
    elif naming == "end":
        _name_last(drawing, plot, bars)


def _set_headings(drawing: Drawing, plot: Plot, bars: list[Bar]) -> None:
    chart, em, y = drawing.chart, drawing.em, plot.box[1] - 0.3 * drawing.em
    if chart.panels:
        width = (plot.box[2] - plot.box[0]) / len(chart.values) - 0.5 * PANEL_GAP * em
        for series in range(len(chart.values)):
            base = next(bar.start for bar in bars if bar.series == series)
            set_heading(drawing, series, (base, y), width, anchor="l")
        return
    top = min(bar.box[1] for bar in bars)
    first = [bar for bar in bars if bar.box[1] - top < 1]
    for bar in first:
        left, _, right, _ = bar.box
        if len(chart.values) == 2 and chart.left:  # away from the middle, each over its side
            place = (bar.start - 0.3 * em, y) if bar.series == 0 else (bar.start + 0.3 * em, y)
            set_heading(drawing, bar.series, place, 0.4 * drawing.canvas.width, anchor="r" if bar.series == 0 else "l")
        else:
            set_heading(drawing, bar.series, ((left + right) / 2, y), right - left)


def _name_first(drawing: Drawing, bars: list[Bar], colours: list[Colour]) -> None:
    """In the bars of the topmost category, at their base."""
    top = min(bar.box[1] for bar in bars)
    category = next(bar.category for bar in bars if bar.box[1] == top)
    font, em = drawing.font(0.9), drawing.em
    for bar, colour in zip(bars, colours, strict=True):
        if bar.category != category:
            continue
        name, (left, y0, right, y1) = drawing.chart.series[bar.series], bar.box
        if right - left < font.width(name) + em or y1 - y0 < 1.1 * font.cap:
            raise Crowded
        ink = (255, 255, 255) if luminance(colour) < 0.6 else (20, 20, 20)
        place = (left + 0.4 * em, (y0 + y1) / 2)
        word = drawing.canvas.text(place, name, font, ink, Role.SERIES, anchor="lm")
        drawing.series_words[bar.series] = word


def _name_last(drawing: Drawing, plot: Plot, bars: list[Bar]) -> None:
    """Beside the last stack, each at the middle of its part."""
    em, last = drawing.em, len(drawing.chart.categories) - 1
    stack = sorted((bar for bar in bars if bar.category == last), key=lambda bar: bar.series)
    middles = [(bar.box[1] + bar.box[3]) / 2 for bar in stack]
    for bar, y in zip(stack, spread(middles, 1.2 * em, plot.box[1], plot.box[3]), strict=True):
        name, ink = drawing.chart.series[bar.series], choose_ink(drawing, bar.series)
        place = (bar.box[2] + 0.5 * em, y)
        drawing.series_words[bar.series] = drawing.canvas.text(
            place, name, drawing.font(), ink, Role.SERIES, anchor="lm"
        )
