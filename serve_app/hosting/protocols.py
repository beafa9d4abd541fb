"""What a deployment needs of an engine: one protocol for each kind of model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from PIL import Image

from serve_app.domain import (
    ChartReading,
    LayoutAnswer,
    LayoutTask,
    OcrOptions,
    Orientation,
    Page,
    Region,
    Script,
    TableStructure,
    TextLine,
)


class Stop(Event):
    """Set when nobody waits for an answer any more: a model that writes token by token then stops at the next one."""


PASSING_S = 5.0
"""Seconds for which a call in the background lets others pass, those on its replica and as long again those on others:
so it comes to its end however many there are."""

Step = Callable[[], None]
"""What is done between two steps of a model's call."""


def no_step() -> None:
    """Nothing between the steps."""


@dataclass(frozen=True, slots=True)
class ChartInput:
    """One chart (RGB), with the OCR's lines in its pixels for the models that want them."""

    image: Image.Image
    lines: tuple[TextLine, ...] = ()
    stop: Stop = field(default_factory=Stop)


class OcrEngine(Protocol):
    """Reads text. Not thread safe: one call at a time, always from the thread that built it.

    `scripts` are those that it can spell, `languages` the same of its further recognition models, by language.
    """

    name: str
    device: str
    scripts: tuple[Script, ...]
    languages: Mapping[str, tuple[Script, ...]]

    def read(self, image: Image.Image, options: OcrOptions, between_steps: Step = no_step) -> Page:
        """Read an RGB image; polygons are in its pixels.

        Args:
            image: what to read.
            options: how.
            between_steps: called where the engine can be called for another image before it goes on with this one;
                what it raises ends the call.
        """
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


class LayoutEngine(Protocol):
    """Tells the parts of a page. Not thread safe: one call at a time, always from the thread that built it."""

    name: str
    device: str

    def find_regions(self, image: Image.Image) -> list[Region]:
        """The regions of a page (RGB), the surest first, in its pixels."""
        ...

    def tell_orientation(self, image: Image.Image) -> Orientation:
        """How far an image (RGB) must be turned to stand upright."""
        ...

    def read_table_structure(self, image: Image.Image) -> TableStructure:
        """The cells of a table (RGB, cut to the table), in its pixels."""
        ...


def answer_task(engine: LayoutEngine, image: Image.Image, task: LayoutTask) -> LayoutAnswer:
    """Ask an engine for what a task wants of one image."""
    return LayoutAnswer(
        regions=tuple(engine.find_regions(image)) if task.regions else (),
        orientation=engine.tell_orientation(image) if task.orientation else None,
        table=engine.read_table_structure(image) if task.table else None,
    )
