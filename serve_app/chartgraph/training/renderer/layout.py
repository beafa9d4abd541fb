"""Shares the picture out among headings, legend, axis texts and the plot area."""

from dataclasses import dataclass

from serve_app.chartgraph.training.renderer import bars, lines
from serve_app.chartgraph.training.renderer.canvas import Box
from serve_app.chartgraph.training.renderer.category_axis import CategoryAxis, place_categories
from serve_app.chartgraph.training.renderer.category_labels import CategoryLabels, set_labels, set_side_labels
from serve_app.chartgraph.training.renderer.combos import reserve_second_axis
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.free_area import Room
from serve_app.chartgraph.training.renderer.headings import draw_headings, draw_notes, reserve_headings
from serve_app.chartgraph.training.renderer.legend import (
    Legend,
    draw_legend,
    find_corner,
    find_place,
    reserve_legend,
    set_legend,
)
from serve_app.chartgraph.training.renderer.plot import Plot, Scale, draw_scale
from serve_app.chartgraph.training.renderer.series_names import find_naming, reserve_names
from serve_app.domain import ChartKind

LEAST = 0.35
"""The plot area takes at least this share of the picture's width and height."""
SIDES = {"near": (True, False), "far": (False, True), "both": (True, True), "none": (False, False)}
"""Whether the value axis has texts on its usual side, and on the other one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The plot area with its labels, and a legend inside it with its box; distances in pixels."""

    plot: Plot
    labels: CategoryLabels
    inner_legend: tuple[Legend, Box] | None
    second: Scale | None
    """The axis on the other side, of a line over bars."""
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
    room = Room(pad, pad, canvas.width - pad, canvas.height - pad)
    heading = reserve_headings(drawing, room)
    draw_notes(drawing, room)
    naming = find_naming(drawing)
    position = style.legend if naming in {"key", "coloured"} else "none"
    if naming == "coloured" and position == "inside":
        position = "top"
    outer = reserve_legend(drawing, chart.series, room, position)
    reserve_names(drawing, room, naming)

    # Ticks first: the texts of a vertical value axis decide how wide the plot area is.
    turned = style.tick_angle and not horizontal
    most_ticks = room.width * 0.6 / (3.5 * em) if horizontal else room.height * 0.7 / ((4 if turned else 1.7) * em)
    scale = draw_scale(drawing, max(1.0, most_ticks), bars.headroom(drawing))
    gap = em * (0.35 + max(0.0, style.tick_length if style.axis_side != "none" else 0.0))
    tick_width = max(drawing.font(style.tick_size).width(text) for text in scale.texts)
    tick_depth = 0.0 if style.axis_side == "none" else (em if horizontal or turned else tick_width)
    axis = place_categories(drawing)
    reserve = _reserve_beside if horizontal else _reserve_below
    labels = reserve(drawing, room, axis, gap, tick_depth)
    if horizontal:
        room.right -= tick_width / 2
    second = reserve_second_axis(drawing, room)
    _widen_margins(drawing, room)
    plot = Plot(room.box, horizontal, scale, axis)
    if horizontal and plot.pitch < max(map(len, labels.lines)) * 1.15 * em:
        raise Crowded

    draw_headings(drawing, heading, plot.box)
    if outer:
        draw_legend(drawing, outer.legend, *find_corner(drawing, outer, plot.box))
    inner = _find_inner(drawing, plot) if position == "inside" else None
    return Layout(plot, labels, inner, second, tick_depth, gap)


def _reserve_value_axis(drawing: Drawing, room: Room, sides: tuple[str, str], gap: float, depth: float) -> None:
    """Cut off the texts of the value axis, on its usual and its other side; a little room where there are none."""
    chart, style, em = drawing.chart, drawing.style, drawing.em
    extent = gap + depth
    if chart.value_title and style.axis_side != "none":
        if style.value_title == "beside" or sides[0] == "bottom":
            extent += 1.5 * em
        else:
            room.cut("top", 1.7 * em)
    if chart.offset:
        room.cut("top", 1.1 * em)
    for side, taken in zip(sides, SIDES[style.axis_side], strict=True):
        room.cut(side, extent if taken else 0.6 * em)


def _reserve_beside(drawing: Drawing, room: Room, axis: CategoryAxis, gap: float, depth: float) -> CategoryLabels:
    """Cut off the axis texts of a horizontal chart, and set its category labels."""
    _reserve_value_axis(drawing, room, ("bottom", "top"), gap, depth)
    labels = set_side_labels(drawing, 0.9 * axis.band * room.height, 0.4 * room.width)
    room.cut("left", labels.depth + gap + (1.5 * drawing.em if drawing.chart.category_title else 0.0))
    room.cut("right", 0.6 * drawing.em)
    return labels


def _reserve_below(drawing: Drawing, room: Room, axis: CategoryAxis, gap: float, depth: float) -> CategoryLabels:
    """Cut off the axis texts of a vertical chart, and set its category labels."""
    chart, em, font = drawing.chart, drawing.em, drawing.font()
    outer_left = room.left
    _reserve_value_axis(drawing, room, ("left", "right"), gap, depth)
    inset = axis.places[0] * room.width
    behind = (1 - axis.places[-1]) * room.width
    room.cut("right", max(0.0, font.width(axis.names[-1]) / 2 - behind - 0.6 * em))
    labels = set_labels(drawing, axis, room.width, 0.42 * drawing.canvas.height)
    if labels.hold == "r" and labels.angle < 90:
        reach = 0.75 * max(font.width(name) for name in axis.names[:3]) - inset
        room.cut("left", max(0.0, reach - (room.left - outer_left)))
    elif labels.hold == "l":
        room.cut("right", max(0.0, font.width(axis.names[-1]) - behind - 0.6 * em))
    room.cut("bottom", labels.depth + gap + (1.5 * em if chart.category_title else 0.0))
    room.cut("top", 0.6 * em)
    return labels


def _widen_margins(drawing: Drawing, room: Room) -> None:
    """Keep the loose margins that plotting libraries leave around the axes.

    Raises:
        Crowded: the plot area is too small.
    """
    width, height = drawing.canvas.width, drawing.canvas.height
    if drawing.style.margin == "loose":
        room.left, room.top = max(room.left, 0.11 * width), max(room.top, 0.1 * height)
        room.right, room.bottom = min(room.right, 0.92 * width), min(room.bottom, 0.9 * height)
    if room.width < LEAST * width or room.height < LEAST * height:
        raise Crowded


def _find_inner(drawing: Drawing, plot: Plot) -> tuple[Legend, Box]:
    """Arrange a legend inside the plot area, off the marks.

    Raises:
        Crowded: there is no room for it.
    """
    upright = drawing.rng.random() < 0.85
    legend = set_legend(drawing, drawing.chart.series, 0.5 * drawing.canvas.width, upright)
    is_line = drawing.chart.kind in {ChartKind.LINE, ChartKind.AREA}
    box = find_place(drawing, legend, plot.box, (lines if is_line else bars).occupied(drawing, plot))
    if box is None:
        raise Crowded
    return legend, box
