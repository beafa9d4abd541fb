import pytest

from serve_app.documents.orientation import (
    ReadingSigns,
    choose_chart_turn,
    choose_turn,
    is_better,
    is_suspicious,
    measure_signs,
)
from serve_app.domain import Orientation, TextLine

UPRIGHT, REVERSED, ON_ITS_SIDE = ReadingSigns(0.98, 0.0, 20), ReadingSigns(0.62, 0.05, 20), ReadingSigns(0.97, 0.9, 20)


def line(text, score, width, height):
    return TextLine(text, score, ((0, 0), (width, 0), (width, height), (0, height)))


def test_the_longest_lines_are_measured():
    lines = [line("x" * 30, 0.9, 20, 300)] * 15 + [line("x" * 40, 0.8, 300, 20)] * 5 + [line("mark", 0.1, 20, 90)] * 9
    assert measure_signs(lines) == ReadingSigns(pytest.approx(0.875), 0.75, 20, standing=24 / 29, labels=29)


@pytest.mark.parametrize("lines", [[], [line("7", 0.2, 20, 90)]])
def test_a_page_without_lines_is_not_suspicious(lines):
    assert not is_suspicious(measure_signs(lines))


def test_what_is_suspicious():
    assert [is_suspicious(signs) for signs in (UPRIGHT, REVERSED, ON_ITS_SIDE)] == [False, True, True]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_an_upright_reading_is_never_turned(degrees):
    assert choose_turn(UPRIGHT, Orientation(degrees, 1.0)) == 0


@pytest.mark.parametrize(
    ("signs", "degrees", "score", "turn"),
    [
        (REVERSED, 180, 0.9, 180),
        (REVERSED, 180, 0.5, 0),  # the model is not sure
        (REVERSED, 90, 0.9, 0),  # but the lines lie
        (ON_ITS_SIDE, 90, 0.9, 90),
        (ON_ITS_SIDE, 270, 0.7, 270),
        (ON_ITS_SIDE, 180, 0.9, 0),  # but the lines stand
        (ON_ITS_SIDE, 0, 0.9, 0),  # Chinese, from top to bottom
        (ReadingSigns(0.6, 0.0, 3), 180, 0.85, 0),  # few lines need more
        (ReadingSigns(0.6, 0.0, 3), 180, 0.95, 180),
        (ReadingSigns(0.6, 0.0, 1), 180, 0.95, 0),
    ],
)
def test_the_reading_and_the_model_must_agree(signs, degrees, score, turn):
    assert choose_turn(signs, Orientation(degrees, score)) == turn


def test_the_turned_page_is_kept_where_it_reads_better():
    assert is_better(UPRIGHT, REVERSED)
    assert is_better(UPRIGHT, ON_ITS_SIDE)
    assert not is_better(REVERSED, UPRIGHT)
    assert not is_better(ON_ITS_SIDE, REVERSED)
    assert not is_better(ReadingSigns(1.0, 0.0, 0), REVERSED)
    assert is_better(ReadingSigns(0.75, 0.0, 9), REVERSED)
    assert not is_better(ReadingSigns(0.7, 0.0, 9), REVERSED)  # a script that is not known
    fair = ReadingSigns(0.86, 0.0, 9)
    assert is_better(ReadingSigns(0.94, 0.0, 9), fair)
    assert not is_better(ReadingSigns(0.94, 0.0, 9), fair, agreed=False)
    lying = ReadingSigns(0.99, 0.4, 9, standing=1.0, labels=17)
    assert is_better(ReadingSigns(0.98, 0.0, 9), lying)
    assert not is_better(lying, ReadingSigns(0.98, 0.0, 9))


def test_text_that_runs_upwards_is_told_by_its_first_corner():
    up = TextLine("label", 0.9, ((0, 90), (0, 0), (20, 0), (20, 90)))
    down = TextLine("label", 0.9, ((20, 0), (20, 90), (0, 90), (0, 0)))
    assert measure_signs([up, up, up, down, line("label", 0.9, 90, 20)]).up == 0.75


@pytest.mark.parametrize(
    ("signs", "degrees", "score", "turn"),
    [
        (ReadingSigns(0.99, 0.9, 12, up=0.0, standing=0.8), 270, 0.4, 90),  # the text tells on which side
        (ReadingSigns(0.99, 0.9, 12, up=1.0, standing=0.8), 90, 0.4, 270),
        (ReadingSigns(0.99, 0.9, 12, up=1.0, standing=0.6), 270, 0.95, 0),  # names below bars, whatever the model says
        (ReadingSigns(0.99, 0.9, 12, up=1.0), 0, 0.4, 0),  # labels from bottom to top
        (ReadingSigns(0.99, 0.9, 12, up=0.5), 90, 0.4, 0),
        (ReadingSigns(0.99, 0.4, 12, up=1.0), 270, 0.9, 0),
        (ReadingSigns(0.99, 0.9, 4, up=1.0), 270, 0.4, 0),
        (ReadingSigns(0.9, 0.0, 12), 180, 0.8, 180),
        (ReadingSigns(0.9, 0.0, 12), 180, 0.7, 0),
        (ReadingSigns(0.97, 0.0, 12), 180, 0.9, 0),
        (REVERSED, 180, 0.65, 180),  # as on pages
        (REVERSED, 0, 0.9, 180),  # it reads badly as it stands
        (ReadingSigns(0.86, 0.0, 12), 0, 0.9, 0),
        (ReadingSigns(0.6, 0.0, 4), 0, 0.9, 0),
        (ReadingSigns(0.99, 0.4, 9, up=0.0, standing=1.0, labels=17), 0, 0.9, 90),  # short names, and all numbers stand
        (ReadingSigns(0.99, 0.9, 9, up=1.0, standing=1.0, labels=17), 0, 0.9, 270),
        (ReadingSigns(0.99, 0.9, 9, up=0.6, standing=1.0, labels=17), 0, 0.9, 0),
        (ReadingSigns(0.99, 0.9, 5, up=1.0, standing=1.0, labels=5), 0, 0.9, 0),
        (ReadingSigns(0.99, 0.9, 9, up=1.0, standing=0.6, labels=17), 0, 0.9, 0),  # names below bars, not the numbers
    ],
)
def test_a_chart_is_turned_as_its_text_runs_where_the_model_sees_it_turned(signs, degrees, score, turn):
    assert choose_chart_turn(signs, Orientation(degrees, score)) == turn


def test_a_chart_is_suspicious_earlier_than_a_page():
    signs = ReadingSigns(0.9, 0.0, 12)
    lying = ReadingSigns(0.99, 0.4, 9, standing=1.0, labels=17)
    for each in (signs, lying):
        assert is_suspicious(each, chart=True)
        assert not is_suspicious(each)
