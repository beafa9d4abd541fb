"""The deployments: Ingress, Ocr, Chart and Layout. Thin: they load an engine, serialise its calls, and tell its health.

The classes are plain; `serve_app.app` decorates and binds them.
"""

import asyncio
import os
import time
from collections.abc import Sequence

from fastapi import FastAPI
from ray.serve.handle import DeploymentHandle

from serve_app.api.app import build_api
from serve_app.api.draining import Drain
from serve_app.api.jobs_service import JobsService
from serve_app.charts.remote import OpenAiChart
from serve_app.config import AppConfig, ChartConfig, Device, LayoutConfig, OcrConfig, RemoteConfig
from serve_app.domain import ChartReading, LayoutAnswer, LayoutTask, ModelInfo, OcrOptions, Page, Readiness, TextLine
from serve_app.errors import AppError
from serve_app.gpu.usage import measure
from serve_app.hosting.chart_queue import ChartQueue
from serve_app.hosting.model_thread import ModelThread
from serve_app.hosting.protocols import ChartInput, OcrEngine, Stop, answer_task
from serve_app.hosting.resident import resident_bytes
from serve_app.imaging.decode import decode_prepared
from serve_app.serving.clients import Clients
from serve_app.serving.engines import load_chart, load_layout, load_ocr
from serve_app.serving.logs import join_serve_log, leave_access_to_the_audit
from serve_app.serving.metrics import IngressMetrics, ModelMetrics
from serve_app.serving.refusals import return_refusals

CPU_NICENESS = 10
"""Of a model that computes on the CPU. It shares the cores with the proxy and the ingress, which need little of them,
but need it at once: requests are let in, refused and answered while every core computes."""


class Ocr:
    """One PaddleOCR in a process of its own."""

    def __init__(self, config: OcrConfig, device: Device) -> None:
        join_serve_log()
        self._metrics = ModelMetrics("ocr")
        self._model = ModelThread(
            lambda: load_ocr(config, device),
            call_limit_s=config.call_limit_s,
            recycle=config.recycle,
            observe=self._metrics.observe_call,
            niceness=CPU_NICENESS if device == "cpu" else 0,
        )
        engine = self._model.engine
        self._info = ModelInfo(engine.name, "ocr", config.engine, engine.device, engine.scripts, dict(engine.languages))

    @return_refusals
    async def read(self, image: bytes, options: OcrOptions) -> Page:
        """Read an encoded image; polygons are in its pixels."""
        decoded = await asyncio.to_thread(decode_prepared, image)
        background = options.background

        def read(engine: OcrEngine, stop: Stop) -> Page:
            return engine.read(decoded, options, lambda: self._model.between_steps(stop, background=background))

        return await self._model.call(read, background=background)

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica after it raised a few times in a row."""
        self._metrics.observe_memory(resident_bytes(), measure(self._model.engine))
        self._model.check()


class Chart:
    """One chart model in a process of its own."""

    def __init__(self, config: ChartConfig, device: Device) -> None:
        join_serve_log()
        self._metrics = ModelMetrics("chart")
        self._model = ModelThread(
            lambda: load_chart(config, device),
            call_limit_s=config.call_limit_s,
            recycle=config.recycle,
            observe=self._metrics.observe_call,
            niceness=CPU_NICENESS if device == "cpu" else 0,
        )
        size = config.batch_size if self._model.engine.batches else 1
        self._queue = ChartQueue(self._model, size=size, pixels=config.batch_pixels)
        self._info = ModelInfo(self._model.engine.name, "chart", "transformers", self._model.engine.device)

    @return_refusals
    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        return await self._queue.read(ChartInput(await asyncio.to_thread(decode_prepared, image), tuple(lines)))

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica after it raised a few times in a row."""
        self._metrics.observe_memory(resident_bytes(), measure(self._model.engine))
        self._model.check()


class RemoteChart:
    """A chart model on a server of its own: this process holds no model, and asks for many charts at once."""

    def __init__(self, config: ChartConfig, remote: RemoteConfig) -> None:
        join_serve_log()
        self._metrics = ModelMetrics("chart")
        self._engine = OpenAiChart(config, remote)

    @return_refusals
    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        started = time.monotonic()
        try:
            return await self._engine.read(image)
        finally:
            self._metrics.observe_call([0.0], time.monotonic() - started)

    async def describe(self) -> ModelInfo:
        """What the server runs."""
        return ModelInfo(self._engine.name, "chart", "openai", self._engine.device)

    async def readiness(self) -> Readiness:
        """Whether the server is there and serves the model.

        No matter of `check_health`: Serve would replace this process, which brings no server back, hold the calls
        until their deadline, and give the deployment up for good if the server is not there when it first starts.
        """
        try:
            await self._engine.check()
        except AppError as error:
            return Readiness(ready=False, reason=error.message)
        return Readiness(ready=True)

    async def check_health(self) -> None:
        """Called by Serve; there is no model here that could break."""
        self._metrics.observe_memory(resident_bytes())


class Layout:
    """The models for a page's regions, its orientation and the cells of tables, in one process."""

    def __init__(self, config: LayoutConfig, device: Device) -> None:
        join_serve_log()
        self._metrics = ModelMetrics("layout")
        self._model = ModelThread(
            lambda: load_layout(config, device),
            call_limit_s=config.call_limit_s,
            recycle=config.recycle,
            observe=self._metrics.observe_call,
            niceness=CPU_NICENESS if device == "cpu" else 0,
        )
        self._info = ModelInfo(self._model.engine.name, "layout", config.engine, self._model.engine.device)

    @return_refusals
    async def read(self, image: bytes, task: LayoutTask) -> LayoutAnswer:
        """Look at an encoded image; places are in its pixels."""
        decoded = await asyncio.to_thread(decode_prepared, image)
        return await self._model.call(lambda engine, _: answer_task(engine, decoded, task))

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica after it raised a few times in a row."""
        self._metrics.observe_memory(resident_bytes(), measure(self._model.engine))
        self._model.check()


class Ingress:
    """The HTTP application, with handles to the models."""

    def __init__(
        self,
        config: AppConfig,
        ocr: DeploymentHandle,
        chart: DeploymentHandle,
        layout: DeploymentHandle,
        wants_words: bool,
        jobs: DeploymentHandle | None = None,  # keeps Jobs in the application; it is never called
    ) -> None:
        join_serve_log()
        leave_access_to_the_audit()
        self._clients = Clients(config, ocr, chart, layout, wants_words)
        self._jobs = JobsService.open(config.jobs) if config.jobs.enabled else None
        self._drain = Drain.of(os.environ)

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Build the HTTP application in the replica, once Serve has constructed it."""
        return build_api(
            self._clients.service, self._clients.models, self._jobs, IngressMetrics().observe_lag, self._drain
        )
