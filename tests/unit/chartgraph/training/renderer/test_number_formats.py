"""Printed numbers and random values."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.training.renderer.number_formats import NumberFormat, draw_formats, draw_values, round_shares
from serve_app.tables.numbers import parse_number


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (NumberFormat(1, ",", prefix="$", suffix="M"), 1234.56, "$1,234.6M"),
        (NumberFormat(2, ".", ","), 1234.5, "1.234,50"),
        (NumberFormat(0, " ", minus="\N{MINUS SIGN}"), -12345, "\N{MINUS SIGN}12 345"),
        (NumberFormat(0, suffix="%", bare_zero=True), 0, "0"),
        (NumberFormat(1), -0.04, "0.0"),
    ],
)
def test_number_is_printed_in_its_format(form: NumberFormat, value: float, text: str) -> None:
    assert form.write(value) == text


@given(st.integers(0, 10**9), st.booleans(), st.floats(-99, 99))
def test_cell_has_the_unit_that_is_read_from_its_text(seed: int, percent: bool, value: float) -> None:
    for form in draw_formats(random.Random(seed), percent, 1):
        cell = form.cell(round(value, 1), form.write(value))
        read = parse_number(cell.text)
        assert read is not None
        assert cell.number is not None
        if form.bare_zero and not cell.number.value:
            return
        assert (read.unit, read.percent) == (cell.number.unit, cell.number.percent)
        assert read.value == pytest.approx(cell.number.value)


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=9), st.integers(0, 2))
def test_rounded_shares_add_up(weights: list[float], decimals: int) -> None:
    shares = round_shares(weights, 100.0, decimals)
    assert sum(shares) == pytest.approx(100.0)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - 100 * weight / sum(weights)) <= 10.0**-decimals


@given(st.integers(0, 10**9), st.floats(0.5, 1e5))
def test_values_are_within_their_range(seed: int, peak: float) -> None:
    rows = draw_values(random.Random(seed), (3, 5), peak, 3, 0.1)
    assert [len(row) for row in rows] == [5, 5, 5]
    assert all(0.1 * peak - 1e-3 <= value <= 1.1 * peak + 1e-3 for row in rows for value in row)
