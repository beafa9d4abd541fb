"""Shares the picture out among headings, legend, axis labels and the plot area."""

from dataclasses import dataclass

from serve_app.domain import ChartKind
from serve_app.models.chart.renderer import bars, lines
from serve_app.models.chart.renderer.canvas import Box
from serve_app.models.chart.renderer.drawing import Crowded, Drawing
from serve_app.models.chart.renderer.headings import draw_headings, draw_source, set_headings
from serve_app.models.chart.renderer.labels import CategoryLabels, set_labels, set_side_labels
from serve_app.models.chart.renderer.legend import Legend, draw_legend, find_place, set_legend
from serve_app.models.chart.renderer.plot import Plot, draw_scale, place_categories


@dataclass(frozen=True, slots=True)
class Layout:
    """The plot area with its labels; distances in pixels from the plot area's sides."""

    plot: Plot
    labels: CategoryLabels
    inner_legend: tuple[Legend, Box] | None
    tick_depth: float
    """Extent of the tick texts away from the axis."""
    gap: float
    """Between the axis and its texts."""


def lay_out(drawing: Drawing) -> Layout:
    """Choose the geometry, and set the headings, the source and a legend outside the plot area.

    Raises:
        Crowded: something does not fit.
    """
    canvas, chart, style, em, rng = drawing.canvas, drawing.chart, drawing.style, drawing.em, drawing.rng
    horizontal = chart.kind is ChartKind.HORIZONTAL_BAR
    pad = em * (rng.uniform(0.5, 1.2) if rng.random() < 0.85 else rng.uniform(1.2, 3.5))
    left, top, right, bottom = pad, pad, canvas.width - pad, canvas.height - pad
    heading, height = set_headings(drawing)
    top += height
    if style.title_below:
        top, bottom = pad, bottom - height
    heading_top = bottom if style.title_below else pad
    bottom -= draw_source(drawing, bottom)
    floor = bottom

    direct = chart.named and lines.names_directly(drawing)
    position = style.legend if chart.named and not direct else "none"
    legend: Legend | None = None
    if position in {"right", "right_middle", "left"}:
        legend = set_legend(drawing, chart.series, 0.35 * canvas.width, vertical=True)
    elif position in {"top", "top_left", "bottom"}:
        legend = set_legend(drawing, chart.series, right - left - em, vertical=False)
    elif position == "inside":
        legend = set_legend(drawing, chart.series, 0.5 * canvas.width, rng.random() < 0.85)
    legend_top = top
    if legend and position in {"top", "top_left"}:
        top += legend.height + 0.5 * em
    elif legend and position == "bottom":
        bottom -= legend.height + 0.5 * em
    elif legend and position == "left":
        left += legend.width + em
    elif legend and position != "inside":
        right -= legend.width + em
    if direct:
        right -= max(drawing.font().width(name) for name in chart.series) + 0.8 * em

    # Ticks first: the texts of a vertical value axis decide how wide the plot area is.
    gap = em * (0.35 + max(0.0, style.tick_length if style.axis_side != "none" else 0.0))
    room = (right - left) * 0.6 / (3.5 * em) if horizontal else (bottom - top) * 0.7 / (1.7 * em)
    scale = draw_scale(drawing, max(1.0, room), bars.headroom(drawing))
    shown = style.axis_side != "none"
    font = drawing.font(style.tick_size)
    tick_width = max(font.width(text) for text in scale.texts) if shown else 0.0
    tick_depth = (1.0 * em if horizontal else tick_width) if shown else 0.0
    value_side = tick_depth + (gap if shown else 0.3 * em)
    if chart.value_title and shown:
        if style.value_title == "beside" or horizontal:
            value_side += 1.5 * em
        else:
            top += 1.7 * em
    if chart.offset:
        top += 1.1 * em
    category_title = 1.5 * em if chart.category_title else 0.0
    centres, band = place_categories(drawing)
    sides = {"near": (True, False), "far": (False, True), "both": (True, True), "none": (True, False)}[style.axis_side]
    spare = 0.6 * em
    if horizontal:
        labels = set_side_labels(drawing, 0.9 * band * (bottom - top - value_side), 0.4 * (right - left))
        left += labels.depth + gap + category_title
        right -= tick_width / 2 + spare
        bottom -= value_side if sides[0] else spare
        top += value_side if sides[1] else spare
    else:
        left += value_side if sides[0] else spare
        right -= value_side if sides[1] else spare
        ends = 0.0 if centres[0] > band / 4 else font.width(chart.categories[-1]) / 2 - centres[0] * (right - left)
        right -= max(0.0, ends)
        labels = set_labels(drawing, band * (right - left), 0.42 * canvas.height)
        if labels.hold != "m":
            reach = max(font.width(name) for name in chart.categories[:3]) * 0.75 - centres[0] * (right - left)
            left += max(0.0, reach - value_side) if labels.hold == "r" and labels.angle != 90 else 0.0
            last = font.width(chart.categories[-1]) - centres[0] * (right - left) - spare
            right -= max(0.0, last) if labels.hold == "l" else 0.0
        bottom -= labels.depth + gap + category_title
        top += spare
    if style.margin == "loose":
        left, top = max(left, 0.11 * canvas.width), max(top, 0.1 * canvas.height)
        right, bottom = min(right, 0.92 * canvas.width), min(bottom, 0.9 * canvas.height)
    if right - left < 0.35 * canvas.width or bottom - top < 0.35 * canvas.height:
        raise Crowded
    plot = Plot((left, top, right, bottom), horizontal, scale, centres, band)
    if horizontal and plot.pitch < max(map(len, labels.lines)) * 1.15 * em:
        raise Crowded
    draw_headings(drawing, heading, heading_top, plot.box)
    inner = None
    if legend and position == "inside":
        obstacles = lines.occupied(drawing, plot) if chart.kind in {ChartKind.LINE, ChartKind.AREA} else bars.occupied(drawing, plot)
        box = find_place(drawing, legend, plot.box, obstacles)
        if box is None:
            raise Crowded
        inner = (legend, box)
    elif legend:
        middle = (left + right) / 2 if rng.random() < 0.6 else canvas.width / 2
        across = min(max(middle - legend.width / 2, 0.5 * em), canvas.width - legend.width - 0.5 * em)
        upper = top if position == "right" else max(legend_top, (top + bottom) / 2 - legend.height / 2)
        x, y = {
            "top": (across, legend_top),
            "top_left": (min(left, canvas.width - legend.width - 0.5 * em), legend_top),
            "bottom": (across, floor - legend.height),
            "right": (canvas.width - pad - legend.width, upper),
            "right_middle": (canvas.width - pad - legend.width, upper),
            "left": (pad, upper),
        }[position]
        draw_legend(drawing, legend, x, y)
    return Layout(plot, labels, inner, tick_depth, gap)
