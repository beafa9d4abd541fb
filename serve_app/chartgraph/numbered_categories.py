"""Categories that are numbers in equal steps, such as years: what stands between two labels has a name too."""

from collections.abc import Sequence

from serve_app.chartgraph.axis import Tick, fit_axis

_LEAST_LABELS = 3
"""Two numbers lie on a line always."""

_OFF = 0.2
"""How far from a whole number a place may be, in the unit of the labels."""


def name_between(labels: Sequence[tuple[float, str]], positions: Sequence[float]) -> list[str | None]:
    """The whole numbers at some places of a category axis, by the labels elsewhere on it: 2008 between 2007 and 2009.

    Args:
        labels: place in pixels along the axis, and text, of each label.
        positions: places in pixels that have no label.

    Returns:
        A text for each place, all of them None where the labels are not whole numbers in equal steps, or where the
        places are not at whole numbers.
    """
    nothing: list[str | None] = [None] * len(positions)
    if len(labels) < _LEAST_LABELS or not all(text.isdecimal() for _, text in labels):
        return nothing
    axis = fit_axis([Tick(position, int(text)) for position, text in labels], upwards=False)
    if axis is None or axis.logarithmic or len(axis.fitting) < len(labels):
        return nothing
    read = [axis.read(position) for position in positions]
    if any(abs(value - round(value)) > _OFF or round(value) < 0 for value in read):
        return nothing
    return [str(round(value)) for value in read]
