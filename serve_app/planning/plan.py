"""The config that uses a card best, as far as arithmetic can tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from math import ceil
from typing import Any

from serve_app.charts.footprint import find_shape, measure_chart
from serve_app.charts.profiles import find_profile
from serve_app.config import AppConfig, ChartConfig, OcrConfig, Quantisation
from serve_app.errors import ConfigError
from serve_app.gpu.footprint import Footprint
from serve_app.ocr.footprint import SERVER_DETECTION, SERVER_RECOGNITION, measure_ocr

GIB = 1 << 30

RESERVE = 0.07
MIN_RESERVE = GIB * 3 // 4
"""Of a card, for the driver, its own name (with ECC on, a card of 24 GB has 22.5 GiB), and on small cards a desktop.
Estimates."""


@dataclass(frozen=True, slots=True)
class CardLayout:
    """What runs on one card. With no `ocrs`, OCR runs on the CPU."""

    quantisation: Quantisation = "int4"
    chart_side: int = 768
    batch: int = 1
    charts: int = 1
    ocrs: int = 0
    ocr_side: int = 1280


_STEPS: tuple[dict[str, Any], ...] = (
    {"quantisation": "int8"},
    {"chart_side": 1024},
    {"batch": 2},
    {"ocrs": 1},  # at 1280 pixels, an A4 page has 110 to the inch
    {"quantisation": "none"},
    {"ocr_side": 1600},
    {"batch": 4},
    {"ocr_side": 1920},
    {"batch": 8},
    {"ocrs": 2},
    {"ocr_side": 2400},  # 200 to the inch
    # PaddleOCR's own figures have a V100 busy for 34 % of the time with one instance: three keep it busy.
    {"ocrs": 3},
    {"charts": 2},
    {"batch": 16},
    {"ocr_side": 3000},
    {"ocr_side": 4000},
)
"""From the smallest layout up, what more memory is spent on first. Each step takes more than the one before, so that
more memory never gives less of anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A layout for each of `cards` cards of `card_bytes`, the settings that make it, and what a replica takes."""

    card_bytes: int
    cards: int
    layout: CardLayout
    config: AppConfig
    chart: Footprint
    ocr: Footprint | None

    @property
    def planned_bytes(self) -> int:
        """What all replicas on a card take, in bytes."""
        return self.layout.charts * self.chart.total + (self.layout.ocrs * self.ocr.total if self.ocr else 0)


def make_plan(model: str, card_bytes: int, cards: int = 1, ocr_replicas: int | None = None) -> Plan:
    """The largest layout that fits a card.

    Args:
        model: as in `chart.model`.
        card_bytes: memory of one card.
        cards: how many there are, all alike; each gets the same layout.
        ocr_replicas: on each card, if not as many as the plan finds best; 0 leaves OCR to the CPU.

    Raises:
        ConfigError: the model's shape is not known, or nothing fits.
    """
    plans = [_try(model, layout, card_bytes, cards) for layout in _climb(model, ocr_replicas)]
    fitting = [plan for plan in plans if _fits(plan)]
    if not fitting:
        least = plans[0]
        sizes = count(10 * least.planned_bytes // GIB)
        needed = next(size for size in sizes if _fits(_try(model, least.layout, size * GIB // 10, cards)))
        raise ConfigError(
            f"{model}{' and OCR' if least.ocr else ''} does not fit a card of {card_bytes / GIB:g} GiB; "
            f"{needed / 10:g} GiB are needed"
        )
    return fitting[-1]


def find_reserve(card_bytes: int) -> int:
    """Bytes of a card that are not planned with."""
    return max(MIN_RESERVE, int(card_bytes * RESERVE))


def find_share(need: int, card_bytes: int) -> float:
    """The `num_gpus` that gives a replica `need` bytes, even where the card has less memory than its name says."""
    return ceil(100 * need / max(1, card_bytes - find_reserve(card_bytes))) / 100


def _climb(model: str, ocr_replicas: int | None) -> Iterator[CardLayout]:
    shape = find_shape(find_profile(model))
    layout = CardLayout() if shape.language_linears else CardLayout(quantisation="none")
    if ocr_replicas is not None:
        layout = replace(layout, ocrs=ocr_replicas)
    yield layout
    for step in _STEPS:
        if (ocr_replicas is not None and "ocrs" in step) or ("quantisation" in step and not shape.language_linears):
            continue
        layout = replace(layout, **step)
        yield layout


def _try(model: str, layout: CardLayout, card_bytes: int, cards: int) -> Plan:
    """The plan for a layout, whether it fits or not."""
    chart = ChartConfig(
        model=model,
        quantisation=layout.quantisation,
        max_long_side=layout.chart_side,
        batch_size=layout.batch,
        batch_pixels=layout.batch * layout.chart_side**2,
        num_cpus=1,
    )
    ocr = OcrConfig(engine="onnxruntime", num_cpus=2, num_gpus=0)
    if layout.ocrs:
        ocr = OcrConfig(
            engine="paddle",
            detection_model=SERVER_DETECTION,
            recognition_model=SERVER_RECOGNITION,
            max_long_side=layout.ocr_side,
            num_cpus=1,
        )
    chart_needs, ocr_needs = measure_chart(chart), measure_ocr(ocr)
    chart = chart.model_copy(update={"num_gpus": find_share(chart_needs.total, card_bytes)})
    if ocr_needs:
        ocr = ocr.model_copy(update={"num_gpus": find_share(ocr_needs.total, card_bytes)})
    config = AppConfig(device="gpu", ocr=ocr, chart=chart)
    return Plan(card_bytes, cards, layout, config, chart_needs, ocr_needs)


def _fits(plan: Plan) -> bool:
    chart, ocr, layout = plan.config.chart, plan.config.ocr, plan.layout
    return round(100 * (layout.charts * chart.num_gpus + layout.ocrs * ocr.num_gpus)) <= 100
