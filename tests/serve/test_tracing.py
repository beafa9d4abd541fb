"""One trace through the proxy, the ingress, the queue, the model and the merge, as an OTLP collector gets it."""

import threading
from collections import defaultdict
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.nodes import wait_until
from tests.service import ROOT, drop_jobs, shipped_config, start_service

pytestmark = pytest.mark.serve

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
"""From the W3C's recommendation "Trace Context"."""


@pytest.fixture
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


def test_a_request_is_one_trace_across_processes(tmp_path, monkeypatch, collector):
    endpoint, traces = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    monkeypatch.setenv("RAY_SERVE_TRACING_EXPORTER_IMPORT_PATH", "serve_app.tracing:export_otlp")
    monkeypatch.setenv("RAY_SERVE_TRACING_SAMPLING_RATIO", "0")  # only what the caller traces
    config = shipped_config()
    args = config["applications"][0]["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    drop_jobs(config)
    chart = (ROOT / "tests/samples/chart.png").read_bytes()
    with start_service(config, tmp_path) as service:
        assert service.http.post("/v1/analyze", content=chart).status_code == 200
        headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
        assert service.http.post("/v1/analyze", content=chart, headers=headers).status_code == 200
        names = [
            *("receive", "decode", "merge", "call ocr", "call chart"),
            *("replica_handle_request Ingress", "replica_handle_request Ocr", "replica_handle_request Chart"),
        ]
        with suppress(TimeoutError):  # then the assertion below says what is missing
            wait_until(lambda: all(_find(traces, name) for name in names), within_s=30)
        wait_until(lambda: len(_find(traces, "model")) == len(_find(traces, "queue")) == 2, within_s=30)
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
