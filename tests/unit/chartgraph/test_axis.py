import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.axis import Tick, fit_axis

ROUND_STEPS = st.sampled_from([0.01, 0.25, 1.0, 20.0, 500.0])


@given(st.integers(3, 10), ROUND_STEPS, st.integers(-5, 5), st.floats(20, 60), st.floats(10, 90))
def test_reads_what_lies_between_ticks(count, step, first, gap, position):
    ticks = [Tick(400 - gap * i, step * (first + i)) for i in range(count)]
    axis = fit_axis(ticks, upwards=True)
    assert axis is not None
    assert axis.read(position) == pytest.approx(step * (first + (400 - position) / gap), abs=1e-6 * step * count)
    assert axis.locate(axis.read(position)) == pytest.approx(position)


@given(st.integers(5, 9), st.data())
def test_a_misread_tick_changes_nothing(count, data):
    wrong = data.draw(st.integers(0, count - 1))
    value = data.draw(st.sampled_from([-80.0, 1.0, 7.0, 200.0, 1e6]))
    ticks = [Tick(400 - 40 * i, value if i == wrong else 10.0 * i) for i in range(count)]
    axis = fit_axis(ticks, upwards=True)
    assert axis is not None
    assert axis.read(220) == pytest.approx(45, abs=0.8)


def test_logarithmic_axis():
    axis = fit_axis([Tick(300 - 50 * i, 10.0**i) for i in range(5)], upwards=True)
    assert axis is not None
    assert axis.logarithmic
    assert axis.read(275) == pytest.approx(math.sqrt(10))


def test_two_ticks_are_linear_and_less_certain():
    two, five = (fit_axis([Tick(300 - 50 * i, 10.0 * i + 10) for i in range(n)], upwards=True) for n in (2, 5))
    assert two is not None
    assert five is not None
    assert not two.logarithmic
    assert two.confidence < five.confidence


@pytest.mark.parametrize("ticks", [[], [Tick(10, 5)], [Tick(10, 5), Tick(90, 5)], [Tick(10, 5), Tick(10, 6)]])
def test_no_axis_from_too_little(ticks):
    assert fit_axis(ticks, upwards=True) is None


@pytest.mark.parametrize(("value", "rounded"), [(51.2345, 51.2), (0.04, 0.0), (99.96, 100.0)])
def test_rounds_to_half_a_percent_of_the_span(value, rounded):
    axis = fit_axis([Tick(400 - 4 * v, float(v)) for v in range(0, 101, 20)], upwards=True)
    assert axis is not None
    assert axis.round(value) == pytest.approx(rounded)


def test_a_rightward_axis_and_a_reversed_one():
    right = fit_axis([Tick(100 + 30 * i, 5.0 * i) for i in range(4)], upwards=False)
    reversed_axis = fit_axis([Tick(100 + 30 * i, 5.0 * i) for i in range(4)], upwards=True)
    assert right is not None
    assert reversed_axis is not None
    assert right.read(115) == reversed_axis.read(115) == pytest.approx(2.5)


def test_numbers_moved_inwards_at_the_ends_do_not_bend_the_axis():
    ticks = [Tick(59 + 82 * i, -10 + 4 * i) for i in range(6)]
    axis = fit_axis([Tick(69, -10), *ticks[1:5], Tick(461, 10)], upwards=False)
    assert axis.read(263.5) == pytest.approx(-0.02, abs=0.05)
