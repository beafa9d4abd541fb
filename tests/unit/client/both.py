"""Runs the same calls on the synchronous and the asynchronous client."""

import asyncio
import inspect
from collections.abc import Callable

import httpx

from serve_app.client import AsyncClient, Client


class Both:
    """One of the two clients on a handler instead of a network; `pauses` are the seconds that it would have waited."""

    def __init__(self, kind: str, handler: Callable[[httpx.Request], httpx.Response], **options: object) -> None:
        self.pauses: list[float] = []
        self._runner = asyncio.Runner()
        transport = httpx.MockTransport(handler)
        if kind == "sync":
            self._client = Client("http://service", transport=transport, sleep=self.pauses.append, **options)
        else:
            self._client = AsyncClient("http://service", transport=transport, sleep=self._sleep, **options)

    def call(self, name: str, *arguments: object, **options: object) -> object:
        """The answer of a method."""
        answer = getattr(self._client, name)(*arguments, **options)
        return self._runner.run(answer) if inspect.iscoroutine(answer) else answer

    def watch(self, *arguments: object, **options: object) -> list:
        """All events of a job."""
        events = self._client.watch(*arguments, **options)
        return self._runner.run(_collect(events)) if hasattr(events, "__aiter__") else list(events)

    def close(self) -> None:
        """Close the client."""
        self.call("close")
        self._runner.close()

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def _collect(events):
    return [event async for event in events]
