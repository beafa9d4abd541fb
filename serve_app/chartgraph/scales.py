"""How long the marks are: on the axis, or on the scale that printed values and the lengths of their marks agree on."""

from collections.abc import Mapping, Sequence

from serve_app.chartgraph.axis import Axis, Tick, fit_axis
from serve_app.chartgraph.cells import Entry

_LEAST = 3
"""Printed values from which on they tell which of them do not fit the others' marks."""

_MOST = 0.6
"""Share of the printed values that a scale must go through."""

Printed = Mapping[int, tuple[float, float]]
"""The printed value of an entry, by its index, and the probability that it is that mark's."""


def measure(entries: Sequence[Entry], axis: Axis | None, *, stacked: bool) -> list[float | None]:
    """Each mark's value on the axis; of stacked ones, the part that it adds to those nearer to zero."""
    if axis is None:
        return [None] * len(entries)
    read = [axis.read(entry.position) for entry in entries]
    if not stacked:
        return list(read)
    values: list[float | None] = list(read)
    for row in {entry.row for entry in entries}:
        for sign in (1, -1):
            below = 0.0
            members = [i for i, e in enumerate(entries) if e.row == row and (read[i] >= 0) == (sign > 0)]
            for i in sorted(members, key=lambda i: abs(read[i])):
                values[i] = read[i] - below
                below = read[i]
    return values


def measure_by_printed(
    entries: Sequence[Entry], printed: Printed, *, stacked: bool, across: bool
) -> tuple[list[Axis | None], list[float | None]]:
    """The scale of each entry and its mark's value on it; None where printed values tell none.

    One scale for all; else one for each column, as where columns stand side by side or bars run both ways; else, of
    stacked marks, the scale of those that begin at zero.

    Args:
        entries: the marks and their cells.
        printed: what is printed at them.
        stacked: whether the marks of a row may lie on one another.
        across: whether values run to the right.
    """
    common = None if stacked else _fit(entries, printed, list(printed), across)
    columns = {entry.column for entry in entries}
    own = {
        column: scale
        for column in columns
        if (scale := _fit(entries, printed, [i for i in printed if entries[i].column == column], across))
    }
    if common is None and stacked and len(own) == 1:
        [first] = own.values()
        lengths = measure(entries, first, stacked=True)
        close = [abs(value - (lengths[i] or 0.0)) < 0.1 * first.high for i, (value, _) in printed.items()]
        if sum(close) >= _MOST * len(printed):
            return [first] * len(entries), lengths
    scales = [common or own.get(entry.column) for entry in entries]
    return scales, [scale.read(e.position) if scale else None for scale, e in zip(scales, entries, strict=True)]


def _fit(entries: Sequence[Entry], printed: Printed, members: Sequence[int], across: bool) -> Axis | None:
    if len(members) < _LEAST:
        return None
    scale = fit_axis([Tick(entries[i].position, *printed[i]) for i in members], upwards=not across)
    return scale if scale and len(scale.fitting) >= max(_LEAST, _MOST * len(members)) else None
