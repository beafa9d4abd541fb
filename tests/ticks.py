"""How long a wait takes, on a clock that stands still while a busy machine lets nobody run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

TICK_S = 0.1


class Ticks:
    """Turns of the event loop, at least `TICK_S` apart.

    A timeout and these turns fall due by the same clock. A machine that does not let this process run holds up both:
    however long that lasts, it is one turn.
    """

    def __init__(self) -> None:
        self.count = 0

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.count += 1


@asynccontextmanager
async def count_ticks() -> AsyncIterator[Ticks]:
    """Counts the turns beside what is awaited in the block."""
    ticks = Ticks()
    going = asyncio.create_task(ticks.go_on())
    try:
        yield ticks
    finally:
        going.cancel()
