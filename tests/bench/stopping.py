"""How long Ctrl-C of an idle service takes, and where the time goes: `python -m tests.bench.stopping`.

Starts the shipped config by `serve run` (`--haproxy`: through HAProxy), waits until it is idle, interrupts it, and
prints when each of its processes ended, and when the command did. Exits with 1 if that took longer than 5 s.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.service import shipped_config, start_service

BAR_S = 5.0
IDLE_S = 5.0
"""After the models are ready: what starts beside them has ended by then."""


def name(process: psutil.Process) -> str:
    """The end of a process's title that tells it from others."""
    try:
        title = " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return "?"
    return title.partition(" (")[0].replace(f"{sys.prefix}/", "")[:90]


def watch(parent: psutil.Process, processes: dict[psutil.Process, str]) -> float:
    """Interrupt the parent, and print when each of the processes ends; the seconds until the parent has."""
    started = time.monotonic()
    parent.send_signal(signal.SIGINT)
    left = set(processes)
    while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        ended = {process for process in left if not process.is_running()}
        left -= ended
        for process in ended:
            print(f"{time.monotonic() - started:6.2f} s {processes[process]}")
        time.sleep(0.02)
    return time.monotonic() - started


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--haproxy", action="store_true", help="through HAProxy instead of Serve's own proxy")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        start_service(shipped_config(), Path(folder), haproxy=arguments.haproxy) as service,
    ):
        time.sleep(IDLE_S)
        parent = psutil.Process(service.process.pid)
        seconds = watch(parent, {process: name(process) for process in parent.children(recursive=True)})
    print(f"{seconds:6.2f} s in all")
    return int(seconds > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
