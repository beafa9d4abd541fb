"""Runs a service until it is told to stop, and then lets it finish what it has begun."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event
from types import FrameType

import typer

from serve_app.api.draining import FOLDER_VARIABLE, Drain

STOP_S = 60.0
"""Seconds for `serve run` to end its processes, before they are killed."""

LOOK_S = 0.05
"""Seconds between two looks at what is in flight."""

SENT_S = 0.3
"""Seconds for the last answers to pass the proxy once the ingress has given them."""


def run_until_stopped(command: Sequence[str], environment: Mapping[str, str], grace_s: float) -> int:
    """Run a command that serves, until it ends or this process gets SIGTERM or SIGINT.

    Then its ingress replicas refuse new work, and the command is interrupted once nothing is in flight, or after
    `grace_s` seconds; at once with a second signal.

    Returns:
        The exit status: 0 after a signal, otherwise that of the command.
    """
    asked, hurry = Event(), Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        (hurry if asked.is_set() else asked).set()

    with tempfile.TemporaryDirectory(prefix="serve-app-drain-", dir=environment.get("TMPDIR")) as folder:
        drain = Drain(Path(folder))
        before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
        process = subprocess.Popen(
            command,
            env={**environment, FOLDER_VARIABLE: folder},
            start_new_session=True,  # an interrupt of the terminal is for this process, which passes it on
        )
        try:
            while process.poll() is None and not asked.wait(0.2):
                pass
            if process.poll() is not None:
                return process.returncode
            typer.echo(f"Stopping. Requests in flight have {grace_s:g} s; a second signal ends them", err=True)
            drain.begin()
            wait_until_idle(drain, grace_s, hurry)
            return 0
        finally:
            stop(process)
            for number, handler in before.items():
                signal.signal(number, handler)


def wait_until_idle(drain: Drain, grace_s: float, hurry: Event) -> None:
    """Wait until nothing is in flight, at most `grace_s` seconds, or until there is hurry."""
    deadline = time.monotonic() + grace_s
    while not drain.is_idle():
        if time.monotonic() > deadline:
            typer.echo(f"Requests are still in flight after {grace_s:g} s, and are lost", err=True)
            return
        if hurry.wait(LOOK_S):
            return
    hurry.wait(SENT_S)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process that leads a session of its own, and kill what is left of it after `STOP_S`."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its own session: nothing else is in the group
            process.wait()
