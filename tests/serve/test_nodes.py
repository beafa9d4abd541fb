"""Several nodes with logical GPUs: where replicas land, and what a lost node costs."""

import threading
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from tests.drawings import encode
from tests.nodes import Nodes, start_nodes, wait_until
from tests.service import drop_jobs, shipped_config

pytestmark = pytest.mark.serve

SHARES = {"Ocr": 0.25, "Chart": 0.5}
"""Of a GPU, in the shipped config."""
REPLICAS = Counter({"Ocr": 4, "Chart": 1})
GPU_NODE = {"num_cpus": 4, "num_gpus": 1}


def config_for_nodes():
    """The shipped config with fake engines, a fixed number of replicas, and what needs no GPU kept on the CPU node."""
    config = shipped_config()
    application = config["applications"][0]
    args = application["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    drop_jobs(config)
    for deployment in application["deployments"]:
        deployment.pop("autoscaling_config", None)
        deployment["num_replicas"] = REPLICAS.get(deployment["name"], 1)
        if deployment["name"] in ("Ingress", "Layout"):
            deployment["ray_actor_options"] = {"num_cpus": 0.1, "resources": {"ingress": 0.01}}
    return config


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    layout = {"cpu": {"num_cpus": 2, "resources": {"ingress": 1}}, "gpu-1": GPU_NODE, "gpu-2": GPU_NODE}
    with start_nodes(layout) as running:
        running.deploy(config_for_nodes())
        yield running


def find_models(nodes):
    """The running replicas on the GPU nodes."""
    return {name: found for name, found in nodes.find_replicas().items() if name != "cpu"}


def count_all(found):
    return sum(found.values(), Counter())


def assert_fits(found):
    """No card holds more than its fractions add up to."""
    for placed in found.values():
        assert sum(SHARES[deployment] * replicas for deployment, replicas in placed.items()) <= 1


def test_replicas_land_where_their_fractions_fit(nodes):
    assert nodes.find_replicas()["cpu"] == {"Ingress": 1, "Layout": 1}
    found = find_models(nodes)
    assert count_all(found) == REPLICAS
    assert_fits(found)


def test_a_lost_node_loses_no_request_and_its_replicas_come_back(nodes):
    found = find_models(nodes)
    victim = min((name for name in found if found[name]["Ocr"]), key=lambda name: found[name]["Ocr"])
    with Load(nodes.url) as load:
        load.wait_for(20)
        nodes.remove(victim)
        load.wait_for(20)
        nodes.add("gpu-3", **GPU_NODE)
        wait_until(lambda: count_all(find_models(nodes)) == REPLICAS, within_s=180)
        load.wait_for(20)
    found = find_models(nodes)
    assert victim not in found
    assert_fits(found)
    assert set(load.outcomes) == {200}


class Load:
    """Clients in threads that post one image after the other."""

    def __init__(self, url, clients=4):
        self.outcomes = Counter()
        self._url = url
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._post, args=(64 + n,)) for n in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count):
        target = self.outcomes.total() + count
        wait_until(lambda: self.outcomes.total() >= target, within_s=180)

    def _post(self, width):
        image = encode(Image.new("RGB", (width, 64), "white"))
        with httpx.Client(base_url=self._url, timeout=60) as http:
            while not self._stopped.is_set():
                try:
                    answer = http.post("/v1/ocr", content=image)
                    right = answer.status_code == 200 and answer.json()["text"] == f"fake {width}x64"
                    self.outcomes[answer.status_code if right else answer.text] += 1
                except httpx.HTTPError as error:
                    self.outcomes[type(error).__name__] += 1
