import numpy as np
import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.keys import find_keys, locate_keys, weigh_by_colour
from serve_app.chartgraph.roles import MarkKind, Role
from tests.unit.chartgraph.graphs import make_graph

NAMES = [("North", 240, 20, Role.SERIES), ("South", 240, 40, Role.SERIES)]
KEYS = [(MarkKind.SWATCH, 205, 20), (MarkKind.SWATCH, 205, 40)]


def draw(*bars: tuple[float, float, str]) -> Palette:
    """A navy and a red key, and bars down to y = 280."""
    image = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(image)
    for y, colour in ((20, "navy"), (40, "red")):
        pen.rectangle((200, y - 5, 210, y + 5), fill=colour)
    for x, y, colour in bars:
        pen.rectangle((x - 10, y, x + 10, 280), fill=colour)
    return Palette(image)


def test_each_name_has_the_key_beside_it():
    graph = make_graph(NAMES, KEYS)
    assert find_keys(graph, [0, 1]) == {0: 0, 1: 1}


def test_a_key_that_was_missed_is_as_far_from_its_name_as_the_others():
    graph = make_graph(NAMES, KEYS[:1])
    assert locate_keys(graph, [0, 1])[1] == pytest.approx([205, 40])


def test_a_word_out_of_line_with_the_legend_has_no_key():
    graph = make_graph([*NAMES, ("Region", 100, 200, Role.SERIES)], KEYS[:1])
    assert 2 not in locate_keys(graph, [0, 1, 2])


@pytest.mark.parametrize(("colour", "series"), [("navy", 0), ("red", 1), ("#4040a0", 0)])
def test_a_bar_belongs_to_the_key_of_its_colour_whatever_the_links_say(colour, series):
    graph = make_graph(NAMES, [*KEYS, (MarkKind.COLUMN, 50, 100)])
    links = np.array([[1, 0, 0], [1, 0, 0], [0, 0.1, 0.1]], float)
    links[2, 2 - series] = 0.8
    weighed = weigh_by_colour(graph, links, [2], [0, 1], draw((50, 100, colour)))
    assert weighed[2, 1:].argmax() == series


def test_keys_of_one_colour_leave_the_links_as_they_are():
    image = Image.new("RGB", (300, 300), "white")
    graph = make_graph(NAMES, [*KEYS, (MarkKind.COLUMN, 50, 100)])
    links = np.full((3, 3), 1 / 3)
    assert np.array_equal(weigh_by_colour(graph, links, [2], [0, 1], Palette(image)), links)
