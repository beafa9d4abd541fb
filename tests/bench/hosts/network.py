"""Hosts in network namespaces of this machine, on one bridge, whose links can be slowed, made lossy, and cut."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

NETWORK = "10.77.0"
BRIDGE = "sa-bridge"


def find_obstacle() -> str | None:
    """Why there can be no such hosts here; None if there can."""
    missing = [program for program in ("ip", "tc", "redis-server") if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not found: apt-get install iproute2 redis-server"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if subprocess.run(["ip", "netns", "add", "sa-probe"], capture_output=True, check=False).returncode:
        return "this kernel or container lets nobody make network namespaces"
    run("ip", "netns", "delete", "sa-probe")
    return None


def run(*command: str) -> None:
    """Run a program.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    subprocess.run(command, check=True)


class Host:
    """A namespace with an address, and the processes that run in it."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.address = f"{NETWORK}.{number}"
        self._namespace, self._inside, self._outside = f"sa-{name}", f"sa-{name}-in", f"sa-{name}-out"
        run("ip", "netns", "add", self._namespace)
        run("ip", "link", "add", self._outside, "type", "veth", "peer", "name", self._inside)
        run("ip", "link", "set", self._inside, "netns", self._namespace)
        run("ip", "link", "set", self._outside, "master", BRIDGE, "up")
        for command in (
            ("addr", "add", f"{self.address}/24", "dev", self._inside),
            ("link", "set", self._inside, "up"),
            ("link", "set", "lo", "up"),
        ):
            run("ip", "-n", self._namespace, *command)

    def start(self, command: Sequence[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program on this host; what it prints goes to the log."""
        with log.open("ab") as output:
            return subprocess.Popen(
                ["ip", "netns", "exec", self._namespace, *command],
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def cut(self, *, off: bool) -> None:
        """Cut the link, or join it again."""
        run("ip", "link", "set", self._outside, "down" if off else "up")

    def disturb(self, *netem: str) -> None:
        """Slow what comes and goes, or lose some of it, by the words of `tc … netem`; without any, no more."""
        for command in (["tc"], ["tc", "-n", self._namespace]):
            device = self._outside if len(command) == 1 else self._inside
            subprocess.run([*command, "qdisc", "del", "dev", device, "root"], capture_output=True, check=False)
            if netem:
                run(*command, "qdisc", "add", "dev", device, "root", "netem", *netem)

    def kill(self) -> None:
        """End all processes of this host at once, as a power cut does."""
        for _ in range(50):
            found = subprocess.run(["ip", "netns", "pids", self._namespace], capture_output=True, text=True, check=True)
            if not found.stdout.split():
                return
            subprocess.run(["kill", "-KILL", *found.stdout.split()], stderr=subprocess.DEVNULL, check=False)
            time.sleep(0.1)

    def remove(self) -> None:
        """End the processes, and remove the namespace with its link."""
        self.kill()
        run("ip", "netns", "delete", self._namespace)


class Network:
    """A bridge and the hosts on it; a context manager."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}

    def __enter__(self) -> "Network":
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        # An address of its own, by which this process reaches the hosts.
        run("ip", "addr", "add", f"{NETWORK}.254/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
        return self

    def add(self, name: str) -> Host:
        """Add a host."""
        host = self.hosts[name] = Host(name, len(self.hosts) + 1)
        return host

    def __exit__(self, *_: object) -> None:
        for host in self.hosts.values():
            host.remove()
        run("ip", "link", "delete", BRIDGE)
