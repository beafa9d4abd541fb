"""When requests are sent: at a rate that depends on no answer (an open loop), or by clients that wait (closed)."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

Send = Callable[[int, float], Awaitable[None]]
"""Sends a request: its number, and when it was due (`time.monotonic`), from which its latency counts."""


async def drive_open(send: Send, seconds: float, rate: float) -> None:
    """Sends `rate` requests a second, whatever is answered, and waits for the last answer."""
    started = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number, due in enumerate(draw_arrivals(rate, seconds)):
            await asyncio.sleep(max(0.0, started + due - time.monotonic()))
            tasks.create_task(send(number, started + due))


async def drive_closed(send: Send, seconds: float, clients: int) -> None:
    """Keeps `clients` requests under way; they share the numbers, so that no client has the short requests alone."""
    started, numbers = time.monotonic(), count()

    async def run_client() -> None:
        while time.monotonic() - started < seconds:
            await send(next(numbers), time.monotonic())

    await asyncio.gather(*(run_client() for _ in range(clients)))


def draw_arrivals(rate: float, seconds: float) -> Iterator[float]:
    """Times of arrival, in seconds from the start: a Poisson process with a fixed seed."""
    generator, due = random.Random(0), 0.0
    while (due := due + generator.expovariate(rate)) < seconds:
        yield due
