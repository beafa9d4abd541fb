"""The three deployments: Ingress, Ocr and Chart. Thin: they load an engine, serialise its calls, and tell its health.

The classes are plain; `serve_app.app` decorates and binds them.
"""

from collections.abc import Sequence
from io import BytesIO

from fastapi import FastAPI
from PIL import Image
from ray.serve.handle import DeploymentHandle

from serve_app.api.app import build_api
from serve_app.config import AppConfig, ChartConfig, Device, OcrConfig
from serve_app.domain import ChartReading, ModelInfo, OcrOptions, Page, TextLine
from serve_app.engines.base import ChartInput, load_chart, load_ocr
from serve_app.engines.model_thread import ModelThread, resident_bytes
from serve_app.metrics import ModelMetrics
from serve_app.pipeline import Pipeline
from serve_app.replicas import ReplicaClient


class Ocr:
    """One PaddleOCR in a process of its own."""

    def __init__(self, config: OcrConfig, device: Device) -> None:
        self._metrics = ModelMetrics("ocr")
        self._model = ModelThread(
            lambda: load_ocr(config, device),
            call_limit_s=config.call_limit_s,
            recycle=config.recycle,
            observe=self._metrics.observe_call,
        )
        self._info = ModelInfo(self._model.engine.name, "ocr", config.engine, self._model.engine.device)

    async def read(self, image: bytes, options: OcrOptions) -> Page:
        """Read an encoded image; polygons are in its pixels."""
        return await self._model.call(lambda engine, _: engine.read(_decode(image), options))

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica after it raised a few times in a row."""
        self._metrics.observe_memory(resident_bytes())
        self._model.check()


class Chart:
    """One chart model in a process of its own."""

    def __init__(self, config: ChartConfig, device: Device) -> None:
        self._metrics = ModelMetrics("chart")
        self._model = ModelThread(
            lambda: load_chart(config, device),
            call_limit_s=config.call_limit_s,
            recycle=config.recycle,
            observe=self._metrics.observe_call,
        )
        self._info = ModelInfo(self._model.engine.name, "chart", "transformers", self._model.engine.device)

    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        [reading] = await self._model.call(
            lambda engine, stop: engine.read([ChartInput(_decode(image), tuple(lines), stop)])
        )
        return reading

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica after it raised a few times in a row."""
        self._metrics.observe_memory(resident_bytes())
        self._model.check()


class Ingress:
    """The HTTP application, with handles to the models."""

    def __init__(self, config: AppConfig, ocr: DeploymentHandle, chart: DeploymentHandle, wants_words: bool) -> None:
        quarantine_s = config.http.quarantine_s
        self._config = config
        self._models = {"ocr": ReplicaClient(ocr, quarantine_s), "chart": ReplicaClient(chart, quarantine_s)}
        self._pipeline = Pipeline(config, self._models["ocr"], self._models["chart"], chart_wants_words=wants_words)

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Build the HTTP application in the replica, once Serve has constructed it."""
        return build_api(self._config, self._pipeline, self._models)


def _decode(image: bytes) -> Image.Image:
    return Image.open(BytesIO(image)).convert("RGB")
