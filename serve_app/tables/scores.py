"""How close a chart's table is to the true one: RMS-F1 and RNSS, as DePlot defines them.

Liu et al. 2023, "DePlot: One-shot visual language reasoning by plot-to-table translation", section 3
(https://arxiv.org/abs/2212.10505); where the paper leaves a choice, the authors' `google-research/deplot/metrics.py`
decides. Two things differ from that code: numbers are read with thousands separators, currencies and units, and two
points with the same key both count.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from serve_app.domain import Cell, ChartTable
from serve_app.errors import ConfigError
from serve_app.tables.numbers import expand, parse_number

TEXT_THRESHOLD = 0.5
"""Texts whose normalised edit distance reaches this are wholly different."""
NUMBER_THRESHOLD = 0.1
"""Numbers whose relative error reaches this are wholly different (RMS only)."""

_Grid = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class _Point:
    """A value with the headers of its row and column."""

    key: str
    text: str
    number: float | None


def rms_f1(predicted: ChartTable, gold: ChartTable, *, with_title: bool = False) -> Score:
    """Relative mapping similarity: values compared under the headers that match best, in any order.

    A table is a set of points (row header + column header -> value). Points are paired so that the keys' total
    similarity is greatest; a pair scores the similarity of its keys times that of its values. Of the prediction and
    its transpose the better counts. With `with_title`, each title is one more point.

    Raises:
        ConfigError: scipy is not installed.
    """
    gold_points = _list_points(_lay_out(gold), gold.title if with_title else None)
    title = predicted.title if with_title else None
    grid = _lay_out(predicted)
    transposed = [list(column) for column in zip(*grid, strict=True)]
    scores = [_score(_list_points(rows, title), gold_points) for rows in (grid, transposed)]
    return max(scores, key=lambda score: score.f1)


def rnss(predicted: ChartTable, gold: ChartTable) -> float:
    """Relative number set similarity in [0, 1]: the tables' numbers, headers included, paired for the least error.

    Raises:
        ConfigError: scipy is not installed.
    """
    found, true = _list_numbers(predicted), _list_numbers(gold)
    if not found or not true:
        return float(not found and not true)
    cost = np.array([[_relative_error(target, number) for number in found] for target in true])
    rows, columns = _assign(cost)
    return 1 - float(cost[rows, columns].sum()) / max(len(found), len(true))


def _score(predicted: list[_Point], gold: list[_Point]) -> Score:
    if not predicted or not gold:
        return Score(float(not predicted), float(not gold), float(not predicted and not gold))
    keys = np.array([[_compare_texts(target.key, point.key) for point in predicted] for target in gold])
    rows, columns = _assign(1 - keys)
    total = sum(float(keys[i, j]) * _compare_values(gold[i], predicted[j]) for i, j in zip(rows, columns, strict=True))
    precision, recall = total / len(predicted), total / len(gold)
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if total else 0.0)


def _compare_values(target: _Point, point: _Point) -> float:
    if target.number and point.number is not None:
        error = _relative_error(target.number, point.number)
        return 1 - error if error < NUMBER_THRESHOLD else 0.0
    if target.number == 0 and point.number == 0:
        return 1.0
    return _compare_texts(target.text, point.text)


def _compare_texts(a: str, b: str) -> float:
    """ANLS: similarity by edit distance, 0 from the threshold on (Biten et al. 2019, arXiv:1907.00490)."""
    alike = Levenshtein.normalized_similarity(a, b)
    return alike if 1 - alike < TEXT_THRESHOLD else 0.0


def _relative_error(target: float, number: float) -> float:
    if target == 0:
        return float(number != 0)
    return min(1.0, abs((target - number) / target))


def _assign(cost: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row and column indices of the pairs with the least total cost."""
    try:
        from scipy.optimize import linear_sum_assignment  # serving does without scipy
    except ImportError as error:
        raise ConfigError("Measuring tables needs scipy: pip install 'serve-app[test]'") from error
    rows, columns = linear_sum_assignment(cost)
    return rows, columns


def _lay_out(table: ChartTable) -> _Grid:
    return [list(table.columns), *map(list, table.rows)]


def _list_points(grid: _Grid, title: Cell | None) -> list[_Point]:
    points = [_Point("title", title.text.lower(), None)] if title else []
    if not grid:
        return points
    for row, column in product(grid[1:], range(1, len(grid[0]))):
        key, cell = f"{row[0].text} {grid[0][column].text}".lower(), row[column]
        points.append(_Point(key, cell.text.strip().lower(), _read_value(cell)))
    return points


def _list_numbers(table: ChartTable) -> list[float]:
    values = [_read_value(cell) for row in _lay_out(table) for cell in row]
    return [value for value in values if value is not None]


def _read_value(cell: Cell) -> float | None:
    """The printed number, a percentage as its hundredth, and "1.5M" as 1,500,000."""
    number = cell.number or parse_number(cell.text)
    if number is None:
        return None
    number = expand(number)
    return number.value / 100 if number.percent else number.value
