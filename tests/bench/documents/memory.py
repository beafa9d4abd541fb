"""Resident memory of the service's processes by role, while a long document is read."""

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from tests.bench.documents.target import Target

EVERY_S = 0.1
PDF_PROCESS = "PDF process"
_REPLICA = "ray::ServeReplica:reader:"


@dataclass(slots=True)
class Memory:
    """Bytes by role: idle before, at the peak, and idle after. `pages` is how long the document was."""

    pages: int
    idle: dict[str, int] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    def grown(self, role: str) -> int:
        """Bytes at the peak over the idle ones."""
        return self.peak.get(role, 0) - self.idle.get(role, 0)


def measure_memory(target: Target, warm: bytes, data: bytes) -> Memory:
    """Read a short document, then a long one, and watch.

    Raises:
        ValueError: the service's process is unknown.
        RuntimeError: a page was not read.
    """
    if target.pid is None:
        raise ValueError("Memory is measured for a service whose process is known: --pid, or none of --url")
    target.read(warm)
    memory = Memory(0, idle=sample(target.pid))
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(target.pid, memory, done))
    watch.start()
    try:
        answer = target.read(data)
    finally:
        done.set()
        watch.join()
    if answer["pagesRead"] != answer["pagesTotal"]:
        raise RuntimeError(f"{answer['pagesRead']} of {answer['pagesTotal']} pages were read")
    memory.pages, memory.after = answer["pagesRead"], sample(target.pid)
    return memory


def sample(pid: int) -> dict[str, int]:
    """Bytes of resident memory by role; of several replicas of one deployment, the sum."""
    roles: dict[str, int] = {}
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            role = find_role(" ".join(process.cmdline()))
            if role is not None:
                roles[role] = roles.get(role, 0) + process.memory_info().rss
    return roles


def find_role(title: str) -> str | None:
    """The role of a process by its command line; Ray writes into that of a replica what it is doing, and spaces."""
    if title.startswith(_REPLICA):
        return re.split(r"[.:(\s]", title.removeprefix(_REPLICA), maxsplit=1)[0]
    return PDF_PROCESS if "serve_app.documents.worker" in title else None


def _watch(pid: int, memory: Memory, done: threading.Event) -> None:
    while not done.wait(EVERY_S):
        for role, size in sample(pid).items():
            memory.peak[role] = max(memory.peak.get(role, 0), size)
