"""Whether the service is alive, whether its models are ready, and which they are."""

import asyncio
from typing import Literal, Protocol

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from serve_app.api.draining import Drain
from serve_app.api.model_schemas import ModelBody
from serve_app.api.request_id import request_id
from serve_app.domain import ModelInfo, Readiness

router = APIRouter(tags=["health"])


class ModelClient(Protocol):
    """What these routes ask of a model's deployment."""

    async def describe(self) -> ModelInfo:
        """What a replica has loaded; waits while none is ready."""
        ...

    async def readiness(self) -> Readiness:
        """Whether a replica is running."""
        ...


class HealthBody(BaseModel):
    """Alive. The fields after the status are what PaddleX's serving and MinerU's answer here, for their clients."""

    status: Literal["healthy"] = "healthy"
    logId: str  # noqa: N815 - PaddleX's name
    errorCode: Literal[0] = 0  # noqa: N815
    errorMsg: Literal["Healthy"] = "Healthy"  # noqa: N815
    protocol_version: Literal[2] = 2
    """MinerU's, of 3.4."""
    max_concurrent_requests: int
    """How many documents are read at once."""
    processing_window_size: Literal[1] = 1
    """MinerU's client sends as many files in one task as have this many pages together: here each file is a task."""


class ReadinessBody(BaseModel):
    """One model's readiness; `reason` says why it is not."""

    ready: bool
    reason: str


class ReadyBody(BaseModel):
    """Readiness of the whole service, and of each model."""

    ready: bool
    models: dict[str, ReadinessBody]


class ModelsBody(BaseModel):
    """The loaded models."""

    models: list[ModelBody]


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health(request: Request) -> HealthBody:
    """200 while the ingress answers, whatever the models do."""
    config = request.app.state.config
    return HealthBody(logId=request_id(request), max_concurrent_requests=config.documents.max_in_flight)


@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses={503: {"model": ReadyBody, "description": "A model has no running replica."}})
async def ready(request: Request, response: Response) -> ReadyBody:
    """200 when each model has a running replica and the store of jobs answers, else 503 with the reason for each.

    A service that is stopping is not ready either, so that load balancers send it nothing more.
    """
    parts = dict(request.app.state.models)
    if request.app.state.jobs is not None:
        parts["jobs"] = request.app.state.jobs
    states = await asyncio.gather(*(part.readiness() for part in parts.values()))
    drain: Drain | None = request.app.state.drain
    if drain is not None and drain.begun:
        states = [Readiness(ready=False, reason="the service is stopping") for _ in states]
    body = ReadyBody(
        ready=all(state.ready for state in states),
        models={
            name: ReadinessBody(ready=state.ready, reason=state.reason)
            for name, state in zip(parts, states, strict=True)
        },
    )
    response.status_code = 200 if body.ready else 503
    return body


@router.get("/v1/models", response_model_exclude_none=True)
async def models(request: Request) -> ModelsBody:
    """The loaded models: what each reads, by which engine, and on which device."""
    infos = await asyncio.gather(*(client.describe() for client in request.app.state.models.values()))
    return ModelsBody(models=[ModelBody.of(info) for info in infos])
