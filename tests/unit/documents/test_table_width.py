"""Columns beside the box that the layout model gave a table."""

import pytest

from serve_app.documents.table_width import widen_table
from serve_app.domain import Box

TABLE = Box(100, 95, 400, 220)


def cell(left, right, row):
    return Box(left, 100 + 24 * row, right, 112 + 24 * row)


INSIDE = [cell(105, 160, row) for row in range(5)] + [cell(300, 350, row) for row in range(5)]
COLUMN = [cell(600 - width, 600, row) for row, width in enumerate((40, 30, 52, 8, 40))]


def test_a_column_that_was_left_out_is_taken_in():
    assert widen_table(TABLE, [*INSIDE, *COLUMN]) == Box(100, 95, 600, 220)
    further = [cell(700, 700 + width, row) for row, width in enumerate((40, 30, 52, 8, 40))]
    assert widen_table(TABLE, [*INSIDE, *COLUMN, *further]) == Box(100, 95, 752, 220)
    names = [cell(20, 20 + width, row) for row, width in enumerate((40, 30, 52, 8, 40))]
    assert widen_table(TABLE, [*INSIDE, *names]) == Box(20, 95, 400, 220)


@pytest.mark.parametrize(
    "beside",
    [
        [cell(450, 800, row) for row in range(5)],  # prose of the next column
        COLUMN[:3],
        [Box(box.left, box.top + 9, box.right, box.bottom + 9) for box in COLUMN],  # in other rows
        [cell(450 + 40 * row, 480 + 44 * row, row) for row in range(5)],  # not under one another
        [],
    ],
)
def test_other_texts_are_none(beside):
    assert widen_table(TABLE, [*INSIDE, *beside]) == TABLE
