"""Graphs as a model that makes no mistakes would give them."""

import numpy as np

from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.roles import CHART_KINDS, Role
from serve_app.chartgraph.training.scene import Scene
from serve_app.chartgraph.words import PlacedWord, outline_word


def perfect_graph(scene: Scene) -> Graph:
    """Every role, mark and link of a scene with probability 1."""
    words = [PlacedWord(w.text, 1.0, outline_word(w), w.x, w.y, w.width, w.height, w.angle) for w in scene.words]
    links = np.zeros((3, len(scene.marks), 1 + len(words)))
    for m, mark in enumerate(scene.marks):
        for link, target in enumerate((mark.category, mark.series, mark.label)):
            links[link, m, 0 if target is None else 1 + target] = 1.0
    return Graph(
        words=words,
        roles=np.eye(len(Role))[[w.role for w in scene.words]].reshape(-1, len(Role)),
        points=np.array([(m.x, m.y) for m in scene.marks]).reshape(-1, 2),
        kinds=np.array([int(m.kind) for m in scene.marks], np.int64),
        scores=np.ones(len(scene.marks)),
        links=links,
        chart_kinds=np.eye(len(CHART_KINDS))[CHART_KINDS.index(scene.kind)],
        stacked=float(scene.stacked),
    )
