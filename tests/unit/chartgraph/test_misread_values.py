import pytest

from serve_app.chartgraph.axis import Tick, fit_axis
from serve_app.chartgraph.misread_values import find_misread

AXIS = fit_axis([Tick(400.0, 0.0), Tick(200.0, 50.0), Tick(0.0, 100.0)], upwards=True)
READ = [10.2, 20.1, 29.7, 40.0, 49.9]


@pytest.mark.parametrize(
    ("printed", "misread"),
    [
        ({0: 10, 1: 20, 2: 30, 3: 40, 4: 499}, {4}),  # a lost point
        ({0: 10, 1: 20, 2: 30, 3: 4096}, {3}),  # a percent sign read as 96
        ({0: 10, 1: 20, 2: 30, 3: 48}, set()),  # within what a slanted label may be linked to
        ({0: 10, 1: 20, 4: 499}, set()),  # two that agree are not enough
        ({0: 1, 1: 2, 2: 3, 3: 4, 4: 5}, set()),  # it is the axis that is wrong, or in another unit
        ({}, set()),
    ],
)
def test_an_axis_that_most_values_confirm_contradicts_the_others(printed, misread):
    assert find_misread(printed, READ, AXIS) == misread


def test_without_an_axis_nothing_contradicts():
    assert find_misread({0: 1.0}, [None], None) == set()
    logarithmic = fit_axis([Tick(0.0, 1.0), Tick(100.0, 10.0), Tick(200.0, 100.0), Tick(300.0, 1000.0)], upwards=False)
    assert logarithmic
    assert logarithmic.logarithmic
    assert find_misread({0: 10, 1: 20, 2: 30, 3: 900}, READ, logarithmic) == set()
