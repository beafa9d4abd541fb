import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.domain import Polygon, Size, TextLine, Word
from serve_app.imaging.line_merging import Fragment, drop_duplicates, find_area, intersect, join_halves
from serve_app.imaging.tile import merge, tile
from tests.growth import grows_linearly

COORDINATE = st.floats(-1000, 1000)


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def slanted(x: float, y: float, *, length: float = 100, height: float = 14, degrees: float = 45) -> Polygon:
    """The outline of text that starts at a point and runs downwards to the right."""
    ux, uy = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (
        (x, y),
        (x + length * ux, y + length * uy),
        (x + length * ux - height * uy, y + length * uy + height * ux),
        (x - height * uy, y + height * ux),
    )


def fragment(text: str, polygon: Polygon, tile: int = 0, **cuts: bool) -> Fragment:
    return Fragment(TextLine(text, 0.9, polygon), tile, **cuts)


def texts(fragments: list[Fragment]) -> list[str]:
    return [found.line.text for found in fragments]


SPAN = st.lists(st.integers(-400, 400), min_size=2, max_size=2, unique=True).map(sorted)


@settings(deadline=None)
@given(SPAN, SPAN, SPAN, SPAN)
def test_intersection_of_boxes(ax: list[int], ay: list[int], bx: list[int], by: list[int]) -> None:
    (ax0, ax1), (ay0, ay1), (bx0, bx1), (by0, by1) = ax, ay, bx, by
    expected = max(0.0, min(ax1, bx1) - max(ax0, bx0)) * max(0.0, min(ay1, by1) - max(ay0, by0))
    found = find_area(intersect(box(ax0, ay0, ax1, ay1), box(bx0, by0, bx1, by1)))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-3)


@settings(deadline=None)
@given(COORDINATE, COORDINATE, st.floats(0, 90), st.floats(-80, 80), st.floats(-80, 80))
def test_intersection_is_symmetric_and_no_larger_than_either(
    x: float, y: float, degrees: float, dx: float, dy: float
) -> None:
    a, b = slanted(x, y, degrees=degrees), slanted(x + dx, y + dy, degrees=degrees / 2)
    forth, back = find_area(intersect(a, b)), find_area(intersect(b, a))
    assert forth == pytest.approx(back, rel=1e-6, abs=1e-3)
    assert forth <= min(find_area(a), find_area(b)) * (1 + 1e-9) + 1e-6


def test_area_of_a_slanted_box() -> None:
    assert find_area(slanted(3, 4)) == pytest.approx(1400)


def test_an_outline_without_area_is_no_duplicate() -> None:
    start, end = (2.0, 2.0), (8.0, 8.0)
    flat = fragment("x", (start, end, end, start), tile=1)
    assert len(drop_duplicates([fragment("a", box(0, 0, 10, 10)), flat])) == 2


def test_a_cut_line_loses_to_the_whole_one() -> None:
    whole = fragment("Revenue", box(80, 10, 150, 24), tile=0)
    cut = fragment("venue", box(100, 6, 152, 30), tile=1, cut_left=True)  # although its outline is larger
    assert drop_duplicates([cut, whole]) == [whole]


def test_of_two_whole_ones_the_larger_stays() -> None:
    a, b = fragment("Q1", box(80, 10, 100, 24), tile=0), fragment("Q1", box(80, 9, 101, 25), tile=1)
    assert drop_duplicates([a, b]) == [b]


def test_what_one_tile_told_apart_stays_apart() -> None:
    lines = [fragment("a", box(0, 0, 50, 14)), fragment("b", box(5, 0, 55, 14))]
    assert len(drop_duplicates(lines)) == 2


def test_neighbouring_slanted_labels_are_no_duplicates() -> None:
    # Their upright bounding boxes share two thirds of their area.
    lines = [fragment("January", slanted(0, 0), tile=0), fragment("February", slanted(25, 0), tile=1)]
    assert len(drop_duplicates(lines)) == 2


def test_halves_are_joined_where_they_agree() -> None:
    left = fragment("Operating costs fe|", box(0, 0, 190, 14), tile=0, cut_right=True)
    right = fragment("]sts fell in all regions", box(120, 0, 360, 14), tile=1, cut_left=True)
    (joined,) = join_halves([right, left])
    assert joined.line.text == "Operating costs fell in all regions"
    assert joined.line.polygon == box(0, 0, 360, 14)
    assert joined.whole


def test_three_parts_are_joined() -> None:
    parts = [
        fragment("abcdefghij", box(0, 0, 100, 14), tile=0, cut_right=True),
        fragment("ghijklmnop", box(60, 0, 160, 14), tile=1, cut_left=True, cut_right=True),
        fragment("mnopqrstuv", box(120, 0, 220, 14), tile=2, cut_left=True),
    ]
    assert texts(join_halves(parts)) == ["abcdefghijklmnopqrstuv"]


@pytest.mark.parametrize(
    ("text", "polygon", "cuts"),
    [
        ("nothing alike", box(120, 0, 250, 14), {"cut_left": True}),
        ("sts fell", box(120, 9, 200, 23), {"cut_left": True}),  # the next row
        ("sts fell", box(120, 0, 200, 14), {}),  # not cut
        ("sts fell", box(230, 0, 310, 14), {"cut_left": True}),  # out of reach
    ],
)
def test_other_lines_are_not_joined(text: str, polygon: Polygon, cuts: dict[str, bool]) -> None:
    left = fragment("Operating costs", box(0, 0, 150, 14), tile=0, cut_right=True)
    assert len(join_halves([left, fragment(text, polygon, tile=1, **cuts)])) == 2


def test_words_of_joined_halves() -> None:
    def words(*spans: tuple[str, float, float]) -> tuple[Word, ...]:
        return tuple(Word(text, box(left, 0, right, 14)) for text, left, right in spans)

    left = TextLine("one two thr", 0.9, box(0, 0, 110, 14), words(("one", 0, 30), ("two", 40, 70), ("thr", 80, 110)))
    right = TextLine(
        "wo three four", 0.8, box(50, 0, 180, 14), words(("wo", 50, 70), ("three", 80, 130), ("four", 140, 180))
    )
    (joined,) = join_halves([Fragment(left, 0, cut_right=True), Fragment(right, 1, cut_left=True)])
    assert joined.line.text == "one two three four"
    assert [word.text for word in joined.line.words] == ["one", "two", "three", "four"]
    assert joined.line.score == 0.8


def test_fragments_are_merged_in_linear_time() -> None:
    rng = Random(1)

    def line(x: float, y: float) -> TextLine:
        return TextLine("a", 0.9, ((x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10)))

    tiles = tile(Size(4000, 4000), 960, 120)
    parts = [
        (part, [line(rng.random() * (part.width - 12), rng.random() * (part.height - 12)) for _ in range(400)])
        for part in tiles
    ]

    assert len(parts) == 25
    assert grows_linearly(lambda count: merge([(part, lines[: count // len(parts)]) for part, lines in parts]), 1_250)
