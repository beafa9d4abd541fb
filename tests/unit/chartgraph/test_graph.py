import numpy as np
import pytest

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.words import place_word


def graph(*texts):
    box = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    roles = np.zeros((len(texts), len(Role)))
    roles[:, Role.TICK] = 1
    words = [place_word(text, 1.0, box) for text in texts]
    none = np.zeros((0, 2)), np.zeros(0, np.int64), np.zeros(0), np.zeros((3, 0, 1 + len(texts)))
    return Graph(words, roles, *none, np.zeros(6), 0.0)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("0", "20.000", "40.000"), (0, 20_000, 40_000)),
        (("0,0", "20.000,5", "1.040.000"), (0, 20_000.5, 1_040_000)),
        (("0", "0.125", "0.250"), (0, 0.125, 0.25)),  # no thousand among them
        (("0.000", "0.050", "0.100"), (0, 0.05, 0.1)),  # a group of thousands does not begin with 0
        (("0", "2.5", "10.000"), (0, 2.5, 10)),
        (("0", "20.000"), (0, 20)),  # one alone does not tell
    ],
)
def test_dots_are_told_by_all_numbers_together(texts, values):
    numbers = [graph(*texts).read_number(i) for i in range(len(texts))]
    assert [number.value for number in numbers] == list(values)
