"""A line over bars, on their axis or on one of its own at the other side."""

import random
from dataclasses import replace

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.free_area import Room
from serve_app.chartgraph.training.renderer.lines import draw_marker
from serve_app.chartgraph.training.renderer.number_formats import NumberFormat
from serve_app.chartgraph.training.renderer.plot import Plot, Scale, nice_step


def reserve_second_axis(drawing: Drawing, room: Room) -> Scale | None:
    """The scale of a line that has its own, its texts' width cut off the room."""
    chart = drawing.chart
    if not chart.second_axis:
        return None
    high = max(chart.line) * drawing.rng.uniform(1.05, 1.3)
    step = nice_step(high / drawing.rng.choice([4, 5, 6]))
    count = int(high / step) + (1 if high % step else 0)
    decimals = next((d for d in range(6) if abs(step - round(step, d)) < step * 1e-6), 6)
    form = NumberFormat(decimals, suffix="%" if high <= 100 and random.Random(step * high).random() < 0.4 else "")
    ticks = tuple(i * step for i in range(count + 1))
    texts = tuple(form.write(tick) for tick in ticks)
    room.cut("right", max(drawing.font(drawing.style.tick_size).width(text) for text in texts) + 0.6 * drawing.em)
    return Scale(0.0, count * step, 0.0, ticks, texts)


def draw_line_over(drawing: Drawing, plot: Plot, second: Scale | None, gap: float) -> None:
    """Draw the line with its markers and marks, and its axis where it has one."""
    chart, style, canvas, em = drawing.chart, drawing.style, drawing.canvas, drawing.em
    own = replace(plot, scale=second) if second else plot
    series = len(chart.values)
    points = [own.point(centre, value) for centre, value in zip(plot.centres, chart.line, strict=True)]
    canvas.line(points, drawing.colour(series), style.line_width * em)
    for category, point in enumerate(points):
        draw_marker(drawing, series, point)
        drawing.mark(MarkKind.POINT, *point, category=category, series=series)
    for tick, text in zip(second.ticks, second.texts, strict=True) if second else ():
        place = (plot.box[2] + gap, own.along(tick))
        canvas.text(place, text, drawing.font(style.tick_size), style.theme.muted, Role.TICK, anchor="lm")
