"""Confidence as the share of right cells: a curve for each ground on which a value was read, kept with the weights.

The curves are isotonic regressions (Zadrozny & Elkan, 2002), fitted on charts that the model was not trained on by
`python -m tests.bench.charts.calibrate`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from serve_app.domain import Cell, ChartTable

FILE = "calibration.json"
"""Beside the weights."""


class Ground(StrEnum):
    """What a value was read by."""

    CONFIRMED = "confirmed"  # printed, and the mark's length says the same
    PRINTED = "printed"  # printed; nothing else tells
    CONTRADICTED = "contradicted"  # printed, but the mark's length says something else
    MEASURED = "measured"  # the mark's length on the axis
    SLICE = "slice"  # the share of a pie, printed or by its angle


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a rising line from the model's confidence to the share of cells that are right."""

    confidence: tuple[float, ...]
    right: tuple[float, ...]

    def read(self, confidence: float) -> float:
        """The share of right cells at a confidence, in [0, 1]."""
        return float(np.clip(np.interp(confidence, self.confidence, self.right), 0.0, 1.0))


Curves = Mapping[Ground, Curve]


def load_curves(folder: Path) -> Curves:
    """The curves kept in a folder of weights; none if there are none, and then confidences stay as they are.

    Raises:
        ValueError: the file is damaged.
    """
    file = folder / FILE
    if not file.is_file():
        return {}
    found = json.loads(file.read_text())
    return {Ground(name): Curve(tuple(curve["confidence"]), tuple(curve["right"])) for name, curve in found.items()}


def write_curves(curves: Curves, folder: Path) -> None:
    """Keeps curves in a folder of weights."""
    found = {name.value: {"confidence": curve.confidence, "right": curve.right} for name, curve in curves.items()}
    (folder / FILE).write_text(json.dumps(found, indent=1) + "\n")


def calibrate(table: ChartTable, grounds: Mapping[tuple[int, int], Ground], curves: Curves) -> ChartTable:
    """The table with the confidence of each value (row, column from 0, labels not counted) as its curve says."""

    def change(cell: Cell, row: int, column: int) -> Cell:
        ground = grounds.get((row, column))
        curve = curves.get(ground) if ground else None
        return replace(cell, confidence=curve.read(cell.confidence)) if curve and cell.text else cell

    rows = tuple((row[0], *(change(cell, r, c) for c, cell in enumerate(row[1:]))) for r, row in enumerate(table.rows))
    return replace(table, rows=rows)


def fit_curve(confidences: Sequence[float], right: Sequence[bool]) -> Curve:
    """The rising curve that is nearest to what was right, by least squares (pool adjacent violators)."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(confidences, kind="stable")
    xs = np.asarray(confidences, float)[order]
    fitted = isotonic_regression(np.asarray(right, float)[order]).x
    # A level that few cells tell is drawn to the mean: one more right and one more wrong cell (Laplace).
    edges = np.flatnonzero(np.diff(fitted)) + 1
    points = []
    for part in np.split(np.arange(len(xs)), edges):
        level = (fitted[part].sum() + 1) / (len(part) + 2)
        points += [(xs[part[0]], level), (xs[part[-1]], level)]
    levels = np.maximum.accumulate([level for _, level in points])
    return Curve(tuple(round(float(x), 4) for x, _ in points), tuple(round(float(level), 4) for level in levels))
