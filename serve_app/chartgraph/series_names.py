"""Which words name the series of a chart: a legend's entries, headings, or the texts at the ends of lines."""

from collections.abc import Sequence

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.headings import is_in_foot
from serve_app.chartgraph.keys import find_keys, is_in_line
from serve_app.chartgraph.labels import Labels, is_name
from serve_app.chartgraph.roles import Role

_SURE = 0.8
"""Probability from which on the model is sure that a word is a name."""


def choose_names(graph: Graph, labels: Labels, words: Sequence[int], across: bool) -> list[int]:
    """Those of some words that are names of series, as they are read: row by row.

    Args:
        graph: the chart.
        labels: its words, joined.
        words: those that the model takes for names, or links marks to.
        across: whether the category axis is the vertical one.
    """
    names = _order_legend(graph, _drop_strange(graph, _drop_values(graph, labels, words)))
    return _drop_foot(graph, names, across)


def have_keys(graph: Graph, names: Sequence[int]) -> bool:
    """Whether names stand beside keys; a lone mark beside what the model takes for no name is none."""
    keyed = find_keys(graph, names)
    return len(keyed) > 1 or any(graph.best_roles[name] == Role.SERIES for name in keyed)


def _drop_values(graph: Graph, labels: Labels, words: Sequence[int]) -> list[int]:
    """Names without several numbers that OCR read as one line, and without values beside names that have letters.

    A number that begins right under or over a name with letters is a name itself.
    """
    spelt = [word for word in words if is_name(labels.texts[word])]
    if not spelt:
        return [word for word in words if " " not in labels.texts[word].strip()]
    return [word for word in words if word in spelt or _is_listed(graph, word, spelt)]


def _drop_foot(graph: Graph, words: list[int], across: bool) -> list[int]:
    """Names without words of the foot that have no key and that the model hardly takes for names."""
    keyed = find_keys(graph, words)
    return [
        word
        for word in words
        if word in keyed or graph.roles[word, Role.SERIES] > _SURE or not is_in_foot(graph, word, across)
    ]


def _is_listed(graph: Graph, word: int, names: Sequence[int]) -> bool:
    placed = graph.words[word]
    return graph.best_roles[word] == Role.SERIES and any(
        abs(placed.y - other.y) > other.height / 2
        and abs((placed.x - placed.width / 2) - (other.x - other.width / 2)) < other.height / 2
        for other in (graph.words[name] for name in names)
    )


def _drop_strange(graph: Graph, words: list[int]) -> list[int]:
    """Names without those out of line with the names that have a key: a legend's title, a marker read as a letter."""
    keyed = [graph.words[word] for word in find_keys(graph, words)]
    if len(keyed) < 2:
        return words
    return [
        word
        for word in words
        if graph.words[word] in keyed
        or (graph.best_roles[word] == Role.SERIES and is_in_line(graph.words[word], keyed))
    ]


def _order_legend(graph: Graph, words: list[int]) -> list[int]:
    """Legend entries as they are read: row by row."""
    if not words:
        return []
    height = float(np.median([graph.words[i].height for i in words])) * 1.2
    return sorted(words, key=lambda i: (round(graph.words[i].y / height), graph.words[i].x))
