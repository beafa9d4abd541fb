"""What every request is read with: the settings, the clients of the models, and the admission."""

import asyncio
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Protocol

from serve_app.config import AppConfig
from serve_app.domain import ChartReading, LayoutAnswer, LayoutTask, OcrOptions, Page, TextLine
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.decode_pool import DecodePool

OCR, CHART, LAYOUT = "ocr", "chart", "layout"
"""The models' names in admission, metrics and answers."""

UNPACKED_AT_ONCE = 2
"""HEIC images for which an ingress replica has a process at the same time; others wait."""


class OcrClient(Protocol):
    """The Ocr deployment, as the pipeline sees it. Raises only errors of `serve_app.errors`."""

    async def read(self, image: bytes, options: OcrOptions, /) -> Page:
        """Read an encoded image; polygons are in its pixels."""
        ...


class ChartClient(Protocol):
    """The Chart deployment, as the pipeline sees it. Raises only errors of `serve_app.errors`."""

    async def read(self, image: bytes, lines: Sequence[TextLine], /) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        ...


class LayoutClient(Protocol):
    """The Layout deployment, as the pipeline sees it. Raises only errors of `serve_app.errors`."""

    async def read(self, image: bytes, task: LayoutTask) -> LayoutAnswer:
        """Look at an encoded image; places are in its pixels."""
        ...


class BackgroundOcr:
    """A client of the OCR whose calls let those of others pass."""

    def __init__(self, ocr: OcrClient) -> None:
        self._ocr = ocr

    async def read(self, image: bytes, options: OcrOptions, /) -> Page:
        """Read an encoded image, while nobody else wants the model.

        Raises:
            AppError: as the client raises it.
        """
        return await self._ocr.read(image, replace(options, background=True))


@dataclass(frozen=True, slots=True)
class Service:
    """One instance serves all requests of an ingress replica.

    `chart_wants_words`: the chart model is given the OCR's lines, so that the OCR comes first.
    """

    config: AppConfig
    ocr: OcrClient
    chart: ChartClient
    layout: LayoutClient
    admission: Admission
    chart_wants_words: bool
    decoding: DecodePool = field(init=False)
    unpacking: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unpacking", asyncio.Semaphore(UNPACKED_AT_ONCE))
        object.__setattr__(self, "decoding", DecodePool(self.config.limits.decode_mb * 10**6))

    def in_background(self) -> "Service":
        """The same models, memory and admission for long work, which lets the calls of others pass."""
        service = copy(self)
        object.__setattr__(service, "ocr", BackgroundOcr(self.ocr))
        return service
