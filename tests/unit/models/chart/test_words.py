import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.domain import Polygon, TextLine, Word
from serve_app.models.chart.scene import Role, SceneWord
from serve_app.models.chart.words import outline_word, place_word, prepare_words


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
    ("spans", "texts", "expected"),
    [
        ([(0, 30), (36, 60)], ["New", "York"], ["New York"]),
        ([(0, 30), (60, 90)], ["East", "West"], ["East", "West"]),
        ([(0, 10), (14, 34)], ["1", "200"], ["1 200"]),
        ([(0, 10), (22, 40), (52, 70)], ["0", "20", "40"], ["0", "20", "40"]),
        ([(0, 4), (8, 40), (70, 74), (78, 110)], ["$", "1000", "$", "500"], ["$ 1000", "$ 500"]),
    ],
)
def test_splits_where_the_gap_is_wide(spans, texts, expected):
    words = tuple(Word(text, box(a, 0, b, 16)) for text, (a, b) in zip(texts, spans, strict=True))
    line = TextLine(" ".join(texts), 0.9, box(0, 0, max(b for _, b in spans), 16), words)
    parts = prepare_words([line])
    assert [part.text for part in parts] == expected
    assert all(part.score == 0.9 for part in parts)


@pytest.mark.parametrize(("text", "first"), [("■ North", "■"), ("North", None), ("-o- North", "-"), ("■North", "■")])
def test_a_legend_key_is_no_part_of_its_name(text, first):
    words = (Word("North", box(40, 0, 75, 14)),)
    if first:
        words = (Word(first, box(4, 0, 14, 14)), *words)
    [part] = prepare_words([TextLine(text, 1.0, box(0, 0, 80, 14), words)])
    assert part.text == "North"
    assert part.polygon[0][0] == pytest.approx(40 - 0.3 * 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("16 -", ["16"]), ("—", []), ("●", []), ("一", []), ("20%", ["20%"]), ("18-24", ["18-24"]), ("Q1 -", ["Q1"])],
)
def test_ticks_and_points_are_no_text(text, expected):
    assert [part.text for part in prepare_words([TextLine(text, 1.0, box(0, 0, 30, 12))])] == expected


def test_a_percent_sign_stays_with_its_number():
    words = (Word("30", box(2, 0, 14, 12)), Word("%", box(26, 0, 34, 12)))
    assert [part.text for part in prepare_words([TextLine("30 %", 1.0, box(0, 0, 36, 12), words)])] == ["30 %"]


def test_a_minus_is_no_legend_key():
    line = TextLine("-5", 1.0, box(0, 0, 20, 12), (Word("-", box(2, 0, 6, 12)), Word("5", box(8, 0, 16, 12))))
    assert [part.text for part in prepare_words([line])] == ["-5"]


def test_splits_glued_ticks_without_word_boxes():
    parts = prepare_words([TextLine("0 20 40", 1.0, box(0, 0, 140, 12))])
    assert [part.text for part in parts] == ["0", "20", "40"]
    assert [part.x for part in parts] == pytest.approx([10, 60, 120])


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
