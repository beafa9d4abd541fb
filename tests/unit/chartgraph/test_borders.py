import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.domain import ChartKind
from tests.unit.chartgraph.graphs import make_graph

HUB, RADIUS = (160, 150), 100
SHARES = {"Rail": 40, "Road": 25, "Air": 20, "Sea": 15}
COLOURS = ("#4477aa", "#ee8866", "#44bb99", "#eedd88")


def draw_pie(lost=(), colours=COLOURS):
    """A pie whose slices have their names beside them, without the borders and slices that the model missed."""
    image = Image.new("RGB", (320, 300), "white")
    pen = ImageDraw.Draw(image)
    box = (HUB[0] - RADIUS, HUB[1] - RADIUS, HUB[0] + RADIUS, HUB[1] + RADIUS)
    ends = -90 + 3.6 * np.cumsum([0, *SHARES.values()])
    words, marks, categories = [], [(MarkKind.HUB, *HUB)], {}

    def place(degrees, share):
        return (HUB[0] + share * RADIUS * math.cos(math.radians(degrees)),
                HUB[1] + share * RADIUS * math.sin(math.radians(degrees)))  # fmt: skip

    for i, name in enumerate(SHARES):
        pen.pieslice(box, ends[i], ends[i + 1], fill=colours[i], outline="black")
        middle = (ends[i] + ends[i + 1]) / 2
        words.append((name, *place(middle, 1.25), Role.CATEGORY))
        if i not in lost:
            marks.append((MarkKind.RIM, *place(ends[i], 1)))
            categories[len(marks)] = name
            marks.append((MarkKind.SLICE, *place(middle, 0.6)))
    return make_graph(words, marks, kind=ChartKind.PIE, categories=categories), Palette(image)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_border_that_was_missed_is_where_the_colour_changes(lost):
    rows = assemble(*draw_pie([lost])).table.rows
    assert {row[0].text: row[1].number.value for row in rows} == pytest.approx(SHARES, abs=0.6)


def test_slices_of_one_colour_are_left_to_the_model():
    rows = assemble(*draw_pie([1], ("#4477aa",) * 4)).table.rows
    assert len(rows) == 3
