"""How busy the models are, for clients that choose when or where to send."""

from collections.abc import Mapping
from typing import Self

from fastapi import APIRouter, Request
from pydantic import BaseModel

from serve_app.api.tickets import find_service
from serve_app.pipeline.load import Capacity

router = APIRouter(tags=["health"])


class LoadBody(BaseModel):
    """How busy a model is, as the ingress replica that answers sees it: it knows only its own requests.

    `running` of `target` replicas work. `expected_wait_s`: seconds until one would come to a new request.
    `mean_service_s`: seconds for which a call occupies a replica; both are null until a first call is done.
    `admits`: whether a request for this model would be let in now.
    """

    running: int
    target: int
    in_flight: int
    expected_wait_s: float | None
    mean_service_s: float | None
    admits: bool

    @classmethod
    def of(cls, capacity: Capacity) -> Self:
        """The load as it is sent, in milliseconds' precision."""
        return cls(
            running=capacity.replicas.running,
            target=capacity.replicas.target,
            in_flight=capacity.in_flight,
            expected_wait_s=_milliseconds(capacity.expected_wait_s),
            mean_service_s=_milliseconds(capacity.mean_service_s),
            admits=capacity.admits,
        )


class CapacityBody(BaseModel):
    """The answer of `/v1/capacity`, by model: `ocr` and `chart`."""

    models: dict[str, LoadBody]

    @classmethod
    def of(cls, capacities: Mapping[str, Capacity]) -> Self:
        """The capacities as they are sent."""
        return cls(models={name: LoadBody.of(capacity) for name, capacity in capacities.items()})


@router.get("/v1/capacity")
async def capacity(request: Request) -> CapacityBody:
    """How busy each model is, and whether a request for it would be let in now. Asks no replica."""
    return CapacityBody.of(find_service(request).admission.report())


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
