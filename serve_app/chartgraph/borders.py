"""Borders between the slices of a pie that the model missed, by the colours round its rim."""

import math

import numpy as np

from serve_app.chartgraph.colours import Palette, to_lab
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import MarkKind

_STEPS = 720
"""Places round the pie that are looked at."""

_DEPTHS = (0.82, 0.88, 0.93)
"""Shares of the radius at which they are looked at: inside the rim, and in the ring of a donut."""

_LIKE = 6.0
"""Distance in CIELAB within which places next to each other are in one slice."""

_LEAST = 2.0
"""Degrees of a slice; narrower runs of one colour are outlines and print."""

_AT_BORDER = 5.0
"""Degrees within which a border is one that the model found."""

_AGREE = 0.7
"""Share of the model's borders at which the colour must change, or else the colours tell none."""

_ROUND = 0.1
"""By how much of the radius the model's borders may miss one circle."""

_SCORE = 0.8
"""Of a mark that was found by colour."""


def find_borders(graph: Graph, hub: Floats, palette: Palette) -> Graph:
    """The graph of a pie with further borders where the colour changes, and with a slice between any two borders."""
    rims = graph.points[graph.find_marks(MarkKind.RIM)] - hub
    radii = np.hypot(rims[:, 0], rims[:, 1])
    if len(rims) < 2 or np.abs(radii / np.median(radii) - 1).max() > _ROUND:
        return graph
    radius = float(np.median(radii))
    known = np.degrees(np.arctan2(rims[:, 1], rims[:, 0])) % 360
    seen = _find_changes(palette, hub, radius)
    if not len(seen) or (_measure_turns(known, seen).min(1) < _AT_BORDER).mean() < _AGREE:
        return graph
    fresh = seen[_measure_turns(seen, known).min(1) >= _AT_BORDER]
    if not len(fresh):
        return graph
    turns = np.radians(fresh)
    points = np.stack((hub[0] + radius * np.cos(turns), hub[1] + radius * np.sin(turns)), 1)
    return _fill_sectors(graph.add_marks(MarkKind.RIM, list(map(tuple, points)), _SCORE), hub, radius)


def _fill_sectors(graph: Graph, hub: Floats, radius: float) -> Graph:
    """The graph with a slice in each sector between two borders that has none."""
    rims = graph.points[graph.find_marks(MarkKind.RIM)] - hub
    slices = graph.points[graph.find_marks(MarkKind.SLICE, least=0.2)] - hub
    edges = np.sort(np.arctan2(rims[:, 1], rims[:, 0]))
    depth = float(np.median(np.hypot(slices[:, 0], slices[:, 1]))) if len(slices) else 0.6 * radius
    held = np.searchsorted(edges, np.arctan2(slices[:, 1], slices[:, 0])) % len(edges)
    points = []
    for i, end in enumerate(edges):
        start = edges[i - 1] if i else edges[-1] - 2 * math.pi
        if i not in held:
            middle = (start + end) / 2
            points.append((hub[0] + depth * math.cos(middle), hub[1] + depth * math.sin(middle)))
    return graph.add_marks(MarkKind.SLICE, points, _SCORE)


def _find_changes(palette: Palette, hub: Floats, radius: float) -> Floats:
    """Degrees clockwise from three o'clock where one slice's colour ends and another's begins."""
    turns = np.radians(np.arange(_STEPS) * 360 / _STEPS)
    ring = np.stack(
        [
            palette.look_at(hub[0] + depth * radius * np.cos(turns), hub[1] + depth * radius * np.sin(turns))
            for depth in _DEPTHS
        ]
    )
    colours = to_lab(np.median(ring, axis=0))
    breaks = np.linalg.norm(colours - np.roll(colours, 1, 0), axis=1) > _LIKE
    starts = np.flatnonzero(breaks)
    if len(starts) < 2:
        return np.zeros(0)
    ends = np.roll(starts, -1)
    lengths = (ends - starts) % _STEPS
    runs = [
        (int(start), int(start + length), np.median(colours[np.arange(start, start + length) % _STEPS], axis=0))
        for start, length in zip(starts, lengths, strict=True)
        if length * 360 / _STEPS >= _LEAST
    ]
    changes = []
    for (_, end, before), (start, _, after) in zip(runs, [*runs[1:], *runs[:1]], strict=True):
        if np.linalg.norm(before - after) > _LIKE:
            gap = (start - end) % _STEPS
            changes.append(((end + gap / 2) % _STEPS) * 360 / _STEPS)
    return np.array(changes)


def _measure_turns(ones: Floats, others: Floats) -> Floats:
    """Degrees between directions, (n, m)."""
    return np.asarray(np.abs((ones[:, None] - others[None] + 180) % 360 - 180))
