"""More requests than the service can take, over real HTTP: it goes on reading, and refuses the rest at once.

What is checked here is logic, on an engine that only sleeps; for times, on real OCR: `python -m tests.bench.overload`.
"""

import re
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import ray
from PIL import Image
from ray import serve

from serve_app.config import HttpConfig, Limits
from serve_app.serving import metrics
from serve_app.serving.deployments import Chart, Ingress, Layout
from tests.bench.open_loop import run_load
from tests.drawings import encode
from tests.serve.planted import GREEN, RED, PlantedOcr
from tests.service import fake_config, free_port

pytestmark = pytest.mark.serve

SERVICE_S = 0.3
MAX_WAIT_S = 2.0


@dataclass
class Running:
    url: str
    image: Path
    metrics_url: str

    def get(self, path):
        return httpx.get(self.url + path, timeout=60)

    def post(self, content, path="/v1/ocr"):
        return httpx.post(self.url + path, content=content, timeout=60)

    def load(self, rate, seconds):
        return run_load(f"{self.url}/v1/ocr", self.image, seconds, rate=rate)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overload")
    image = folder / "page.png"
    image.write_bytes(encode(Image.new("RGB", (int(100 * SERVICE_S), 64), GREEN)))
    ray.init(
        address="local",
        num_cpus=8,
        include_dashboard=False,
        namespace="serve",
        _system_config={"metrics_report_interval_ms": 1000},
    )
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    config = fake_config(http=HttpConfig(deadline_s=60), limits=Limits(max_wait_s=MAX_WAIT_S))
    options = {"max_ongoing_requests": 3, "health_check_period_s": 0.5}
    ocr = serve.deployment(PlantedOcr, name="Ocr", **options).bind(config.ocr, "cpu", str(folder / "calls.txt"))
    chart = serve.deployment(Chart, name="Chart", **options).bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    ingress = serve.deployment(serve.ingress()(Ingress), name="Ingress", max_ongoing_requests=1000)
    serve.run(ingress.bind(config, ocr, chart, layout, True), name="reader")
    [node] = ray.nodes()
    yield Running(f"http://127.0.0.1:{port}", image, f"http://127.0.0.1:{node['MetricsExportPort']}/metrics")
    serve.shutdown()
    ray.shutdown()


def test_goodput_holds_at_ten_times_the_load(running):
    rate, seconds = 1 / SERVICE_S, 8
    for _ in range(3):
        assert running.post(running.image.read_bytes()).status_code == 200
    capacity = running.get("/v1/capacity").json()["models"]["ocr"]
    assert (capacity["running"], capacity["target"], capacity["in_flight"], capacity["admits"]) == (1, 1, 0, True)
    assert 0.9 * SERVICE_S < capacity["mean_service_s"] < 10 * SERVICE_S

    sent = running.load(10 * rate, seconds)
    assert {request.status for request in sent} == {200, 429}
    accepted = [request for request in sent if request.status == 200]
    refused = [request for request in sent if request.status == 429]
    assert all(re.fullmatch(r"[1-9]\d*", request.retry_after) for request in refused)
    assert len(refused) > len(sent) / 2
    # Read within the time, not only at its end, and more than the few that a queue holds.
    assert sum(request.answered < seconds for request in accepted) > 1.5 * MAX_WAIT_S / SERVICE_S
    assert running.get("/v1/capacity").json()["models"]["ocr"]["in_flight"] == 0


def test_it_answers_at_once_when_the_load_is_gone(running):
    assert running.post(running.image.read_bytes()).status_code == 200


def test_the_documented_metrics_are_exported(running):
    running.post(encode(Image.new("RGB", (64, 64), RED)))  # two replicas die of it
    assert running.post(running.image.read_bytes(), "/v1/chart").status_code == 200
    expected = {
        "ray_serve_app_" + name
        for name in re.findall(r'"serve_app_(\w+)"', Path(metrics.__file__).read_text())
        if name != "oom_steps"  # a counter is there from its first event on
        and not name.startswith("jobs_")  # there are no jobs here; test_observed.py has some
    }
    deadline = time.monotonic() + 120
    seen = set()  # a gauge is told only while it is set
    while missing := expected - (seen := seen | read_metrics(running)):
        assert time.monotonic() < deadline, missing
        time.sleep(1)


def read_metrics(running):
    """The names that Prometheus would see, without the suffix of a counter's or a histogram's series."""
    lines = httpx.get(running.metrics_url, timeout=10).text.splitlines()
    return {re.sub(r"_(total|bucket|sum|count)$", "", re.split(r"[{ ]", line)[0]) for line in lines if line[:1] != "#"}


def test_stalled_uploads_keep_nobody_out_and_are_given_up(running):
    host, port = running.url.removeprefix("http://").split(":")
    head = (
        b"POST /v1/ocr HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 999\r\nX-Deadline-S: 3\r\n\r\n"
    )
    with ExitStack() as stack:
        stalled = [stack.enter_context(socket.create_connection((host, int(port)), timeout=120)) for _ in range(40)]
        for connection in stalled:
            connection.sendall(head + b"\x89PNG")
        assert running.get("/v1/capacity").json()["models"]["ocr"]["in_flight"] == 0
        assert running.post(running.image.read_bytes()).status_code == 200
        answers = [connection.recv(300) for connection in stalled]
    assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_probe_by_head_is_answered(running, path):
    answer = httpx.head(running.url + path, timeout=60)
    assert (answer.status_code, answer.content) == (200, b"")
