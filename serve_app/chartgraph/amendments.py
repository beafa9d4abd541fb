"""What the model's graph is mended by before it is read: facts that the legend's keys tell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.keys import find_keys, find_names, is_in_line
from serve_app.chartgraph.roles import MarkKind, Role

_SURE = 0.9
"""Probability that is given to a role or a link that is mended."""


def amend(graph: Graph) -> Graph:
    """The graph with the roles of the names beside the legend's keys, and without those of names that have no key."""
    keys = graph.find_marks(MarkKind.SWATCH)
    if len(keys) < 2 or not graph.words:
        return graph
    role = Role.CATEGORY if graph.find_marks(MarkKind.SLICE, MarkKind.RIM) else Role.SERIES
    names = find_names(graph, keys)
    roles = graph.roles.copy()
    for word in names.values():
        if graph.best_roles[word] in (Role.OTHER, Role.CONTINUED, Role.VALUE_AXIS, Role.CATEGORY_AXIS, Role.VALUE):
            roles[word] = _make_sure(roles.shape[1], role)
    amended = replace(graph, roles=roles)
    if role is Role.SERIES:
        named = amended.find_words(Role.SERIES)
        keyed = list(find_keys(amended, named))
        strange = [
            word
            for word in named
            if word not in keyed and not is_in_line(graph.words[word], [graph.words[i] for i in keyed])
        ]
        if len(keyed) >= 2 and strange:  # the legend's title, or a point's marker that OCR read as a letter
            roles[strange] = _make_sure(roles.shape[1], Role.OTHER)
            amended = replace(graph, roles=roles, links=_unlink(graph, strange))
    return amended


def _make_sure(count: int, role: Role) -> Floats:
    row = np.full(count, (1 - _SURE) / (count - 1))
    row[role] = _SURE
    return row


def _unlink(graph: Graph, words: Sequence[int]) -> Floats:
    """The links, those of series to these words shared out among the others."""
    links = graph.links.copy()
    series = links[1]
    series[:, [1 + word for word in words]] = 0.0
    total = series.sum(1, keepdims=True)
    links[1] = np.divide(series, total, out=series.copy(), where=total > 0)
    return links
