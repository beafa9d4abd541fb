import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

TICKS = [(str(10 * i), 10, 250 - 50 * i, Role.TICK) for i in range(5)]
PLACES = {"Oslo": 60, "Rome": 120, "Bern": 180}
COLOURS = {"North": "#4477aa", "Centre": "#ee8866", "South": "#44bb99"}
VALUES = {"Oslo": (8, 12, 10), "Rome": (10, 6, 12), "Bern": (4, 10, 20)}


def draw(*, lost=frozenset(), swapped=False, values=VALUES, area=False):
    """Stacked bars in three colours; the model missed the segments `lost`, or links the first two the wrong way."""
    image = Image.new("RGB", (360, 300), "white")
    pen = ImageDraw.Draw(image)
    words = [*TICKS, *((city, x, 270, Role.CATEGORY) for city, x in PLACES.items())]
    marks, categories, series = [], {}, {}
    for i, (name, colour) in enumerate(COLOURS.items()):
        words.append((name, 320, 20 + 20 * i, Role.SERIES))
        pen.rectangle((280, 15 + 20 * i, 290, 25 + 20 * i), fill=colour)
        series[len(marks)] = name
        marks.append((MarkKind.SWATCH, 285, 20 + 20 * i))
    names = list(COLOURS)
    for city, x in PLACES.items():
        y = 250.0
        for name, value in zip(names, values[city], strict=True):
            top = y - 5 * value
            if value:
                pen.rectangle((x - 20, top, x + 20, y - 1), fill=COLOURS[name])
            y = top
            if (city, name) in lost or not value:
                continue
            other = {"North": "Centre", "Centre": "North"}.get(name, name)
            categories[len(marks)], series[len(marks)] = city, other if swapped else name
            marks.append((MarkKind.AREA if area else MarkKind.COLUMN, x, top))
    kind = ChartKind.AREA if area else ChartKind.BAR
    return make_graph(words, marks, kind=kind, categories=categories, series=series, stacked=0.9), Palette(image)


def read(**changes):
    table = assemble(*draw(**changes)).table
    return {row[0].text: [cell.number and cell.number.value for cell in row[1:]] for row in table.rows}


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize("area", [False, True])
def test_a_segment_that_was_missed_is_read_by_its_colour_and_the_others_keep_their_values(name, area):
    found = read(lost={("Rome", name)}, area=area)
    assert found["Rome"] == pytest.approx(VALUES["Rome"], abs=0.3)
    assert found["Bern"] == pytest.approx(VALUES["Bern"], abs=0.3)


def test_segments_are_of_the_series_in_whose_colour_they_are_drawn():
    assert read(swapped=True)["Oslo"] == pytest.approx(VALUES["Oslo"], abs=0.3)


def test_a_bar_without_a_segment_has_no_value_there():
    found = read(values={**VALUES, "Oslo": (8, 0, 10)})
    assert found["Oslo"][1] is None
    assert [found["Oslo"][0], found["Oslo"][2]] == pytest.approx([8, 10], abs=0.3)
