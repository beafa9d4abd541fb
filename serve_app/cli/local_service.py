"""A service for one call: `serve run` on a free port of this machine, stopped at the end."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from serve_app.cli.environment import complete
from serve_app.cli.supervisor import stop
from serve_app.client import Client, ServiceError, ServiceUnreachable
from serve_app.errors import ConfigError

START_S = 300.0
"""Seconds for loading the models."""


def find_config(path: Path | None) -> dict[str, Any]:
    """A Serve config: the one that is named, the `serve_config.yaml` here or of the checkout, or the defaults.

    Raises:
        ConfigError: it cannot be read.
    """
    shipped = (Path("serve_config.yaml"), Path(__file__).parents[2] / "serve_config.yaml")
    chosen = path or next((place for place in shipped if place.is_file()), None)
    if chosen is None:
        application = {"name": "reader", "route_prefix": "/", "import_path": "serve_app.app:build_app", "args": {}}
        return {"applications": [application]}
    try:
        config = yaml.safe_load(chosen.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{chosen} cannot be read: {error}") from error
    if not isinstance(config, dict) or not config.get("applications"):
        raise ConfigError(f"{chosen} is not a Serve config: it has no `applications`")
    return config


@contextmanager
def run_locally(config: dict[str, Any]) -> Iterator[str]:
    """Start a config on this machine alone and wait until it is ready; gives its address.

    Its jobs are kept in a folder that is deleted at the end.

    Raises:
        ConfigError: the service did not start; the message ends with its log.
    """
    with tempfile.TemporaryDirectory(prefix="serve-app-") as name:
        folder, port = Path(name), find_free_port()
        url = f"http://127.0.0.1:{port}"
        (folder / "serve_config.yaml").write_text(yaml.safe_dump(_adapt(config, port, folder)))
        with (folder / "log.txt").open("w") as log:
            process = subprocess.Popen(
                # Without an address it would join, and take over, a Ray that runs on this machine already.
                [_find_serve(), "run", "--address", "local", str(folder / "serve_config.yaml")],
                env=complete({**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt of the terminal is for the command, which then stops it
            )
        try:
            _wait_until_ready(url, process, folder / "log.txt")
            yield url
        finally:
            stop(process)


def find_program(name: str) -> str:
    """A program that was installed beside this Python."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name


def _find_serve() -> str:
    return find_program("serve")


def _adapt(config: dict[str, Any], port: int, folder: Path) -> dict[str, Any]:
    adapted: dict[str, Any] = {**config, "http_options": {"host": "127.0.0.1", "port": port}}
    adapted["applications"] = []
    for application in config["applications"]:
        args = dict(application.get("args") or {})
        jobs = args.get("jobs") or {}
        if jobs.get("enabled", True):
            args["jobs"] = {**jobs, "store": "sqlite", "folder": str(folder / "jobs")}
        adapted["applications"].append({**application, "args": args})
    return adapted


def find_free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline, state = time.monotonic() + START_S, "no answer"
    with Client(url, retries=0, timeout_s=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                client.get("/ready")
                return
            except (ServiceError, ServiceUnreachable) as error:
                state = str(error)
            time.sleep(0.5)
    raise ConfigError(f"The service did not start: {state}\n{log.read_text(errors='replace')[-3000:]}")
