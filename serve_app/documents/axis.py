"""Numbers that stand like the ticks of an axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log10
from statistics import median

from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box
from serve_app.tables.numbers import parse_number

ALIGNED = 0.9
"""Heights of a number by which the edges or middles of an axis's numbers may differ."""

UNEVEN = 0.12
"""Share of a step by which a number may lie beside its place."""

_MAX_NUMBERS, _MAX_GROUP = 200, 40
"""Numbers of a figure, and of one line of them, that are looked at."""


@dataclass(frozen=True, slots=True)
class _Tick:
    index: int  # among the texts
    value: float
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


def find_ticks(texts: Sequence[PlacedText], min_ticks: int) -> set[int]:
    """The indices of the texts that are numbers of an axis of at least `min_ticks` distinct numbers."""
    axes = [axis for axis in _list_axes(texts) if len({tick.value for tick in axis}) >= min_ticks]
    return {tick.index for axis in axes for tick in axis}


def _list_axes(texts: Sequence[PlacedText]) -> list[list[_Tick]]:
    """For each line in which numbers stand, those of them that are affine, or log-affine, in their places."""
    ticks = [
        _Tick(index, number.value, each.box)
        for index, each in enumerate(texts)
        if (number := parse_number(each.text)) and each.box.height > 0
    ][:_MAX_NUMBERS]
    alignments: tuple[tuple[Callable[[_Tick], float], int], ...] = (
        (lambda tick: tick.box.left, 1),
        (lambda tick: tick.box.right, 1),
        (lambda tick: tick.middle[0], 1),
        (lambda tick: tick.box.bottom, 0),
    )
    return [_find_even(group, along) for key, along in alignments for group in _group(ticks, key)]


def _group(ticks: Sequence[_Tick], key: Callable[[_Tick], float]) -> list[list[_Tick]]:
    """The groups of numbers whose `key` is about the same."""
    groups: list[list[_Tick]] = []
    for tick in sorted(ticks, key=key):
        if groups and key(tick) - key(groups[-1][0]) <= ALIGNED * tick.box.height:
            groups[-1].append(tick)
        else:
            groups.append([tick])
    return [group[:_MAX_GROUP] for group in groups if len(group) > 1]


def _find_even(group: Sequence[_Tick], along: int) -> list[_Tick]:
    """The numbers with the most distinct values on one straight line of value over place, or of its logarithm.

    A line is tried through each pair; the step is that between the pair's values as the ticks have it.
    """
    best: set[tuple[float, float]] = set()
    most = 0
    places = [(tick.middle[along], tick.value) for tick in group]
    for scale in (float, log10):
        scaled = {(place, scale(value)): value for place, value in places if scale is float or value > 0}
        ordered = sorted(scaled)
        steps = [end - start for (start, _), (end, _) in pairwise(ordered) if end > start]
        if not steps:
            continue
        error = UNEVEN * median(steps)
        for (start, low), (end, high) in combinations(ordered, 2):
            if end > start and high != low:
                slope = (end - start) / (high - low)
                fitting = [point for point in ordered if abs(start + (point[1] - low) * slope - point[0]) <= error]
                if (distinct := len({value for _, value in fitting})) > most:
                    best, most = {(point[0], scaled[point]) for point in fitting}, distinct
    return [tick for tick, place in zip(group, places, strict=True) if place in best]
