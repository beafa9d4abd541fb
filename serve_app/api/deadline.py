"""How long a caller waits: a header may shorten what the config allows."""

from typing import Annotated

from fastapi import Depends, Header, Request


async def read_deadline(
    request: Request,
    x_deadline_s: Annotated[
        float | None,
        Header(gt=0, description="Seconds after which the request is answered with 504; at most the service's own"),
    ] = None,
) -> float:
    """Seconds from now until the request is given up."""
    configured: float = request.app.state.config.http.deadline_s
    return configured if x_deadline_s is None else min(configured, x_deadline_s)


Deadline = Annotated[float, Depends(read_deadline)]
