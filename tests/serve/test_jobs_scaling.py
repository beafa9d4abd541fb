"""Jobs replicas follow the pages that wait: none of them is called, so Serve's own policy would see nothing to do."""

import io

import httpx
import pytest
import ray
from PIL import Image
from ray import serve

from serve_app.config import JobsConfig
from serve_app.serving.deployments import Chart, Ingress, Layout
from serve_app.serving.jobs import Jobs
from tests.nodes import wait_until
from tests.serve.planted import GREEN, PlantedOcr
from tests.service import fake_config, free_port

pytestmark = pytest.mark.serve

SCALING = {
    "min_replicas": 1,
    "max_replicas": 3,
    "upscale_delay_s": 0,
    "downscale_delay_s": 1,
    "metrics_interval_s": 0.5,
    "look_back_period_s": 1,
    "policy": {
        "policy_function": "serve_app.serving.jobs_scaling:PagesWaiting",
        "policy_kwargs": {"pages_per_replica": 2},
    },
}


@pytest.fixture
def http(tmp_path):
    ray.init(address="local", num_cpus=8, include_dashboard=False, namespace="serve")
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    config = fake_config(jobs=JobsConfig(folder=str(tmp_path), share=1.0))
    ocr = serve.deployment(PlantedOcr, name="Ocr", num_replicas=3, max_ongoing_requests=3)
    ocr = ocr.bind(config.ocr, "cpu", str(tmp_path / "calls.txt"))
    chart = serve.deployment(Chart, name="Chart").bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    options = {"num_cpus": 0.1}
    jobs = serve.deployment(Jobs, name="Jobs", autoscaling_config=SCALING, ray_actor_options=options)
    jobs = jobs.bind(config, ocr, chart, layout, True)
    ingress = serve.deployment(serve.ingress()(Ingress), name="Ingress")
    serve.run(ingress.bind(config, ocr, chart, layout, True, jobs), name="reader")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        yield client
    serve.shutdown()
    ray.shutdown()


def count_replicas():
    states = serve.status().applications["reader"].deployments["Jobs"].replica_states
    return states.get("RUNNING", 0), sum(states.values())


def draw_slow_pages(count):
    """A TIFF each of whose pages takes a second for each 100 pixels of its width."""
    first, *others = [Image.new("RGB", (100, 140), GREEN) for _ in range(count)]
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=others)
    return buffer.getvalue()


def test_replicas_follow_the_pages_that_wait(http):
    assert count_replicas() == (1, 1)
    headers = {"content-type": "image/tiff"}
    long = http.post("/v1/jobs", content=draw_slow_pages(200), headers=headers).json()
    job = http.post("/v1/jobs", content=draw_slow_pages(9), headers=headers).json()
    wait_until(lambda: count_replicas()[0] == 3, within_s=180)
    assert http.delete(long["links"]["self"]).json()["state"] == "cancelled"
    while (job := http.get(job["links"]["self"], params={"wait": 30}).json())["state"] in ("queued", "running"):
        pass
    assert job["pages"] == {"total": 9, "done": 9, "failed": 0}
    wait_until(lambda: count_replicas() == (1, 1), within_s=180)
