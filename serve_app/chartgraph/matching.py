"""Matching one to one, for the greatest product of probabilities."""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from serve_app.chartgraph.graph import Floats


def match(chances: Floats, least: float) -> Iterator[tuple[int, int]]:
    """Pairs of rows and columns of (n, m) probabilities, each in one pair at most; none below `least`.

    As many pairs are made as there can be, and of those the likeliest.
    """
    if not chances.size:
        return
    possible = chances >= least
    cost = np.where(possible, -np.log(np.maximum(chances, 1e-9)), 1e3)
    for row, column in zip(*linear_sum_assignment(cost), strict=True):
        if possible[row, column]:
            yield int(row), int(column)
