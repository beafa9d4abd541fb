"""Keys in the application as Serve runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from serve_app.api.key_file import Keys
from tests.nodes import wait_until
from tests.service import ROOT, drop_jobs, free_port, shipped_config, start_service
from tests.unit.api.test_key_file import a_key

pytestmark = pytest.mark.serve

PATIENCE_S = 120


def fakes(host, **http):
    config = shipped_config()
    config["http_options"]["host"] = host
    args = config["applications"][0]["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    drop_jobs(config)
    args["http"] |= http
    return config


def test_a_service_for_other_machines_starts_with_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_KEYS", Keys(keys=(a_key(per_minute=100),)).model_dump_json())
    page = (ROOT / "tests/samples/page.png").read_bytes()
    with start_service(fakes("0.0.0.0", keys_env="TEST_KEYS"), tmp_path) as service:
        assert service.http.post("/v1/ocr", content=page).status_code == 401
        answer = service.http.post("/v1/ocr", content=page, headers={"Authorization": "Bearer sa_secret"})
        assert answer.status_code == 200
        assert answer.headers["X-RateLimit-Limit"] == "100"
        audited = "owner=ada method=POST route=/v1/ocr pages=1 status=200"
        # Ray brings the lines of replicas a little later.
        wait_until(lambda: audited in service.log.read_text(), within_s=120)


def test_without_keys_it_does_not_start(tmp_path):
    config = fakes("0.0.0.0")
    config["http_options"]["port"] = free_port()
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    log = tmp_path / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("serve"), "run", "--address", "local", tmp_path / "config.yaml"],
            cwd=ROOT,
            env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + PATIENCE_S
    while "asks for no API key" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)  # it is another process, whose log is all that tells
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    finally:
        process.kill()
    assert "other machines reach the service on 0.0.0.0, and it asks for no API key" in log.read_text()
