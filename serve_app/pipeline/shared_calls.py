"""Identical images that are in flight at the same time are read once."""

import asyncio
import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)
Options = TypeVar("Options")
Answer = TypeVar("Answer")


class Reader(Protocol[In_contra, Out_co]):
    """A model's client."""

    async def read(self, image: bytes, extra: In_contra, /) -> Out_co:
        """Read an encoded image, in the way that `extra` says."""
        ...


@dataclass(slots=True)
class _Call(Generic[Answer]):
    """A call that runs, and how many wait for it."""

    task: "asyncio.Task[Answer]"
    waiting: int = 0


class SharedCalls(Generic[Options, Answer]):
    """A client whose calls are shared by all that ask for the same at the same time.

    The same are calls with the same bytes, by their hash, and the same options. Who comes while a call runs waits for
    its answer, and gets its error if it fails. A caller that goes leaves the call to the others; the last one that goes
    cancels it.
    """

    def __init__(self, reader: Reader[Options, Answer]) -> None:
        self._reader = reader
        self._calls: dict[Hashable, _Call[Answer]] = {}

    async def read(self, image: bytes, extra: Options, /) -> Answer:
        """Read an encoded image, or wait for another's reading of it.

        Raises:
            AppError: as the client that is shared raises it.
        """
        key = identify_call(image, extra)
        call = self._calls.get(key)
        if call is None:
            call = self._calls[key] = _Call(asyncio.create_task(self._read(key, image, extra)))
        call.waiting += 1
        try:
            return await asyncio.shield(call.task)
        finally:
            call.waiting -= 1
            if not call.waiting and not call.task.done():
                if self._calls.get(key) is call:  # who comes now begins anew, and does not wait for what is cancelled
                    del self._calls[key]
                call.task.cancel()

    async def _read(self, key: Hashable, image: bytes, extra: Options) -> Answer:
        call = asyncio.current_task()
        try:
            return await self._reader.read(image, extra)
        finally:
            found = self._calls.get(key)
            if found is not None and found.task is call:
                del self._calls[key]


def identify_call(image: bytes, extra: object) -> Hashable:
    """What a call's answer depends on: the image, by its hash, and the options. Lines of text come as list or tuple."""
    frozen = tuple(extra) if isinstance(extra, list | tuple) else extra
    return hashlib.blake2b(image, digest_size=16).digest(), frozen
