import random
from math import cos, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.documents.reading_order import order_boxes, order_lines
from serve_app.domain import Box

LINE = 20.0
"""Height of a line, in pixels."""


def outline(left, top, right, bottom, degrees=0.0):
    """A line's corners on a page that was turned about its origin."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return tuple(
        (x * c - y * s, x * s + y * c) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )


def fill(left, top, width, count, rng, *, pitch=26.0, height=LINE):
    """Lines of a justified paragraph; every fifth or so is its last, and short."""
    lines = []
    for row in range(count):
        y = top + row * pitch + rng.uniform(-1, 1)
        share = rng.uniform(0.3, 0.9) if rng.random() < 0.2 else rng.uniform(0.97, 1.0)
        lines.append((left, y, left + width * share, y + height))
    return lines


def check(lines, degrees=0.0, seed=0):
    """The lines, given in any order, are put back into the order in which they are listed."""
    shuffled = random.Random(seed).sample(range(len(lines)), len(lines))
    order = order_lines([outline(*lines[index], degrees) for index in shuffled])
    assert [shuffled[place] for place in order] == list(range(len(lines)))


@pytest.mark.parametrize("degrees", [0, 3, -7, 12])
@pytest.mark.parametrize("columns", [1, 2, 3, 4, 7])
def test_columns_are_read_one_after_the_other(columns, degrees):
    rng = random.Random(columns)
    width, gutter = 1400 / columns, 24
    lines = [(300, 40, 1100, 80)]  # the title
    for column in range(columns):
        lines += fill(20 + column * width, 120 + 7 * column, width - gutter, 40, rng)
    check(lines, degrees)


def test_a_wide_block_parts_the_page_into_bands():
    rng = random.Random(1)
    lines = fill(20, 20, 1360, 6, rng)  # the abstract
    for top in (200, 900):
        lines += [*fill(20, top, 660, 20, rng), *fill(720, top, 660, 20, rng)]
        lines += fill(20, top + 550, 1360, 3, rng)  # a caption over both columns
    check(lines)


def test_a_headline_over_some_columns_comes_before_them():
    rng = random.Random(2)
    lines = [(300, 20, 1100, 90), (20, 130, 900, 170)]
    for column in range(2):
        lines += fill(20 + column * 460, 200, 430, 30, rng)
    lines += [(960, 130, 1380, 170), *fill(960, 200, 420, 30, rng)]
    check(lines)


def test_white_across_all_columns_parts_them():
    rng = random.Random(3)
    lines = []
    for top in (20, 700):  # sections whose heading crosses nothing
        lines += [*fill(20, top, 660, 20, rng), *fill(720, top, 660, 15, rng)]
    check(lines)


def centre(middle, top, *widths):
    return [
        (middle - width / 2, top + 26 * row, middle + width / 2, top + 26 * row + LINE)
        for row, width in enumerate(widths)
    ]


@pytest.mark.parametrize("gap", [12, 60])
@pytest.mark.parametrize("authors", [(345, 1055), (230, 700, 1170)])
def test_authors_side_by_side_come_before_the_columns_below_them(authors, gap):
    rng = random.Random(8)
    lines = [(300, 20, 1100, 60)]  # the title
    for middle in authors:
        lines += centre(middle, 100, 180, 300, 240, 210)
    for left in (20, 720):
        lines += fill(left, 198 + gap, 660, 30, rng)
    check(lines)


def test_centred_captions_within_columns_stay_there():
    """Above them is print that is set full, so that they are no authors."""
    rng = random.Random(9)
    lines = []
    for left in (20, 720):
        lines += [*fill(left, 20, 660, 8, rng), *centre(left + 330, 245, 300, 380), *fill(left, 315, 660, 20, rng)]
    check(lines)


def test_figure_labels_do_not_hide_a_gutter():
    rng = random.Random(4)
    labels = [(760 + 90 * (i % 5), 40 + 70 * (i // 5), 800 + 90 * (i % 5), 56 + 70 * (i // 5)) for i in range(25)]
    check([*fill(20, 20, 660, 40, rng), *labels, *fill(720, 420, 660, 20, rng)])


def test_a_receipt_is_read_by_rows():
    rng = random.Random(5)
    lines = []
    for row in range(15):
        y = 20 + 30 * row
        lines += [(20, y, 20 + rng.uniform(120, 330), y + LINE), (520, y + 1, 590, y + 21)]
    check(lines)


def test_a_table_is_read_by_rows():
    rng = random.Random(6)
    lines = []
    for row in range(12):
        for column in range(6):
            left = 20 + 230 * column
            lines.append((left, 20 + 40 * row, left + rng.uniform(60, 200), 40 + 40 * row))
    check(lines)


def test_columns_of_chinese_go_from_right_to_left():
    lines = [(900 - 40 * column, 30, 924 - 40 * column, 700 - 11 * column) for column in range(15)]
    check(lines)
    check(lines, degrees=2)


def test_blocks_are_ordered_by_the_height_of_a_line():
    title, left, figure, right, footer = (
        Box(200, 20, 1200, 80),
        Box(20, 120, 680, 900),
        Box(20, 920, 680, 1300),
        Box(720, 120, 1380, 1300),
        Box(650, 1400, 750, 1420),
    )
    assert order_boxes([footer, right, figure, left, title], line_height=20) == [4, 3, 2, 1, 0]


def test_an_empty_page_has_no_order():
    assert order_lines([]) == order_boxes([]) == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.floats(-1e4, 1e4) for _ in range(4)]), max_size=40))
def test_every_line_is_kept_whatever_its_place(corners):
    outlines = [((a, b), (c, b), (c, d), (a, d)) for a, b, c, d in corners]
    assert sorted(order_lines(outlines)) == list(range(len(outlines)))
