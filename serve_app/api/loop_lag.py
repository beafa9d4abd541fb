"""Watches that the event loop, which all requests of an ingress share, is never held."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

TICK_S = 0.01
"""Seconds between two looks at the clock."""

REPORT_S = 1.0
"""Seconds of which the longest lag is reported."""

Observer = Callable[[float], None]
"""Told of seconds by which the loop was late."""


async def watch_loop(observe: Observer, tick_s: float = TICK_S, report_s: float = REPORT_S) -> None:
    """Report, without end, by how many seconds the loop came late to what was due: the most of each `report_s`."""
    loop = asyncio.get_running_loop()
    longest, since = 0.0, loop.time()
    while True:
        due = loop.time() + tick_s
        await asyncio.sleep(tick_s)
        now = loop.time()
        longest = max(longest, now - due)
        if now - since >= report_s:
            observe(longest)
            longest, since = 0.0, now


def watching(
    observe: Observer, *others: Callable[[], AbstractAsyncContextManager[None]]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The `lifespan` of an application whose loop is watched while it runs; `others` are entered beside."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for other in others:
                await stack.enter_async_context(other())
            watch = asyncio.create_task(watch_loop(observe))
            yield
            watch.cancel()

    return lifespan
