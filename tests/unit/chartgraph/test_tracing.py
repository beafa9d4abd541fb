import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

TICKS = [(str(10 * i), 10, 250 - 50 * i, Role.TICK) for i in range(5)]
PLACES = {"Oslo": 60, "Rome": 120, "Bern": 180, "Lima": 240}
NAMES = [("Exports", 290, 20, Role.SERIES), ("Imports", 290, 40, Role.SERIES)]
LINES = {"Exports": ("navy", (100, 110, 130, 90)), "Imports": ("red", (200, 190, 210, 180))}


def read_lines(*, found, drawn=None, width=3):
    """Two lines over four cities, of which the model found the points `found`; all are drawn, or only those `drawn`."""
    image = Image.new("RGB", (330, 300), "white")
    pen = ImageDraw.Draw(image)
    words = [*TICKS, *((city, x, 270, Role.CATEGORY) for city, x in PLACES.items()), *NAMES]
    marks, categories, series = [], {}, {}
    for name, (colour, heights) in LINES.items():
        points = list(zip(PLACES.values(), heights, strict=True))
        shown = [point for point, city in zip(points, PLACES, strict=True) if drawn is None or (name, city) in drawn]
        pen.line(shown, fill=colour, width=width)
        for city, point in zip(PLACES, points, strict=True):
            if (name, city) in found:
                categories[len(marks)], series[len(marks)] = city, name
                marks.append((MarkKind.POINT, *point))
    graph = make_graph(words, marks, kind=ChartKind.LINE, categories=categories, series=series)
    return assemble(graph, Palette(image))


ALL = {(name, city) for name in LINES for city in PLACES}


@pytest.mark.parametrize("lost", [("Exports", "Bern"), ("Imports", "Rome"), ("Exports", "Lima"), ("Imports", "Oslo")])
def test_a_point_that_was_missed_is_where_its_line_is_drawn(lost):
    table = read_lines(found=ALL - {lost}).table
    column = 1 + list(LINES).index(lost[0])
    values = {row[0].text: row[column] for row in table.rows}
    expected = (250 - LINES[lost[0]][1][list(PLACES).index(lost[1])]) / 5
    assert values[lost[1]].number.value == pytest.approx(expected, abs=0.6)
    assert values[lost[1]].confidence < 0.9


def test_a_line_that_ends_early_gets_no_point():
    short = ALL - {("Imports", "Bern"), ("Imports", "Lima")}
    table = read_lines(found=short, drawn=short).table
    assert [row[2].text for row in table.rows][2:] == ["", ""]
