"""Slices of a pie from its centre and the ends of its borders: sharper points than the middle of a plain sector."""

import math

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.roles import MarkKind

Floats = npt.NDArray[np.float64]

SURE = 0.3
"""Score from which a border or a centre counts."""

_ROUND = 0.1
"""By how much of the radius the ends of the borders may miss one circle."""

_PIE_RADIUS = 0.6
"""Where a pie's slice is pointed at, as a share of the radius; a donut's in the middle of its ring (scene.MarkKind)."""


def find_slices(points: Floats, kinds: npt.NDArray[np.int64]) -> Floats | None:
    """The middle of each slice between two neighbouring borders.

    Args:
        points: (marks, 3), x and y in pixels, and the score.
        kinds: (marks,) of MarkKind.

    Returns:
        (slices, 3), x, y, and the lower score of the two borders; None if the marks are not those of one pie.
    """
    hubs = points[(kinds == MarkKind.HUB) & (points[:, 2] >= SURE)]
    rims = points[(kinds == MarkKind.RIM) & (points[:, 2] >= SURE)]
    if len(rims) < 2 or (not len(hubs) and len(rims) < 3):
        return None
    hub = hubs[hubs[:, 2].argmax()] if len(hubs) else np.append(fit_centre(rims[:, :2]), SURE)
    away = rims[:, :2] - hub[:2]
    radii = np.hypot(away[:, 0], away[:, 1])
    radius = float(np.median(radii))
    on_circle = np.abs(radii - radius) <= _ROUND * radius
    if radius <= 0 or on_circle.sum() < 2:
        return None
    angles = np.arctan2(away[on_circle, 1], away[on_circle, 0])
    order = angles.argsort()
    starts, scores = angles[order], rims[on_circle, 2][order]
    widths = np.diff(starts, append=starts[0] + 2 * math.pi)
    middles = starts + widths / 2
    reach = radius * _find_depth(points, kinds, hub, radius)
    lowest = np.minimum(scores, np.roll(scores, -1)) * hub[2] ** 0.5
    return np.column_stack((hub[0] + reach * np.cos(middles), hub[1] + reach * np.sin(middles), lowest))


def fit_centre(rim: Floats) -> Floats:
    """The centre of the circle through three or more points (n, 2): least squares on x^2 + y^2 = 2ax + 2by + c."""
    system = np.column_stack((2 * rim, np.ones(len(rim))))
    return np.asarray(np.linalg.lstsq(system, (rim**2).sum(1), rcond=None)[0][:2])


def _find_depth(points: Floats, kinds: npt.NDArray[np.int64], hub: Floats, radius: float) -> float:
    """Share of the radius at which the slices that the map shows lie: what tells a donut from a pie."""
    seen = points[(kinds == MarkKind.SLICE) & (points[:, 2] >= SURE)]
    if not len(seen):
        return _PIE_RADIUS
    depths = np.hypot(seen[:, 0] - hub[0], seen[:, 1] - hub[1]) / radius
    return float(np.clip(np.median(depths), 0.45, 0.95))
