"""Numbers that stand like the ticks of an axis: what tells a chart from a photograph, and a panel from a legend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log10
from statistics import median

from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box
from serve_app.tables.numbers import parse_number

MIN_TICKS = 5
"""Distinct numbers of an axis, for a figure to count as a chart."""

ALIGNED = 0.9
"""Heights of a number by which the edges or middles of an axis's numbers may differ."""

UNEVEN = 0.12
"""Share of a step by which a number may lie beside its place."""

_MAX_NUMBERS, _MAX_GROUP = 200, 40
"""Numbers of a figure, and of one line of them, that are looked at."""


@dataclass(frozen=True, slots=True)
class _Tick:
    value: float
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


def has_axis(texts: Sequence[PlacedText], min_ticks: int = MIN_TICKS) -> bool:
    """Whether at least `min_ticks` of the texts are the numbers of one axis."""
    return count_ticks(texts) >= min_ticks


def count_ticks(texts: Sequence[PlacedText]) -> int:
    """The most numbers that stand in a line and are affine, or log-affine, in their places."""
    ticks = [
        _Tick(number.value, each.box) for each in texts if (number := parse_number(each.text)) and each.box.height > 0
    ][:_MAX_NUMBERS]
    alignments: tuple[tuple[Callable[[_Tick], float], int], ...] = (
        (lambda tick: tick.box.left, 1),
        (lambda tick: tick.box.right, 1),
        (lambda tick: tick.middle[0], 1),
        (lambda tick: tick.box.bottom, 0),
    )
    return max(
        (
            _count_even([(tick.middle[along], tick.value) for tick in group])
            for key, along in alignments
            for group in _group(ticks, key)
        ),
        default=0,
    )


def _group(ticks: Sequence[_Tick], key: Callable[[_Tick], float]) -> list[list[_Tick]]:
    """The groups of numbers whose `key` is about the same."""
    groups: list[list[_Tick]] = []
    for tick in sorted(ticks, key=key):
        if groups and key(tick) - key(groups[-1][0]) <= ALIGNED * tick.box.height:
            groups[-1].append(tick)
        else:
            groups.append([tick])
    return [group[:_MAX_GROUP] for group in groups if len(group) > 1]


def _count_even(places: Sequence[tuple[float, float]]) -> int:
    """The most distinct values on one straight line of value over place, or of its logarithm over place.

    A line is tried through each pair; the step is that between the pair's values as the ticks have it.
    """
    best = 0
    for scaled in (places, [(place, log10(value)) for place, value in places if value > 0]):
        ordered = sorted(set(scaled))
        steps = [end - start for (start, _), (end, _) in pairwise(ordered) if end > start]
        if not steps:
            continue
        error = UNEVEN * median(steps)
        for (start, low), (end, high) in combinations(ordered, 2):
            if end > start and high != low:
                slope = (end - start) / (high - low)
                fitting = {value for place, value in ordered if abs(start + (value - low) * slope - place) <= error}
                best = max(best, len(fitting))
    return best
