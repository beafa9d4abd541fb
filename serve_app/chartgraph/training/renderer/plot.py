"""The plot area and its two axes, as geometry."""

import math
from dataclasses import dataclass, replace

from serve_app.chartgraph.training.renderer.canvas import Box
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
    """Maps categories and values to pixels; `centres` and `band` are fractions of the category axis."""

    box: Box
    horizontal: bool
    scale: Scale
    centres: tuple[float, ...]
    band: float

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
        return self.band * ((bottom - top) if self.horizontal else (right - left))


def tops(drawing: Drawing) -> list[list[float]]:
    """The far end of each value on the value axis: the value itself, or the running sum in a stack."""
    values = drawing.chart.values
    if not drawing.chart.stacked:
        return values
    order = range(len(values))
    sums = [[0.0] * len(values[0]) for _ in values]
    total = [0.0] * len(values[0])
    for series in reversed(order) if drawing.style.reverse else order:
        total = [a + b for a, b in zip(total, values[series], strict=True)]
        sums[series] = total
    return sums


def draw_scale(drawing: Drawing, room: float, headroom: float) -> Scale:
    """Choose limits and ticks: at most about `room` ticks, and a share `headroom` of the axis free beyond the marks."""
    rng, chart, style = drawing.rng, drawing.chart, drawing.style
    ends = [value for row in tops(drawing) for value in row]
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

    step = _nice_step((high - low) / max(1, min(style.tick_count, room)))
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
    return Scale(low, high, base, tuple(ticks), tuple(form.write(tick) for tick in ticks))


def _nice_step(raw: float) -> float:
    """The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below `raw`."""
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9)))


def place_categories(drawing: Drawing) -> tuple[tuple[float, ...], float]:
    """Where the categories lie on their axis: the centres, and the distance between them, as fractions."""
    rng, count = drawing.rng, len(drawing.chart.categories)
    is_line = drawing.chart.kind in {ChartKind.LINE, ChartKind.AREA}
    if is_line and drawing.style.edge_to_edge:
        margin = (
            rng.choice([0.0, 0.045, 0.045]) if drawing.chart.kind is ChartKind.LINE else rng.choice([0.0, 0.0, 0.045])
        )
        band = (1 - 2 * margin) / (count - 1)
        return tuple(margin + i * band for i in range(count)), band
    margin = rng.choice([0.0, 0.0, 0.0, 0.03, 0.045])
    band = (1 - 2 * margin) / count
    return tuple(margin + (i + 0.5) * band for i in range(count)), band
