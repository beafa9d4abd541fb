"""How much memory this process holds, and the giving back of what lies free in its heap."""

import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from resource import getpagesize

SLACK_BYTES = 128 << 20
"""Growth of resident memory after which the heap is trimmed. A model's intermediate results come and go in the heap
between what it keeps, and the C library returns only what is free at the heap's very end: hundreds of MiB stay."""

PAUSE_S = 5.0
"""Seconds between two trims: a process that really needs more is not kept from its work."""


def resident_bytes() -> int:
    """Resident memory of this process (Linux: the second number in /proc/self/statm, in pages)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


def trim_heap() -> None:
    """Return the free pages of the heap to the system; without glibc, nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Heap:
    """The heap of this process, trimmed whenever resident memory has grown."""

    def __init__(
        self,
        measure: Callable[[], int] = resident_bytes,
        trim: Callable[[], None] = trim_heap,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`measure` tells the resident memory (bytes), `trim` gives back, `clock` counts seconds."""
        self._measure = measure
        self._trim = trim
        self._clock = clock
        self._least = measure()
        self._next = clock()

    def settle(self) -> None:
        """Give back what is free if much has been added since the last time; to be called between two calls."""
        resident = self._measure()
        if resident - self._least > SLACK_BYTES and self._clock() >= self._next:
            self._trim()
            self._least, self._next = self._measure(), self._clock() + PAUSE_S
        else:
            self._least = min(self._least, resident)
