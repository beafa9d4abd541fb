"""Answers of the models that are kept for a while, for images that are sent again."""

import asyncio
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar

from serve_app.pipeline.shared_calls import Reader, identify_call

Options = TypeVar("Options")
Answer = TypeVar("Answer")

_ENTRY_BYTES = 500
"""What an entry takes beside its answer."""


@dataclass(slots=True)
class Use:
    """What one request has had of the cache: whose it is, and how many of its calls were found and not found."""

    owner: str | None
    found: int = 0
    missed: int = 0


USE: ContextVar[Use | None] = ContextVar("cache_use", default=None)
"""Of the request at hand; without one, as in jobs, nothing is looked up and nothing is kept."""

FOUND: ContextVar[bool] = ContextVar("cache_found", default=False)
"""Whether the last call in this context was answered by the cache."""


class ResultCache:
    """Pickled answers up to a number of bytes and an age; the oldest make room for new ones."""

    def __init__(self, most_bytes: int, keep_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty; `clock` counts seconds."""
        self.bytes = 0
        self._most_bytes = most_bytes
        self._keep_s = keep_s
        self._clock = clock
        self._entries: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()

    def find(self, key: Hashable) -> bytes | None:
        """What is kept under the key."""
        self._drop_old()
        entry = self._entries.get(key)
        return entry and entry[1]

    def keep(self, key: Hashable, pickled: bytes) -> None:
        """Keep an answer, unless it is larger than the whole cache may be."""
        if len(pickled) + _ENTRY_BYTES > self._most_bytes:
            return
        self._drop(key)
        self._entries[key] = self._clock(), pickled
        self.bytes += len(pickled) + _ENTRY_BYTES
        while self.bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))
        self._drop_old()

    def _drop_old(self) -> None:
        oldest = self._clock() - self._keep_s
        while self._entries and next(iter(self._entries.values()))[0] < oldest:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= len(entry[1]) + _ENTRY_BYTES


class CachedCalls(Generic[Options, Answer]):
    """A client that asks its model only for what the cache does not hold for the same owner.

    The same are calls with the same bytes, by their hash, and the same options. Errors are not kept. Answers are kept
    pickled: their size is known, and each caller gets one of its own, to which it may do what it likes.
    """

    def __init__(self, model: str, reader: Reader[Options, Answer], cache: ResultCache | None) -> None:
        """Use one cache for several models, told apart by their names; with None, ask and count only."""
        self._model = model
        self._reader = reader
        self._cache = cache

    async def read(self, image: bytes, extra: Options, /) -> Answer:
        """Read an encoded image, or give the answer that is kept.

        Raises:
            AppError: as the client raises it.
        """
        use = USE.get()
        if use is None:
            return await self._reader.read(image, extra)
        if self._cache is None:
            use.missed += 1
            return await self._reader.read(image, extra)
        key = (use.owner, self._model, identify_call(image, extra))
        kept = self._cache.find(key)
        if kept is not None:
            use.found += 1
            FOUND.set(True)
            again: Answer = await asyncio.to_thread(pickle.loads, kept)
            return again
        use.missed += 1
        answer = await self._reader.read(image, extra)
        self._cache.keep(key, await asyncio.to_thread(pickle.dumps, answer, pickle.HIGHEST_PROTOCOL))
        return answer
