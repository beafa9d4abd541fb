"""The application on several nodes: each is a set of Ray's processes on this machine, with logical CPUs and GPUs."""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import ray
from ray import serve
from ray.cluster_utils import Cluster
from ray.serve.context import _get_global_client
from ray.serve.schema import ServeDeploySchema

from tests.service import free_port

START_S = 300
HEAD = {"num_cpus": 0, "include_dashboard": False}


class Nodes:
    """A cluster whose head runs the controller and the HTTP proxy, and no replica."""

    def __init__(self) -> None:
        self._cluster = Cluster(initialize_head=True, head_node_args=HEAD | {"dashboard_port": free_port()})
        self._nodes: dict[str, Any] = {}
        self.url = f"http://127.0.0.1:{free_port()}"

    def add(self, name: str, **resources: Any) -> None:
        """Start a node with these logical resources (`num_cpus`, `num_gpus`, `resources`)."""
        self._nodes[name] = self._cluster.add_node(**resources)

    def remove(self, name: str) -> None:
        """End a node's processes at once, as a power cut does."""
        self._cluster.remove_node(self._nodes.pop(name), allow_graceful=False)

    def deploy(self, config: dict[str, Any]) -> None:
        """Deploy a Serve config, as `serve deploy` does, and wait until all its replicas run."""
        if not ray.is_initialized():
            ray.init(address=self._cluster.address, namespace="serve", log_to_driver=False)
            port = int(self.url.rpartition(":")[2])
            serve.start(proxy_location="HeadOnly", http_options={"host": "127.0.0.1", "port": port})
        _get_global_client().deploy_apps(ServeDeploySchema.model_validate(config))
        wait_until(lambda: serve.status().applications["reader"].status == "RUNNING", START_S)

    def find_replicas(self) -> dict[str, Counter[str]]:
        """For each node that has any, the number of running replicas of each deployment."""
        names = {node.node_id: name for name, node in self._nodes.items()}
        found: dict[str, Counter[str]] = {}
        application = _get_global_client().get_serve_details()["applications"]["reader"]
        for deployment, details in application["deployments"].items():
            for replica in details["replicas"]:
                if replica["state"] == "RUNNING" and replica["node_id"] in names:
                    found.setdefault(names[replica["node_id"]], Counter())[deployment] += 1
        return found

    def stop(self) -> None:
        """End all nodes."""
        serve.shutdown()
        ray.shutdown()
        self._cluster.shutdown()


@contextmanager
def start_nodes(nodes: dict[str, dict[str, Any]]) -> Iterator[Nodes]:
    """Start a head and the named nodes, and stop them at the end."""
    # `Cluster` notes its address in Ray's temporary folder, and every `ray.init()` of this machine would then join it.
    with tempfile.TemporaryDirectory(prefix="nodes-") as folder, patch.dict(os.environ, RAY_TMPDIR=folder):
        running = Nodes()
        try:
            for name, resources in nodes.items():
                running.add(name, **resources)
            yield running
        finally:
            running.stop()


def wait_until(condition: Callable[[], bool], within_s: float) -> None:
    """Ask again and again.

    Raises:
        TimeoutError: it did not become true.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s:g} seconds")
        time.sleep(0.2)
