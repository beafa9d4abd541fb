"""`serve-app up` is told to stop while pages are read."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
import yaml

from tests.drawings import encode, fill_page
from tests.nodes import wait_until
from tests.service import ROOT, free_port, shipped_config, wait_until_ready

pytestmark = pytest.mark.serve

PNG = {"Content-Type": "image/png"}


@pytest.fixture
def up(tmp_path):
    config = shipped_config()
    config["http_options"]["port"] = port = free_port()
    args = config["applications"][0]["args"]
    args["layout"]["engine"] = args["chart"]["model"] = "fake"  # the OCR is what takes its time here
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    log = tmp_path / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "serve_app", "up", tmp_path / "config.yaml"],
            cwd=ROOT,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
            try:
                wait_until_ready(http, process, log)
                yield process, http
            finally:
                process.kill()
                process.wait()


def test_what_is_in_flight_is_answered_and_what_comes_later_is_told(up):
    process, http = up
    started = psutil.Process(process.pid).children(recursive=True)
    with ThreadPoolExecutor(4) as threads:
        reads = [
            threads.submit(http.post, "/v1/ocr", content=encode(fill_page(print_size=size)), headers=PNG)
            for size in (26, 27, 28, 29)
        ]
        wait_until(lambda: http.get("/v1/capacity").json()["models"]["ocr"]["in_flight"] == 4, 120)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: http.get("/ready").status_code == 503, 60)
        refused = http.post("/v1/ocr", content=encode(fill_page()), headers=PNG)
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "stopping"
        assert int(refused.headers["Retry-After"]) > 0
        assert [read.result().status_code for read in reads] == [200] * 4
    assert process.wait(120) == 0
    gone, left = psutil.wait_procs(started, timeout=60)
    assert gone
    assert left == []
