"""Posts mutated images and bodies to the HTTP application, and reports failures, deaths, time and memory.

python -m tests.bench.fuzz --count 60000                              in this process's children, on fake models
python -m tests.bench.fuzz --count 2000 --url http://127.0.0.1:8000    to a running service

Over HTTP the deaths are those of the service's replicas, if it runs on this machine; else it says that it cannot tell.
A replica that the autoscaler stopped counts as well.
"""

import argparse
import asyncio
import sys
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import httpx

from serve_app.api.app import build_api
from serve_app.config import AppConfig
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.load import ReplicaCounts
from serve_app.pipeline.service import CHART, OCR
from tests.bench.soak.processes import MODELS, Sampler, find_raylet
from tests.clients import LocalChart, LocalOcr, build_service
from tests.fuzzing import make_request, post

CHUNK = 500
WORST = 5
MOST_S, MOST_MB = 0.2, 300


class Taken(NamedTuple):
    """What a request took: its status, CPU seconds (wall-clock seconds over HTTP), and MB of memory at its peak."""

    seed: int
    status: int
    seconds: float
    megabytes: float


def main() -> int:
    """Run the requests, and print what they came to. Returns 1 if one failed or exceeded a bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first request")
    parser.add_argument("--url")
    arguments = parser.parse_args()
    taken: list[Taken] = []
    deaths: list[int] = []
    broken: list[int] = []  # chunks whose process ended: without a URL, the application's
    replicas = find_replicas(arguments.url)
    known = replicas is not None
    for first in range(arguments.first, arguments.first + arguments.count, CHUNK):
        count = min(CHUNK, arguments.first + arguments.count - first)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            try:
                taken += pool.submit(run_chunk, first, count, arguments.url).result()
            except BrokenProcessPool:
                broken.append(first)
        left = find_replicas(arguments.url)
        if replicas and (left is None or replicas - left):
            deaths.append(first)
        replicas = left
        if len(taken) % (20 * CHUNK) == 0:
            print(f"{len(taken):,} done, {dict(Counter(one.status for one in taken))}", flush=True)
    if arguments.url is None:
        print(f"{len(broken)} deaths of the process, in the chunks of {CHUNK} from {broken}")
    else:
        print(f"{len(broken)} deaths of this client, in the chunks of {CHUNK} from {broken}")
        ended = f"{len(deaths)} chunks of {CHUNK} in which replicas ended, from {deaths}"
        print("cannot tell deaths of replicas: no Ray Serve on this machine has this URL" if not known else ended)
    return int(bool(report(taken) or deaths or broken))


def find_replicas(url: str | None) -> set[tuple[int, float]] | None:
    """The service's replicas, by process id and time of creation; None if they are not on this machine."""
    if url is None:
        return None
    try:
        sampler = Sampler(find_raylet(httpx.URL(url)))
    except LookupError:
        return None
    sampler.take(0.0)
    return {key for key, course in sampler.courses.items() if course.role in (*MODELS, "Ingress", "Jobs")}


def report(taken: list[Taken]) -> int:
    """Print the totals and the worst; 1 if a request failed."""
    print(f"{len(taken):,} requests: {dict(sorted(Counter(one.status for one in taken).items()))}")
    failed = [one.seed for one in taken if one.status >= 500]
    print(f"{len(failed)} answered with 5xx: {failed[:20]}")
    for name, values, bound in (("s", "seconds", MOST_S), ("MB", "megabytes", MOST_MB)):
        worst = sorted(taken, key=lambda one: -getattr(one, values))[:WORST]
        over = sum(getattr(one, values) > bound for one in taken)
        listed = ", ".join(f"{getattr(one, values):.2f} {name} (number {one.seed}: {one.status})" for one in worst)
        print(f"{over} over {bound} {name}; the worst: {listed}")
    return int(bool(failed))


def run_chunk(first: int, count: int, url: str | None) -> list[Taken]:
    """Run some requests one after the other; called in a process of its own."""
    warnings.simplefilter("ignore")
    return asyncio.run(_run(first, count, url))


async def _run(first: int, count: int, url: str | None) -> list[Taken]:
    clock = time.process_time if url is None else time.perf_counter
    taken = []
    async with _connect(url) as http:
        await post(http, make_request(first))  # what is imported late is no request's
        for seed in range(first, first + count):
            request = make_request(seed)
            before = _reset_peak()
            begun = clock()
            status = (await post(http, request)).status_code
            seconds = clock() - begun
            if seconds > MOST_S:
                begun = clock()
                await post(http, request)
                seconds = min(seconds, clock() - begun)
            taken.append(Taken(seed, status, seconds, (_read_status("VmHWM") - before) / 1000))
    return taken


@asynccontextmanager
async def _connect(url: str | None) -> AsyncIterator[httpx.AsyncClient]:
    if url is not None:
        async with httpx.AsyncClient(base_url=url, timeout=150) as http:
            yield http
        return
    config, ocr, chart = AppConfig(), LocalOcr(FakeOcr()), LocalChart(FakeChart())
    service = build_service(config, ocr, chart, replicas=lambda: ReplicaCounts(1, 1))
    transport = httpx.ASGITransport(build_api(service, {OCR: ocr, CHART: chart}), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        yield http


def _reset_peak() -> int:
    """Forget the process's peak of resident memory, and tell what it holds now, in KB (Linux: proc_pid_clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
    return _read_status("VmRSS")


def _read_status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))


if __name__ == "__main__":
    sys.exit(main())
