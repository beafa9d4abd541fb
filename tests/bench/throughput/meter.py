"""CPU time and memory of a tree of processes, and what the rest of the machine took meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil


@dataclass
class Usage:
    """What a contestant took.

    `cpu_s`: seconds of CPU time. `resident`: bytes at the end; memory that processes share counts once.
    `others`: cores that foreign processes took, on average: much above 0, and the measurement says little.
    """

    cpu_s: float = 0.0
    resident: int = 0
    others: float = 0.0


@contextmanager
def metered(pid: int) -> Iterator[Usage]:
    """Measure a process and all its descendants while the block runs."""
    usage = Usage()
    started, machine = time.monotonic(), _machine_seconds()
    tree, own = _tree_seconds(pid), _tree_seconds(psutil.Process().pid)
    yield usage
    elapsed = time.monotonic() - started
    usage.cpu_s = _grown(tree, _tree_seconds(pid))
    ours = _grown(own, _tree_seconds(psutil.Process().pid))
    usage.others = max(0.0, (_machine_seconds() - machine - ours) / elapsed)
    usage.resident = sum(_resident(process) for process in _tree(pid))


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _tree_seconds(pid: int) -> dict[int, float]:
    seconds = {}
    for process in _tree(pid):
        with suppress(psutil.Error):
            spent = process.cpu_times()
            # Those of its children that have ended count as its own.
            seconds[process.pid] = spent.user + spent.system + spent.children_user + spent.children_system
    return seconds


def _grown(before: dict[int, float], after: dict[int, float]) -> float:
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _machine_seconds() -> float:
    spent = psutil.cpu_times()
    return spent.user + spent.nice + spent.system


def _resident(process: psutil.Process) -> int:
    try:
        size: int = process.memory_full_info().pss
    except psutil.Error:
        return 0
    return size
