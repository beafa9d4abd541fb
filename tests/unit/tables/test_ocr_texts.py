import pytest

from serve_app.domain import Number, TextLine
from serve_app.tables.ocr_texts import MAX_TEXTS, find_centre, list_texts

LEVEL = ((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0))
UPWARDS = ((0.0, 100.0), (0.0, 0.0), (10.0, 0.0), (10.0, 100.0))


def test_lines_come_before_their_parts() -> None:
    texts = list_texts([TextLine("a b c d", 1, LEVEL), TextLine("12%", 1, LEVEL), TextLine(" ", 1, LEVEL)])
    assert [(text.line, text.text) for text in texts] == [
        *((0, "a b c d"), (1, "12%")),
        *((0, "a"), (0, "b"), (0, "c"), (0, "d"), (0, "a b"), (0, "b c"), (0, "c d"), (0, "a b c"), (0, "b c d")),
    ]
    assert texts[1].number == Number(12, percent=True)


def test_a_part_is_placed_by_its_characters() -> None:
    part = next(text for text in list_texts([TextLine("0123 567 9", 1, LEVEL)]) if text.text == "567")
    assert (part.start, part.end) == (5, 8)
    assert part.centre == pytest.approx((65, 5))
    assert (part.width, part.height) == (pytest.approx(30), 10)


def test_a_part_of_an_upward_line_lies_along_it() -> None:
    part = next(text for text in list_texts([TextLine("ab cd", 1, UPWARDS)]) if text.text == "ab")
    assert part.centre == pytest.approx((5, 80))
    assert part.height == 10


def test_their_number_is_bounded() -> None:
    assert len(list_texts([TextLine("a b c d e", 1, LEVEL)] * 1000)) == MAX_TEXTS


def test_the_centre_of_a_point_and_of_an_outline() -> None:
    assert find_centre((3.0, 4.0)) == (3, 4)
    assert find_centre(LEVEL) == (50, 5)
