import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import Cell, ChartTable, Page, Polygon, Size, TextLine, Word
from serve_app.imaging.place import rescale_lines, rescale_page, rescale_table, scale_point, scale_polygon

SMALL, LARGE = Size(100, 50), Size(300, 200)
SIZES = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


@given(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), SIZES, SIZES)
def test_points_stay_inside(point: tuple[float, float], source: Size, target: Size) -> None:
    x, y = scale_point(point, source, target)
    assert 0 <= x <= target.width
    assert 0 <= y <= target.height


@given(st.data(), SIZES, SIZES)
def test_there_and_back(data: st.DataObject, source: Size, target: Size) -> None:
    point = data.draw(st.tuples(st.floats(0, source.width), st.floats(0, source.height)))
    assert scale_point(scale_point(point, source, target), target, source) == pytest.approx(point, abs=1e-6)


def test_corners_map_to_corners() -> None:
    assert scale_polygon(box(0, 0, 100, 50), SMALL, LARGE) == box(0, 0, 300, 200)
    assert scale_polygon(box(-3, 10, 20, 60), SMALL, LARGE) == box(0, 40, 60, 200)


def test_lines_and_their_words_are_moved() -> None:
    line = TextLine("a b", 0.9, box(10, 10, 30, 20), (Word("a", box(10, 10, 18, 20)), Word("b", box(22, 10, 30, 20))))
    (moved,) = rescale_lines([line], SMALL, LARGE)
    assert moved.polygon == box(30, 40, 90, 80)
    assert [word.polygon for word in moved.words] == [box(30, 40, 54, 80), box(66, 40, 90, 80)]
    assert (moved.text, moved.score) == ("a b", 0.9)
    assert rescale_lines([line], SMALL, SMALL) == (line,)


def test_a_page_is_moved_with_paddlex_own_result() -> None:
    paddlex = {
        "rec_polys": [[[10, 10], [30, 10], [30, 20], [10, 20]]],
        "rec_boxes": [[10, 10, 31, 20]],
        "dt_polys": [],
        "text_word_boxes": [[[10.5, 10.0, 18.0, 20.0]], []],
        "rec_texts": ["a b"],
        "rec_scores": [0.9],
        "text_rec_score_thresh": 0.0,
    }
    page = Page(SMALL, (TextLine("a b", 0.9, box(10, 10, 30, 20)),), "fake", paddlex)
    moved = rescale_page(page, LARGE)
    assert moved.size == LARGE
    assert moved.lines[0].polygon == box(30, 40, 90, 80)
    assert moved.paddlex == paddlex | {
        "rec_polys": [[[30, 40], [90, 40], [90, 80], [30, 80]]],
        "rec_boxes": [[30, 40, 93, 80]],
        "text_word_boxes": [[[31.5, 40.0, 54.0, 80.0]], []],
    }
    assert paddlex["rec_boxes"] == [[10, 10, 31, 20]]
    assert rescale_page(page, SMALL) is page


def test_a_table_is_moved_where_it_has_places() -> None:
    table = ChartTable(
        columns=(Cell("", place=None), Cell("A", place=box(10, 10, 30, 20))),
        rows=((Cell("x", place=(50.0, 25.0)), Cell("1")),),
        title=Cell("T", place=(0.0, 0.0)),
    )
    moved = rescale_table(table, SMALL, LARGE)
    assert moved.columns[0].place is None
    assert moved.columns[1].place == box(30, 40, 90, 80)
    assert moved.rows[0][0].place == (150, 100)
    assert moved.rows[0][1].place is None
    assert moved.title == Cell("T", place=(0, 0))
    assert rescale_table(table, SMALL, SMALL) is table
