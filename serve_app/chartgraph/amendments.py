"""What the model's graph is mended by before it is read: facts that the legend's keys tell."""

from dataclasses import replace

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.keys import find_keys, find_names
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
        keyed = find_keys(amended, named)
        lone = [word for word in named if word not in keyed]
        if len(keyed) >= 2 and len(lone) == 1 and len(keyed) == len(keys):
            roles[lone[0]] = _make_sure(roles.shape[1], Role.OTHER)  # the legend's title
            amended = replace(graph, roles=roles, links=_unlink(graph, lone[0]))
    return amended


def _make_sure(count: int, role: Role) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    row = np.full(count, (1 - _SURE) / (count - 1))
    row[role] = _SURE
    return row


def _unlink(graph: Graph, word: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The links, those of series to this word shared out among the others."""
    links = graph.links.copy()
    series = links[1]
    series[:, 1 + word] = 0.0
    total = series.sum(1, keepdims=True)
    links[1] = np.divide(series, total, out=series.copy(), where=total > 0)
    return links
