import pytest

from serve_app.documents.axis import find_ticks
from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box


def place(text, x, y):
    return PlacedText(text, Box(x, y, x + 8 * len(text), y + 12))


@pytest.mark.parametrize(
    "values",
    [
        ["0", "20", "40", "60", "80", "100"],
        ["-10%", "-5%", "0%", "5%", "10%"],
        ["1", "10", "100", "1,000", "10,000"],  # of a logarithmic axis
        ["2019", "2020", "2021", "2022", "2023"],
    ],
)
def test_even_numbers_are_an_axis(values):
    upright = [place(value, 40 - 8 * len(value), 300 - 50 * index) for index, value in enumerate(values)]
    level = [place(value, 100 + 80 * index, 320) for index, value in enumerate(values)]
    for texts in (upright, level):
        assert find_ticks(texts, len(values)) == set(range(len(values)))
        assert find_ticks(texts, len(values) + 1) == set()


def test_a_misread_number_is_left_out():
    texts = [place(value, 10, 300 - 50 * index) for index, value in enumerate(("0", "20", "40", "6", "80", "100"))]
    assert find_ticks(texts, 5) == {0, 1, 2, 4, 5}


@pytest.mark.parametrize("values", [["3", "8", "1", "44", "12"], ["7", "7", "7", "7", "7"], ["a", "b", "c", "d", "e"]])
def test_other_columns_are_none(values):
    assert find_ticks([place(value, 10, 50 * index) for index, value in enumerate(values)], 5) == set()


def test_numbers_must_stand_in_a_line():
    assert find_ticks([place(str(20 * i), 10 + 30 * (i % 3), 300 - 50 * i) for i in range(6)], 5) == set()


def test_nothing_has_no_axis():
    assert find_ticks([], 1) == set()
