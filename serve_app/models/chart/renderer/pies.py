"""Pies and donuts."""

import math
from dataclasses import dataclass

from serve_app.domain import Point
from serve_app.models.chart.renderer.canvas import Box, luminance
from serve_app.models.chart.renderer.drawing import Crowded, Drawing
from serve_app.models.chart.renderer.headings import draw_headings, draw_source, set_headings
from serve_app.models.chart.renderer.legend import draw_legend, set_legend
from serve_app.models.chart.renderer.lines import spread
from serve_app.models.chart.scene import MarkKind, Role

SLICE_AT = 0.6
"""Where a slice's mark lies in a pie, as a share of the radius; in a donut it lies in the middle of the ring."""


@dataclass(frozen=True, slots=True)
class Pie:
    """Centre and radius in pixels; the borders' angles in degrees, clockwise from the right, in the order drawn."""

    centre: Point
    radius: float
    hole: float
    borders: tuple[float, ...]

    def at(self, angle: float, share: float) -> Point:
        """The point at an angle and a share of the radius."""
        radians = math.radians(angle)
        x, y = self.centre
        return x + share * self.radius * math.cos(radians), y + share * self.radius * math.sin(radians)

    def middle(self, index: int) -> float:
        """The angle of a slice's middle."""
        return (self.borders[index] + self.borders[index + 1]) / 2


def draw_pie(drawing: Drawing) -> None:
    """Draw a pie with its headings, names and values, and add its marks.

    Raises:
        Crowded: the names do not fit.
    """
    names, values = _choose_texts(drawing)
    pie, legend = _lay_out(drawing, names, values)
    _draw_slices(drawing, pie)
    if legend:
        _label_in_legend(drawing, pie, values, legend)
    else:
        _label_beside(drawing, pie, names, values)
    for i in range(len(drawing.chart.categories)):
        drawing.mark(MarkKind.RIM, *pie.at(pie.borders[i], 1.0))
    drawing.mark(MarkKind.HUB, *pie.centre)
    if pie.hole > 0.45 and drawing.rng.random() < 0.25:
        text = drawing.chart.labels.write(sum(drawing.chart.values[0]))
        font = drawing.font(1.3, True)
        if font.width(text) < 1.7 * pie.hole * pie.radius:
            drawing.canvas.text(pie.centre, text, font, drawing.style.theme.ink, Role.OTHER)


def _choose_texts(drawing: Drawing) -> tuple[str, str]:
    """Where the names and the values go, made to agree with each other."""
    names, values = drawing.style.pie_names, drawing.style.pie_values
    if names == "inside" and len(drawing.chart.categories) > 4:
        names = "beside"
    if values == "below" and names == "legend":
        values = "inside"
    if values == "outside" and names != "legend":
        values = "below"
    if values == "inside" and names == "inside":
        values = "below"
    return names, values


def _lay_out(drawing: Drawing, names: str, values: str) -> tuple[Pie, tuple[str, ...]]:
    """Place headings, legend and pie; gives the legend's entries where there is one."""
    canvas, chart, style, em, rng = drawing.canvas, drawing.chart, drawing.style, drawing.em, drawing.rng
    pad = em * rng.uniform(0.6, 1.4)
    left, top, right, bottom = pad, pad, canvas.width - pad, canvas.height - pad
    heading, height = set_headings(drawing)
    if style.title_below:
        bottom -= height
    else:
        top += height
    draw_headings(drawing, heading, bottom if style.title_below else pad, (left, top, right, bottom))
    bottom -= draw_source(drawing, bottom)
    entries: tuple[str, ...] = ()
    if names == "legend":
        joined = values == "joined"
        entries = tuple(_join(drawing, i) if joined else name for i, name in enumerate(chart.categories))
        position = style.legend if style.legend != "inside" else "right"
        vertical = position in {"right", "right_middle", "left"}
        legend = set_legend(drawing, list(entries), (0.5 if vertical else 0.95) * canvas.width, vertical)
        middle = max(top, (top + bottom - legend.height) / 2)
        if vertical:
            if legend.height > bottom - top:
                raise Crowded
            y = top if position == "right" else middle
            x = left if position == "left" else right - legend.width
            left, right = (left + legend.width + em, right) if position == "left" else (left, x - em)
        else:
            x, y = (canvas.width - legend.width) / 2, top if position != "bottom" else bottom - legend.height
            top, bottom = (top, y - em) if position == "bottom" else (top + legend.height + em, bottom)
        draw_legend(drawing, legend, x, y)
        reach_x = reach_y = 2.0 * em if values == "outside" else 0.3 * em
        if values == "outside":
            reach_x += 1.5 * em
    elif names == "inside":
        reach_x = reach_y = 0.5 * em
    else:
        texts = [_join(drawing, i) if values == "joined" else name for i, name in enumerate(chart.categories)]
        reach_x = max(drawing.font().width(text) for text in texts) + (2.0 if names == "leader" else 0.8) * em
        reach_y = (2.6 if values == "below" else 1.8) * em
    radius = min((right - left) / 2 - reach_x, (bottom - top) / 2 - reach_y) * rng.uniform(0.85, 1.0)
    if radius < 3.2 * em or radius < 0.17 * min(canvas.width, canvas.height):
        raise Crowded
    spare = (right - left) / 2 - reach_x - radius
    x = (left + right) / 2 + (rng.uniform(-spare, spare) * 0.5 if names == "legend" and rng.random() < 0.3 else 0.0)
    total = sum(chart.values[0])
    turn = 1.0 if style.clockwise else -1.0
    angles = [-style.start_angle]
    for value in chart.values[0]:
        angles.append(angles[-1] + turn * 360 * value / total)
    return Pie((x, (top + bottom) / 2), radius, style.hole, tuple(angles)), entries


def _draw_slices(drawing: Drawing, pie: Pie) -> None:
    canvas, style, em = drawing.canvas, drawing.style, drawing.em
    x, y = pie.centre
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
            canvas.disc((x, y), pie.radius, None, colour, 0.1 * em)
    if pie.hole:
        canvas.disc(pie.centre, pie.hole * pie.radius, style.theme.background)


def _mark_slice(drawing: Drawing, pie: Pie, index: int, label: int | None) -> None:
    share = (1 + pie.hole) / 2 if pie.hole else SLICE_AT
    drawing.mark(MarkKind.SLICE, *pie.at(pie.middle(index), share), category=index, label=label)


def _join(drawing: Drawing, index: int) -> str:
    """A slice's name and value in one text; notes the value as printed."""
    chart = drawing.chart
    value = chart.labels.write(chart.values[0][index])
    chart.printed[0, index] = value
    form = ("{} {}", "{}: {}", "{} ({})", "{}, {}", "{} - {}")[len(chart.categories[0]) % 5]
    return form.format(chart.categories[index], value)


def _label_in_legend(drawing: Drawing, pie: Pie, values: str, entries: tuple[str, ...]) -> None:
    for i in range(len(entries)):
        if values == "joined":
            label: int | None = drawing.category_words[i]
        elif values == "outside":
            label = _print_outside(drawing, pie, i)
        else:
            label = _print_inside(drawing, pie, i) if values == "inside" else None
        _mark_slice(drawing, pie, i, label)


def _print_inside(drawing: Drawing, pie: Pie, index: int) -> int | None:
    """Print a slice's value on it, if the slice is large enough; gives the word."""
    share = (1 + pie.hole) / 2 if pie.hole else SLICE_AT
    text, font = drawing.chart.labels.write(drawing.chart.values[0][index]), drawing.font(0.95)
    x, y = pie.at(pie.middle(index), share)
    width, height = font.width(text), font.cap
    arc = math.radians(abs(pie.borders[index + 1] - pie.borders[index])) * share * pie.radius
    ring = (1 - pie.hole) * pie.radius if pie.hole else pie.radius
    slope = abs(math.cos(math.radians(pie.middle(index))))
    need = height * slope + width * (1 - slope)
    if arc < need * 1.15 + 2 or ring < (width if pie.hole else 0.6 * width):
        return None
    if not drawing.canvas.is_free((x - width / 2, y - height / 2, x + width / 2, y + height / 2)):
        return None
    ink = (255, 255, 255) if luminance(drawing.colour(index)) < 0.6 else (20, 20, 20)
    drawing.chart.printed[0, index] = text
    return drawing.canvas.text((x, y), text, font, ink, Role.VALUE)


def _print_outside(drawing: Drawing, pie: Pie, index: int) -> int | None:
    """Print a slice's value outside the circle, if there is room; gives the word."""
    text, font = drawing.chart.labels.write(drawing.chart.values[0][index]), drawing.font(0.95)
    box, place, anchor = _outside(pie, pie.middle(index), font.width(text), font.cap, 0.5 * drawing.em)
    if not drawing.canvas.is_free(box, 2):
        return None
    drawing.chart.printed[0, index] = text
    return drawing.canvas.text(place, text, font, drawing.style.theme.ink, Role.VALUE, anchor)


def _outside(pie: Pie, angle: float, width: float, height: float, gap: float) -> tuple[Box, Point, str]:
    """The box, place and anchor of a text beside the circle, away from its centre."""
    x, y = pie.at(angle, 1.0)
    dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = x + dx * gap, y + dy * (gap + height / 2)
    if abs(dx) < 0.2:
        return (x - width / 2, y - height / 2, x + width / 2, y + height / 2), (x, y), "mm"
    if dx > 0:
        return (x, y - height / 2, x + width, y + height / 2), (x, y), "lm"
    return (x - width, y - height / 2, x, y + height / 2), (x, y), "rm"


def _label_beside(drawing: Drawing, pie: Pie, names: str, values: str) -> None:
    """Set the names at their slices, with the values where they belong."""
    chart, style, em, font = drawing.chart, drawing.style, drawing.em, drawing.font()
    count = len(chart.categories)
    texts = [_join(drawing, i) if values == "joined" else name for i, name in enumerate(chart.categories)]
    height = (2.5 if values == "below" else 1.3) * em
    places = [_outside(pie, pie.middle(i), font.width(texts[i]), font.cap, 0.6 * em) for i in range(count)]
    if names == "inside":
        places = [_inside(pie, i, font.width(texts[i]), height) for i in range(count)]
    elif names == "leader":
        places = _lead_out(drawing, pie, [font.width(text) for text in texts], height)
    for i, (box, place, anchor) in enumerate(places):
        tall = (box[0], box[1] - height / 2 + font.cap / 2, box[2], box[3] + height / 2 - font.cap / 2)
        if not drawing.canvas.is_free(tall if values == "below" else box, 1.5):
            raise Crowded
        ink = style.theme.ink
        if names == "inside":
            ink = (255, 255, 255) if luminance(drawing.colour(i)) < 0.6 else (20, 20, 20)
        x, y = place
        rise = 0.62 * em if values == "below" else 0.0
        word = drawing.canvas.text((x, y - rise), texts[i], font, ink, Role.CATEGORY, anchor)
        drawing.category_words[i] = word
        label: int | None = word if values == "joined" else None
        if values == "below":
            value = chart.labels.write(chart.values[0][i])
            chart.printed[0, i] = value
            label = drawing.canvas.text((x, y + rise), value, font, ink, Role.VALUE, anchor)
        elif values == "inside":
            label = _print_inside(drawing, pie, i)
        _mark_slice(drawing, pie, i, label)


def _inside(pie: Pie, index: int, width: float, height: float) -> tuple[Box, Point, str]:
    """The place of a text within its slice."""
    share = (1 + pie.hole) / 2 if pie.hole else SLICE_AT
    x, y = pie.at(pie.middle(index), share)
    arc = math.radians(abs(pie.borders[index + 1] - pie.borders[index])) * share * pie.radius
    if arc < max(height * 1.2, width * 0.8) or width > (1 - pie.hole) * pie.radius:
        raise Crowded
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2), (x, y), "mm"


def _lead_out(drawing: Drawing, pie: Pie, widths: list[float], height: float) -> list[tuple[Box, Point, str]]:
    """Places in two columns beside the pie, with leader lines drawn to them."""
    em, canvas = drawing.em, drawing.canvas
    places: list[tuple[Box, Point, str] | None] = [None] * len(widths)
    colour = drawing.style.theme.muted
    for side in (1.0, -1.0):
        members = [i for i in range(len(widths)) if (math.cos(math.radians(pie.middle(i))) >= 0) == (side > 0)]
        wanted = [pie.at(pie.middle(i), 1.12)[1] for i in members]
        for i, y in zip(members, spread(wanted, height, 1.5 * em, canvas.height - height), strict=True):
            dx = math.cos(math.radians(pie.middle(i)))
            x = pie.centre[0] + side * max(abs(dx) * pie.radius * 1.12, pie.radius * 0.35) + side * 0.9 * em
            elbow = (x - side * 0.7 * em, y)
            canvas.line((pie.at(pie.middle(i), 1.02), elbow, (x - side * 0.2 * em, y)), colour, 0.07 * em)
            box = (x, y - em / 2, x + widths[i], y + em / 2) if side > 0 else (x - widths[i], y - em / 2, x, y + em / 2)
            places[i] = (box, (x, y), "lm" if side > 0 else "rm")
    return [place for place in places if place]
