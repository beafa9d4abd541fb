"""Pies and donuts."""

import math

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.free_area import Room
from serve_app.chartgraph.training.renderer.headings import draw_headings, draw_notes, reserve_headings
from serve_app.chartgraph.training.renderer.legend import draw_legend, find_corner, reserve_legend
from serve_app.chartgraph.training.renderer.pie_geometry import Pie
from serve_app.chartgraph.training.renderer.slice_labels import label_beside, label_by_legend, write_texts


def draw_pie(drawing: Drawing) -> None:
    """Draw a pie with its headings, names and values, and add its marks.

    Raises:
        Crowded: the names do not fit.
    """
    names, values = _choose_texts(drawing)
    pie = _lay_out(drawing, names, values)
    _draw_slices(drawing, pie)
    if names == "legend":
        label_by_legend(drawing, pie, values)
    else:
        label_beside(drawing, pie, names, values)
    for border in pie.borders[:-1]:
        drawing.mark(MarkKind.RIM, *pie.at(border, 1.0))
    drawing.mark(MarkKind.HUB, *pie.centre)
    if pie.hole > 0.45 and drawing.rng.random() < 0.25:
        text = drawing.chart.labels.write(sum(drawing.chart.values[0]))
        font = drawing.font(1.3, bold=True)
        if font.width(text) < 1.7 * pie.hole * pie.radius:
            drawing.canvas.text(pie.centre, text, font, drawing.style.theme.ink, Role.OTHER)


def _choose_texts(drawing: Drawing) -> tuple[str, str]:
    """Where the names and the values go, made to agree with each other."""
    names, values = drawing.style.pie_names, drawing.style.pie_values
    if names == "inside" and len(drawing.chart.categories) > 4:
        names = "beside"
    if names == "legend":
        return names, "inside" if values == "below" else values
    if values == "outside" or (values == "inside" and names == "inside"):
        return names, "below"
    return names, values


def _lay_out(drawing: Drawing, names: str, values: str) -> Pie:
    """Draw headings and legend, and place the pie in the room that they leave.

    Raises:
        Crowded: the pie would be too small.
    """
    canvas, chart, style, em, rng = drawing.canvas, drawing.chart, drawing.style, drawing.em, drawing.rng
    pad = em * rng.uniform(0.6, 1.4)
    room = Room(pad, pad, canvas.width - pad, canvas.height - pad)
    heading = reserve_headings(drawing, room)
    draw_headings(drawing, heading, room.box)
    draw_notes(drawing, room)
    texts = write_texts(drawing, values)
    if names == "legend":
        position = "right" if style.legend == "inside" else style.legend
        outer = reserve_legend(drawing, texts, room, position)
        if outer:
            draw_legend(drawing, outer.legend, *find_corner(drawing, outer, room.box))
        reach_x, reach_y = (3.5 * em, 2.0 * em) if values == "outside" else (0.3 * em, 0.3 * em)
    elif names == "inside":
        reach_x = reach_y = 0.5 * em
    else:
        reach_x = max(drawing.font().width(text) for text in texts) + (2.0 if names == "leader" else 0.8) * em
        reach_y = (2.6 if values == "below" else 1.8) * em
    fit = min(room.width / 2 - reach_x, room.height / 2 - reach_y)
    radius = fit * rng.uniform(0.85, 1.0)
    if radius < 3.2 * em or radius < 0.17 * min(canvas.width, canvas.height):
        raise Crowded
    spare = room.width / 2 - reach_x - radius
    shift = rng.uniform(-0.5, 0.5) * spare if names == "legend" and rng.random() < 0.3 else 0.0
    borders = [-style.start_angle]
    for value in chart.values[0]:
        turn = 360 * value / sum(chart.values[0])
        borders.append(borders[-1] + (turn if style.clockwise else -turn))
    centre = ((room.left + room.right) / 2 + shift, (room.top + room.bottom) / 2)
    return Pie(centre, radius, style.hole, tuple(borders))


def _draw_slices(drawing: Drawing, pie: Pie) -> None:
    canvas, style, em = drawing.canvas, drawing.style, drawing.em
    for i in range(len(pie.borders) - 1):
        start, end = pie.borders[i], pie.borders[i + 1]
        steps = max(2, math.ceil(abs(end - start) / 3))
        arc = [pie.at(start + (end - start) * k / steps, 1.0) for k in range(steps + 1)]
        canvas.polygon([pie.centre, *arc], drawing.colour(i))
    if style.slice_edge:
        colour = style.theme.background if style.slice_edge == "light" else (40, 40, 40)
        for border in pie.borders[:-1]:
            canvas.line((pie.centre, pie.at(border, 1.0)), colour, 0.12 * em)
        if style.slice_edge == "dark":
            canvas.disc(pie.centre, pie.radius, None, colour, 0.1 * em)
    if pie.hole:
        canvas.disc(pie.centre, pie.hole * pie.radius, style.theme.background)
