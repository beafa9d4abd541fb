"""Where the names of series stand, if not in a legend: at the ends of lines, over bars, inside areas."""

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import Colour, blend, luminance
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.free_area import Room
from serve_app.chartgraph.training.renderer.headings import wrap
from serve_app.domain import ChartKind, Point

LINE = 1.15
"""Line spacing of headings, in em."""


def find_naming(drawing: Drawing) -> str:
    """How the series of a chart are named: the style's way, or the like of it that its kind allows.

    "none", "key" (a legend), "coloured" (a legend without keys), "end" (beside the last category), "over" (over lines),
    "inside" (in areas), "heading" (over bars), "first" (in the bars of the first category).
    """
    chart, naming = drawing.chart, drawing.style.naming
    if not chart.named:
        return "none"
    if chart.line or chart.kind is ChartKind.PIE:
        return "key"
    if naming in {"key", "coloured"} and not chart.panels:
        return naming
    if chart.kind is ChartKind.LINE:
        return "end" if naming == "end" else "over"
    if not chart.stacked and not chart.panels:
        return "first" if chart.kind is ChartKind.HORIZONTAL_BAR and naming == "heading" else "coloured"
    beside = "inside" if chart.kind is ChartKind.AREA and naming == "heading" else "end"
    return "heading" if chart.kind is ChartKind.HORIZONTAL_BAR else beside


def reserve_names(drawing: Drawing, room: Room, naming: str) -> None:
    """Cut off the room that names beside or over the marks take."""
    em = drawing.em
    if naming == "end":
        room.cut("right", max(drawing.font().width(name) for name in drawing.chart.series) + 0.8 * em)
    elif naming == "heading":
        room.cut("top", (0.5 + LINE * count_lines(drawing)) * em)


def count_lines(drawing: Drawing) -> int:
    """How many lines headings over bars may take: more where names are long."""
    longest = max(len(name) for name in drawing.chart.series)
    return 1 if longest < 8 else 2 if longest < 20 else 3


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places (in any order) apart to at least `gap`, within limits, each as little as is simple.

    Raises:
        Crowded: there is no room.
    """
    if gap * (len(places) - 1) > high - low:
        raise Crowded
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    bound = low
    for i in order:
        moved[i] = bound = max(moved[i], bound)
        bound += gap
    bound = high
    for i in reversed(order):
        moved[i] = bound = min(moved[i], bound)
        bound -= gap
    return moved


def choose_ink(drawing: Drawing, series: int) -> Colour:
    """A series' colour, darkened where it would be too pale to read; with some charts the plain ink."""
    ink, back = drawing.style.theme.ink, drawing.style.theme.background
    if drawing.style.vary == "one" and find_naming(drawing) != "coloured":
        return ink
    colour = drawing.colour(series)
    return blend(colour, ink, 0.5) if abs(luminance(colour) - luminance(back)) < 0.2 else colour


def set_heading(drawing: Drawing, series: int, place: Point, width: float, *, anchor: str = "m") -> None:
    """Set a series' name over a place, in lines of at most `width` pixels that end there.

    Raises:
        Crowded: it does not fit, or something stands there.
    """
    em, canvas = drawing.em, drawing.canvas
    font = drawing.font(1.0, bold=drawing.style.label_bold or drawing.style.title_bold)
    lines = wrap(drawing.chart.series[series], font, max(width, 3.5 * em), count_lines(drawing))
    for i, line in enumerate(lines):
        x, y = place[0], place[1] - (len(lines) - 1 - i) * LINE * em
        extent = font.width(line)
        left = {"l": x, "m": x - extent / 2, "r": x - extent}[anchor]
        left = min(max(left, 0.4 * em), canvas.width - 0.4 * em - extent)
        if not canvas.is_free((left, y - font.cap, left + extent, y), 0.12 * em):
            raise Crowded
        role = Role.CONTINUED if i else Role.SERIES
        word = canvas.text((left, y), line, font, choose_ink(drawing, series), role, anchor="ls")
        if not i:
            drawing.series_words[series] = word
