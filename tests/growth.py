"""What something takes in CPU time, as a ratio to what is measured beside it: the same on any machine, however busy."""

import gc
import math
import time
from collections.abc import Callable

FACTOR = 8
"""How many times larger the second input is."""

MOST = 3 * FACTOR
"""Bound on the ratio of both times, which is 8 for linear growth and 64 for quadratic growth."""

TRIES = 5

PASSES = 1_000_000
"""Of an empty loop in Python, which take 20 to 30 milliseconds on the machines of 2024."""


def grows_linearly(run: Callable[[int], object], size: int) -> bool:
    """Whether `run(8 * size)` takes about eight times the CPU time of `run(size)`, or less.

    What else runs on the machine only adds to a time: the shortest of up to five tries counts.
    """
    small = large = math.inf
    for _ in range(TRIES):
        small, large = min(small, _measure(run, size)), min(large, _measure(run, FACTOR * size))
        if large < MOST * small:
            return True
    return False


def is_quick(run: Callable[[], object], times: float = 2.0) -> bool:
    """Whether `run()` takes less CPU time than `times` as many as `PASSES` passes of an empty loop in Python."""
    least = loop = math.inf
    for _ in range(TRIES):
        least, loop = min(least, _measure(lambda _: run(), 0)), min(loop, measure_loop())
        if least < times * loop:
            return True
    return False


def measure_loop() -> float:
    """CPU seconds of `PASSES` passes of an empty loop."""
    return _measure(_pass_over, PASSES)


def _pass_over(count: int) -> None:
    for _ in range(count):
        pass


def _measure(run: Callable[[int], object], size: int) -> float:
    gc.collect()
    gc.disable()  # a collection takes as long as there are objects in the whole process
    try:
        begun = time.thread_time()
        run(size)
        return time.thread_time() - begun
    finally:
        gc.enable()
