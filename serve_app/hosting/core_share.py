"""How many of a machine's cores a model computes on: the calls that run in all of its processes share them.

A call that is alone is answered soonest by threads on every core. Two such calls get into each other's way: each of
their short parallel steps waits for a thread that the other one keeps off its core. Then one thread each does more.
"""

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)

MOST_THREADS = 4
"""Of one call. A line of text is too small for more to share."""

REST_S = 0.01
"""Seconds between two looks of a call in the background at whether others run; a line of text takes about as long."""


class CoreShare:
    """One engine's share. Calls of other processes are seen by the locks that they hold: one file for each core.

    The kernel frees the lock of a process that dies.
    """

    def __init__(self, cores: int, folder: Path) -> None:
        """Open the files in `folder`; where that cannot be written, other processes are not seen.

        Args:
            cores: how many the process may use.
            folder: made if it is not there; for this user alone.
        """
        self.most = min(cores, MOST_THREADS)
        self._cores = cores
        self._calls = 0
        self._own: int | None = None
        self._places: list[int] = []
        self._claims: int | None = None
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.lstat().st_uid != os.geteuid():  # where all may write, another user can have been first
                raise PermissionError(f"{folder} belongs to another user")
            for core in range(cores):
                self._places.append(_open(folder / str(core)))
            self._claims = _open(folder / "claims")
        except OSError as error:
            logger.warning("ocr.threads: auto: calls of other replicas are not seen: %s", error)

    @contextmanager
    def calling(self, *, background: bool = False) -> Iterator[None]:
        """Count as a call that runs, for the other processes; for one thread, also within another of its calls.

        Args:
            background: whether the call lets those of others pass; a call that does not claims the cores.
        """
        if not self._calls:
            self._take_place()
        if not background and self._claims is not None:
            fcntl.flock(self._claims, fcntl.LOCK_SH)
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1
            if not background and self._claims is not None:
                _free(self._claims)
            if not self._calls:
                self._leave_place()

    def is_claimed(self) -> bool:
        """Whether another process runs a call that is not in the background."""
        return self._claims is not None and not _is_free(self._claims)

    def rest(self) -> None:
        """In a call in the background: leave the cores to the others for `REST_S`."""
        self._leave_place()
        time.sleep(REST_S)
        self._take_place()

    def _take_place(self) -> None:
        self._own = next((place for place in self._places if _lock(place)), None)

    def _leave_place(self) -> None:
        if self._own is not None:
            _free(self._own)
        self._own = None

    def count_threads(self) -> int:
        """The threads for a call that this process runs: its part of the cores, and at least one."""
        others = [place for place in self._places if place is not self._own]
        running = 1 + sum(not _is_free(place) for place in others)
        return max(1, min(self.most, self._cores // running))


def open_share() -> CoreShare:
    """The share of an engine in this process, among all processes of this user on this machine."""
    return CoreShare(count_cores(), Path(tempfile.gettempdir()) / f"serve-app-cores-{os.geteuid()}")


def count_cores(cpu_max: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """The cores that this process may use, by its affinity and by its container's quota.

    Args:
        cpu_max: the quota and its period in microseconds, or `max` (Linux, Control Group v2, cpu.max).
    """
    cores = len(os.sched_getaffinity(0))
    try:
        quota, period = cpu_max.read_text().split()
        return max(1, min(cores, int(quota) // int(period)))
    except (OSError, ValueError):  # none, or `max`
        return cores


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free(place: int) -> None:
    fcntl.flock(place, fcntl.LOCK_UN)


def _is_free(place: int) -> bool:
    if not _lock(place):
        return False
    _free(place)
    return True
