"""The plot area and its two axes, as geometry."""

import math
from dataclasses import dataclass, replace

from serve_app.chartgraph.training.renderer.canvas import Box
from serve_app.chartgraph.training.renderer.category_axis import CategoryAxis
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.chartgraph.training.renderer.number_formats import NumberFormat
from serve_app.domain import ChartKind, Point


@dataclass(frozen=True, slots=True)
class Scale:
    """The value axis: its limits, where bars begin, and its ticks with their texts."""

    low: float
    high: float
    base: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Maps categories and values to pixels."""

    box: Box
    horizontal: bool
    scale: Scale
    axis: CategoryAxis

    @property
    def centres(self) -> tuple[float, ...]:
        """The categories' places, as fractions of their axis."""
        return self.axis.centres

    def across(self, fraction: float) -> float:
        """Pixel on the category axis."""
        left, top, right, bottom = self.box
        return top + fraction * (bottom - top) if self.horizontal else left + fraction * (right - left)

    def along(self, value: float) -> float:
        """Pixel on the value axis."""
        left, top, right, bottom = self.box
        share = (value - self.scale.low) / (self.scale.high - self.scale.low)
        return left + share * (right - left) if self.horizontal else bottom - share * (bottom - top)

    def point(self, fraction: float, value: float) -> Point:
        """Pixel of a place on the category axis and a value."""
        across, along = self.across(fraction), self.along(value)
        return (along, across) if self.horizontal else (across, along)

    @property
    def pitch(self) -> float:
        """Distance between categories, in pixels."""
        left, top, right, bottom = self.box
        return self.axis.band * ((bottom - top) if self.horizontal else (right - left))


def tops(drawing: Drawing) -> list[list[float]]:
    """The far end of each value on the value axis: the value itself, or the running sum in a stack."""
    values = drawing.chart.values
    if not drawing.chart.stacked:
        return values
    order = range(len(values))
    sums = [[0.0] * len(values[0]) for _ in values]
    left, right = order[: drawing.chart.left], order[drawing.chart.left :]
    for side, sign in ((reversed(left), -1), (reversed(right) if drawing.style.reverse else right, 1)):
        total = [0.0] * len(values[0])
        for series in side:
            total = [a + sign * b for a, b in zip(total, values[series], strict=True)]
            sums[series] = total
    return sums


def draw_scale(drawing: Drawing, room: float, headroom: float) -> Scale:
    """Choose limits and ticks: at most about `room` ticks, and a share `headroom` of the axis free beyond the marks."""
    rng, chart, style = drawing.rng, drawing.chart, drawing.style
    ends = [value for row in tops(drawing) for value in row]
    if chart.line and not chart.second_axis:
        ends += chart.line
    low, high = min(ends), max(ends)
    fills = chart.kind is not ChartKind.LINE
    near_zero = high - low < 0.08 * abs(high)
    if chart.stacked or low < 0 or rng.random() < (0.95 if fills else 0.5) or (fills and near_zero):
        low, high = min(0.0, low), max(0.0, high)
    else:
        low -= (high - low or abs(high)) * rng.uniform(0.1, 0.5)
    span = high - low or 1.0
    if chart.normalised:
        high = 100.0 if headroom < 0.01 else 100.0 * (1 + headroom)
    else:
        pad = max(headroom, 0.05 if style.limits == "data" else 0.0)
        low, high = (low - pad * span if low < 0 else low), (high + pad * span if high > 0 else high)
    if low == high:  # every value is 0
        high = low + span

    step = nice_step((high - low) / max(1, min(style.tick_count, room)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if style.limits == "ticks" and not (chart.normalised and headroom < 0.01):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        low, high = first * step, last * step
    ticks = [i * step for i in range(first, last + 1)]
    if chart.normalised:
        ticks = [tick for tick in ticks if tick <= 100]
    base = 0.0 if low <= 0 <= high else (low if low > 0 else high)
    decimals = next((d for d in range(6) if abs(step - round(step, d)) < step * 1e-6), 6)
    if decimals < 3 and rng.random() < 0.06:
        decimals += 1
    form: NumberFormat = replace(chart.ticks, decimals=decimals)
    return Scale(low, high, base, tuple(ticks), tuple(form.write(abs(tick) if chart.left else tick) for tick in ticks))


def nice_step(raw: float) -> float:
    """The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below `raw`."""
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9)))
