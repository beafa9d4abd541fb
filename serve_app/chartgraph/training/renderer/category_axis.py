"""Where the categories lie on their axis, and what its labels say: one for each category, or numbers of a scale."""

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise

from serve_app.chartgraph.training.renderer import naming
from serve_app.chartgraph.training.renderer.chart import Chart
from serve_app.chartgraph.training.renderer.drawing import Drawing
from serve_app.domain import ChartKind

STEPS = (1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
"""Distances between the labels of a numeric axis."""


@dataclass(frozen=True, slots=True)
class CategoryAxis:
    """Fractions of the axis: the categories' centres, the distance that a category has for itself, the labels' places.

    `targets` are the categories that the labels name, or None for a number at which no mark stands.
    """

    centres: tuple[float, ...]
    band: float
    names: tuple[str, ...]
    places: tuple[float, ...]
    targets: tuple[int | None, ...]

    @property
    def spacing(self) -> float:
        """The least distance between two labels."""
        return min((after - before for before, after in pairwise(self.places)), default=1.0)


def place_categories(drawing: Drawing) -> CategoryAxis:
    """Places the categories and their labels."""
    chart = drawing.chart
    if chart.positions:
        return _place_on_scale(drawing)
    centres, band = _place_evenly(drawing)
    return CategoryAxis(centres, band, tuple(chart.categories), centres, tuple(range(len(centres))))


def _is_line(chart: Chart) -> bool:
    return chart.kind in {ChartKind.LINE, ChartKind.AREA}


def _place_evenly(drawing: Drawing) -> tuple[tuple[float, ...], float]:
    rng, count = drawing.rng, len(drawing.chart.categories)
    if _is_line(drawing.chart) and drawing.style.edge_to_edge:
        margin = (
            rng.choice([0.0, 0.045, 0.045]) if drawing.chart.kind is ChartKind.LINE else rng.choice([0.0, 0.0, 0.045])
        )
        band = (1 - 2 * margin) / (count - 1)
        return tuple(margin + i * band for i in range(count)), band
    margin = rng.choice([0.0, 0.0, 0.0, 0.03, 0.045])
    gaps = [0.0, *(drawing.style.group_gap if i in drawing.chart.breaks else 0.0 for i in range(1, count))]
    band = (1 - 2 * margin) / (count + sum(gaps))
    return tuple(margin + (i + 0.5 + gap) * band for i, gap in enumerate(accumulate(gaps))), band


def _place_on_scale(drawing: Drawing) -> CategoryAxis:
    """A scale of round numbers, among which the categories lie where their own number puts them."""
    chart, rng = drawing.chart, drawing.rng
    positions = chart.positions
    least = min(after - before for before, after in pairwise(positions))
    pad = 0.0 if _is_line(chart) and drawing.style.edge_to_edge else 0.5 * least
    low, high = positions[0] - pad, positions[-1] + pad
    margin = rng.choice([0.0, 0.0, 0.02, 0.045])
    wanted = rng.randint(4, 9)
    step: float = next((step for step in STEPS if (high - low) / step <= wanted), STEPS[-1])
    if chart.edges:
        step = least * max(1, math.ceil((high - low) / least / 10))
    first = math.ceil(low / step - 1e-9) * step if not chart.edges else low
    ticks = [first + i * step for i in range(math.floor((high - first) / step + 1e-9) + 1)]

    def fraction(position: float) -> float:
        return margin + (1 - 2 * margin) * (position - low) / (high - low)

    return CategoryAxis(
        tuple(map(fraction, positions)),
        (1 - 2 * margin) * least / (high - low),
        tuple(naming.write_position(tick) for tick in ticks),
        tuple(map(fraction, ticks)),
        tuple(positions.index(tick) if tick in positions else None for tick in ticks),
    )
