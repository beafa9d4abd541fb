"""The end of a request's time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from serve_app.errors import DeadlineExceeded
from serve_app.pipeline.admission import Ticket


@asynccontextmanager
async def within(ticket: Ticket) -> AsyncIterator[None]:
    """Cancel what runs inside when the ticket's time is over.

    Raises:
        DeadlineExceeded: the time is over.
    """
    try:
        async with asyncio.timeout(ticket.remaining_s):
            yield
    except TimeoutError as error:
        raise DeadlineExceeded(
            f"The service did not answer within {ticket.deadline_s:g} s. Try again later, or send a smaller image"
        ) from error
    except ExceptionGroup as group:
        # A TaskGroup wraps what its tasks raise; a caller wants the error itself.
        raise group.exceptions[0] from None
