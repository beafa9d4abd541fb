"""What the ingress costs, and how it scales: `python -m tests.bench.ingress`.

With engines that answer at once, so that only the way to them and back is measured: first a bare FastAPI application on
Serve that reads the upload and answers, then this application with one and with two ingress replicas, all on one Ray.
Prints the requests a second, the latency of one request at a time, and the processor time that a request takes in each
kind of process; the last says how many requests a second one ingress replica answers on a core of its own, also on a
machine that has too few cores to show it.

`--haproxy` does the same a second time, through HAProxy as `serve-app up` has it: Ray is started anew for that.

`--nodes 3` then simulates a cluster of as many nodes, each a set of Ray's processes on this machine, with two ingress
and four OCR replicas for each. It shows that the requests spread and are all answered; not how fast a cluster is: all
its processes share this machine's cores, there is one proxy, and no network between the nodes.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil
import ray
from fastapi import FastAPI, Request
from ray import serve

from serve_app.cli.proxy import SWITCH
from serve_app.serving.deployments import Chart, Ingress, Layout, Ocr
from tests.drawings import draw_page, encode
from tests.nodes import start_nodes
from tests.service import ROOT, fake_config, free_port, proxy_environment, shipped_config

AT_ONCE = 16
WARM_UP = 200
KINDS = {
    "ProxyActor": "proxy",
    "Ingress": "ingress",
    "Bare": "bare ingress",
    "Ocr": "OCR replica",
    "/haproxy -db": "HAProxy",
}
"""Kinds of process, by what stands in their titles."""

bare = FastAPI()


@bare.post("/v1/ocr")
async def read_nothing(request: Request) -> dict[str, int]:
    """Take the upload in, and answer its size."""
    return {"bytes": len(await request.body())}


class Bare:
    """An ingress that does nothing."""


@dataclass
class Result:
    """Of one run of requests: a rate in 1/s, a latency in seconds, and processor seconds by process."""

    rate: float
    latency: float
    processor: dict[int, float]
    statuses: Counter[int]


def processor_times() -> dict[int, tuple[str, float]]:
    """Kind, and processor seconds so far, of the processes below this one that requests go through."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            title, times = " ".join(process.cmdline()), process.cpu_times()
        except psutil.Error:
            continue
        for mark, kind in KINDS.items():
            if title.startswith(("ray::", "/")) and mark in title:
                found[process.pid] = kind, times.user + times.system
    return found


class Connection:
    """A kept connection that posts the same request again and again, for less of the processor than an HTTP client."""

    def __init__(self, url: str, body: bytes) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        head = f"POST /v1/ocr HTTP/1.1\r\nHost: here\r\nContent-Type: image/png\r\nContent-Length: {len(body)}\r\n\r\n"
        self._request = head.encode() + body
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self) -> int:
        """The status of the answer."""
        reader, writer = self._streams = self._streams or await asyncio.open_connection(self._host, self._port)
        writer.write(self._request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r", 1)[0]))
        if b"connection: close" in head:  # HAProxy is replaced when replicas come and go
            writer.close()
            self._streams = None
        return int(head.split(maxsplit=2)[1])

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()


async def measure(url: str, requests: int) -> tuple[Result, dict[int, str]]:
    """Send requests one at a time, then `AT_ONCE` at once."""
    image = encode(draw_page(("One line of text",), width=320))
    statuses: Counter[int] = Counter()
    connections = [Connection(url, image) for _ in range(AT_ONCE)]

    async def post(connection: Connection) -> float:
        started = time.monotonic()
        statuses[await connection.post()] += 1
        return time.monotonic() - started

    async def post_share(connection: Connection) -> None:
        for _ in range(requests // AT_ONCE):
            await post(connection)

    for _ in range(WARM_UP):
        await post(connections[0])
    latency = median([await post(connections[0]) for _ in range(requests // 4)])
    before = processor_times()
    statuses.clear()
    started = time.monotonic()
    await asyncio.gather(*(post_share(connection) for connection in connections))
    seconds = time.monotonic() - started
    after = processor_times()
    for connection in connections:
        connection.close()
    spent = {pid: used - before.get(pid, (kind, 0.0))[1] for pid, (kind, used) in after.items()}
    kinds = {pid: kind for pid, (kind, _) in after.items()}
    return Result(statuses.total() / seconds, latency, spent, statuses), kinds


def report(name: str, result: Result, kinds: dict[int, str]) -> bool:
    """Print a run; whether all was answered."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    for pid, seconds in result.processor.items():
        by_kind[kinds[pid]].append(seconds)
    costs = ", ".join(
        f"{kind} {1000 * sum(seconds) / result.statuses.total():.2f}" for kind, seconds in sorted(by_kind.items())
    )
    print(f"{name}: {result.rate:.0f} requests/s; one at a time {1000 * result.latency:.1f} ms")
    print(f"  processor ms of a request: {costs}")
    for kind in ("ingress", "OCR replica"):
        spent = by_kind.get(kind, [])
        if len(spent) > 1:
            print(f"  {len(spent)} x {kind}: the least busy did {100 * min(spent) / max(spent):.0f} % of the busiest")
    return set(result.statuses) == {200}


@contextmanager
def local_ray() -> Iterator[str]:
    """A Ray on this machine with Serve's proxy; its URL."""
    ray.init(address="local", num_cpus=8, include_dashboard=False, namespace="serve", log_to_driver=False)
    try:
        port = free_port()
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        yield f"http://127.0.0.1:{port}"
    finally:
        serve.shutdown()
        ray.shutdown()


def bind_application(ingresses: int) -> serve.Application:
    """The application with engines that answer at once."""
    config = fake_config()
    ocr = serve.deployment(Ocr, name="Ocr", max_ongoing_requests=AT_ONCE).bind(config.ocr, "cpu")
    chart = serve.deployment(Chart, name="Chart").bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    ingress = serve.deployment(
        serve.ingress()(Ingress), name="Ingress", num_replicas=ingresses, max_ongoing_requests=1000
    )
    return ingress.bind(config, ocr, chart, layout, True)


def node_config(nodes: int) -> dict[str, Any]:
    """The shipped config with engines that answer at once, and replicas for so many nodes."""
    config = shipped_config()
    application = config["applications"][0]
    application["args"]["ocr"]["engine"] = application["args"]["chart"]["model"] = "fake"
    for deployment in application["deployments"]:
        deployment.pop("autoscaling_config", None)
        deployment["num_replicas"] = {"Ingress": 2, "Ocr": 4, "Chart": 1}[deployment["name"]] * nodes
    return config


def run_with_each_proxy(requests: int) -> int:
    """Run this module once for each proxy, in a process of its own: Ray reads the environment as it is imported."""
    failed = 0
    for name, environment in (("Serve's own proxy", {SWITCH: "0"}), ("HAProxy", proxy_environment(0))):
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", "tests.bench.ingress", "--requests", str(requests)]
        failed |= subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
    return failed


def main() -> int:
    """Run and print; the exit status is 1 if a request failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=960)
    parser.add_argument("--nodes", type=int, default=0, help="also simulate a cluster of so many nodes")
    parser.add_argument("--haproxy", action="store_true", help="through Serve's own proxy, and then through HAProxy")
    arguments = parser.parse_args()
    if arguments.haproxy:
        return run_with_each_proxy(arguments.requests)
    good = True
    with local_ray() as url:
        bare_ingress = serve.deployment(serve.ingress(bare)(Bare), name="Bare", max_ongoing_requests=1000)
        serve.run(bare_ingress.bind(), name="reader")
        empty, kinds = asyncio.run(measure(url, arguments.requests))
        good &= report("bare application", empty, kinds)
        for ingresses in (1, 2):
            serve.run(bind_application(ingresses), name="reader")
            result, kinds = asyncio.run(measure(url, arguments.requests))
            good &= report(f"{ingresses} ingress", result, kinds)
            print(f"  {result.rate / empty.rate:.2f} of the bare application", flush=True)
    if arguments.nodes:
        layout = {f"node-{number}": {"num_cpus": 4} for number in range(arguments.nodes)}
        with start_nodes(layout) as cluster:
            cluster.deploy(node_config(arguments.nodes))
            print({name: dict(placed) for name, placed in cluster.find_replicas().items()})
            good &= report(f"{arguments.nodes} nodes", *asyncio.run(measure(cluster.url, arguments.requests)))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
