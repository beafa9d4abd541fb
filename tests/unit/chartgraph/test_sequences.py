import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.sequences import count_labels, fit_counting_axis


@pytest.mark.parametrize(
    ("labels", "place", "name"),
    [
        ([(0, "2006"), (100, "2008"), (200, "2010")], 50, "2007"),
        ([(0, "2000"), (100, "2010")], 20, "2002"),  # two years are a sequence
        ([(0, "Jan"), (100, "Mar"), (200, "May")], 50, "Feb"),
        ([(0, "Sep"), (100, "Nov"), (200, "Jan")], 150, "Dec"),
        ([(0, "January"), (100, "March"), (200, "May")], 150, "April"),
        ([(0, "Jan 2020"), (100, "Jul 2020"), (200, "Jan 2021")], 150, "Oct 2020"),
        ([(0, "Q1 2020"), (100, "Q3 2020"), (200, "Q1 2021")], 50, "Q2 2020"),
        ([(0, "'98"), (100, "'00"), (200, "'02")], 50, "'99"),
        ([(0, "2008"), (100, "'10"), (200, "'12")], 50, "2009"),
        ([(0, "1998"), (100, "00"), (200, "02")], 50, "1999"),
        ([(0, "Week 1"), (100, "Week 3"), (200, "Week 5")], 50, "Week 2"),
    ],
)
def test_what_stands_between_labels_has_a_name(labels, place, name):
    axis = fit_counting_axis(labels)
    assert axis is not None
    assert axis.write(round(axis.read(place))) == name


@pytest.mark.parametrize(
    "labels",
    [
        [],
        [(0, "Oslo"), (100, "Rome"), (200, "Bern")],
        [(0, "1"), (100, "2"), (200, "4")],  # not in equal steps
        [(0, "10"), (100, "20")],  # two numbers always lie on a line
        [(0, "Oslo 1"), (100, "Rome 2"), (200, "Bern 3")],
        [(0, "0.5"), (100, "1.5"), (200, "2.5")],
    ],
)
def test_other_labels_do_not_count(labels):
    assert fit_counting_axis(labels) is None


@given(st.integers(1900, 2010), st.integers(1, 20), st.integers(3, 8))
def test_every_number_between_is_found(first, step, count):
    axis = fit_counting_axis([(24.0 * i * step, str(first + i * step)) for i in range(count)])
    assert axis is not None
    assert [round(axis.read(24.0 * i)) for i in range(count * step)] == [first + i for i in range(count * step)]


@given(st.lists(st.text(max_size=8), max_size=6))
def test_never_raises(texts):
    counting = count_labels(texts)
    assert counting is None or len(counting.numbers) == len(texts)
