"""What a deployment needs of an engine: one protocol for each kind of model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from PIL import Image

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
