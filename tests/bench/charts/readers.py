"""Ways to have charts read: by a running service, or by its engines and pipeline in this process."""

import asyncio
import hashlib
import pickle
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import httpx
from PIL import Image

from serve_app.api.schemas import CellBody, ChartBody
from serve_app.config import AppConfig
from serve_app.domain import Cell, ChartKind, ChartReading, ChartTable, Number, OcrOptions, Page
from serve_app.hosting.protocols import ChartEngine, ChartInput, OcrEngine
from serve_app.pipeline.chart import admit_chart, read_chart
from serve_app.pipeline.upload import Upload
from serve_app.serving.engines import load_chart, load_ocr
from tests.bench.charts.samples import Sample
from tests.clients import LocalChart, LocalOcr, build_service

DEADLINE_S = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: the table, its confidence, and the codes of the warnings.

    `seconds` that it took: all of them, or those of the chart model alone.
    """

    table: ChartTable
    seconds: float
    confidence: float = 1.0
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: ChartBody, seconds: float) -> Self:
        """The answer in the domain's terms."""
        table = ChartTable(
            tuple(map(_make_cell, body.columns)),
            tuple(tuple(map(_make_cell, row)) for row in body.rows),
            body.title and _make_cell(body.title),
            ChartKind(body.kind),
        )
        return cls(table, seconds, body.confidence, tuple(warning.code for warning in body.warnings))


class Reader(Protocol):
    """Reads one chart after the other."""

    def read(self, sample: Sample) -> Answer:
        """The answer to an upload of the chart."""
        ...


class HttpReader:
    """A running service, asked as any client asks it."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def read(self, sample: Sample) -> Answer:
        """Post the chart to /v1/chart.

        Raises:
            httpx.HTTPStatusError: the service answered with an error.
        """
        started = time.perf_counter()
        response = self._http.post("/v1/chart", files={"file": ("chart.png", sample.encode(), "image/png")})
        seconds = time.perf_counter() - started
        response.raise_for_status()
        return Answer.of(ChartBody.model_validate_json(response.content), seconds)


class LocalReader:
    """The service's pipeline with its engines in this process, without HTTP and Ray."""

    def __init__(self, ocr: OcrEngine, chart: ChartEngine, config: AppConfig) -> None:
        self._chart = _TimedChart(chart)
        self._service = build_service(config, LocalOcr(ocr), self._chart)

    @classmethod
    def load(cls, config: AppConfig, cache: Path | None = None) -> Self:
        """Load the engines as the service does; what OCR reads is kept in the folder `cache`."""
        ocr = load_ocr(config.ocr, "cpu") if cache is None else CachedOcr(config, cache)
        return cls(ocr, load_chart(config.chart, "cpu"), config)

    def read(self, sample: Sample) -> Answer:
        """Read a chart as a request for it would be; the seconds are those of the chart model."""
        return Answer.of(ChartBody.of(asyncio.run(self._read(sample.encode()))), self._chart.seconds)

    async def _read(self, data: bytes) -> ChartReading:
        upload = await Upload.open(self._service, data)
        with admit_chart(self._service, DEADLINE_S) as ticket:
            return await read_chart(self._service, ticket, upload)


class ExactReader:
    """The chart engine alone, given the exact words in place of OCR's."""

    def __init__(self, chart: ChartEngine) -> None:
        self._chart = chart

    def read(self, sample: Sample) -> Answer:
        """Read a chart of which the words are known."""
        started = time.perf_counter()
        [reading] = self._chart.read([ChartInput(sample.image.convert("RGB"), sample.lines or ())])
        return Answer.of(ChartBody.of(reading), time.perf_counter() - started)


class CachedOcr:
    """The OCR engine, loaded only for images that it has not read before, for scoring what comes after it again."""

    name = "cached"
    device = "cpu"

    def __init__(self, config: AppConfig, folder: Path) -> None:
        self._config = config.ocr
        self._folder = folder
        self._engine: OcrEngine | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, image: Image.Image, options: OcrOptions) -> Page:
        """Read an image, or remember what was read in it."""
        told = repr((self._config, options, image.size)).encode()
        file = self._folder / f"{hashlib.sha256(told + image.tobytes()).hexdigest()}.pkl"
        if file.exists():
            page: Page = pickle.loads(file.read_bytes())
            return page
        self._engine = self._engine or load_ocr(self._config, "cpu")
        page = self._engine.read(image, options)
        file.write_bytes(pickle.dumps(page))
        return page


class _TimedChart(LocalChart):
    seconds = 0.0

    async def read(self, *args, **kwargs) -> ChartReading:
        started = time.perf_counter()
        try:
            return await super().read(*args, **kwargs)
        finally:
            self.seconds = time.perf_counter() - started


def _make_cell(body: CellBody) -> Cell:
    number = body.number and Number(body.number.value, body.number.unit, body.number.percent)
    return Cell(body.text, body.confidence, number)
