"""The threads that decode images, and the memory that they may take together."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8
"""Decoders give up Python's lock while they work; more threads than cores let small images pass a large one."""


class DecodePool:
    """Runs functions in threads while the memory that they say they take is within a bound. First come, first served.

    What has begun cannot be stopped: a function whose caller has gone keeps its memory counted until it ends.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity`: bytes for all functions that run at the same time; one that takes more runs alone."""
        self._capacity = self._free = capacity
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._executor = ThreadPoolExecutor(THREADS, "decode")

    async def run(self, weight: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that takes up to `weight` bytes, once there is room for it."""
        weight = min(weight, self._capacity)
        await self._take(weight)
        loop = asyncio.get_running_loop()
        work = self._executor.submit(function, *args, **kwargs)
        work.add_done_callback(lambda _: loop.call_soon_threadsafe(self._give_back, weight))
        return await asyncio.wrap_future(work)

    async def _take(self, weight: int) -> None:
        if not self._waiting and weight <= self._free:
            self._free -= weight
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((weight, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._admit_next()  # it may have stood before smaller ones
            else:
                self._give_back(weight)
            raise

    def _give_back(self, weight: int) -> None:
        self._free += weight
        self._admit_next()

    def _admit_next(self) -> None:
        while self._waiting:
            weight, turn = self._waiting[0]
            if not turn.cancelled():
                if weight > self._free:
                    return
                self._free -= weight
                turn.set_result(None)
            self._waiting.popleft()
