"""Lines and areas."""

from itertools import pairwise

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer.canvas import Box, Colour, blend
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.line_names import name_lines
from serve_app.chartgraph.training.renderer.plot import Plot, tops
from serve_app.domain import ChartKind, Point

DASHES = ((), (0.6, 0.3), (0.15, 0.25), (0.6, 0.25, 0.15, 0.25))
"""Stroke and gap lengths in em: solid, dashed, dotted, dash-dotted."""
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "ring")


def occupied(drawing: Drawing, plot: Plot) -> list[Box]:
    """What the lines, or the areas, cover: boxes along them."""
    reach = 0.5 * drawing.em
    boxes = []
    for row in tops(drawing):
        points = [plot.point(centre, value) for centre, value in zip(plot.centres, row, strict=True)]
        for (x0, y0), (x1, y1) in pairwise(points):
            for i in range(5):
                x, y = x0 + (x1 - x0) * i / 4, y0 + (y1 - y0) * i / 4
                low = plot.box[3] if drawing.chart.kind is ChartKind.AREA else y + reach
                boxes.append((x - reach, y - 2 * reach, x + reach, low))
    return boxes


def draw_lines(drawing: Drawing, plot: Plot) -> None:
    """Draw the lines or areas with their markers, values and names, and add their marks."""
    chart, style = drawing.chart, drawing.style
    is_area = chart.kind is ChartKind.AREA
    rows = [
        [plot.point(centre, value) for centre, value in zip(plot.centres, row, strict=True)] for row in tops(drawing)
    ]
    smooth = style.line_shape == "smooth"
    paths = [_smooth(points) if smooth else points for points in rows]
    if is_area:
        _fill_areas(drawing, plot, paths)
    for series, path in enumerate(paths):
        if is_area and style.area_alpha == 1 and style.marker == "" and (chart.stacked or len(paths) == 1):
            continue
        drawing.canvas.line(path, drawing.colour(series), style.line_width * drawing.em, _dash(drawing, series))
    for series, points in enumerate(rows):
        if not is_area or style.area_marker:
            for point in points:
                draw_marker(drawing, series, point)
    for series, points in enumerate(rows):
        for category, (x, y) in enumerate(points):
            label = None if is_area else _print_value(drawing, series, category, points)
            drawing.mark(
                MarkKind.AREA if is_area else MarkKind.POINT, x, y, category=category, series=series, label=label
            )
    name_lines(drawing, plot, rows)


def draw_line_key(drawing: Drawing, series: int, left: float, right: float, y: float) -> None:
    """Draw a sample of a series' line, for the legend."""
    width = drawing.style.line_width * drawing.em
    drawing.canvas.line(((left, y), (right, y)), drawing.colour(series), width, _dash(drawing, series))
    draw_marker(drawing, series, ((left + right) / 2, y))


def draw_marker(drawing: Drawing, series: int, centre: Point) -> None:
    """Draw the marker of a series at a point."""
    style, canvas, (x, y) = drawing.style, drawing.canvas, centre
    shape = SHAPES[series % len(SHAPES)] if style.marker == "mixed" else style.marker
    r, colour = style.marker_size * drawing.em, drawing.colour(series)
    if shape == "circle":
        canvas.disc(centre, r, colour)
    elif shape == "ring":
        canvas.disc(centre, r * 1.1, style.theme.panel, colour, 0.5 * r)
    elif shape == "square":
        canvas.polygon(((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)), colour)
    elif shape == "diamond":
        canvas.polygon(((x - 1.3 * r, y), (x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r)), colour)
    elif shape == "triangle":
        canvas.polygon(((x - 1.2 * r, y + r), (x, y - 1.2 * r), (x + 1.2 * r, y + r)), colour)
    elif shape == "cross":
        canvas.line(((x - r, y - r), (x + r, y + r)), colour, 0.5 * r)
        canvas.line(((x - r, y + r), (x + r, y - r)), colour, 0.5 * r)


def _dash(drawing: Drawing, series: int) -> tuple[float, ...]:
    if not drawing.style.line_dash or drawing.chart.kind is ChartKind.AREA:
        return ()
    return tuple(length * drawing.em for length in DASHES[series % len(DASHES)])


def _fill_areas(drawing: Drawing, plot: Plot, paths: list[list[Point]]) -> None:
    style = drawing.style
    base = plot.along(plot.scale.base)
    if not drawing.chart.stacked:
        alpha = style.area_alpha if len(paths) == 1 else min(style.area_alpha, 0.5)
        for series, path in enumerate(paths):
            outline = [*path, (path[-1][0], base), (path[0][0], base)]
            drawing.canvas.polygon(outline, drawing.colour(series), alpha)
        return
    floor = [(x, base) for x, _ in paths[0]]
    order = range(len(paths))
    for series in reversed(order) if style.reverse else order:
        fill: Colour = blend(drawing.colour(series), style.theme.panel, 1 - style.area_alpha)
        drawing.canvas.polygon([*paths[series], *reversed(floor)], fill)
        floor = paths[series]


def _smooth(points: list[Point]) -> list[Point]:
    """Cubic Hermite curve through points, with slopes limited so that it does not overshoot (Fritsch and Carlson)."""
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points)]
    tangents = [slopes[0]]
    for a, b in pairwise(slopes):
        tangents.append(0.0 if a * b <= 0 else 2 * a * b / (a + b))
    tangents.append(slopes[-1])
    curve = []
    for ((x0, y0), (x1, y1)), (m0, m1) in zip(pairwise(points), pairwise(tangents), strict=True):
        h = x1 - x0
        for i in range(8):
            t = i / 8
            a, b = (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2
            c, d = t * t * (3 - 2 * t), t * t * (t - 1)
            curve.append((x0 + h * t, a * y0 + b * h * m0 + c * y1 + d * h * m1))
    return [*curve, points[-1]]


def _print_value(drawing: Drawing, series: int, category: int, points: list[Point]) -> int | None:
    """Print the value beside its point, above it or in a valley below it, if there is room; gives the word.

    The style "upright" stands for values at the two ends of a line only, "inside" for values right of their points.
    """
    chart, style, em = drawing.chart, drawing.style, drawing.em
    if style.labels == "none" or (style.labels == "upright" and 0 < category < len(points) - 1):
        return None
    text = chart.labels.write(chart.values[series][category])
    font = drawing.font(style.label_size, style.label_bold)
    x, y = points[category]
    around = [points[i][1] for i in (category - 1, category + 1) if 0 <= i < len(points)]
    below = len(chart.values) < 3 and all(other < y for other in around)
    reach = font.cap / 2 + (0.35 + style.marker_size * (style.marker != "")) * em
    half = font.width(text) / 2
    if style.labels == "inside":
        x, reach = x + half + (0.2 + style.marker_size) * em, 0.0
    for side in (reach, -reach) if below else (-reach, reach):
        box = (x - half, y + side - font.cap / 2, x + half, y + side + font.cap / 2)
        if drawing.canvas.is_free(box, 0.2 * em):
            chart.printed[series, category] = text
            ink = drawing.colour(series) if style.vary == "each" else style.theme.ink
            return drawing.canvas.text((x, y + side), text, font, ink, Role.VALUE)
    return None
