"""The shipped serve_config.yaml, started by `serve run` as a user would, on a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

ROOT = Path(__file__).parents[2]
START_S = 180


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("serve")
    config = yaml.safe_load((ROOT / "serve_config.yaml").read_text())
    config["http_options"]["port"] = port = free_port()
    (folder / "serve_config.yaml").write_text(yaml.safe_dump(config))
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("serve"), "run", folder / "serve_config.yaml"],
            cwd=ROOT,
            env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "HF_HUB_OFFLINE": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                wait_until_ready(client, process, folder / "log.txt")
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(client: httpx.Client, process: subprocess.Popen, log: Path) -> None:
    """`serve run` does not exit when a deployment fails, so this gives up by itself."""
    deadline = time.monotonic() + START_S
    answer = "no answer"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            response = client.get("/ready", timeout=5)
            answer = response.text
            if response.status_code == 200:
                return
        except httpx.TransportError as error:
            answer = repr(error)
        time.sleep(0.5)
    pytest.fail(f"The service did not become ready: {answer}\n{log.read_text()[-4000:]}")
