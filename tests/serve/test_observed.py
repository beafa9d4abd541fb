"""A service as it is watched from outside: its traces, its metrics on the dashboard, and the lines of its log.

One service for all, with fake engines and two ingress replicas: to start one takes longer than to watch it.
"""

import base64
import json
import math
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml
from mcp import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.nodes import wait_until
from tests.service import ROOT, free_port, shipped_config, start_service

pytestmark = pytest.mark.serve

PAGE = (ROOT / "tests/samples/page.png").read_bytes()
CHART = (ROOT / "tests/samples/chart.png").read_bytes()
PATIENCE_S = 180
MONITORING = ROOT / "cluster" / "monitoring"

EMPTY = {
    "Faults": "no replica has died, and no image is quarantined",
    "Out of GPU memory": "there is no GPU",
    "GPU memory, share of the budget": "there is no GPU",
}
"""The panels that show nothing in a sound service without a GPU."""


TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
"""From the W3C's recommendation "Trace Context"."""


@pytest.fixture(scope="module")
def collector():
    """What an OTLP collector on a port of its own has been sent: spans by their trace."""
    traces = defaultdict(list)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        traces[span.trace_id.hex()].append(span)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", traces
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def session():
    """A folder for Ray's session: a short path, since Unix sockets are in it, and none of another Ray's."""
    folder = tempfile.mkdtemp(prefix="seen-", dir="/tmp")
    yield Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def service(session, collector, tmp_path_factory):
    endpoint, _ = collector
    config = shipped_config()
    [application] = config["applications"]
    args = application["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    args["limits"]["max_in_flight"] = 2
    application["deployments"][0]["num_replicas"] = 2
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_TMPDIR", str(session))
        environment.setenv("RAY_metrics_report_interval_ms", "1000")
        environment.setenv("RAY_DEDUP_LOGS", "0")  # it would take the line of the second replica for a repetition
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        environment.setenv("RAY_SERVE_TRACING_EXPORTER_IMPORT_PATH", "serve_app.tracing:export_otlp")
        environment.setenv("RAY_SERVE_TRACING_SAMPLING_RATIO", "0")  # only what the caller traces
        with start_service(config, tmp_path_factory.mktemp("observed")) as running:
            yield running


def test_a_request_is_one_trace_across_processes(service, collector):
    _, traces = collector
    assert service.http.post("/v1/analyze", content=CHART).status_code == 200
    headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    assert service.http.post("/v1/analyze", content=CHART, headers=headers).status_code == 200
    names = [
        *("receive", "decode", "merge", "call ocr", "call chart"),
        *("replica_handle_request Ingress", "replica_handle_request Ocr", "replica_handle_request Chart"),
    ]
    with suppress(TimeoutError):  # then the assertion below says what is missing
        wait_until(lambda: all(_find(traces, name) for name in names), within_s=120)
    wait_until(lambda: len(_find(traces, "model")) == len(_find(traces, "queue")) == 2, within_s=120)
    assert [name for name in names if not _find(traces, name)] == [], [span.name for span in traces[TRACE]]
    assert set(traces) == {TRACE}
    spans = {span.span_id: span for span in traces[TRACE]}
    for model, deployment in (("call ocr", "Ocr"), ("call chart", "Chart")):
        [replica] = _find(traces, f"replica_handle_request {deployment}")
        ran = [span for span in _find(traces, "model") if span.parent_span_id == replica.span_id]
        assert len(ran) == 1
        ancestors = list(_climb(spans, replica))
        assert model in ancestors
        assert ancestors[-1].startswith("proxy_http_request")
    roots = [span for span in spans.values() if span.parent_span_id not in spans]
    assert [span.parent_span_id.hex() for span in roots] == [CALLER]


def _find(traces, name):
    return [span for span in list(traces[TRACE]) if span.name.startswith(name)]


def _climb(spans, span):
    """The names of a span's ancestors."""
    while (span := spans.get(span.parent_span_id)) is not None:
        yield span.name


async def test_any_ingress_replica_answers_a_language_model(service):
    url = f"http://127.0.0.1:{service.http.base_url.port}/mcp"
    for mode in ["legacy", "auto"] * 6:
        async with Client(url, mode=mode) as client:
            arguments = {"file": base64.b64encode(PAGE).decode()}
            assert not (await client.call_tool("read_text", arguments)).is_error

    def answered():
        return {
            pid
            for pid, rest in re.findall(r"ServeReplica:reader:Ingress pid=(\d+)\)(.*)", service.log.read_text())
            if "route=/mcp" in rest and "status=200" in rest
        }

    wait_until(lambda: len(answered()) == 2, within_s=120)  # Ray brings replicas' lines a little later


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
            wait_until(lambda: is_ready(http), within_s=120)
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


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs prometheus: apt-get install prometheus")
def test_each_panel_has_data(service, session, tmp_path):
    """Debian's Prometheus with the shipped configuration."""
    with run_prometheus(session, tmp_path) as http:

        def read(path):
            return service.http.post(path, content=PAGE).status_code

        def send_some():
            """More than are let in at once."""
            with ThreadPoolExecutor(16) as pool:
                statuses = list(pool.map(read, ["/v1/ocr", "/v1/chart", "/v1/document"] * 16))
            assert set(statuses) <= {200, 429}

        def missing():
            return {title for title, expression in panels() if title not in EMPTY and not query(http, expression)}

        deadline = time.monotonic() + PATIENCE_S
        while (lacking := missing()) and time.monotonic() < deadline:
            send_some()  # a rate needs two samples
            time.sleep(1)
        assert lacking == set()
        assert any(query(http, expression) for title, expression in panels() if title == "Resident memory")
        assert EMPTY.keys() <= {title for title, _ in panels()}
        [images] = query(http, 'sum(ray_serve_app_model_seconds_count{model="ocr"})')
        assert images > 10
