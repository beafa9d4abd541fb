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


async def read_document_deadline(
    request: Request, x_deadline_s: Annotated[float | None, Header(gt=0, description="As on the other routes")] = None
) -> float:
    """Seconds from now after which the pages of a document that are left are not read any more."""
    configured: float = request.app.state.config.documents.deadline_s
    return configured if x_deadline_s is None else min(configured, x_deadline_s)


DocumentDeadline = Annotated[float, Depends(read_document_deadline)]
Deadline = Annotated[float, Depends(read_deadline)]
