"""Starts a contestant's process, in a virtual environment of its own where its packages would change ours."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.service import ROOT

START_S = 120
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "serve-app-bench"


class NotInstalled(Exception):
    """A contestant cannot be had; the message says why."""


def prepare_environment(name: str, requirements: Sequence[str]) -> Path:
    """The folder of a virtual environment's programs; made and filled on the first use.

    Raises:
        NotInstalled: its packages cannot be installed.
    """
    folder = CACHE / name
    done = folder / "requirements.txt"
    if not done.is_file() or done.read_text().splitlines() != list(requirements):
        print(f"{name}: installing {', '.join(requirements)} into {folder}", flush=True)
        # Not venv.create: in a virtual environment it would link to this environment's Python.
        subprocess.run([Path(sys.base_prefix) / "bin" / "python3", "-m", "venv", "--clear", folder], check=True)
        install = subprocess.run(
            [folder / "bin" / "pip", "install", "--quiet", *requirements], capture_output=True, text=True, check=False
        )
        if install.returncode:
            raise NotInstalled(install.stderr.strip().splitlines()[-1])
        done.write_text("\n".join(requirements))
    return folder / "bin"


@contextmanager
def start_process(
    command: Sequence[object], folder: Path, ready_url: str, settings: dict[str, str] | None = None
) -> Iterator[int]:
    """Run a command until the block ends; yields its process id once `ready_url` answers.

    Raises:
        RuntimeError: it ended, or was not ready in time; with the end of its log.
    """
    log = folder / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", **(settings or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, ready_url, log)
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise RuntimeError(f"{url} did not become ready\n{log.read_text()[-2000:]}")
