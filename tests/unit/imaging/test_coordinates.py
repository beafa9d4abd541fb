import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from serve_app.domain import Cell, ChartTable, Page, Size, TextLine, Turn, Word
from serve_app.imaging.coordinates import (
    find_bounds,
    map_polygon,
    rescale_lines,
    rescale_page,
    rescale_table,
    scale_point,
)
from serve_app.imaging.encode import TURNS

BOX = ((10.0, 20.0), (30.0, 20.0), (30.0, 40.0), (10.0, 40.0))
DOUBLE_AND_HALF = ((20.0, 10.0), (60.0, 10.0), (60.0, 20.0), (20.0, 20.0))
SOURCE, TARGET = Size(100, 100), Size(200, 50)
SIZES = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))


@settings(deadline=None)
@given(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), SIZES, SIZES)
def test_points_stay_inside(point, source, target):
    x, y = scale_point(point, source, target)
    assert 0 <= x <= target.width
    assert 0 <= y <= target.height


@settings(deadline=None)
@given(st.data(), SIZES, SIZES)
def test_there_and_back(data, source, target):
    point = data.draw(st.tuples(st.floats(0, source.width), st.floats(0, source.height)))
    assert scale_point(scale_point(point, source, target), target, source) == pytest.approx(point, abs=1e-6)


def test_lines_and_words_move():
    [line] = rescale_lines([TextLine("a b", 0.9, BOX, (Word("a", BOX),))], SOURCE, TARGET)
    assert line.polygon == line.words[0].polygon == DOUBLE_AND_HALF


def test_paddlex_result_moves_in_whole_pixels():
    paddlex = {"rec_polys": [[[10, 20], [30, 20], [30, 40], [10, 41]]], "rec_boxes": [[10, 20, 30, 41]], "dt_polys": []}
    page = rescale_page(Page(SOURCE, (), "m", {**paddlex, "rec_scores": [0.5]}), TARGET)
    assert page.size == TARGET
    assert page.paddlex["rec_polys"] == [[[20, 10], [60, 10], [60, 20], [20, 20]]]
    assert page.paddlex["rec_boxes"] == [[20, 10, 60, 20]]
    assert page.paddlex["dt_polys"] == []
    assert page.paddlex["rec_scores"] == [0.5]


def test_places_of_cells_move():
    table = ChartTable((Cell("x", place=BOX),), ((Cell("1", place=(10.0, 20.0)),), (Cell("2"),)), Cell("t", place=BOX))
    moved = rescale_table(table, SOURCE, TARGET)
    assert moved.title.place == moved.columns[0].place == DOUBLE_AND_HALF
    assert moved.rows[0][0].place == (20.0, 10.0)
    assert moved.rows[1][0].place is None


def test_the_same_size_changes_nothing():
    page = Page(SOURCE, (TextLine("a", 1.0, BOX),), "m")
    assert rescale_page(page, SOURCE) is page


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_an_outline_in_a_turned_image_comes_back_to_the_same_pixels(degrees: int) -> None:
    image = Image.new("L", (40, 24), 0)
    image.paste(255, (5, 8, 15, 11))
    turned = image.transpose(TURNS[degrees])
    left, top, right, bottom = turned.getbbox() or (0, 0, 0, 0)
    outline = ((left, top), (right, top), (right, bottom), (left, bottom))
    turn = Turn(degrees, Size(40, 24))
    back = map_polygon(outline, turn.undo)
    assert find_bounds(back) == (5, 8, 15, 11)
    assert map_polygon(back, turn.apply) == outline
