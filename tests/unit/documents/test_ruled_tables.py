"""Which drawings are the lines of a table."""

from dataclasses import replace

import pytest

from serve_app.documents.page import Drawing, DrawingRole
from serve_app.documents.ruled_tables import find_ruled_tables
from serve_app.domain import Box
from tests.unit.documents.tables import draw

ROWS = [("Year", "Sold", "Left"), ("2023", "412", "17"), ("2024", "398", "21")]
WORDS = draw(ROWS, [10, 120, 230])
BOX = Box(0, -5, 300, 75)
RULED = Drawing(BOX, DrawingRole.FIGURE, lines=4)
FRAMED = Drawing(BOX, DrawingRole.FRAME, lines=1, boxes=1)


@pytest.mark.parametrize(
    "drawing",
    [RULED, replace(RULED, lines=12), replace(RULED, boxes=2), FRAMED, replace(FRAMED, lines=0, boxes=9)],
)
def test_straight_lines_round_words_in_rows_and_columns_are_a_table(drawing: Drawing) -> None:
    assert find_ruled_tables([drawing], WORDS) == [BOX]


@pytest.mark.parametrize(
    "drawing",
    [
        replace(RULED, lines=3),
        replace(RULED, boxes=3),
        replace(RULED, images=1),
        replace(RULED, shadings=1),
        replace(RULED, curves=1),
        replace(FRAMED, curves=1),
        replace(FRAMED, lines=0),
        replace(FRAMED, role=DrawingRole.BOX),
    ],
    ids=["few lines", "bars", "picture", "shading", "curve", "curved frame", "one box", "filled box"],
)
def test_other_drawings_are_none(drawing: Drawing) -> None:
    assert find_ruled_tables([drawing], WORDS) == []


@pytest.mark.parametrize(
    "words",
    [[], draw(ROWS[:1], [10, 120, 230]), draw([(row[0],) for row in ROWS], [10])],
    ids=["empty", "one row", "one column"],
)
def test_lines_round_something_else_are_none(words: list) -> None:
    assert find_ruled_tables([RULED], words) == []


def test_a_grid_of_which_most_is_empty_is_none() -> None:
    def sparse(texts: int) -> list:
        names = ["a", "b", "c", "d", "e", "f"]
        rows = [tuple(names)] + [
            tuple("x" if column == row and row < texts else "" for column in range(6)) for row in range(5)
        ]
        return draw([row for row in rows if any(row)], [10, 60, 110, 160, 210, 260])

    full = draw([tuple("abcdef"), tuple("ghijkl")], [10, 60, 110, 160, 210, 260])
    assert find_ruled_tables([RULED], full) == [BOX]
    assert find_ruled_tables([Drawing(Box(0, -5, 300, 150), DrawingRole.FIGURE, lines=4)], sparse(5)) == []


def test_only_words_inside_count_and_each_drawing_is_looked_at_alone() -> None:
    far = Box(0, 500, 300, 580)
    assert find_ruled_tables([replace(RULED, box=far), RULED], WORDS) == [BOX]
