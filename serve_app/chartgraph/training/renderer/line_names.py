"""The names of series at the ends of lines and areas, over lines, or inside areas."""

from itertools import pairwise

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import luminance
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.plot import Plot
from serve_app.chartgraph.training.renderer.series_names import choose_ink, find_naming, spread
from serve_app.domain import ChartKind, Point


def name_lines(drawing: Drawing, plot: Plot, rows: list[list[Point]]) -> None:
    """Set the names that no legend tells; `rows` are the points of each line, or of each area's upper edge.

    Raises:
        Crowded: there is no room for them.
    """
    naming = find_naming(drawing)
    if naming == "end":
        _name_at_end(drawing, plot, rows)
    elif naming == "over":
        _name_over(drawing, plot, rows)
    elif naming == "inside":
        _name_inside(drawing, plot, rows)


def _floor(drawing: Drawing, plot: Plot, rows: list[list[Point]], series: int) -> list[float]:
    """The lower edge of a stacked area, in pixels."""
    below = series + 1 if drawing.style.reverse else series - 1
    if 0 <= below < len(rows):
        return [y for _, y in rows[below]]
    return [plot.along(plot.scale.base)] * len(rows[series])


def _name_at_end(drawing: Drawing, plot: Plot, rows: list[list[Point]]) -> None:
    em = drawing.em
    places = [points[-1][1] for points in rows]
    if drawing.chart.kind is ChartKind.AREA:
        places = [(y + _floor(drawing, plot, rows, i)[-1]) / 2 for i, y in enumerate(places)]
    ends = spread(places, 1.2 * em, plot.box[1], plot.box[3])
    coloured, bold = drawing.rng.random() < 0.7, drawing.rng.random() < 0.3
    for series, (points, y) in enumerate(zip(rows, ends, strict=True)):
        ink = choose_ink(drawing, series) if coloured else drawing.style.theme.muted
        place = (points[-1][0] + (0.5 + drawing.style.marker_size) * em, y)
        font = drawing.font(bold=bold and max(map(len, drawing.chart.series)) < 9)
        word = drawing.canvas.text(place, drawing.chart.series[series], font, ink, Role.SERIES, anchor="lm")
        drawing.series_words[series] = word


def _name_over(drawing: Drawing, plot: Plot, rows: list[list[Point]]) -> None:
    """Over or under each line, where no other line is near."""
    em, font = drawing.em, drawing.font(bold=drawing.style.title_bold)
    for series, points in enumerate(rows):
        half = font.width(drawing.chart.series[series]) / 2
        choices = list(range(len(points)))
        drawing.rng.shuffle(choices)
        place = None
        for c in choices:
            for side in (-1.3, 1.3):
                x, y = points[c][0], points[c][1] + side * em
                x = min(max(x, plot.box[0] + half), plot.box[2] - half)
                box = (x - half, y - 0.6 * em, x + half, y + 0.6 * em)
                inside = box[1] > plot.box[1] - em and box[3] < plot.box[3]
                if inside and drawing.canvas.is_free(box, 0.2 * em) and not any(_crosses(row, box) for row in rows):
                    place = place or (x, y)
        if place is None:
            raise Crowded
        name, ink = drawing.chart.series[series], choose_ink(drawing, series)
        drawing.series_words[series] = drawing.canvas.text(place, name, font, ink, Role.SERIES)


def _crosses(row: list[Point], box: tuple[float, float, float, float]) -> bool:
    """Whether a line goes through a box: sampled between its points."""
    for (x0, y0), (x1, y1) in pairwise(row):
        for i in range(9):
            x, y = x0 + (x1 - x0) * i / 8, y0 + (y1 - y0) * i / 8
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                return True
    return False


def _name_inside(drawing: Drawing, plot: Plot, rows: list[list[Point]]) -> None:
    """Inside each area, where it is high."""
    em, font = drawing.em, drawing.font(bold=drawing.style.title_bold)
    for series, points in enumerate(rows):
        floor = _floor(drawing, plot, rows, series)
        heights = [below - y for (_, y), below in zip(points, floor, strict=True)]
        half = font.width(drawing.chart.series[series]) / 2
        best = max(range(len(points)), key=lambda c: heights[c])
        x = min(max(points[best][0], plot.box[0] + half + 0.3 * em), plot.box[2] - half - 0.3 * em)
        y = points[best][1] + heights[best] / 2
        box = (x - half, y - em / 2, x + half, y + em / 2)
        if heights[best] < 1.6 * em or not drawing.canvas.is_free(box, 0.2 * em):
            raise Crowded
        ink = (255, 255, 255) if luminance(drawing.colour(series)) < 0.6 else (20, 20, 20)
        word = drawing.canvas.text((x, y), drawing.chart.series[series], font, ink, Role.SERIES)
        drawing.series_words[series] = word
