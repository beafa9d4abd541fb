"""From which probability on a word is the value that is printed at a mark."""

import numpy as np
import pytest

from serve_app.chartgraph.assembly import LABEL, _find_printed
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.words import PlacedWord


def graph(*links):
    """Marks with the probability of each that the value of word 0, 1, … is theirs."""
    words = [PlacedWord.__new__(PlacedWord) for _ in links[0]]
    for number, word in enumerate(words):
        object.__setattr__(word, "text", str(10 + number))
    table = np.zeros((3, len(links), 1 + len(words)))
    table[LABEL, :, 1:] = links
    nothing = np.zeros(0)
    return Graph(words, np.zeros((len(words), 1)), nothing, nothing, nothing, table, nothing, 0.0)


@pytest.mark.parametrize(("probability", "found"), [(0.29, {}), (0.31, {0: (0, 0.31)}), (1.0, {0: (0, 1.0)})])
def test_a_link_counts_from_three_tenths_on(probability, found):
    assert _find_printed(graph([probability]), [0]) == found


def test_a_word_serves_the_mark_that_is_surest_of_it():
    assert _find_printed(graph([0.6, 0.5], [0.9, 0.4]), [0, 1]) == {1: (0, 0.9), 0: (1, 0.5)}
