"""The application with its chart model on a server of another process, over real HTTP on both sides."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from serve_app.app import build_app
from serve_app.config import AppConfig, ChartConfig, RemoteConfig
from tests.drawings import draw_chart, encode
from tests.openai_server import MODEL, Hang, OpenAiServer
from tests.service import shipped_config, start_service

pytestmark = pytest.mark.serve

CHART = encode(draw_chart())


def test_no_gpu_is_asked_for_it():
    chart = ChartConfig(model=MODEL, remote=RemoteConfig(url="http://127.0.0.1:1"))
    application = build_app(AppConfig(device="gpu", chart=chart))
    options = {
        bound._bound_deployment.name: bound._bound_deployment.ray_actor_options
        for bound in application._bound_deployment.init_args[1:3]
    }
    assert options["Ocr"]["num_gpus"] == 0.25
    assert options["Chart"]["num_gpus"] == 0


@pytest.fixture(scope="module")
def server():
    return OpenAiServer()


@pytest.fixture(scope="module")
def service(server, tmp_path_factory):
    config = shipped_config()
    args = config["applications"][0]["args"]
    args["ocr"]["engine"] = "fake"
    args["chart"] |= {"model": MODEL, "remote": {"url": server.url, "retries": 1}}
    with ExitStack() as listening:
        listening.enter_context(server.run())
        with start_service(config, tmp_path_factory.mktemp("remote")) as running:
            yield running, listening


def test_charts_are_read_by_the_server(service):
    running, _ = service
    answer = running.http.post("/v1/chart?format=csv", content=CHART)
    assert answer.text.splitlines() == ["Fruit,Tonnes", "Apples,42", "Pears,17"]
    [model] = [model for model in running.http.get("/v1/models").json()["models"] if model["task"] == "chart"]
    assert model == {"name": "MinerU2.5-Pro-2605-1.2B", "task": "chart", "engine": "openai", "device": "remote"}


def test_its_process_holds_no_model(service):
    running, _ = service
    [replica] = running.find_replicas("Chart")
    assert "libtorch" not in Path(f"/proc/{replica.pid}/maps").read_text()


def test_a_caller_that_has_gone_ends_the_generation(service, server):
    running, _ = service
    server.script.append(Hang(60))
    assert running.http.post("/v1/chart", content=CHART, headers={"X-Deadline-S": "1"}).status_code == 504
    wait_until(lambda: server.hung_up == 1)


def test_the_service_tells_that_the_server_is_away_and_goes_on_when_it_is_back(service, server):
    running, listening = service
    listening.close()
    ready = running.http.get("/ready")
    assert ready.status_code == 503
    assert "cannot be reached" in ready.json()["models"]["chart"]["reason"]
    assert ready.json()["models"]["ocr"]["ready"] is True
    answer = running.http.post("/v1/chart", content=CHART)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_unavailable")
    [before] = running.find_replicas("Chart")
    with server.run():
        assert running.http.get("/ready").status_code == 200
        assert running.http.post("/v1/chart", content=CHART).status_code == 200
    assert running.find_replicas("Chart") == [before]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()
