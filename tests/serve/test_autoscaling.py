"""Scaling to zero: a model without replicas wakes at the first request."""

import httpx
import pytest
import ray
from ray import serve

from serve_app.serving.deployments import Chart, Ingress, Layout, Ocr
from tests.drawings import draw_page, encode
from tests.nodes import wait_until
from tests.service import fake_config, free_port

pytestmark = pytest.mark.serve

TO_ZERO = {
    "min_replicas": 0,
    "max_replicas": 2,
    "upscale_delay_s": 0,
    "downscale_delay_s": 1,
    "downscale_to_zero_delay_s": 1,
    "metrics_interval_s": 0.5,
    "look_back_period_s": 1,
}


@pytest.fixture(scope="module")
def http():
    ray.init(address="local", num_cpus=4, include_dashboard=False, namespace="serve")
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    config = fake_config()
    ocr = serve.deployment(Ocr, name="Ocr", autoscaling_config=TO_ZERO).bind(config.ocr, "cpu")
    chart = serve.deployment(Chart, name="Chart").bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    ingress = serve.deployment(serve.ingress()(Ingress), name="Ingress")
    serve.run(ingress.bind(config, ocr, chart, layout, True), name="reader")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        yield client
    serve.shutdown()
    ray.shutdown()


def count_replicas():
    states = serve.status().applications["reader"].deployments["Ocr"].replica_states
    return sum(states.values())


def test_a_model_without_replicas_wakes_and_sleeps_again(http):
    page = encode(draw_page(("Good morning",), width=200))
    for _ in range(2):
        wait_until(lambda: count_replicas() == 0, within_s=180)
        answer = http.post("/v1/ocr", content=page)
        assert answer.status_code == 200, answer.text
