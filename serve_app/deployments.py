"""The three deployments: Ingress, Ocr and Chart. Thin: they load an engine, serialise its calls, and pass errors on.

The classes are plain; `serve_app.app` decorates and binds them.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, Generic, TypeVar

from fastapi import FastAPI
from PIL import Image
from ray import serve
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle
from ray.serve.schema import ReplicaState

from serve_app.api.app import build_api
from serve_app.config import AppConfig, ChartConfig, Device, OcrConfig
from serve_app.domain import ChartReading, ModelInfo, OcrOptions, Page, Readiness, TextLine
from serve_app.engines.base import ChartEngine, ChartInput, OcrEngine, load_chart, load_ocr
from serve_app.errors import AppError, Busy, ModelFailed, ModelUnavailable
from serve_app.pipeline import Pipeline

logger = logging.getLogger("ray.serve")

T = TypeVar("T")
E = TypeVar("E", OcrEngine, ChartEngine)


class ModelThread(Generic[E]):
    """An engine and the only thread that ever calls it.

    Serve frees a replica's slot when the client disconnects, though the call's thread goes on; a model that is not
    thread safe therefore needs a queue of its own. A call whose caller has gone is dropped from it unstarted.
    """

    def __init__(self, load: Callable[[], E]) -> None:
        """Load the engine in the thread, and wait for it."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self.engine: E = self._executor.submit(load).result()

    async def call(self, function: Callable[[E], T]) -> T:
        """Run `function` on the engine when its turn comes.

        Raises:
            AppError: as the engine raised it.
            ModelFailed: the engine raised anything else; its traceback goes to the log, not to the client.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, function, self.engine)
        except AppError:
            raise
        except Exception as error:
            logger.exception("The model %s failed", self.engine.name)
            raise ModelFailed(
                f"The model failed on this image ({type(error).__name__}). Sending it again will not help"
            ) from None


class Ocr:
    """One PaddleOCR in a process of its own."""

    def __init__(self, config: OcrConfig, device: Device) -> None:
        self._model = ModelThread(lambda: load_ocr(config, device))
        self._info = ModelInfo(self._model.engine.name, "ocr", config.engine, self._model.engine.device)

    async def read(self, image: bytes, options: OcrOptions) -> Page:
        """Read an encoded image; polygons are in its pixels."""
        return await self._model.call(lambda engine: engine.read(_decode(image), options))

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info


class Chart:
    """One chart model in a process of its own."""

    def __init__(self, config: ChartConfig, device: Device) -> None:
        self._model = ModelThread(lambda: load_chart(config, device))
        self._info = ModelInfo(self._model.engine.name, "chart", "transformers", self._model.engine.device)

    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        """Read an encoded chart; places and resolution are in its pixels."""
        [reading] = await self._model.call(lambda engine: engine.read([ChartInput(_decode(image), tuple(lines))]))
        return reading

    async def describe(self) -> ModelInfo:
        """What is loaded in this replica."""
        return self._info


class Ingress:
    """The HTTP application, with handles to the models."""

    def __init__(self, config: AppConfig, ocr: DeploymentHandle, chart: DeploymentHandle, wants_words: bool) -> None:
        self._config = config
        self._models = {"ocr": ReplicaClient(ocr), "chart": ReplicaClient(chart)}
        self._pipeline = Pipeline(config, self._models["ocr"], self._models["chart"], chart_wants_words=wants_words)

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Build the HTTP application in the replica, once Serve has constructed it."""
        return build_api(self._config, self._pipeline, self._models)


class ReplicaClient:
    """Calls a deployment's replicas, and turns Ray's errors into those of `serve_app.errors`.

    A call whose replica died is made once more: reading an image changes nothing, so a second time does no harm.
    """

    def __init__(self, handle: DeploymentHandle) -> None:
        self._handle = handle

    async def read(self, image: bytes, extra: Any) -> Any:
        """Call `read` of the deployment: `extra` is OcrOptions for Ocr, and the OCR's lines for Chart."""
        return await self._call("read", image, extra)

    async def describe(self) -> ModelInfo:
        """What a replica has loaded."""
        info: ModelInfo = await self._call("describe")
        return info

    async def readiness(self) -> Readiness:
        """Whether a replica is running, as Serve's controller sees it."""
        status = await asyncio.to_thread(serve.status)
        deployment = status.applications[self._handle.app_name].deployments.get(self._handle.deployment_name)
        if deployment and deployment.replica_states.get(ReplicaState.RUNNING, 0) > 0:
            return Readiness(ready=True)
        return Readiness(ready=False, reason=(deployment.message if deployment else "") or "no replica is running yet")

    async def _call(self, method: str, *arguments: Any) -> Any:
        try:
            return await self._call_once(method, *arguments)
        except RayActorError:
            logger.warning("A replica of %s died; its request is tried again", self._handle.deployment_name)
        try:
            return await self._call_once(method, *arguments)
        except RayActorError:
            raise ModelUnavailable(
                f"Two replicas of {self._handle.deployment_name} died with this request. If it happens with this "
                "image only, the image is the cause",
            ) from None

    async def _call_once(self, method: str, *arguments: Any) -> Any:
        try:
            return await getattr(self._handle, method).remote(*arguments)
        except RayTaskError as error:
            if isinstance(error.cause, AppError):
                raise error.cause from None
            raise
        except BackPressureError:
            raise Busy(f"All replicas of {self._handle.deployment_name} are busy and the queue is full", 1) from None
        except DeploymentUnavailableError as error:
            raise ModelUnavailable(f"{self._handle.deployment_name} cannot start: {error}") from None


def _decode(image: bytes) -> Image.Image:
    return Image.open(BytesIO(image)).convert("RGB")
