"""Printed values that OCR misread, told by the value axis: "1996" for "19%", "499" for "49.9"."""

from collections.abc import Mapping, Sequence

from serve_app.chartgraph.axis import Axis

_NEAR = 0.06
"""Share of the axis's span within which a printed value and the length of its mark say the same."""

_FAR = 0.12
"""Share of the span from which on they contradict each other."""

_LEAST = 3
"""Values that must agree with the axis before it can contradict others: with fewer it may be the axis that is wrong."""


def find_misread(printed: Mapping[int, float], read: Sequence[float | None], axis: Axis | None) -> set[int]:
    """The printed values (by the number of their cell) that are no reading of what stands there.

    Only an axis that most printed values confirm can tell.

    Args:
        printed: values as OCR read them, by the number of the cell.
        read: each cell's value by the length of its mark.
        axis: what they were measured on.
    """
    if axis is None or axis.logarithmic or axis.high <= axis.low:
        return set()
    span = axis.high - axis.low
    away = {i: abs(value - mark) / span for i, value in printed.items() if (mark := read[i]) is not None}
    agreeing = sum(distance <= _NEAR for distance in away.values())
    if agreeing < max(_LEAST, len(away) / 2):
        return set()
    return {i for i, distance in away.items() if distance > _FAR}
