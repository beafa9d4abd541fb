import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.domain import Polygon, Size, TextLine
from serve_app.imaging.tile import Tile, merge, tile

ADVANCE, HEIGHT, PITCH = 10.0, 16.0, 24.0  # of monospaced print, in pixels
WORDS = ("revenue", "operating", "margin", "costs", "region", "europe", "annual", "growth", "2019", "1,204", "12.5%")


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def make_page(seed: int, size: Size) -> list[TextLine]:
    """Rows of one or several lines, each of words that occur once on the row."""
    rng = random.Random(seed)
    lines = []
    for row in range(int((size.height - 20) // PITCH)):
        x, words = rng.uniform(3, 200), rng.sample(WORDS, len(WORDS))
        while words:
            text = " ".join(words.pop() for _ in range(min(len(words), rng.choice([1, 2, 6]))))
            right = x + ADVANCE * len(text)
            if right > size.width - 3:
                break
            y = 10 + PITCH * row
            lines.append(TextLine(text, 0.9, box(x, y, right, y + HEIGHT)))
            x = right + rng.uniform(40, 120)
    return lines


def look_through(part: Tile, lines: list[TextLine]) -> list[TextLine]:
    """What perfect OCR reads in a tile: letters more than half of which are inside, in pixels of the tile."""
    seen = []
    for line in lines:
        (left, top), (right, bottom) = line.polygon[0], line.polygon[2]
        top, bottom = max(top, part.top), min(bottom, part.bottom)
        first = max(0, round((part.left - left) / ADVANCE))
        last = min(len(line.text), round((part.right - left) / ADVANCE))
        if bottom - top < HEIGHT / 3 or first >= last or not line.text[first:last].strip():
            continue
        # A sliver of a row is misread.
        text = line.text[first:last] if bottom - top > 0.8 * HEIGHT else "~" * (last - first)
        start, end = max(left, part.left), min(right, part.right)
        seen.append(TextLine(text, 0.9, box(start - part.left, top - part.top, end - part.left, bottom - part.top)))
    return seen


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(100, 1500), st.data())
def test_tiles_cover_the_page_and_overlap(width: int, height: int, side: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, side // 2))
    tiles = tile(Size(width, height), side, overlap)
    columns = sorted({(part.left, part.right) for part in tiles})
    rows = sorted({(part.top, part.bottom) for part in tiles})
    assert len(tiles) == len(columns) * len(rows)
    for spans, length in ((columns, width), (rows, height)):
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert len({end - start for start, end in spans}) == 1
        assert spans[0][1] <= side
        for (start, end), (following, _) in pairwise(spans):
            assert start < following <= end - overlap
        # No fewer tiles would do.
        assert len(spans) == 1 or (len(spans) - 1) * (side - overlap) + overlap < length


def test_a_small_page_is_one_tile() -> None:
    assert tile(Size(960, 500), 960, 100) == (Tile(0, 0, 960, 500),)


def test_tiles_go_row_by_row() -> None:
    assert tile(Size(1800, 900), 1000, 100) == (Tile(0, 0, 950, 900), Tile(850, 0, 950, 900))
    parts = tile(Size(1800, 1800), 1000, 100)
    assert [(part.left, part.top) for part in parts] == [(0, 0), (850, 0), (0, 850), (850, 850)]


@pytest.mark.parametrize("overlap", [-1, 100, 101])
def test_an_overlap_without_progress_is_an_error(overlap: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 99"):
        tile(Size(500, 500), 100, overlap)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(300, 2200), st.integers(200, 900), st.integers(320, 1000))
def test_a_page_read_in_tiles_is_the_page(seed: int, width: int, height: int, side: int) -> None:
    size = Size(width, height)
    lines = make_page(seed, size)
    merged = merge([(part, look_through(part, lines)) for part in tile(size, side, side // 4)])
    assert [line.text for line in merged] == [line.text for line in lines]
    for found, line in zip(merged, lines, strict=True):
        for (x, y), (u, v) in zip(found.polygon, line.polygon, strict=True):
            assert (x, y) == pytest.approx((u, v), abs=1e-6)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.floats(-50, 1200), min_size=8, max_size=8), st.text()), max_size=12
    )
)
def test_any_outlines_are_merged(found: list[tuple[int, list[float], str]]) -> None:
    parts = tile(Size(1000, 800), 600, 100)
    lines: dict[int, list[TextLine]] = {index: [] for index in range(len(parts))}
    for index, values, text in found:
        a, b, c, d = zip(values[::2], values[1::2], strict=True)
        lines[index].append(TextLine(text, 0.5, (a, b, c, d)))
    merged = merge([(part, lines[index]) for index, part in enumerate(parts)])
    assert len(merged) <= len(found)
    assert bool(merged) == bool(found)


def test_a_line_cut_in_a_space_is_joined() -> None:
    left = TextLine("Operating costs", 0.9, box(350, 10, 494, 26))  # six pixels before the border
    right = TextLine("costs fell in", 0.9, box(0, 10, 130, 26))
    merged = merge([(Tile(0, 0, 500, 100), [left]), (Tile(440, 0, 500, 100), [right])])
    assert [line.text for line in merged] == ["Operating costs fell in"]
    assert merged[0].polygon == box(350, 10, 570, 26)


def test_no_tiles_no_lines() -> None:
    assert merge([]) == []
    assert merge([(Tile(0, 0, 100, 100), [])]) == []
