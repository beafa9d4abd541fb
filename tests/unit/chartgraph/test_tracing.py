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


def read_named(*, found, dashed=False):
    """Two lines with their names over them in their colours, of which the model found the points of some."""
    image = Image.new("RGB", (330, 300), "white")
    pen = ImageDraw.Draw(image)
    names = {"Exports": 60, "Imports": 160}
    words = [*TICKS, *((city, x, 270, Role.CATEGORY) for city, x in PLACES.items())]
    marks, categories = [], {}
    for name, (colour, heights) in LINES.items():
        pen.rectangle((126, names[name] - 5, 174, names[name] + 5), fill="white")
        pen.text((150, names[name]), name, fill=colour, anchor="mm")
        words.append((name, 150, names[name], Role.SERIES))
        points = list(zip(PLACES.values(), heights, strict=True))
        pen.line(points, fill=colour, width=3)
        for x in range(64, 240, 8) if dashed else ():
            pen.rectangle((x, 80, x + 2, 250), fill="white")
        for city, point in zip(PLACES, points, strict=True):
            if name in found:
                categories[len(marks)] = city
                marks.append((MarkKind.POINT, *point))
    return assemble(make_graph(words, marks, kind=ChartKind.LINE, categories=categories), Palette(image)).table


@pytest.mark.parametrize("dashed", [False, True])
@pytest.mark.parametrize("missed", list(LINES))
def test_a_line_that_was_not_found_is_traced_in_the_colour_of_its_name(missed, dashed):
    table = read_named(found=set(LINES) - {missed}, dashed=dashed)
    column = [cell.text for cell in table.columns].index(missed)
    values = [row[column].number.value for row in table.rows]
    assert values == pytest.approx([(250 - y) / 5 for y in LINES[missed][1]], abs=1)


def test_lines_without_links_are_named_by_the_colour_of_their_names():
    table = read_named(found=set(LINES))
    assert [cell.text for cell in table.columns][1:] == ["Exports", "Imports"]
    assert [row[1].number.value for row in table.rows] == pytest.approx([30, 28, 24, 32], abs=0.6)
