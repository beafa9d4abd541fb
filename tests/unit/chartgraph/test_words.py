import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import outline_word, place_word, prepare_words
from serve_app.domain import Polygon, TextLine


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@given(st.floats(-80, 170), st.floats(20, 200), st.floats(4, 19), st.floats(0, 900), st.floats(0, 900))
def test_an_outline_is_measured_back(angle, width, height, x, y):
    word = SceneWord("Label", x, y, width, height, angle, Role.OTHER)
    placed = place_word("Label", 1.0, outline_word(word))
    assert (placed.x, placed.y) == pytest.approx((x, y))
    assert (placed.width, placed.height) == pytest.approx((width, height))
    assert math.cos(math.radians(placed.angle - angle)) == pytest.approx(1)


def test_a_tall_box_runs_upwards():
    placed = place_word("Sales in EUR", 1.0, box(10, 100, 24, 220))
    assert (placed.width, placed.height, placed.angle) == (120, 14, 90)
    assert place_word("1", 1.0, box(10, 100, 15, 112)).angle == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16 -", ["16"]),
        ("- 16", ["16"]),
        ("-16", ["-16"]),
        ("40GWh=", ["40GWh"]),
        ("Sales =", ["Sales ="]),
        ("—", []),
        ("●", []),
        ("一", []),
        ("%", ["%"]),
        ("20%", ["20%"]),
        ("18-24", ["18-24"]),
        ("Q1 -", ["Q1"]),
    ],
)
def test_ticks_and_points_are_no_text(text, expected):
    assert [part.text for part in prepare_words([TextLine(text, 1.0, box(0, 0, 30, 12))])] == expected


def test_splits_glued_ticks_without_word_boxes():
    parts = prepare_words([TextLine("0 20 40", 1.0, box(0, 0, 140, 12))])
    assert [part.text for part in parts] == ["0", "20", "40"]
    assert [part.x for part in parts] == pytest.approx([10, 60, 120])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("250- 238.5", ["250", "238.5"]),
        ("250-238.5", ["250", "238.5"]),
        ("100-238.5", ["100-238.5"]),
        ("2024-01", ["2024-01"]),
        ("761 MW 717 MW", ["761 MW", "717 MW"]),
        ("761 MW 717 kW", ["761 MW 717 kW"]),
        ("12 men", ["12 men"]),
        ("1 200", ["1 200"]),
        ("2,000,0004,000,0006,000,000", ["2,000,000", "4,000,000", "6,000,000"]),
        ("8%8%", ["8%", "8%"]),
        ("12,000,000", ["12,000,000"]),
        ("Jan Feb Mar Apr", ["Jan", "Feb", "Mar", "Apr"]),
        ("Q1 Q2 Q3 Q4", ["Q1", "Q2", "Q3", "Q4"]),
        ("Jan Mar", ["Jan Mar"]),  # two could be one label
        ("Jan Sunny Mar", ["Jan Sunny Mar"]),
    ],
)
def test_numbers_that_were_read_as_one_line_are_parted(text, expected):
    assert [part.text for part in prepare_words([TextLine(text, 1.0, box(0, 0, 140, 12))])] == expected


def test_drops_empty_lines_and_keeps_the_best():
    lines = [TextLine(f"w{i}", i / 200, box(0, 20 * i, 30, 20 * i + 12)) for i in range(200)]
    kept = prepare_words([TextLine("  ", 1.0, box(0, 0, 9, 9)), *lines], limit=50)
    assert [word.text for word in kept] == [f"w{i}" for i in range(150, 200)]


@given(st.text(max_size=40), st.floats(0, 300), st.floats(0, 300))
def test_never_raises(text, width, height):
    for word in prepare_words([TextLine(text, 0.5, box(5, 5, 5 + width, 5 + height))]):
        assert word.text.strip()
        assert word.width >= 1
        assert word.height >= 1
