import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from serve_app.domain import TextLine
from serve_app.ocr.fusion import enlarge, fuse


def line(left, right, text="x", score=0.9, top=0):
    return TextLine(text, score, ((left, top), (right, top), (right, top + 20), (left, top + 20)))


@pytest.mark.parametrize(
    ("size", "larger"),
    [
        ((300, 200), (900, 600)),
        ((500, 300), (1200, 720)),
        ((640, 480), (1280, 960)),
        ((1000, 500), (1600, 800)),
        ((1280, 900), (1600, 1125)),
        ((1281, 900), None),
    ],
)
def test_small_images_are_enlarged_up_to_a_bound(size, larger):
    enlarged = enlarge(Image.new("RGB", size))
    assert (enlarged.size if enlarged else None) == larger


@pytest.mark.parametrize(("longest", "larger"), [(1000, (1000, 750)), (800, (800, 600)), (500, None), (0, None)])
def test_no_image_is_enlarged_beyond_what_there_is_memory_for(longest, larger):
    enlarged = enlarge(Image.new("RGB", (500, 375)), longest)
    assert (enlarged.size if enlarged else None) == larger


def test_the_surer_reading_of_each_piece_of_print_wins():
    plain = [line(0, 100, "North", 0.95), line(200, 300, "Sauth", 0.7)]
    enlarged = [line(2, 98, "Narth", 0.8), line(202, 298, "South", 0.97)]
    assert {found.text for found in fuse(plain, enlarged)} == {"North", "South"}


def test_what_only_one_reading_has_counts_if_it_is_sure_of_it():
    assert fuse([line(0, 50, "0", 0.9)], [line(100, 150, "5", 0.9)]) == [
        line(0, 50, "0", 0.9),
        line(100, 150, "5", 0.9),
    ]
    assert fuse([line(0, 50, "■", 0.5)], [line(100, 150, "o", 0.5)]) == []


def test_labels_that_only_one_reading_parts_stay_parted():
    joined, parts = [line(0, 200, "EastWest", 0.93)], [line(0, 90, "East", 0.91), line(110, 200, "West", 0.91)]
    assert [found.text for found in fuse(joined, parts)] == ["East", "West"]
    assert [found.text for found in fuse(parts, joined)] == ["East", "West"]


def test_lines_that_hang_together_through_a_third_are_taken_from_one_reading():
    plain = [line(0, 100, "ab", 0.9), line(100, 200, "cd", 0.9)]
    assert [found.text for found in fuse(plain, [line(0, 200, "abcd", 0.99)])] == ["abcd"]
    assert [found.text for found in fuse(plain, [line(0, 200, "abcd", 0.92)])] == ["ab", "cd"]


boxes = st.builds(
    lambda left, width, top, text, score: line(left, left + width, text, score, top),
    *(st.floats(0, 500), st.floats(1, 200), st.floats(0, 200)),
    *(st.text("abc1", min_size=1, max_size=5), st.floats(0.61, 1)),
)


@given(st.lists(boxes, max_size=8))
def test_two_readings_alike_are_one(lines):
    assert sorted(map(repr, fuse(lines, lines))) == sorted(map(repr, lines))


@given(st.lists(boxes, max_size=8), st.lists(boxes, max_size=8))
def test_every_line_is_one_of_a_reading_and_none_comes_twice(plain, enlarged):
    found = fuse(plain, enlarged)
    assert all(any(one is other for other in (*plain, *enlarged)) for one in found)
    assert len({id(one) for one in found}) == len(found)
