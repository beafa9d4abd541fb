"""How the time that something takes grows with the size of its input: the same on any machine, however busy."""

import gc
import math
import time
from collections.abc import Callable

FACTOR = 8
"""How many times larger the second input is."""

MOST = 3 * FACTOR
"""Bound on the ratio of both times, which is 8 for linear growth and 64 for quadratic growth."""

TRIES = 5


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


def _measure(run: Callable[[int], object], size: int) -> float:
    gc.collect()
    gc.disable()  # a collection takes as long as there are objects in the whole process
    try:
        begun = time.thread_time()
        run(size)
        return time.thread_time() - begun
    finally:
        gc.enable()
