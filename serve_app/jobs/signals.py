"""Wakes coroutines of one process when something in the store has changed.

A signal is only a hint: the waiter reads the store again. So a signal may come too often, and several may come as one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

WORK = "work"
"""A unit was queued."""
CANCEL = "cancel"
"""A job was cancelled or deleted."""


class Signals:
    """Named signals; a job's id names the signal of its events. To be used from one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)

    def send(self, names: Iterable[str]) -> None:
        """Wake the listeners of these signals."""
        for name in names:
            for event in self._listeners.get(name, ()):
                event.set()

    def send_all(self, spare: Iterable[str] = ()) -> None:
        """Wake all listeners except those of the signals in `spare`."""
        self.send(self._listeners.keys() - set(spare))

    @asynccontextmanager
    async def listen(self, name: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set when the signal comes; begin to listen before you read what you wait for."""
        event = asyncio.Event()
        self._listeners[name].add(event)
        try:
            yield event
        finally:
            listeners = self._listeners[name]
            listeners.discard(event)
            if not listeners:
                del self._listeners[name]


async def wait(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for the event, and clear it; False after `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
