import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.numbered_categories import name_between

YEARS = [(0.0, "2006"), (100.0, "2008"), (200.0, "2010")]


@pytest.mark.parametrize(
    ("labels", "positions", "names"),
    [
        (YEARS, [50.0, 151.0, 250.0], ["2007", "2009", "2011"]),
        (YEARS, [], []),
        (YEARS, [50.0, 125.0], [None, None]),  # between whole numbers: no sequence at all
        (YEARS[:2], [50.0], [None]),  # two numbers always lie on a line
        ([(0.0, "1"), (100.0, "2"), (200.0, "4")], [50.0], [None]),  # not in equal steps
        ([(0.0, "Jan"), (100.0, "Mar"), (200.0, "May")], [50.0], [None]),
        ([(0.0, "0.5"), (100.0, "1.5"), (200.0, "2.5")], [50.0], [None]),
        ([(0.0, "10"), (100.0, "30"), (200.0, "50")], [10.0, 50.0], ["12", "20"]),
        ([(0.0, "0"), (100.0, "10"), (200.0, "20")], [-50.0], [None]),
    ],
)
def test_places_between_numbers_have_names(labels, positions, names):
    assert name_between(labels, positions) == names


@given(st.integers(0, 3000), st.integers(1, 20), st.integers(3, 8), st.floats(-0.1, 0.1))
def test_every_number_between_is_found(first, step, count, off):
    pitch = 24.0
    labels = [(pitch * i * step, str(first + i * step)) for i in range(count)]
    places = [i for i in range((count - 1) * step) if i % step]
    names = name_between(labels, [pitch * (i + off) for i in places])
    assert names == [str(first + i) for i in places]


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.text(max_size=5)), max_size=6), st.lists(st.floats(-1e4, 1e4)))
def test_never_raises(labels, positions):
    assert len(name_between(labels, positions)) == len(positions)
