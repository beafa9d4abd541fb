import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import Number
from serve_app.tables.numbers import LONGEST, expand, format_number, parse_number

SPACED = "1\N{NARROW NO-BREAK SPACE}200"
MINUS = "\N{MINUS SIGN}3"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2019", 2019, None),
        ("$1,200.5", 1200.5, "$"),
        ("-$3.5bn", -3.5, "$bn"),
        ("US$ 1.5 million", 1.5, "US$ million"),
        ("\u20ac 5", 5, "\u20ac"),
        ("5 \u20ac", 5, "\u20ac"),
        ("USD 5", 5, "USD"),
        ("5 Mio. \u20ac", 5, "Mio. \u20ac"),
        ("1.5M", 1.5, "M"),
        ("12 kg", 12, "kg"),
        ("50 km/h", 50, "km/h"),
        ("12 m²", 12, "m²"),
        ("25°C", 25, "°C"),
        ("1.5万", 1.5, "万"),
        (MINUS, -3, None),
        ("- 3", -3, None),
        ("+3", 3, None),
        ("(3.2)", -3.2, None),
        ("($3.2)", -3.2, "$"),
        ("(-3)", -3, None),
        ("~12", 12, None),
        ("1,200*", 1200, None),
        (".5", 0.5, None),
        ("3,5", 3.5, None),
        ("0,500", 0.5, None),
        ("3,500", 3500, None),
        ("3.500", 3.5, None),
        ("12,34,567", 1234567, None),
        ("1 200", 1200, None),
        (SPACED, 1200, None),
        ("1'200.5", 1200.5, None),
        ("1.234,5", 1234.5, None),
        ("1 234,5", 1234.5, None),
        ("1.200.000", 1_200_000, None),
        ("1e6", 1e6, None),
        ("1e-05", 1e-5, None),
        ("10^3", 1000, None),
        ("10^{-2}", 0.01, None),
        ("10⁻²", 0.01, None),
        ("2.5\N{MULTIPLICATION SIGN}10^3", 2500, None),
        ("\uff11\uff12", 12, None),
        ("  7  ", 7, None),
    ],
)
def test_reads_a_number_with_its_unit(text: str, value: float, unit: str | None) -> None:
    assert parse_number(text) == Number(pytest.approx(value), unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12%", 12),
        ("12 %", 12),
        ("%12", 12),
        ("-1.5\uff05", -1.5),
        ("(3.2)%", -3.2),
        ("20 per cent", 20),
        ("5 pct.", 5),
    ],
)
def test_a_percentage_keeps_its_printed_value(text: str, value: float) -> None:
    assert parse_number(text) == Number(value, None, percent=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "n/a", "abc", "$", "%", "nan", "inf", "1e999", "9" * (LONGEST + 1)),
        *("Q1 2020", "2019-2020", "12:30", "12/05/2020", "5 May", "1st", "10am", "12月", "2024E", "18-24", "65+", "<5"),
        *("1,2,3", "1 20", "0 20 40", "12,34,56,7", "5½", "--3", "-(3)", "(5", "5)", "3D5", "1/2", "±5", "5 of 10"),
    ],
)
def test_other_texts_are_no_numbers(text: str) -> None:
    assert parse_number(text) is None


def test_the_longest_number_is_read() -> None:
    assert parse_number("9" * LONGEST) == Number(pytest.approx(1e64))


def test_a_zero_has_no_sign() -> None:
    number = parse_number("-0")
    assert number is not None
    assert math.copysign(1, number.value) == 1


@given(st.text(alphabet=st.one_of(st.sampled_from("0123456789.,'-+()%$ eExkM^ "), st.characters())))
def test_never_raises_and_always_finite(text: str) -> None:
    number = parse_number(text)
    assert number is None or math.isfinite(number.value)


@given(
    value=st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0 or 0.0),
    unit=st.sampled_from(
        [None, "$", "$M", "US$ million", "k", "bn", "kg", "km/h", "\u20ac", "million", "Mio. \u20ac", "万"]
    ),
)
def test_a_formatted_number_reads_the_same(value: float, unit: str | None) -> None:
    for number in (Number(value, unit), Number(value, percent=True)):
        assert parse_number(format_number(number)) == number


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_reads_thousands_separators(value: int) -> None:
    for text in (f"{value:,}", f"{value:,}".replace(",", " "), f"{value:,}.25".replace(",", "'")):
        number = parse_number(text)
        assert number is not None
        assert abs(number.value) == pytest.approx(abs(value) + (0.25 if ".25" in text else 0), rel=1e-15)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Number(1500.0), "1500"),
        (Number(-0.25, percent=True), "-0.25%"),
        (Number(-1.5, "$M"), "-$1.5M"),
        (Number(12.0, "kg"), "12 kg"),
        (Number(2.5, "M"), "2.5M"),
        (Number(3.5, "bn"), "3.5bn"),
        (Number(0.0), "0"),
    ],
)
def test_formats_plainly(number: Number, text: str) -> None:
    assert format_number(number) == text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.5M", 1_500_000, None),
        ("20k", 20_000, None),
        ("3 bn", 3e9, None),
        ("5 m", 5, "m"),
        ("$2B", 2, "$B"),
        ("7", 7, None),
    ],
)
def test_magnitudes_are_numbers_and_other_units_are_kept(text, value, unit):
    number = parse_number(text)
    assert number
    assert expand(number) == Number(value, unit)
