"""What each process of a running service holds: memory, threads and open files."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
import psutil

PDF_CHILD = "PDF child"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MODELS = ("Ocr", "Chart", "Layout")
TITLES = (
    (re.compile(r"^ray::ServeReplica:[^:]+:(\w+)"), None),
    (re.compile(r"^ray::(?:ProxyActor|HAProxyManager)"), "proxy"),
    (re.compile(r"^(?:\S*/)?haproxy\b"), "HAProxy"),
    (re.compile(r"^ray::ServeController"), "controller"),
    (re.compile(r"\bserve_app\.documents\.worker\b"), PDF_CHILD),
    (re.compile(r"^\S*/raylet\b"), "raylet"),
)
"""What a process's command line looks like, and its role; None stands for the deployment's name."""


class Sample(NamedTuple):
    """What a process held, `at` seconds after the start: resident memory in bytes, threads, open files."""

    at: float
    rss: int
    threads: int
    files: int


@dataclass
class Course:
    """A process's role and its samples."""

    role: str
    samples: list[Sample] = field(default_factory=list)


def tell_role(command: str) -> str | None:
    """The role of the process with this command line; None if it does not serve requests."""
    for pattern, role in TITLES:
        if found := pattern.search(command):
            return role or found[1]
    return None


def find_raylet(url: httpx.URL) -> psutil.Process:
    """The raylet that started the process which listens at the URL, of the loopback interface.

    Raises:
        LookupError: when there is none on this machine.
    """
    if url.host not in LOOPBACK:
        raise LookupError(f"{url.host} is not this machine: give the service's URL on 127.0.0.1")
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            for process in (listener := psutil.Process(connection.pid), *listener.parents()):
                if process.name() == "raylet":
                    return process
    raise LookupError(f"No Ray Serve on this machine listens on port {port}")


class Sampler:
    """Follows the processes that a raylet has started."""

    def __init__(self, raylet: psutil.Process) -> None:
        self._raylet = raylet
        self.courses: dict[tuple[int, float], Course] = {}
        """By process id and time of creation, as ids are used again."""

    def take(self, at: float) -> None:
        """Add a sample of each process that has a role; one that ends meanwhile is passed over."""
        for process in (self._raylet, *self._raylet.children(recursive=True)):
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess), process.oneshot():
                role = tell_role(" ".join(process.cmdline()))
                if role is not None:
                    sample = Sample(at, process.memory_info().rss, process.num_threads(), process.num_fds())
                    key = (process.pid, process.create_time())
                    self.courses.setdefault(key, Course(role)).samples.append(sample)
