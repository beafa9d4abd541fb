"""Grid, axis lines, ticks and axis titles."""

from itertools import pairwise

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import Box, blend
from serve_app.chartgraph.training.renderer.category_labels import draw_labels
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.layout import Layout
from serve_app.chartgraph.training.renderer.plot import Plot


def draw_panel(drawing: Drawing, plot: Plot) -> None:
    """Fill the plot area and draw the grid."""
    canvas, style, em = drawing.canvas, drawing.style, drawing.em
    canvas.rectangle(plot.box, style.theme.panel)
    if style.border:
        edge = blend(style.theme.background, style.theme.ink, 0.25)
        canvas.rectangle((0, 0, canvas.width, canvas.height), None, edge, 0.07 * em)
    if style.bands:
        _draw_bands(drawing, plot)
    if "value" not in style.grid and style.grid != "both":
        return
    dash = {"": (), "dash": (0.35 * em, 0.2 * em), "dot": (0.1 * em, 0.15 * em)}[style.grid_dash]
    width = 0.07 * em
    left, top, right, bottom = plot.box
    places = [(tick, width) for tick in plot.scale.ticks]
    if style.grid_halves:
        places += [((a + b) / 2, width / 2) for a, b in pairwise(plot.scale.ticks)]
    for tick, thickness in places:
        at = plot.along(tick)
        ends = ((at, top), (at, bottom)) if plot.horizontal else ((left, at), (right, at))
        canvas.rule(*ends, style.theme.grid, thickness, dash)
    for place in plot.axis.places if style.grid == "both" else ():
        at = plot.across(place)
        ends = ((left, at), (right, at)) if plot.horizontal else ((at, top), (at, bottom))
        canvas.rule(*ends, style.theme.grid, width, dash)


def _draw_bands(drawing: Drawing, plot: Plot) -> None:
    """Shade every other strip between two ticks."""
    left, top, right, bottom = plot.box
    shade = blend(drawing.style.theme.panel, drawing.style.theme.muted, 0.06)
    for low, high in list(pairwise(map(plot.along, plot.scale.ticks)))[::2]:
        box = (low, top, high, bottom) if plot.horizontal else (left, high, right, low)
        drawing.canvas.rectangle(box, shade)


def draw_axes(drawing: Drawing, layout: Layout) -> None:
    """Draw the frame, the ticks with their texts, the category labels and the axis titles."""
    _draw_frame(drawing, layout.plot)
    if drawing.style.axis_side != "none":
        _draw_ticks(drawing, layout)
    if drawing.chart.offset and drawing.style.axis_side in {"near", "both"}:
        place = layout.plot.box[0], layout.plot.box[1] - 0.4 * drawing.em
        font = drawing.font(drawing.style.tick_size)
        drawing.canvas.text(place, drawing.chart.offset, font, drawing.style.theme.muted, Role.OTHER, anchor="ls")
    _draw_category_axis(drawing, layout)
    _draw_titles(drawing, layout)


def _draw_frame(drawing: Drawing, plot: Plot) -> None:
    canvas, style = drawing.canvas, drawing.style
    left, top, right, bottom = plot.box
    colour, width = style.theme.axis, style.axis_width * drawing.em
    if style.frame == "lb_grey":
        colour = blend(style.theme.axis, style.theme.background, 0.3)
    sides = {"box": "lbrt", "near": "l" if plot.horizontal else "b"}.get(style.frame, style.frame.removesuffix("_grey"))
    if style.axis_side == "far" and sides == "lb":
        sides = "lt" if plot.horizontal else "rb"
    if sides == "b" and plot.horizontal:
        sides = "l"
    for side, ends in {
        "l": ((left, top), (left, bottom)),
        "b": ((left, bottom), (right, bottom)),
        "r": ((right, top), (right, bottom)),
        "t": ((left, top), (right, top)),
    }.items():
        if side in sides:
            canvas.rule(*ends, colour, width)
    if plot.scale.low < 0 < plot.scale.high:
        zero = plot.along(0.0)
        ends = ((zero, top), (zero, bottom)) if plot.horizontal else ((left, zero), (right, zero))
        canvas.rule(*ends, colour if sides else blend(style.theme.axis, style.theme.ink, 0.4), width)


def _draw_ticks(drawing: Drawing, layout: Layout) -> None:
    canvas, style, plot, em = drawing.canvas, drawing.style, layout.plot, drawing.em
    left, top, right, bottom = plot.box
    font, width = drawing.font(style.tick_size), style.axis_width * em
    length = style.tick_length * em if style.frame else 0.0
    for far in {"near": (False,), "far": (True,), "both": (False, True)}[style.axis_side]:
        edge = (top if far else bottom) if plot.horizontal else (right if far else left)
        out = edge + (-1 if far else 1) * length if plot.horizontal else edge + (1 if far else -1) * length
        for tick, text in zip(plot.scale.ticks, plot.scale.texts, strict=True):
            at = plot.along(tick)
            if plot.horizontal:
                place, anchor = (at, edge - layout.gap) if far else (at, edge + layout.gap), "ms" if far else "mt"
                ends = ((at, edge), (at, out))
            else:
                place = (edge + layout.gap, at) if far else (edge - layout.gap, at)
                anchor = "lm" if far else "rm"
                ends = ((edge, at), (out, at))
            if length:
                canvas.rule(*_sorted(ends), style.theme.axis, width)
            if style.tick_angle and not plot.horizontal:
                middle = (edge + (1 if far else -1) * (layout.gap + font.cap / 2), at)
                canvas.text(middle, text, font, style.theme.muted, Role.TICK, angle=style.tick_angle)
            else:
                canvas.text(place, text, font, style.theme.muted, Role.TICK, anchor=anchor)
        if style.minor_ticks and length and len(plot.scale.ticks) > 1:
            step = (plot.scale.ticks[1] - plot.scale.ticks[0]) / 5
            for i in range(5 * (len(plot.scale.ticks) - 1)):
                at = plot.along(plot.scale.ticks[0] + i * step)
                half = edge + (out - edge) * 0.55
                ends = ((at, edge), (at, half)) if plot.horizontal else ((edge, at), (half, at))
                canvas.rule(*_sorted(ends), style.theme.axis, width * 0.8)


def _sorted(ends: tuple[tuple[float, float], tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]]:
    return (ends[0], ends[1]) if ends[0] <= ends[1] else (ends[1], ends[0])


def _draw_category_axis(drawing: Drawing, layout: Layout) -> None:
    canvas, style, plot, em = drawing.canvas, drawing.style, layout.plot, drawing.em
    edge = plot.box[0] if plot.horizontal else plot.box[3]
    if style.at_zero and not layout.labels.angle and plot.scale.low < 0 < plot.scale.high:
        edge = plot.along(0.0)
    length = style.tick_length * em if style.category_ticks and style.frame else 0.0
    if length:
        for place in plot.axis.places[:: layout.labels.every]:
            at = plot.across(place)
            ends = ((edge, at), (edge - length, at)) if plot.horizontal else ((at, edge), (at, edge + length))
            canvas.rule(*_sorted(ends), style.theme.axis, style.axis_width * em)
    draw_labels(drawing, plot, layout.labels, edge, layout.gap)


def _draw_titles(drawing: Drawing, layout: Layout) -> None:
    canvas, chart, style, plot, em = drawing.canvas, drawing.chart, drawing.style, layout.plot, drawing.em
    left, top, right, bottom = plot.box
    font = drawing.font(drawing.rng.choice([1.0, 1.0, 1.1]), drawing.rng.random() < 0.15)
    along = layout.gap + layout.tick_depth + 0.75 * em
    across = layout.gap + layout.labels.depth + 0.75 * em
    if chart.category_title:
        if plot.horizontal:
            place, angle, room = (left - across, (top + bottom) / 2), 90.0, bottom - top
        else:
            place, angle, room = ((left + right) / 2, bottom + across), 0.0, right - left
        if font.width(chart.category_title) > room:
            chart.category_title = ""
        else:
            canvas.text(place, chart.category_title, font, style.theme.ink, Role.CATEGORY_AXIS, angle=angle)
    if not chart.value_title or style.axis_side == "none":
        chart.value_title = ""
        return
    far = style.axis_side == "far"
    angle, anchor = 0.0, "mm"
    if plot.horizontal:
        place, room = ((left + right) / 2, top - along if far else bottom + along), right - left
    elif style.value_title == "beside":
        angle, room = (-90.0 if far and drawing.rng.random() < 0.3 else 90.0), bottom - top
        place = (right + along if far else left - along, (top + bottom) / 2)
    else:
        width = font.width(chart.value_title)
        place, anchor = _above(plot.box, far, layout.tick_depth, width, em)
        room = right - left
    if font.width(chart.value_title) > room:
        chart.value_title = ""
    else:
        canvas.text(place, chart.value_title, font, style.theme.ink, Role.VALUE_AXIS, anchor=anchor, angle=angle)


def _above(box: Box, far: bool, depth: float, width: float, em: float) -> tuple[tuple[float, float], str]:
    """Where a value axis's title goes that lies flat above its axis."""
    y = box[1] - 1.3 * em
    if far:
        return (min(box[2] + depth, box[2] + width / 2), y), "rm"
    return (max(box[0] - depth, 0.5 * em), y), "lm"
