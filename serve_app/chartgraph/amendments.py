"""What the model's graph is mended by before it is read: facts that the legend's keys tell."""

from dataclasses import replace

import numpy as np

from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.keys import find_names
from serve_app.chartgraph.roles import MarkKind, Role

_SURE = 0.9
"""Probability that is given to a role or a link that is mended."""


def amend(graph: Graph) -> Graph:
    """The graph with the roles of the names beside the legend's keys."""
    keys = graph.find_marks(MarkKind.SWATCH)
    if len(keys) < 2 or not graph.words:
        return graph
    role = Role.CATEGORY if graph.find_marks(MarkKind.SLICE, MarkKind.RIM) else Role.SERIES
    names = find_names(graph, keys)
    roles = graph.roles.copy()
    for word in names.values():
        if graph.best_roles[word] in (Role.OTHER, Role.CONTINUED, Role.VALUE_AXIS, Role.CATEGORY_AXIS, Role.VALUE):
            roles[word] = _make_sure(roles.shape[1], role)
    return replace(graph, roles=roles)


def _make_sure(count: int, role: Role) -> Floats:
    row = np.full(count, (1 - _SURE) / (count - 1))
    row[role] = _SURE
    return row
