"""Keeps documents open between their pages: opening one starts a process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from serve_app.documents.document import Document

IDLE_S = 20.0
"""Seconds after which a document that nobody uses is closed."""

Open = Callable[[], AbstractAsyncContextManager[Document]]


@dataclass(eq=False)
class _Entry:
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    document: Document | None = None
    users: int = 0
    used_at: float = 0.0


class OpenDocuments:
    """At most `most` documents that nobody uses stay open, each for `IDLE_S` seconds."""

    def __init__(self, most: int = 4, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    @asynccontextmanager
    async def use(self, key: str, open_document: Open) -> AsyncIterator[Document]:
        """A document by its key; it is opened if it is not open.

        Raises:
            AppError: as `open_document` says; nothing is kept then.
        """
        entry = self._entries.setdefault(key, _Entry())
        entry.users += 1
        try:
            async with entry.opening:
                if entry.document is None:
                    entry.document = await entry.stack.enter_async_context(open_document())
            yield entry.document
        finally:
            entry.users -= 1
            entry.used_at = self._clock()
            if entry.document is None and entry.users == 0:
                self._entries.pop(key, None)
            await self.close_idle()

    async def close_idle(self, idle_s: float = IDLE_S) -> None:
        """Close what nobody has used for so long, and what is more than is kept."""
        while (entry := self._take_idle(idle_s)) is not None:
            await entry.stack.aclose()

    def _take_idle(self, idle_s: float) -> _Entry | None:
        """Take out one entry that is to be closed. Each is chosen anew: while one closes, others come into use."""
        free = [(entry.used_at, key) for key, entry in self._entries.items() if entry.users == 0 and entry.document]
        if not free:
            return None
        used_at, key = min(free)
        if used_at > self._clock() - idle_s and len(free) <= self._most:
            return None
        return self._entries.pop(key)

    async def close(self) -> None:
        """Close all documents that nobody uses."""
        await self.close_idle(0.0)
