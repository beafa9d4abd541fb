"""The names and values of a pie's slices: on them, beside them, or at the ends of leader lines."""

import math

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.canvas import Box, luminance
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.pie_geometry import Pie
from serve_app.chartgraph.training.renderer.series_names import spread
from serve_app.domain import Point

Placing = tuple[Box, Point, str]
"""A text's box, and the place and anchor to set it with."""


def write_texts(drawing: Drawing, values: str) -> list[str]:
    """The slices' names, with their values in the same text where `values` is "joined"."""
    chart = drawing.chart
    if values != "joined":
        return chart.categories
    printed = [chart.labels.write(value) for value in chart.values[0]]
    chart.printed.update({(0, i): text for i, text in enumerate(printed)})
    return [chart.joint.format(name, text) for name, text in zip(chart.categories, printed, strict=True)]


def label_by_legend(drawing: Drawing, pie: Pie, values: str) -> None:
    """Print the values of a pie whose names are in a legend, and mark the slices."""
    for i in range(len(drawing.chart.categories)):
        label: int | None = None
        if values == "joined":
            label = drawing.category_words[i]
        elif values == "outside":
            label = _print_outside(drawing, pie, i)
        elif values == "inside":
            label = _print_inside(drawing, pie, i)
        _mark(drawing, pie, i, label)


def label_beside(drawing: Drawing, pie: Pie, names: str, values: str) -> None:
    """Set the names at their slices, print the values where `values` says, and mark the slices.

    Raises:
        Crowded: the names would overlap.
    """
    chart, em, font = drawing.chart, drawing.em, drawing.font()
    texts = write_texts(drawing, values)
    widths = [font.width(text) for text in texts]
    height = (2.5 if values == "below" else 1.3) * em
    if names == "inside":
        placings = [_place_inside(pie, i, width, height) for i, width in enumerate(widths)]
    elif names == "leader":
        placings = _lead_out(drawing, pie, widths, height)
    else:
        placings = [_place_outside(pie, pie.middle(i), width, font.cap, 0.6 * em) for i, width in enumerate(widths)]
    grow = (height - font.cap) / 2 if values == "below" else 0.0
    rise = 0.62 * em if values == "below" else 0.0
    for i, ((left, top, right, bottom), (x, y), anchor) in enumerate(placings):
        if not drawing.canvas.is_free((left, top - grow, right, bottom + grow), 1.5):
            raise Crowded
        ink = _contrast(drawing, i) if names == "inside" else drawing.style.theme.ink
        word = drawing.canvas.text((x, y - rise), texts[i], font, ink, Role.CATEGORY, anchor=anchor)
        drawing.category_words[i] = word
        label: int | None = word if values == "joined" else None
        if values == "below":
            chart.printed[0, i] = chart.labels.write(chart.values[0][i])
            label = drawing.canvas.text((x, y + rise), chart.printed[0, i], font, ink, Role.VALUE, anchor=anchor)
        elif values == "inside":
            label = _print_inside(drawing, pie, i)
        _mark(drawing, pie, i, label)


def _mark(drawing: Drawing, pie: Pie, index: int, label: int | None) -> None:
    drawing.mark(MarkKind.SLICE, *pie.at(pie.middle(index), pie.mark_share), category=index, label=label)


def _contrast(drawing: Drawing, index: int) -> tuple[int, int, int]:
    return (255, 255, 255) if luminance(drawing.colour(index)) < 0.6 else (20, 20, 20)


def _print_inside(drawing: Drawing, pie: Pie, index: int) -> int | None:
    """Print a slice's value on it, if the slice is large enough; gives the word."""
    text, font = drawing.chart.labels.write(drawing.chart.values[0][index]), drawing.font(0.95)
    x, y = pie.at(pie.middle(index), pie.mark_share)
    width, height = font.width(text), font.cap
    slope = abs(math.cos(math.radians(pie.middle(index))))
    ring = (1 - pie.hole) * pie.radius
    if pie.arc(index) < 1.15 * (height * slope + width * (1 - slope)) + 2 or ring < (
        width if pie.hole else 0.6 * width
    ):
        return None
    if not drawing.canvas.is_free((x - width / 2, y - height / 2, x + width / 2, y + height / 2)):
        return None
    drawing.chart.printed[0, index] = text
    return drawing.canvas.text((x, y), text, font, _contrast(drawing, index), Role.VALUE)


def _print_outside(drawing: Drawing, pie: Pie, index: int) -> int | None:
    """Print a slice's value outside the circle, if there is room; gives the word."""
    text, font = drawing.chart.labels.write(drawing.chart.values[0][index]), drawing.font(0.95)
    box, place, anchor = _place_outside(pie, pie.middle(index), font.width(text), font.cap, 0.5 * drawing.em)
    if not drawing.canvas.is_free(box, 2):
        return None
    drawing.chart.printed[0, index] = text
    return drawing.canvas.text(place, text, font, drawing.style.theme.ink, Role.VALUE, anchor=anchor)


def _place_outside(pie: Pie, angle: float, width: float, height: float, gap: float) -> Placing:
    """Beside the circle, away from its centre."""
    x, y = pie.at(angle, 1.0)
    dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = x + dx * gap, y + dy * (gap + height / 2)
    if abs(dx) < 0.2:
        return (x - width / 2, y - height / 2, x + width / 2, y + height / 2), (x, y), "mm"
    if dx > 0:
        return (x, y - height / 2, x + width, y + height / 2), (x, y), "lm"
    return (x - width, y - height / 2, x, y + height / 2), (x, y), "rm"


def _place_inside(pie: Pie, index: int, width: float, height: float) -> Placing:
    """Within the slice.

    Raises:
        Crowded: the slice is too small.
    """
    x, y = pie.at(pie.middle(index), pie.mark_share)
    if pie.arc(index) < max(height * 1.2, width * 0.8) or width > (1 - pie.hole) * pie.radius:
        raise Crowded
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2), (x, y), "mm"


def _lead_out(drawing: Drawing, pie: Pie, widths: list[float], height: float) -> list[Placing]:
    """In two columns beside the pie, with leader lines drawn to them.

    Raises:
        Crowded: a column has no room for its texts.
    """
    em, canvas = drawing.em, drawing.canvas
    placings: dict[int, Placing] = {}
    for side in (1.0, -1.0):
        members = [i for i in range(len(widths)) if (math.cos(math.radians(pie.middle(i))) >= 0) == (side > 0)]
        wanted = [pie.at(pie.middle(i), 1.12)[1] for i in members]
        for i, y in zip(members, spread(wanted, height, 1.5 * em, canvas.height - height), strict=True):
            dx = abs(math.cos(math.radians(pie.middle(i))))
            x = pie.centre[0] + side * (max(dx * 1.12, 0.35) * pie.radius + 0.9 * em)
            path = (pie.at(pie.middle(i), 1.02), (x - side * 0.7 * em, y), (x - side * 0.2 * em, y))
            canvas.line(path, drawing.style.theme.muted, 0.07 * em)
            left = x if side > 0 else x - widths[i]
            placings[i] = ((left, y - em / 2, left + widths[i], y + em / 2), (x, y), "lm" if side > 0 else "rm")
    return [placings[i] for i in range(len(widths))]
