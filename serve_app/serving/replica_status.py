"""How many replicas Serve runs, by its controller: asked in the background, never while a request waits."""

import asyncio
import logging
import time
from math import inf

from ray import serve
from ray.exceptions import RayError
from ray.serve.schema import DeploymentStatusOverview, ReplicaState

from serve_app.pipeline.load import ReplicaCounts

logger = logging.getLogger(__name__)

FRESH_S = 2.0
"""Seconds for which an answer of the controller is used."""

_WANTED = (ReplicaState.RUNNING, ReplicaState.STARTING, ReplicaState.UPDATING, ReplicaState.RECOVERING)
"""Those that run and those on the way: Serve's status does not name its target otherwise."""


class ReplicaStatus:
    """The replicas of one application's deployments."""

    def __init__(self, application: str, ingress: str) -> None:
        self._application = application
        self._ingress = ingress
        self._deployments: dict[str, DeploymentStatusOverview] = {}
        self._asked = -inf
        self._asking: asyncio.Task[None] | None = None

    def count_replicas(self, deployment: str) -> ReplicaCounts:
        """A model's replicas, and the ingress replicas; all 0 until the controller has answered for the first time."""
        self._refresh()
        return ReplicaCounts(
            running=self._count(deployment, ReplicaState.RUNNING),
            target=self._count(deployment, *_WANTED),
            ingresses=self._count(self._ingress, ReplicaState.RUNNING),
        )

    async def find(self, deployment: str) -> DeploymentStatusOverview | None:
        """A deployment's status, at most `FRESH_S` old; None if there is no such deployment."""
        self._refresh()
        if self._asking is not None:
            await asyncio.shield(self._asking)
        return self._deployments.get(deployment)

    def _count(self, deployment: str, *states: ReplicaState) -> int:
        found = self._deployments.get(deployment)
        return sum(found.replica_states.get(state, 0) for state in states) if found else 0

    def _refresh(self) -> None:
        if self._asking is None and time.monotonic() - self._asked > FRESH_S:
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        try:
            status = await asyncio.to_thread(serve.status)
            self._deployments = dict(status.applications[self._application].deployments)
        except (RayError, KeyError) as error:
            logger.warning("Serve's controller does not tell the replicas: %r", error)
        finally:
            self._asked = time.monotonic()
            self._asking = None
