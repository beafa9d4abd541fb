"""Debian's Prometheus on a running service, with the shipped configuration: the dashboard's panels have data."""

import json
import math
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from tests.nodes import wait_until
from tests.service import ROOT, free_port, shipped_config, start_service

pytestmark = pytest.mark.serve

MONITORING = ROOT / "cluster" / "monitoring"

EMPTY = {
    "Faults": "no replica has died, and no image is quarantined",
    "Out of GPU memory": "there is no GPU",
    "GPU memory, share of the budget": "there is no GPU",
}
"""The panels that show nothing in a sound service without a GPU."""


@pytest.fixture
def session():
    """A folder for Ray's session: a short path, since Unix sockets are in it, and none of another Ray's."""
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed: apt-get install prometheus")
    folder = tempfile.mkdtemp(prefix="prom-", dir="/tmp")
    yield Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_prometheus(session, folder):
    """The shipped prometheus.yml, but for where this Ray's session lies and how often it asks."""
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s"}
    [discovery] = config["scrape_configs"][0]["file_sd_configs"]
    discovery["files"] = [name.replace("/tmp/ray", str(session / "ray")) for name in discovery["files"]]
    discovery["refresh_interval"] = "1s"
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    with (folder / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as http:
            wait_until(lambda: is_ready(http), within_s=60)
            yield http
    finally:
        process.terminate()
        process.wait(30)


def is_ready(http):
    """Whether Prometheus answers queries: it listens before it has opened its database."""
    try:
        return http.get("/query", params={"query": "1"}).status_code == 200
    except httpx.TransportError:
        return False


def query(http, expression):
    """The values of an instant query, those that are not NaN."""
    answer = http.get("/query", params={"query": expression})
    assert answer.status_code == 200, answer.text
    values = [float(series["value"][1]) for series in answer.json()["data"]["result"]]
    return [value for value in values if not math.isnan(value)]


def panels():
    """Each query of the dashboard, as Grafana asks it for all applications."""
    for panel in json.loads((MONITORING / "grafana" / "serve_app.json").read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m").replace("$application", ".*")


def test_each_panel_has_data(tmp_path, session, monkeypatch):
    monkeypatch.setenv("RAY_TMPDIR", str(session))
    monkeypatch.setenv("RAY_metrics_report_interval_ms", "1000")
    config = shipped_config()
    args = config["applications"][0]["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    args["limits"]["max_in_flight"] = 2
    page = (ROOT / "tests/samples/page.png").read_bytes()
    with start_service(config, tmp_path) as service, run_prometheus(session, tmp_path) as http:

        def read(path):
            return service.http.post(path, content=page).status_code

        def send_some():
            """More than are let in at once."""
            with ThreadPoolExecutor(16) as pool:
                statuses = list(pool.map(read, ["/v1/ocr", "/v1/chart", "/v1/document"] * 16))
            assert set(statuses) == {200, 429}
            return True

        def missing():
            return {title for title, expression in panels() if title not in EMPTY and not query(http, expression)}

        deadline = time.monotonic() + 90
        while (lacking := missing()) and time.monotonic() < deadline:
            send_some()  # a rate needs two samples
            time.sleep(1)
        assert lacking == set()
        assert any(query(http, expression) for title, expression in panels() if title == "Resident memory")
        assert EMPTY.keys() <= {title for title, _ in panels()}
        [images] = query(http, 'sum(ray_serve_app_model_seconds_count{model="ocr"})')
        wait_until(lambda: query(http, 'sum(ray_serve_app_model_seconds_count{model="ocr"})') >= [images], within_s=30)
        assert images > 10
