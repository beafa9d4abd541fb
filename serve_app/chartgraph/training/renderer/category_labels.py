"""The labels of the category axis: whether they lie flat, are wrapped, or turned."""

import math
from dataclasses import dataclass

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.category_axis import CategoryAxis
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.fonts import Font
from serve_app.chartgraph.training.renderer.headings import wrap
from serve_app.chartgraph.training.renderer.plot import Plot
from serve_app.domain import Point

LINE = 1.2
"""Line spacing, in em."""


@dataclass(frozen=True, slots=True)
class CategoryLabels:
    """How the labels are set. `depth` is their extent away from the axis in pixels, `every` skips labels.

    `hold` is the point of a text that comes to the category: its start, middle or end ("l", "m", "r"), or "above" for
    texts over the bars of a horizontal chart.
    """

    lines: tuple[tuple[str, ...], ...]
    font: Font
    angle: float
    hold: str
    depth: float
    every: int = 1


def set_labels(drawing: Drawing, axis: CategoryAxis, width: float, limit: float) -> CategoryLabels:
    """Set labels under a vertical chart whose plot area is `width` pixels wide, at most `limit` pixels deep.

    Raises:
        Crowded: they do not fit in any way.
    """
    em, names, rotation, pitch = drawing.em, axis.names, drawing.style.rotation, axis.spacing * width
    font = drawing.font()
    widths = [font.width(name) for name in names]
    flat = tuple((name,) for name in names)
    if drawing.style.thin > 1 and len(names) >= 6 and not drawing.chart.breaks:
        pitch *= drawing.style.thin
        if max(widths) <= pitch - 0.4 * em:
            return CategoryLabels(flat, font, 0.0, "m", LINE * em, drawing.style.thin)
        pitch /= drawing.style.thin
    if rotation in {"auto", "wrap"} and max(widths) <= pitch - 0.4 * em:
        return CategoryLabels(flat, font, 0.0, "m", LINE * em)
    if rotation == "wrap" or (rotation == "auto" and drawing.rng.random() < 0.45):
        try:
            lines = tuple(tuple(wrap(name, font, pitch - 0.35 * em, 3)) for name in names)
            return CategoryLabels(lines, font, 0.0, "m", LINE * em * max(map(len, lines)))
        except Crowded:
            pass
    if len(names) >= 8 and not drawing.chart.breaks and drawing.rng.random() < 0.5:
        for every in (2, 3):
            if max(widths) <= every * pitch - 0.4 * em:
                return CategoryLabels(flat, font, 0.0, "m", LINE * em, every)
    angle, hold = {
        "45": (45.0, "r"),
        "30": (30.0, "r"),
        "-45": (-45.0, "l"),
        "-30": (-30.0, "l"),
        "90": (90.0, "r"),
        "centre45": (45.0, "m"),
    }.get(rotation) or drawing.rng.choice(
        [(45.0, "r"), (45.0, "r"), (90.0, "r"), (60.0, "r"), (30.0, "r"), (-45.0, "l")]
    )
    radians = math.radians(abs(angle))
    if pitch * math.sin(radians) < 0.95 * em:
        angle, hold, radians = 90.0, "r", math.pi / 2
    depth = max(widths) * math.sin(radians) + em * math.cos(radians)
    if pitch < 1.05 * em or depth > limit:
        raise Crowded
    return CategoryLabels(flat, font, angle, hold, depth)


def fits_above(drawing: Drawing, pitch: float) -> bool:
    """Whether the labels of a horizontal chart go above its bars, and the bars leave room for them."""
    return (
        drawing.style.side_labels == "above"
        and len(drawing.chart.values) == 1
        and not drawing.chart.breaks
        and pitch * (1 - drawing.style.bar_fill) / 2 > LINE * drawing.em
    )


def set_side_labels(drawing: Drawing, pitch: float, limit: float) -> CategoryLabels:
    """Set labels beside a horizontal chart, at most `limit` pixels wide, or above its bars `pitch` pixels apart.

    Raises:
        Crowded: they do not fit.
    """
    font = drawing.font()
    names = drawing.chart.categories
    lines: tuple[tuple[str, ...], ...] = tuple((name,) for name in names)
    if fits_above(drawing, pitch):
        return CategoryLabels(lines, font, 0.0, "above", 0.0)
    if max(font.width(name) for name in names) > limit or (drawing.style.rotation == "wrap" and limit > 5 * font.size):
        width = min(limit, max(font.width(name) for name in names) * drawing.rng.choice([0.5, 0.7]))
        lines = tuple(tuple(wrap(name, font, width, 3)) if " " in name else (name,) for name in names)
    depth = max(font.width(line) for label in lines for line in label)
    if depth > limit:
        raise Crowded
    return CategoryLabels(lines, font, 0.0, "l" if drawing.style.side_labels == "left" else "r", depth)


def draw_labels(drawing: Drawing, plot: Plot, labels: CategoryLabels, edge: float, gap: float) -> None:
    """Set the labels at `gap` pixels from `edge`, the pixel of the axis line (or of the plot area's side)."""
    for index in range(0, len(labels.lines), labels.every):
        across = plot.across(plot.axis.places[index])
        place: Point
        if labels.hold == "above":
            rise = plot.pitch * drawing.style.bar_fill / 2 + 0.6 * drawing.em
            place, anchor = (edge + 0.15 * drawing.em, across - rise), "lm"
        elif plot.horizontal:
            x = edge - gap - (labels.depth if labels.hold == "l" else 0.0)
            place = (x, across - (len(labels.lines[index]) - 1) * LINE * labels.font.size / 2)
            anchor = labels.hold + "m"
        elif labels.angle:
            place, anchor = _turned_place(labels, across, edge + gap, labels.lines[index][0]), labels.hold + "m"
        else:
            place, anchor = (across, edge + gap + 0.15 * labels.font.size), "mt"
        for i, line in enumerate(labels.lines[index]):
            role = Role.CONTINUED if i else Role.CATEGORY
            at = (place[0], place[1] + i * LINE * labels.font.size)
            ink = drawing.style.theme.muted
            word = drawing.canvas.text(at, line, labels.font, ink, role, anchor=anchor, angle=labels.angle)
            if i == 0 and (target := plot.axis.targets[index]) is not None:
                drawing.category_words[target] = word


def _turned_place(labels: CategoryLabels, across: float, top: float, text: str) -> Point:
    radians = math.radians(abs(labels.angle))
    top += 0.5 * labels.font.size * math.cos(radians)
    if labels.hold == "m":
        return across, top + labels.font.width(text) / 2 * math.sin(radians)
    return across, top
