"""Kills replicas while documents run as jobs: `python -m tests.bench.jobs_chaos --kills 40 --documents 30`.

Starts the shipped config with fake engines and two replicas of each deployment, keeps `--documents` documents open,
follows the events of each, and kills a replica of Jobs, Ocr, Chart, Layout and Ingress in turn with SIGKILL. For each
document that ends another one is submitted until the last kill, so that each kill meets pages that are read; an
Ingress is killed while it takes documents in. The client sends again what an ingress took along, under the same
`Idempotency-Key`.

Prints pages lost, doubled and wrong, and how long a page of a killed worker took until another had it in hand, which a
look at the store's attempts each 0.1 s tells. Exits with 1 if a page was lost, doubled or wrong, a document became two
jobs, a killed replica was not replaced, or a page came back later than `--accept`.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from serve_app.config import JobsConfig
from serve_app.errors import StoreUnavailable
from serve_app.jobs.job import PLAN
from serve_app.jobs.opening import open_store
from serve_app.jobs.store import JobStore
from tests.bench.jobs_client import JobsClient, Tally
from tests.bench.kills import REPLICAS, Kill, kill_replicas, report_kills
from tests.redis_server import RedisServer
from tests.service import Service, shipped_config, start_service

DEPLOYMENTS = ("Jobs", "Ocr", "Chart", "Layout", "Ingress")
LOOK_S = 0.1
"""Seconds between two looks at the store."""
SUBMISSIONS = 4
"""Documents that are being submitted when an Ingress is killed."""
SUBMITTED_S = 0.15
"""Seconds within which these are accepted, more or less; the kill falls anywhere in them."""


@dataclass
class Run:
    """What was killed, and how the pages in hand came back."""

    tally: Tally = field(default_factory=Tally)
    kills: list[Kill] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    """Pages that were being read at each kill."""
    returns_s: list[float] = field(default_factory=list)
    """From the death of a worker until each of its pages was in another's hand."""
    losses: int = 0
    """Leases lost while no worker had been killed shortly before."""


async def count_running(store: JobStore) -> int:
    """Pages in hand; 0 where the store does not answer in time, as on a machine whose cores are all busy."""
    with suppress(StoreUnavailable):
        return (await store.counts()).running
    return 0


async def watch_returns(store: JobStore, run: Run) -> None:
    """Look at the store, for ever: which pages lost their worker, and when another had claimed them."""
    seen: Counter[str] = Counter()
    waiting: dict[tuple[str, int], Kill] = {}

    async def look() -> None:
        for job_id in [job_id for job_id in run.tally.jobs.values() if job_id not in run.tally.ended]:
            for event in await store.events(job_id, seen[job_id]):
                seen[job_id] = event.id
                if event.kind != "retry" or event.data["code"] != "lease_lost" or event.data["number"] == PLAN:
                    continue
                killed = [kill for kill in run.kills if kill.deployment == "Jobs"]
                if killed and time.monotonic() - killed[-1].at < 30:
                    waiting[job_id, event.data["number"]] = killed[-1]
                else:
                    run.losses += 1
        for (job_id, number), kill in list(waiting.items()):
            [page] = await store.pages(job_id, number, 1)
            if page.attempts >= 2:
                run.returns_s.append(time.monotonic() - kill.at)
                del waiting[job_id, number]

    try:
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(StoreUnavailable):  # of a machine whose cores are all busy: looked at again
                await look()
    finally:
        run.tally.lost += len(waiting)


async def drive(
    service: Service,
    store: JobStore,
    *,
    documents: int,
    pages: int,
    kills: int,
    numbers: Iterator[int],
    deployments: Sequence[str] = DEPLOYMENTS,
    replicas: int = REPLICAS,
) -> Run:
    """Keep documents open, by these numbers, and kill meanwhile."""
    run = Run()
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http, asyncio.TaskGroup() as group:
        client = JobsClient(http, run.tally)

        async def keep_busy() -> None:
            await client.run_document(next(numbers), pages)
            while not killing.done():
                await client.run_document(next(numbers), pages)

        async def pause(deployment: str) -> None:
            while not (running := await count_running(store)):
                await asyncio.sleep(0.01)
            await asyncio.sleep(random.uniform(0, 0.3))  # at any moment of a page
            if deployment == "Ingress":
                for _ in range(SUBMISSIONS):
                    group.create_task(client.run_document(next(numbers), 1))
                await asyncio.sleep(random.uniform(0, SUBMITTED_S))
            run.running.append(running)

        watcher = asyncio.create_task(watch_returns(store, run))
        killing = group.create_task(kill_replicas(service, deployments, run.kills, kills, pause, replicas))
        working = [group.create_task(keep_busy()) for _ in range(documents)]
        await asyncio.wait([killing, *working])
    watcher.cancel()
    [failed] = await asyncio.gather(watcher, return_exceptions=True)
    if not isinstance(failed, asyncio.CancelledError):
        raise failed
    return run


async def drive_alone(service: Service, config: JobsConfig, documents: int, pages: int, kills: int) -> Run:
    """Run documents in a service that has no other jobs."""
    store = open_store(config)
    try:
        run = await drive(service, store, documents=documents, pages=pages, kills=kills, numbers=count())
    finally:
        await store.close()
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http:
        await JobsClient(http, run.tally).count_doubled_jobs()
    return run


def complete_config(store: dict[str, Any]) -> dict[str, Any]:
    """The shipped config with fake engines, all of whose time is for jobs, and two replicas of everything."""
    config = shipped_config()
    [application] = config["applications"]
    for deployment in application["deployments"]:
        deployment.pop("autoscaling_config", None)
        deployment["num_replicas"] = REPLICAS
    sections = application["args"]
    sections["device"] = "cpu"
    sections["ocr"] = {"engine": "fake", "num_cpus": 0.1}
    sections["chart"] = {"model": "fake", "num_cpus": 0.1}
    sections["layout"] = {"engine": "fake", "num_cpus": 0.1}
    sections["jobs"] |= {"share": 1.0} | store
    return config


@contextmanager
def prepare_store(name: str, folder: Path) -> Iterator[tuple[dict[str, Any], RedisServer | None]]:
    """The settings of a store below a folder, and its server."""
    settings: dict[str, Any] = {"store": name, "folder": str(folder / "jobs")}
    if name == "sqlite":
        yield settings, None
        return
    server = RedisServer(folder)
    server.start()
    try:
        yield settings | {"url": server.url}, server
    finally:
        server.kill()


def report(run: Run, accept_s: float) -> bool:
    """Print what happened; whether it was as promised."""
    run.tally.report()
    print(f"kills {len(run.kills)}; pages that were read at a kill: {min(run.running)} to {max(run.running)}")
    print(f"leases lost without a kill in the 30 s before: {run.losses}")
    slowest = max(run.returns_s, default=0.0)
    if run.returns_s:
        middle = median(run.returns_s)
        print(
            f"{len(run.returns_s)} pages of killed workers: in hand again after {middle:.1f} s, at most {slowest:.1f}"
        )
    report_kills(DEPLOYMENTS, run.kills)
    return not run.tally.failed and slowest <= accept_s and all(kill.recovery_s for kill in run.kills)


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--documents", type=int, default=30, help="that are open at once")
    parser.add_argument("--pages", type=int, default=20, help="of each document")
    parser.add_argument("--store", choices=("sqlite", "redis"), default="sqlite")
    parser.add_argument("--accept", type=float, default=20.0, help="seconds until a page is back at work")
    parser.add_argument("--seed", type=int, default=0, help="which replica dies, and when")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    with tempfile.TemporaryDirectory() as name, prepare_store(arguments.store, Path(name)) as (store, _):
        started = time.monotonic()
        with start_service(complete_config(store), Path(name)) as service:
            config = JobsConfig(**store)
            run = asyncio.run(drive_alone(service, config, arguments.documents, arguments.pages, arguments.kills))
        print(f"{arguments.store}, {time.monotonic() - started:.0f} s with start and stop")
    return int(not report(run, arguments.accept))


if __name__ == "__main__":
    sys.exit(main())
