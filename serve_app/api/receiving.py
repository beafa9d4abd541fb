"""Takes in a request's body: within its bound on bytes, within the request's time, and before it is queued."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Message

from serve_app.errors import BadRequest, Busy, TooManyBytes, UploadTimeout
from serve_app.pipeline.admission import Ticket
from serve_app.tracing import span

RETRY_S = 5
"""Seconds after which to try again when too many uploads are arriving."""


class Arrivals:
    """The memory of all uploads that are still arriving at one ingress replica.

    They are in no model's queue yet, so that their number is not bounded there.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity` in bytes."""
        self._capacity = capacity
        self._held = 0

    def take(self, count: int) -> None:
        """Count bytes that have arrived.

        Raises:
            Busy: all that arrive hold more than the capacity.
        """
        self._held += count
        if self._held > self._capacity:
            raise Busy("Too many uploads are arriving at the same time. Try again later", RETRY_S)

    def give_back(self, count: int) -> None:
        """Uncount bytes of an upload that has arrived, or was given up."""
        self._held -= count


@asynccontextmanager
async def receiving(request: Request, ticket: Ticket, limit: int) -> AsyncIterator[Request]:
    """The same request, to read its body inside; at the end the ticket takes its place in the queue.

    Raises:
        TooManyBytes, UploadTimeout, BadRequest: as `taking_in` raises them, in the ticket's time.
        Busy: too much is arriving, or others have taken the last place in the queue.
    """
    async with taking_in(request, limit, ticket.deadline_s, ticket.remaining_s) as arriving:
        yield arriving
    ticket.reserve()


@asynccontextmanager
async def taking_in(
    request: Request, limit: int, deadline_s: float, remaining_s: float | None = None
) -> AsyncIterator[Request]:
    """The same request, to read its body inside. It counts as arriving until the end of the block.

    Args:
        request: whose body nobody has read yet.
        limit: bytes of the body.
        deadline_s: seconds that the client has been given.
        remaining_s: seconds that are left of them; all by default.

    Raises:
        TooManyBytes: before more than `limit` bytes of the body are taken in.
        UploadTimeout: the body did not come in time.
        BadRequest: the client went away.
        Busy: too much is arriving.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > limit:
        raise too_many_bytes(int(declared), limit)
    arrivals: Arrivals = request.app.state.arrivals
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        count = len(message.get("body", b""))
        taken += count
        arrivals.take(count)
        if taken > limit:
            raise too_many_bytes(taken, limit)
        return message

    try:
        async with asyncio.timeout(deadline_s if remaining_s is None else remaining_s):
            with span("receive"):
                yield Request(request.scope, receive)
    except TimeoutError:
        raise UploadTimeout(
            f"The upload did not arrive within {deadline_s:g} s: {taken:,} bytes did. Send it again"
        ) from None
    except ClientDisconnect:
        raise BadRequest("The connection closed before the upload was complete. Send it again") from None
    finally:
        arrivals.give_back(taken)


def too_many_bytes(found: int, limit: int) -> TooManyBytes:
    """The error for a body of at least `found` bytes."""
    return TooManyBytes(
        f"The upload has {found:,} bytes or more, which exceeds the limit of {limit:,}. Send a smaller image, or save "
        "it as JPEG"
    )
