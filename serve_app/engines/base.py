"""What a deployment needs from a model: two protocols, and the choice of the class that the config names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from PIL import Image

from serve_app.config import ChartConfig, Device, OcrConfig
from serve_app.domain import ChartReading, OcrOptions, Page, TextLine


class Stop(Event):
    """Set when nobody waits for an answer any more: a model that writes token by token then stops at the next one."""


@dataclass(frozen=True, slots=True)
class ChartInput:
    """One chart (RGB), with the OCR's lines in its pixels for the models that want them."""

    image: Image.Image
    lines: tuple[TextLine, ...] = ()
    stop: Stop = field(default_factory=Stop)


class OcrEngine(Protocol):
    """Reads text. Not thread safe: one call at a time, always from the thread that built it."""

    name: str
    device: str

    def read(self, image: Image.Image, options: OcrOptions) -> Page:
        """Read an RGB image; polygons are in its pixels."""
        ...


class ChartEngine(Protocol):
    """Reads charts. Not thread safe: one call at a time, always from the thread that built it."""

    name: str
    device: str
    batches: bool
    """Whether several charts together take less time than one after the other."""

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts; one reading for each, in order, with places in the pixels of its image."""
        ...


def load_ocr(config: OcrConfig, device: Device) -> OcrEngine:
    """Build the engine that the config names and read one page with it, so that the first request finds it warm.

    Raises:
        ConfigError: the weights or a package are missing or damaged.
    """
    engine: OcrEngine
    if config.engine == "fake":
        from serve_app.engines.fake import FakeOcr

        engine = FakeOcr()
    else:
        from serve_app.engines.paddle_ocr import PaddleOcrEngine

        engine = PaddleOcrEngine(config, device)
    engine.read(Image.new("RGB", (320, 96), "white"), OcrOptions())
    return engine


def load_chart(config: ChartConfig, device: Device) -> ChartEngine:
    """Build the engine that the config names and read one chart with it, so that the first request finds it warm.

    Raises:
        ConfigError: the weights or a package are missing, or the weights do not fit the model's class.
    """
    engine: ChartEngine
    if config.model == "fake":
        from serve_app.engines.fake import FakeChart

        engine = FakeChart()
    else:
        from serve_app.engines.transformers_chart import TransformersChart

        engine = TransformersChart(config, device)
    engine.read([ChartInput(Image.new("RGB", (320, 240), "white"))])
    return engine
