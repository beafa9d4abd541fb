"""The service as a user starts it: `serve run` on a config, in processes of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import yaml

from serve_app.cli.proxy import SWITCH, choose_proxy
from serve_app.config import AppConfig, ChartConfig, JobsConfig, LayoutConfig, OcrConfig

ROOT = Path(__file__).parents[1]
START_S = 300


@dataclass
class Service:
    """A running service."""

    http: httpx.Client
    process: subprocess.Popen
    log: Path

    def find_replicas(self, deployment: str) -> list[psutil.Process]:
        """The processes of a deployment's replicas, among those that this service started."""
        return [
            child
            for child in psutil.Process(self.process.pid).children(recursive=True)
            if _title(child).startswith(f"ray::ServeReplica:reader:{deployment}")
        ]


def shipped_config() -> dict[str, Any]:
    """The shipped serve_config.yaml."""
    return yaml.safe_load((ROOT / "serve_config.yaml").read_text())


def fake_config(**sections: Any) -> AppConfig:
    """The service with fake engines on the CPU, and without jobs; `sections` replace or add to these."""
    fakes = {
        "ocr": OcrConfig(engine="fake"),
        "chart": ChartConfig(model="fake"),
        "layout": LayoutConfig(engine="fake"),
        "jobs": JobsConfig(enabled=False),
    }
    return AppConfig(device="cpu", **fakes | sections)


def drop_jobs(config: dict[str, Any]) -> None:
    """Leave jobs out of a config: Serve refuses the options of a deployment that the application has not."""
    [application] = config["applications"]
    application["args"]["jobs"]["enabled"] = False
    application["deployments"] = [options for options in application["deployments"] if options["name"] != "Jobs"]


@contextmanager
def start_service(config: dict[str, Any], folder: Path, *, haproxy: bool = False) -> Iterator[Service]:
    """Run a config, wait until all models are ready, and stop it at the end. Files are written to `folder`.

    With `haproxy`, requests go through HAProxy, as `serve-app up` has it; else as the environment says.
    """
    config = deepcopy(config)
    config["http_options"]["port"] = port = free_port()
    (folder / "serve_config.yaml").write_text(yaml.safe_dump(config))
    log = folder / "log.txt"
    environment = proxy_environment(port) if haproxy else {}
    with log.open("w") as output:
        process = subprocess.Popen(
            # Without an address it would join, and take over, a Ray that runs on this machine already.
            [Path(sys.executable).with_name("serve"), "run", "--address", "local", folder / "serve_config.yaml"],
            cwd=ROOT,
            env={
                **os.environ,
                **environment,
                "RAY_USAGE_STATS_ENABLED": "0",
                "HF_HUB_OFFLINE": "1",
                "XDG_STATE_HOME": str(folder / "state"),
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
                wait_until_ready(http, process, log)
                yield Service(http, process, log)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def proxy_environment(port: int) -> dict[str, str]:
    """The environment in which Ray starts HAProxy, as `serve-app up` sets it."""
    choice = choose_proxy({SWITCH: "1"}, port)
    assert choice.environment[SWITCH] == "1", choice.notes
    assert not choice.hindrance, choice.hindrance
    return choice.environment


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(http: httpx.Client, process: subprocess.Popen, log: Path) -> None:
    """`serve run` does not exit when a deployment fails, so this gives up by itself."""
    deadline = time.monotonic() + START_S
    answer = "no answer"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            response = http.get("/ready", timeout=5)
            answer = response.text
            if response.status_code == 200:
                return
        except httpx.TransportError as error:
            answer = repr(error)
        time.sleep(0.5)
    raise RuntimeError(f"The service did not become ready: {answer}\n{log.read_text()[-4000:]}")


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
