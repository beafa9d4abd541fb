"""Which cells of a table are right, and what share of them is at each confidence."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from serve_app.domain import Cell, ChartTable
from serve_app.tables.numbers import expand, parse_number

LEAST_ALIKE = 0.8
"""Similarity (1 minus the edit distance by the longer length) from which on two labels are the same."""

RELATIVE, OF_LARGEST = 0.02, 0.01
"""A value is right within this share of itself, or of the largest value of the true table."""

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)


class Check(NamedTuple):
    """A value of a table: its row and column among the values, its confidence, and whether it is right."""

    row: int
    column: int
    confidence: float
    right: bool


def check_cells(read: ChartTable, gold: ChartTable) -> list[Check]:
    """Checks every value that was read; a value is right if its labels name a true cell and its number is that one."""
    flipped = ChartTable(
        (Cell(""), *(row[0] for row in gold.rows)),
        tuple(zip(gold.columns[1:], *(row[1:] for row in gold.rows), strict=True)) if gold.rows else (),
    )
    return max((_check(read, gold), _check(read, flipped)), key=lambda checks: sum(check.right for check in checks))


def _check(read: ChartTable, gold: ChartTable) -> list[Check]:
    lone = len(read.columns) == len(gold.columns) == 2
    values = {
        (r, c): value
        for r, row in enumerate(gold.rows)
        for c, cell in enumerate(row[1:])
        if (value := _value(cell)) is not None
    }
    largest = max(map(abs, values.values()), default=0.0)
    checks = []
    for r, row in enumerate(read.rows):
        there = _find(row[0].text, [other[0].text for other in gold.rows])
        for c, cell in enumerate(row[1:]):
            if not cell.text:
                continue
            column = 0 if lone else _find(read.columns[1 + c].text, [other.text for other in gold.columns[1:]])
            true, value = values.get((there, column)), _value(cell)
            right = (
                true is not None
                and value is not None
                and abs(value - true) <= max(RELATIVE * abs(true), OF_LARGEST * largest)
            )
            checks.append(Check(r, c, cell.confidence, right))
    return checks


def _find(text: str, texts: Sequence[str]) -> int:
    """The index of the text that is most alike, -1 if none is the same."""
    alike = [
        Levenshtein.normalized_similarity(text.casefold(), other.casefold(), score_cutoff=LEAST_ALIKE)
        for other in texts
    ]
    return max(range(len(texts)), key=alike.__getitem__) if alike and max(alike) >= LEAST_ALIKE else -1


def _value(cell: Cell) -> float | None:
    number = cell.number or parse_number(cell.text)
    return expand(number).value if number else None


def tabulate(checks: Iterable[Check]) -> list[tuple[float, float, int, float]]:
    """For each bin of confidence: its edges, how many cells are in it, and the share of them that is right."""
    checks = list(checks)
    rows = []
    for low, high in pairwise(BINS):
        some = [check.right for check in checks if low <= check.confidence < high or (high == 1 == check.confidence)]
        rows.append((low, high, len(some), sum(some) / len(some) if some else 0.0))
    return rows
