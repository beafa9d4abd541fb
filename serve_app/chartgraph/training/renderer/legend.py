"""The legend: its size, its place, and its entries."""

import random
from dataclasses import dataclass
from itertools import pairwise

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.canvas import Box, blend, overlaps
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.fonts import Font
from serve_app.chartgraph.training.renderer.free_area import Room
from serve_app.chartgraph.training.renderer.lines import draw_line_key
from serve_app.chartgraph.training.renderer.series_names import choose_ink, find_naming
from serve_app.domain import ChartKind, Point

POSITIONS = {
    "top": ("top", False),
    "top_left": ("top", False),
    "bottom": ("bottom", False),
    "right": ("right", True),
    "right_middle": ("right", True),
    "left": ("left", True),
}
"""The side of the picture that a legend takes, and whether its entries stand in a column."""


KEYS_BEHIND = 0.12
"""Share of legends whose keys stand behind the names."""


@dataclass(frozen=True, slots=True)
class Legend:
    """Entries with their places relative to the legend's corner (key's left, text's middle), in pixels."""

    names: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    width: float
    height: float
    key_width: float
    font: Font
    title_height: float


def set_legend(drawing: Drawing, names: list[str], width: float, vertical: bool) -> Legend:
    """Arrange a legend in one column, or in rows of at most `width` pixels.

    Raises:
        Crowded: it does not fit.
    """
    em, style, rng = drawing.em, drawing.style, drawing.rng
    font = drawing.font(rng.choice([1.0, 1.0, 0.9]))
    key_width = {"square": 0.8, "circle": 0.8, "rectangle": 2.0, "line": 2.0}[_key_shape(drawing)] * em
    gap = rng.choice([0.4, 0.6]) * em
    if find_naming(drawing) == "coloured":
        font, key_width, gap = drawing.font(bold=rng.random() < 0.6), 0.0, 0.0
    sizes = [key_width + gap + font.width(name) for name in names]
    line = rng.choice([1.35, 1.5, 1.7]) * em
    pad = 0.5 * em if style.legend_frame else 0.0
    title_height = 1.4 * em if drawing.chart.legend_title and vertical else 0.0
    places: list[tuple[float, float]] = []
    if vertical:
        places = [(pad, pad + title_height + (i + 0.5) * line) for i in range(len(names))]
        full = max([*sizes, font.width(drawing.chart.legend_title) if title_height else 0.0])
        rows = len(names)
    else:
        space, x, rows, full = rng.choice([1.2, 1.6, 2.2]) * em, 0.0, 1, 0.0
        even = rng.random() < 0.4
        for size in sizes:
            taken = max(sizes) if even else size
            if x and x + taken > width - 2 * pad:
                x, rows = 0.0, rows + 1
            places.append((pad + x, pad + (rows - 0.5) * line))
            full = max(full, x + taken)
            x += taken + space
    height = rows * line + title_height + 2 * pad
    if full + 2 * pad > width or rows * line > 0.6 * drawing.canvas.height or (not vertical and rows > 3):
        raise Crowded
    return Legend(tuple(names), tuple(places), full + 2 * pad, height, key_width, font, title_height)


@dataclass(frozen=True, slots=True)
class OuterLegend:
    """A legend beside the plot area, with the strip of the picture that it got."""

    legend: Legend
    strip: Box
    position: str


def reserve_legend(drawing: Drawing, names: list[str], room: Room, position: str) -> OuterLegend | None:
    """Arrange a legend and cut its strip off the room; None where it is not to be outside the plot area.

    Raises:
        Crowded: it does not fit.
    """
    if position not in POSITIONS:
        return None
    side, vertical = POSITIONS[position]
    legend = set_legend(drawing, names, 0.4 * drawing.canvas.width if vertical else room.width - drawing.em, vertical)
    if vertical and legend.height > room.height:
        raise Crowded
    return OuterLegend(legend, room.cut(side, (legend.width if vertical else legend.height) + drawing.em), position)


def find_corner(drawing: Drawing, outer: OuterLegend, area: Box) -> Point:
    """The top left corner of a legend beside the plot area."""
    (left, top, right, bottom), legend, em = outer.strip, outer.legend, drawing.em
    side, vertical = POSITIONS[outer.position]
    if vertical:
        y = area[1] if outer.position == "right" else (area[1] + area[3] - legend.height) / 2
        return (right - legend.width if side == "right" else left), min(max(y, top), bottom - legend.height)
    middle = (area[0] + area[2]) / 2 if drawing.rng.random() < 0.6 else drawing.canvas.width / 2
    x = area[0] if outer.position == "top_left" else middle - legend.width / 2
    x = max(min(x, drawing.canvas.width - legend.width - 0.5 * em), 0.5 * em)
    return x, bottom - legend.height if side == "bottom" else top


def find_place(drawing: Drawing, legend: Legend, area: Box, obstacles: list[Box]) -> Box | None:
    """A place for the legend inside the plot area and off all obstacles, or None."""
    gap = 0.6 * drawing.em
    left, top = area[0] + gap, area[1] + gap
    right, bottom = area[2] - gap - legend.width, area[3] - gap - legend.height
    if right < left or bottom < top:
        return None
    xs, ys = [right, left, (left + right) / 2], [top, (top + bottom) / 2, bottom]
    places = [(x, y) for y in ys for x in xs]
    if drawing.rng.random() < 0.3:
        drawing.rng.shuffle(places)
    for x, y in places:
        box = (x, y, x + legend.width, y + legend.height)
        if not any(overlaps(box, other, 0.3 * drawing.em) for other in obstacles):
            return box
    return None


def draw_legend(drawing: Drawing, legend: Legend, left: float, top: float) -> None:
    """Draw the legend with its top left corner at a place, and add its words and swatches."""
    canvas, style, em = drawing.canvas, drawing.style, drawing.em
    is_pie = drawing.chart.kind is ChartKind.PIE
    if style.legend_frame:
        box = (left, top, left + legend.width, top + legend.height)
        edge = blend(style.theme.panel, style.theme.ink, 0.2)
        fill = style.theme.panel if drawing.rng.random() < 0.8 else style.theme.background
        canvas.rectangle(box, fill, edge, 0.07 * em)
    if legend.title_height:
        place = (left + legend.places[0][0], top + legend.places[0][1] - 1.45 * em)
        font = drawing.font(bold=True)
        canvas.text(place, drawing.chart.legend_title, font, style.theme.ink, Role.OTHER, anchor="lm")
    gaps = [b[1] - a[1] for a, b in pairwise(legend.places) if b[1] > a[1]]
    shape, height = _key_shape(drawing), min([0.75 * em, *(0.8 * gap for gap in gaps)])
    behind, column = _has_keys_behind(legend), len({x for x, _ in legend.places}) == 1
    for index, (name, (dx, dy)) in enumerate(zip(legend.names, legend.places, strict=True)):
        x, y = left + dx, top + dy
        text_x, anchor = x + legend.key_width + 0.45 * em, "lm"
        if behind and column:  # the names end at their keys
            x = left + legend.width - dx - legend.key_width
            text_x, anchor = x - 0.4 * em, "rm"
        elif behind:
            text_x, x = x, x + legend.font.width(name) + 0.4 * em
        if not legend.key_width:
            word = canvas.text((x, y), name, legend.font, choose_ink(drawing, index), Role.SERIES, anchor="lm")
            drawing.series_words[index] = word
            continue
        centre = (x + legend.key_width / 2, y)
        colour = drawing.colour(index)
        if shape == "line" or (drawing.chart.line and index == len(drawing.chart.values)):
            draw_line_key(drawing, index, x, x + legend.key_width, y)
        elif shape == "circle":
            canvas.disc(centre, height / 2, colour)
        elif drawing.chart.kind is ChartKind.AREA and style.area_alpha < 1:  # translucent, with the area's edge
            box = (x, y - height / 2, x + legend.key_width, y + height / 2)
            canvas.rectangle(box, blend(colour, style.theme.panel, 1 - style.area_alpha))
            canvas.rule((x, y), (x + legend.key_width, y), colour, style.line_width * em)
        else:
            rim = (0, 0, 0) if style.bar_edge == "dark" and not is_pie else None
            canvas.rectangle((x, y - height / 2, x + legend.key_width, y + height / 2), colour, rim, 0.07 * em)
        role = Role.CATEGORY if is_pie else Role.SERIES
        word = canvas.text((text_x, y), name, legend.font, style.theme.muted, role, anchor=anchor)
        (drawing.category_words if is_pie else drawing.series_words)[index] = word
        drawing.mark(MarkKind.SWATCH, *centre, category=index if is_pie else None, series=None if is_pie else index)


def _has_keys_behind(legend: Legend) -> bool:
    """Whether the keys stand behind the names, as gnuplot has it; drawn by the names, not by the chart's own chance."""
    return random.Random(" ".join(legend.names)).random() < KEYS_BEHIND


def _key_shape(drawing: Drawing) -> str:
    shape = drawing.style.legend_keys
    if drawing.chart.kind is ChartKind.LINE and shape in {"rectangle", "square"}:
        return "line"
    return shape
