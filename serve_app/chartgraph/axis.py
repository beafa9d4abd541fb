"""The value axis: from the places of its numbers to a function from pixels to values."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PRECISION = 0.005
"""Values read off the axis are rounded to about this share of the axis's span."""

_REVERSED = 0.9
"""Weight of an axis that runs against the usual direction (upwards, or to the right)."""

_LOGARITHMIC = 0.8
"""Weight of a logarithmic axis: two ticks fit both scales, and most axes are linear."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A number of the axis at a position in pixels along it, with the probability that it is one."""

    position: float
    value: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Axis:
    """`position = origin + slope * value`, or of its decimal logarithm; `fitting` are the ticks it goes through."""

    origin: float
    slope: float
    logarithmic: bool
    low: float
    high: float
    confidence: float
    fitting: tuple[int, ...]

    def read(self, position: float) -> float:
        """The value at a position in pixels."""
        value = (position - self.origin) / self.slope
        return 10.0 ** min(max(value, -300.0), 300.0) if self.logarithmic else value

    def locate(self, value: float) -> float:
        """The position in pixels of a value, which a logarithmic axis needs to be positive."""
        return self.origin + self.slope * (math.log10(value) if self.logarithmic else value)

    def round(self, value: float) -> float:
        """A value as precise as a position on this axis can tell."""
        span = abs(value) if self.logarithmic else self.high - self.low
        if span <= 0 or not math.isfinite(value):
            return value
        power = math.floor(math.log10(span * PRECISION))
        return round(value, -power) if power < 0 else float(round(value / 10**power) * 10**power)


def fit_axis(ticks: Sequence[Tick], upwards: bool) -> Axis | None:
    """Fits an axis to its ticks, of which some may be misread or no ticks at all.

    Every pair of ticks proposes an axis, linear and logarithmic; the one with the heaviest consensus wins (RANSAC,
    Fischler & Bolles, 1981, without chance as the pairs are few) and is fitted to its ticks by least squares.

    Args:
        ticks: at least two, with different values; else None is returned.
        upwards: whether positions are expected to fall as values grow (a vertical axis in pixels).
    """
    if len(ticks) < 2:
        return None
    positions = np.array([t.position for t in ticks])
    values = np.array([t.value for t in ticks])
    weights = np.array([t.weight for t in ticks])
    tolerance = _tolerance(positions)
    best: tuple[float, bool, npt.NDArray[np.bool_]] | None = None
    for logarithmic in (False, True):
        usable = values > 0 if logarithmic else np.isfinite(values)
        scaled = np.log10(np.where(usable, values, 1.0)) if logarithmic else values
        for i, j in itertools.combinations(np.flatnonzero(usable)[:40], 2):
            run, rise = scaled[j] - scaled[i], positions[j] - positions[i]
            if run == 0 or abs(rise) < tolerance:
                continue
            slope = rise / run
            away = np.abs(positions - positions[i] - slope * (scaled - scaled[i]))
            near = (away <= tolerance) & usable
            score = float((weights * near * (1 - 0.5 * np.minimum(away / tolerance, 1.0) ** 2)).sum())
            score *= (_LOGARITHMIC if logarithmic else 1.0) * (1.0 if (slope < 0) == upwards else _REVERSED)
            if best is None or score > best[0] + 1e-9:
                best = score, logarithmic, near
    return _refine(positions, values, best[1], best[2]) if best else None


def _tolerance(positions: Floats) -> float:
    gaps = np.diff(np.unique(np.round(positions)))
    return max(2.0, 0.12 * float(np.median(gaps))) if len(gaps) else 2.0


def _refine(positions: Floats, values: Floats, logarithmic: bool, near: npt.NDArray[np.bool_]) -> Axis | None:
    scaled = np.log10(values[near]) if logarithmic else values[near]
    spread = scaled - scaled.mean()
    if not spread.any():
        return None
    slope = float((spread * positions[near]).sum() / (spread**2).sum())
    origin = float(positions[near].mean() - slope * scaled.mean())
    if slope == 0:
        return None
    distinct = len(np.unique(values[near]))
    confidence = float(near.mean()) ** 0.5 * (1 - 0.3 ** (distinct - 1))
    return Axis(
        origin,
        slope,
        logarithmic,
        float(values[near].min()),
        float(values[near].max()),
        confidence,
        tuple(int(i) for i in np.flatnonzero(near)),
    )
