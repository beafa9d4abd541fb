import pytest
from PIL import Image, ImageDraw

from serve_app.chartgraph.gridlines import find_gridlines, snap


@pytest.mark.parametrize("across", [False, True])
def test_lines_that_cross_the_plot_are_found_and_bars_are_not(across):
    image = Image.new("RGB", (200, 200), "white")
    pen = ImageDraw.Draw(image)
    for place in (40, 80, 120):
        pen.line((place, 20, place, 190) if across else (20, place, 190, place), fill="#dddddd")
    pen.rectangle((50, 60, 70, 70), fill="navy")
    assert find_gridlines(image, across) == pytest.approx([40, 80, 120])


def test_ticks_are_at_their_lines_and_those_without_one_are_left_out():
    lines = find_gridlines(Image.new("RGB", (9, 9)), False)
    assert snap([10.0, 20.0], [8, 8], lines) == {}
    assert snap([10.0, 50.0, 90.0], [12, 12, 12], [12.0, 52.0]) == pytest.approx({0: 12, 1: 52})


def test_few_lines_move_nothing():
    assert snap([10.0, 50.0, 90.0], [12, 12, 12], [12.0]) == {}
