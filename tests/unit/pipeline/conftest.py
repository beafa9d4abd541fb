"""A pipeline on engines that answer with what they were given, in this process."""

from dataclasses import dataclass

import pytest
from PIL import Image

from serve_app.config import AppConfig
from serve_app.domain import Cell, ChartReading, ChartTable, OcrOptions, Page, Size, TextLine, Word
from serve_app.hosting.protocols import ChartInput
from serve_app.pipeline.service import CHART, OCR, Service
from tests.clients import LocalChart, LocalOcr, build_service


class PlacingOcr:
    """Finds one word in the right lower quarter of each image, in the image's own pixels."""

    name, device = "placing", "cpu"

    def __init__(self) -> None:
        self.images: list[Image.Image] = []
        self.options: list[OcrOptions] = []

    def read(self, image: Image.Image, options: OcrOptions) -> Page:
        self.images.append(image)
        self.options.append(options)
        width, height = image.size
        corners = (
            (width / 2, height / 2),
            (float(width), height / 2),
            (float(width), float(height)),
            (width / 2, float(height)),
        )
        line = TextLine("42", 0.9, corners, (Word("42", corners),))
        boxes = [[width // 2, height // 2, width, height]]
        return Page(Size(width, height), (line,), self.name, {"rec_texts": ["42"], "rec_boxes": boxes})


class PlacingChart:
    """Finds the value 42 in the right lower corner of each chart."""

    name, device, batches = "placing", "cpu", True

    def __init__(self) -> None:
        self.charts: list[ChartInput] = []

    def read(self, charts: list[ChartInput]) -> list[ChartReading]:
        self.charts += charts
        return [self._read(chart.image) for chart in charts]

    def _read(self, image: Image.Image) -> ChartReading:
        place = (float(image.width), float(image.height))
        table = ChartTable(
            (Cell(""), Cell("pixels")), ((Cell("corner"), Cell("42", place=place)),), Cell("t", place=place)
        )
        return ChartReading(table, self.name, Size(*image.size))


@dataclass
class Bench:
    service: Service
    ocr: PlacingOcr
    chart: PlacingChart
    clients: tuple[LocalOcr, LocalChart]

    def count_in_flight(self) -> dict[str, int]:
        report = self.service.admission.report()
        return {model: report[model].in_flight for model in (OCR, CHART)}


@pytest.fixture
def bench():
    def build(config: AppConfig | None = None, *, wants_words: bool = True) -> Bench:
        config, ocr, chart = config or AppConfig(), PlacingOcr(), PlacingChart()
        clients = LocalOcr(ocr), LocalChart(chart)
        return Bench(build_service(config, *clients, wants_words=wants_words), ocr, chart, clients)

    return build
