"""From which probability on a word is the value that is printed at a mark."""

import pytest

from serve_app.chartgraph.calibration import Ground
from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.values import find_printed, follow_printed
from serve_app.domain import Cell, Number
from tests.unit.chartgraph.graphs import make_graph

FAR = 400.0  # pixels: none of the words stands beside its mark


def find(*links):
    """The printed values of marks, by the probability of each mark that word 0, 1, … is its value."""
    words = [(str(10 + number), 50.0 * number, FAR, Role.VALUE) for number in range(len(links[0]))]
    graph = make_graph(words, [(MarkKind.COLUMN, 50.0 * mark, 0.0) for mark in range(len(links))])
    graph.links[2, :, 1:] = links
    entries = [Entry(mark, row=mark, column=1, probability=1.0, position=0.0) for mark in range(len(links))]
    return find_printed(graph, entries, [None] * len(links), None, False)


@pytest.mark.parametrize(("probability", "found"), [(0.29, {}), (0.31, {0: (0, 0.31)}), (1.0, {0: (0, 1.0)})])
def test_a_link_counts_from_three_tenths_on(probability, found):
    assert find([probability]) == found


def test_a_word_serves_one_mark_only():
    assert find([0.6, 0.5], [0.9, 0.4]) == {1: (0, 0.9), 0: (1, 0.5)}


@pytest.mark.parametrize(("printed", "axis"), [(True, False), (False, True)])
def test_measured_values_are_percentages_where_the_printed_ones_are(printed, axis):
    cells = {
        (0, 0): (Cell("53", number=Number(53.0, percent=printed)), Ground.PRINTED),
        (1, 0): (Cell("48", number=Number(48.0, percent=axis)), Ground.MEASURED),
    }
    followed = follow_printed(cells)
    assert followed[1, 0][0].number == Number(48.0, percent=printed)
    assert followed[0, 0] == cells[0, 0]
