"""Which fractions of a GPU, and which of a node's own resources, the deployments take.

Ray's GPUs are logical here: no real one is needed.
"""

import pytest
import ray

from serve_app.app import asks_for_gpu, build_app
from serve_app.config import AppConfig, ChartConfig, JobsConfig, LayoutConfig, OcrConfig
from tests.nodes import wait_until

pytestmark = pytest.mark.serve

ENGINES = {
    "ocr": OcrConfig(engine="fake", resources={"ocr": 1}),
    "chart": ChartConfig(model="fake", resources={"chart": 1}),
    "layout": LayoutConfig(engine="fake"),
    "jobs": JobsConfig(enabled=False),
}


@pytest.fixture(scope="module", params=[0, 1], ids=["without-gpu", "with-gpu"])
def cluster(request):
    ray.init(
        address="local",
        num_cpus=4,
        num_gpus=request.param,
        resources={"ocr": 4, "chart": 4},
        include_dashboard=False,
        namespace="serve",
    )
    yield request.param
    ray.shutdown()


@pytest.mark.parametrize("device", ["auto", "cpu", "gpu"])
def test_fractions_are_asked_for_where_they_can_be_had(cluster, device):
    args = AppConfig(device=device, **ENGINES)
    assert asks_for_gpu(args) is {"auto": bool(cluster), "cpu": False, "gpu": True}[device]


def find_used():
    free = ray.available_resources()
    total = ray.cluster_resources()
    return {name: total.get(name, 0) - free.get(name, 0) for name in ("GPU", "ocr", "chart")}


def test_the_deployments_run_with_their_fractions(cluster):
    from ray import serve

    app = build_app(AppConfig(**ENGINES))
    serve.run(app, name="reader", route_prefix=None)
    try:
        options = {
            name: serve.status().applications["reader"].deployments[name].status for name in ("Ingress", "Ocr", "Chart")
        }
        assert set(options.values()) == {"HEALTHY"}
        # Ray's account of what is free comes a little later.
        wait_until(lambda: find_used() == pytest.approx({"GPU": 0.75 if cluster else 0, "ocr": 1, "chart": 1}), 60)
        infos = serve.get_deployment_handle("Ocr", "reader").describe.remote().result()
        assert infos.name == "fake"
    finally:
        serve.shutdown()
