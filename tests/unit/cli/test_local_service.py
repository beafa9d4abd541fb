import os
import select
import sys
from pathlib import Path

import httpx
import pytest

from serve_app.cli import local_service, supervisor
from serve_app.cli.local_service import _adapt, find_config, run_locally
from serve_app.errors import ConfigError
from tests.service import shipped_config


def test_the_shipped_config_is_found(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert find_config(None) == shipped_config()


@pytest.mark.parametrize("content", ["applications: [", "[]", "http_options: {}"])
def test_what_is_no_config_is_told(tmp_path, content):
    (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        find_config(tmp_path / "config.yaml")


def test_a_service_for_one_call_is_for_this_machine_and_keeps_nothing():
    config = shipped_config() | {"http_options": {"host": "0.0.0.0", "port": 1}}
    adapted = _adapt(config, 8123, Path("/tmp/x"))
    assert adapted["http_options"] == {"host": "127.0.0.1", "port": 8123}
    jobs = adapted["applications"][0]["args"]["jobs"]
    assert (jobs["store"], jobs["folder"]) == ("sqlite", "/tmp/x/jobs")
    assert config["applications"][0]["args"]["jobs"].get("folder") is None
    assert adapted["applications"][0]["deployments"] == config["applications"][0]["deployments"]


def test_jobs_that_are_switched_off_stay_off():
    config = {"applications": [{"args": {"jobs": {"enabled": False}}}]}
    assert _adapt(config, 1, Path("x"))["applications"] == config["applications"]


STARTS = """
import signal, sys, yaml
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()
        self.wfile.write(b"{}")

def stop(*_):
    Path(__file__).with_name("stopped").touch()
    sys.exit(0)

signal.signal(signal.SIGINT, stop)
config = yaml.safe_load(Path(sys.argv[-1]).read_text())
HTTPServer((config["http_options"]["host"], config["http_options"]["port"]), Handler).serve_forever()
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """What is run instead of `serve`."""

    def write(code):
        script = tmp_path / "serve"
        script.write_text(f"#!{sys.executable}\n{code}")
        script.chmod(0o755)
        monkeypatch.setattr(local_service, "_find_serve", lambda: str(script))

    return write


@pytest.mark.parametrize("broken", [False, True])
def test_it_runs_until_the_block_ends(program, tmp_path, broken):
    program(STARTS)
    try:
        with run_locally({"applications": [{"args": {}}]}) as url:
            assert httpx.get(f"{url}/ready").status_code == 200
            if broken:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert broken
    assert (tmp_path / "stopped").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/ready")


def test_one_that_does_not_start_says_why(program):
    program("raise SystemExit('the port is taken')")
    with (
        pytest.raises(ConfigError, match=r"did not start: (?s:.)*the port is taken"),
        run_locally({"applications": []}),
    ):
        pass


def test_one_that_does_not_stop_is_killed_with_what_it_started(program, monkeypatch, tmp_path):
    program(
        STARTS.replace("sys.exit(0)", "pass").replace(
            "signal.signal",
            "import subprocess\n"
            "child = subprocess.Popen(['sleep', '600'])\n"
            "Path(__file__).with_name('child').write_text(str(child.pid))\nsignal.signal",
            1,
        )
    )
    monkeypatch.setattr(supervisor, "STOP_S", 0.5)
    with run_locally({"applications": []}):
        ended = select.poll()
        child = os.pidfd_open(int((tmp_path / "child").read_text()))
        ended.register(child, select.POLLIN)
        assert not ended.poll(0)
    assert ended.poll(10_000)
    os.close(child)
