"""How the ingress calls a deployment: retries after a death, quarantine, and Ray's errors turned into our own."""

import asyncio
import logging
from typing import Any, Generic, TypeVar
from uuid import uuid4

from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle
from ray.serve.schema import ReplicaState

from serve_app.domain import ModelInfo, Readiness
from serve_app.errors import AppError, Busy, ModelBroken, ModelUnavailable, Quarantined
from serve_app.serving.metrics import ClientMetrics
from serve_app.serving.quarantine import Quarantine
from serve_app.serving.replica_status import ReplicaStatus

logger = logging.getLogger(__name__)

In = TypeVar("In")
Out = TypeVar("Out")

BROKEN_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Pauses before a call is made again that met a broken replica: until Serve's health check has replaced it, the broken
one answers faster than all others, and draws the calls."""

READINESS_S = 5.0
"""Seconds for a replica to tell whether its server is there; longer than it waits for that server itself."""


class ReplicaClient(Generic[In, Out]):
    """Calls the replicas of a deployment whose `read` takes an encoded image and an `In`, and returns an `Out`.

    A call whose replica died is made once more: reading an image changes nothing, so a second time does no harm.
    Calls to be repeated wait for each other, so that an image that makes replicas die is told from those that were
    only on the same replica.
    """

    def __init__(
        self,
        handle: DeploymentHandle,
        status: ReplicaStatus,
        metrics: ClientMetrics,
        quarantine_s: float,
        *,
        asks_server: bool = False,
    ) -> None:
        """`asks_server`: the replicas depend on a server of another service, and tell of it by `readiness`."""
        self._handle = handle
        self._status = status
        self._asks_server = asks_server
        self._name = handle.deployment_name
        self._quarantine = Quarantine(quarantine_s)
        self._repeating = asyncio.Lock()
        self._metrics = metrics

    async def read(self, image: bytes, extra: In, /) -> Out:
        """Call `read` of the deployment: `extra` is OcrOptions for Ocr, and the OCR's lines for Chart.

        Raises:
            AppError: of the engine, or Busy, ModelUnavailable, Quarantined.
        """
        try:
            return await self._try(image, extra)
        except RayActorError:
            self._metrics.retries.inc()
            logger.warning("A replica of %s died; its call is made again", self._name)
        async with self._repeating:
            try:
                return await self._try(image, extra)
            except RayActorError:
                logger.error("A second replica of %s died with the same image", self._name)
        self._admit(image)
        raise ModelUnavailable(f"Two replicas of {self._name} died. Try again")

    async def describe(self) -> ModelInfo:
        """What a replica has loaded.

        Raises:
            ModelUnavailable: no replica is there to tell.
        """
        try:
            info: ModelInfo = await self._call("describe")
        except RayActorError:
            raise ModelUnavailable(f"The replica of {self._name} died. Try again") from None
        return info

    async def readiness(self) -> Readiness:
        """Whether a replica is running, as Serve's controller sees it."""
        deployment = await self._status.find(self._name)
        if deployment and deployment.replica_states.get(ReplicaState.RUNNING, 0) > 0:
            return await self._ask_readiness() if self._asks_server else Readiness(ready=True)
        return Readiness(ready=False, reason=(deployment.message if deployment else "") or "no replica is running yet")

    async def _ask_readiness(self) -> Readiness:
        try:
            async with asyncio.timeout(READINESS_S):
                readiness: Readiness = await self._call("readiness")
        except (TimeoutError, Busy):
            return Readiness(ready=True)  # all replicas are at work
        except (RayActorError, ModelUnavailable) as error:
            return Readiness(ready=False, reason=str(error))
        return readiness

    async def _try(self, image: bytes, extra: In) -> Out:
        self._admit(image)
        try:
            result: Out = await self._call_unbroken("read", image, extra)
        except RayActorError as error:
            self._quarantine.record_death(image, error.actor_id or uuid4().hex)
            raise
        self._quarantine.absolve(image)
        return result

    def _admit(self, image: bytes) -> None:
        try:
            self._quarantine.admit(image)
        except Quarantined:
            self._metrics.quarantined.inc()
            raise

    async def _call_unbroken(self, method: str, *arguments: Any) -> Any:
        for pause in BROKEN_PAUSES_S:
            try:
                return await self._call(method, *arguments)
            except ModelBroken:
                self._metrics.retries.inc()
                await asyncio.sleep(pause)
        return await self._call(method, *arguments)

    async def _call(self, method: str, *arguments: Any) -> Any:
        response = getattr(self._handle, method).remote(*arguments)
        try:
            result = await response
        except asyncio.CancelledError:
            # The caller has gone, or its deadline is over; Serve would let the replica work on.
            response.cancel()
            raise
        except RayTaskError as error:
            if isinstance(error.cause, AppError):
                raise error.cause from None
            raise
        except BackPressureError:
            raise Busy(f"All replicas of {self._name} are busy and the queue is full") from None
        except DeploymentUnavailableError as error:
            raise ModelUnavailable(f"{self._name} cannot start: {error}") from None
        if isinstance(result, AppError):  # see return_refusals
            raise result
        return result
