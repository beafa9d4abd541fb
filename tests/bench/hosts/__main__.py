"""A head and two workers with addresses of their own: what requests meet while links and the head fail.

python -m tests.bench.hosts            as root, with iproute2 and redis-server; some eight minutes

The engines are `fake`: they answer with the size of the image, so that an answer to another request is seen. The state
of Ray's head is kept in Redis, on a host of its own. Requests go to the workers in turn, and to the other one where an
attempt fails, as a load balancer does.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.bench.hosts.load import Load, Phase
from tests.bench.hosts.network import Host, Network, find_obstacle
from tests.service import ROOT, drop_jobs, shipped_config

PORT = 8000
READY_S = 240.0
RESTARTED = ("sh", "-c", 'until "$@"; do sleep 1; done', "sh")
"""As systemd and Kubernetes do: Ray takes no node back that it has given up, and its processes end."""

ENVIRONMENT = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_external_storage_namespace": "hosts",
    "PYTHONPATH": str(ROOT),
}


def make_config() -> dict[str, Any]:
    """The shipped config with fake engines, and a replica of each deployment on each worker."""
    config = shipped_config()
    config["http_options"] |= {"host": "0.0.0.0", "port": PORT}
    config["proxy_location"] = "EveryNode"
    [application] = config["applications"]
    args = application["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    args["device"], args["http"]["open"] = "cpu", True
    drop_jobs(config)
    for deployment in application["deployments"]:
        deployment.pop("autoscaling_config", None)
        deployment |= {"num_replicas": 2, "max_replicas_per_node": 1}
    return config


class Cluster:
    """Ray on three hosts, and its Redis on a fourth."""

    def __init__(self, network: Network, folder: Path) -> None:
        self._folder = folder
        self.redis, self.head = network.add("redis"), network.add("head")
        self.workers = [network.add("worker1"), network.add("worker2")]
        self.redis.start(
            [
                "redis-server",
                "--bind",
                self.redis.address,
                "--protected-mode",
                "no",
                "--save",
                "",
                "--dir",
                str(folder),
            ],
            folder / "redis.log",
        )
        self.start_head()
        self._wait(lambda: httpx.get(f"http://{self.head.address}:8265/api/version", timeout=2).is_success)
        for worker in self.workers:
            self._start(worker, "--address", f"{self.head.address}:6379", "--num-cpus", "4")
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(make_config()))
        self.head.start(
            [_find("serve"), "deploy", "--address", f"http://{self.head.address}:8265", str(config)],
            folder / "deploy.log",
            **ENVIRONMENT,
        )
        for url in self.urls:
            self._wait(lambda url=url: httpx.get(f"{url}/ready", timeout=2).status_code == 200)

    @property
    def urls(self) -> list[str]:
        """Of the workers."""
        return [f"http://{worker.address}:{PORT}" for worker in self.workers]

    def start_head(self) -> None:
        """Start the head; the state that its Redis holds is taken up."""
        self._start(
            *(self.head, "--head", "--port", "6379", "--num-cpus", "0"),
            *("--dashboard-host", "0.0.0.0", "--include-dashboard", "true"),
            RAY_REDIS_ADDRESS=f"{self.redis.address}:6379",
        )

    def drain(self, worker: Host) -> None:
        """Drain a worker's node, as the `preStop` of cluster/kuberay/rayservice.yaml does."""
        command = [
            *(_find("ray"), "drain-node", "--address", f"{self.head.address}:6379"),
            *("--reason", "DRAIN_NODE_REASON_PREEMPTION", "--reason-message", "drained"),
            *("--deadline-remaining-seconds", "60"),
        ]
        address = f"{self.head.address}:6379"
        worker.start(command, self._folder / "drain.log", RAY_ADDRESS=address, **ENVIRONMENT).wait(60)

    def _start(self, host: Host, *arguments: str, **environment: str) -> None:
        host.start(
            [
                *RESTARTED,
                *(_find("ray"), "start", "--block", "--disable-usage-stats", "--node-ip-address", host.address),
                *("--temp-dir", str(self._folder / host.name), "--object-store-memory", "100000000", *arguments),
            ],
            self._folder / f"{host.name}.log",
            **(ENVIRONMENT | environment),
        )

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except httpx.HTTPError:
                pass
            time.sleep(1)
        logs = "\n".join(f"{log}:\n{log.read_text()[-1500:]}" for log in self._folder.glob("*.log"))
        raise RuntimeError(f"The service did not start:\n{logs}")


async def disturb(cluster: Cluster, load: Load, scale: float) -> list[Phase]:
    """Let one fault after the other come and go, under load."""
    stopped, phases = asyncio.Event(), []
    worker, other = cluster.workers

    async def during(name: str, seconds: float) -> None:
        load.phase = Phase(name)
        phases.append(load.phase)
        await asyncio.sleep(seconds * scale)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(load.run(stopped))
        await during("nothing wrong", 20)
        worker.disturb("delay", "100ms")
        await during("100 ms to and from a worker", 30)
        worker.disturb("loss", "1%")
        await during("1 % loss to and from a worker", 30)
        worker.disturb()
        worker.cut(off=True)
        await during("a worker cut off for 60 s", 60)
        worker.cut(off=False)
        await during("joined again", 40)
        cluster.head.kill()
        await during("the head killed", 15)
        cluster.start_head()
        await during("the head back, its state from Redis", 60)
        draining = asyncio.create_task(asyncio.to_thread(cluster.drain, other))
        await during("a worker drained", 40)
        await draining
        stopped.set()
    return phases


def _find(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def main() -> int:
    """Run, and print a table; the exit status is 1 if any answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=4.0, help="requests a second")
    parser.add_argument("--scale", type=float, default=1.0, help="of all times")
    parser.add_argument("--keep", type=Path, help="folder, with a short path, for the logs")
    arguments = parser.parse_args()
    obstacle = find_obstacle()
    if obstacle:
        print(f"skipped: {obstacle}")
        return 0
    with tempfile.TemporaryDirectory(prefix="h-", dir="/tmp") as temporary, Network() as network:
        os.environ["RAY_TMPDIR"] = temporary
        cluster = Cluster(network, arguments.keep or Path(temporary))
        phases = asyncio.run(disturb(cluster, Load(cluster.urls, arguments.rate), arguments.scale))
    print("| While | sent | answered at once | by the other | lost | wrong | median, s | p99, s | attempts met |")
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join(phase.describe() for phase in phases))
    return int(any(phase.wrong for phase in phases))


if __name__ == "__main__":
    sys.exit(main())
