"""Who listens on a port, by Linux's /proc: https://man7.org/linux/man-pages/man5/proc_net.5.html."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class Process:
    """A running process."""

    pid: int
    name: str
    parent: int


def is_taken(port: int) -> bool:
    """Whether somebody listens on a TCP port of any interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False


def find_listener(port: int, proc: Path = Path("/proc")) -> Process | None:
    """The process that listens on a TCP port; None if there is none, or if it is another user's."""
    sockets = {f"socket:[{inode}]" for inode in _list_inodes(port, proc)}
    for folder in sorted(proc.iterdir()):
        if not sockets or not folder.name.isdecimal():
            continue
        with suppress(OSError):  # another user's process, or one that has just ended
            if any(str(link.readlink()) in sockets for link in (folder / "fd").iterdir()):
                return read_process(int(folder.name), proc)
    return None


def read_process(pid: int, proc: Path = Path("/proc")) -> Process:
    """A process's name and parent.

    Raises:
        OSError: it has ended.
    """
    name, _, rest = (proc / str(pid) / "stat").read_text().partition("(")[2].rpartition(")")
    return Process(pid, name, int(rest.split()[1]))


def is_left_over(process: Process, proc: Path = Path("/proc")) -> bool:
    """Whether it is a HAProxy whose Ray has ended: none of the processes above it is Ray's."""
    if not process.name.startswith("haproxy"):
        return False
    parent = process.parent
    while parent > 1:
        above = read_process(parent, proc)
        if above.name.startswith("ray"):
            return False
        parent = above.parent
    return True


def _list_inodes(port: int, proc: Path) -> Iterator[str]:
    for table in (proc / "net/tcp", proc / "net/tcp6"):
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
