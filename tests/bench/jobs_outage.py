"""What an outage does to documents that run as jobs: `python -m tests.bench.jobs_outage --what hangs|restarts|ray`.

- `hangs`: Redis is stopped for `--seconds` (SIGSTOP) and goes on, as it was.
- `restarts`: Redis is killed, and started again after `--seconds` from its append-only file.
- `ray`: every process of Ray is killed, and the service is started again on the same store.

The service is the shipped config with fake engines. While Redis is away, requests are sent at a steady rate: each must
be answered within `--answer` seconds, and be refused with 503 and `Retry-After` if it needs the store. All documents
must come out whole, those accepted before, and those that were refused and sent again. Prints the answers, and how long
it took until a page was read again; exits with 1 if a page was lost, doubled or wrong, a document became two jobs, a
worker that lived lost its lease, an answer came late or was another, or no page was read within `--accept` seconds.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import psutil

from serve_app.config import JobsConfig
from serve_app.errors import StoreUnavailable
from serve_app.jobs.opening import open_store
from serve_app.jobs.store import JobStore
from tests.bench.jobs_chaos import complete_config, prepare_store
from tests.bench.jobs_client import JobsClient, Tally
from tests.bench.jobs_documents import draw_document
from tests.drawings import draw_page, encode
from tests.redis_server import RedisServer
from tests.service import Service, start_service

EVERY_S = 0.5
"""Seconds between two rounds of requests during an outage."""
BEFORE_S, AFTER_S = 5.0, 5.0
"""Seconds for which requests are sent before the outage and after it."""


@dataclass(frozen=True)
class Answer:
    """To one request: during the outage or not, and how long it took, in seconds."""

    kind: str
    away: bool
    status: int
    seconds: float
    retry_after: str | None


class Probes:
    """Requests at a steady rate, and what was answered."""

    def __init__(self, http: httpx.AsyncClient, client: JobsClient, numbers: Iterator[int]) -> None:
        self.answers: list[Answer] = []
        self.there = asyncio.Event()
        """Redis is."""
        self.there.set()
        self._http, self._client, self._numbers = http, client, numbers
        self._image = encode(draw_page(("A page",), width=300))

    async def run(self, group: asyncio.TaskGroup, job_id: str) -> None:
        """Send, for ever, in tasks of the group; `job_id` is a job that exists."""
        while True:
            group.create_task(self._send("GET /ready"))
            group.create_task(self._send(f"GET /v1/jobs/{job_id}"))
            group.create_task(self._send("POST /v1/ocr", content=self._image, media_type="image/png"))
            group.create_task(self._submit(next(self._numbers)))
            await asyncio.sleep(EVERY_S)

    async def _submit(self, number: int) -> None:
        """Submit a document, and again when Redis is there, whether it was accepted or not."""
        content, media_type = await asyncio.to_thread(draw_document, number, 1)
        await self._send("POST /v1/jobs", content=content, media_type=media_type, key=f"document {number}")
        await self.there.wait()
        await self._client.run_document(number, 1)

    async def _send(self, request: str, content: bytes | None = None, media_type: str = "", key: str = "") -> None:
        method, path = request.split()
        headers = {"content-type": media_type, "Idempotency-Key": key} if content else {}
        there, started = self.there.is_set(), time.monotonic()
        answer = await self._http.request(method, path, content=content, headers=headers)
        taken = time.monotonic() - started
        if there == self.there.is_set():  # what was under way as it began or ended may be answered either way
            kind = f"{method} /v1/jobs/…" if path.startswith("/v1/jobs/") else request
            self.answers.append(Answer(kind, not there, answer.status_code, taken, answer.headers.get("retry-after")))

    def report(self, within_s: float) -> bool:
        """Print what was answered; whether it was as promised."""
        right = True
        for away in (False, True):
            for kind in sorted({answer.kind for answer in self.answers}):
                found = [answer for answer in self.answers if (answer.kind, answer.away) == (kind, away)]
                statuses = dict(Counter(answer.status for answer in found))
                slowest = max((answer.seconds for answer in found), default=0.0)
                print(f"Redis {'away' if away else 'there'}: {kind:<15} {statuses}, at most {slowest:.2f} s")
                right &= all(_is_right(answer) for answer in found) and (slowest <= within_s or not away)
        return right


def _is_right(answer: Answer) -> bool:
    if not answer.away or answer.kind == "POST /v1/ocr":
        return answer.status in (200, 202)
    return answer.status == 503 and (answer.retry_after is not None or answer.kind == "GET /ready")


async def stop_redis(what: str, server: RedisServer, seconds: float) -> None:
    """Take Redis away for so many seconds."""
    if what == "hangs":
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(server.pid, signal.SIGCONT)
    else:
        server.kill()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(server.start)


async def wait_for_page(store: JobStore) -> float:
    """Seconds until one more page is done, whatever the store does meanwhile."""
    started, before = time.monotonic(), None
    while True:
        with suppress(StoreUnavailable):
            done = (await store.counts()).done
            before = done if before is None else before
            if done > before:
                return time.monotonic() - started
        await asyncio.sleep(0.05)


async def lose_redis(
    service: Service, server: RedisServer, store: JobStore, arguments: argparse.Namespace
) -> tuple[Tally, float, bool]:
    """Take Redis away from documents; the tally, seconds until a page was read again, whether answers were right."""
    tally, numbers = Tally(), count()
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http:
        client = JobsClient(http, tally)
        async with asyncio.TaskGroup() as group:
            for _ in range(arguments.documents):
                group.create_task(client.run_document(next(numbers), arguments.pages))
            while not tally.read:
                await asyncio.sleep(0.05)
            probes = Probes(http, client, numbers)
            probing = group.create_task(probes.run(group, next(iter(tally.jobs.values()))))
            await asyncio.sleep(BEFORE_S)
            probes.there.clear()
            await stop_redis(arguments.what, server, arguments.seconds)
            probes.there.set()
            back_s = await wait_for_page(store)
            await asyncio.sleep(AFTER_S)
            probing.cancel()
        await client.count_doubled_jobs()
    losses = (await store.counts()).lease_losses
    print(f"leases lost, though no worker died: {losses}")
    return tally, back_s, probes.report(arguments.answer) and not losses


async def lose_ray(
    services: ExitStack, folder: Path, settings: dict, store: JobStore, arguments: argparse.Namespace
) -> tuple[Tally, float, bool]:
    """Submit documents, kill Ray and start it again; as `lose_redis`."""
    config = complete_config(settings)
    service = services.enter_context(start_service(config, folder))
    numbers = range(arguments.documents)
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http:
        client = JobsClient(http, Tally())
        for number in numbers:
            await client.submit(number, arguments.pages)
    while not (counts := await store.counts()).done:
        await asyncio.sleep(0.05)
    print(f"killed with {counts.done} pages read, {counts.running} running and {counts.waiting} waiting")
    for process in [*psutil.Process(service.process.pid).children(recursive=True), service.process]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    waiting = asyncio.create_task(wait_for_page(store))
    service = await asyncio.to_thread(services.enter_context, start_service(config, folder))
    back_s = await waiting
    tally = Tally()
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http, asyncio.TaskGroup() as group:
        client = JobsClient(http, tally)
        for number in numbers:  # which finds the job that there is
            group.create_task(client.run_document(number, arguments.pages))
    async with httpx.AsyncClient(base_url=service.http.base_url, timeout=30) as http:
        await JobsClient(http, tally).count_doubled_jobs()
    return tally, back_s, True


async def run(folder: Path, settings: dict, server: RedisServer | None, arguments: argparse.Namespace) -> bool:
    """One outage; whether all was as promised."""
    store = open_store(JobsConfig(**settings))
    try:
        with ExitStack() as services:
            if server is None or arguments.what == "ray":
                tally, back_s, right = await lose_ray(services, folder, settings, store, arguments)
            else:
                service = services.enter_context(start_service(complete_config(settings), folder))
                tally, back_s, right = await lose_redis(service, server, store, arguments)
    finally:
        await store.close()
    tally.report()
    print(f"{arguments.what}, {settings['store']}: a page was read {back_s:.1f} s after the {_SINCE[arguments.what]}")
    return right and not tally.failed and back_s <= arguments.accept


_SINCE = {"hangs": "return of Redis", "restarts": "return of Redis", "ray": "death of Ray"}


def main() -> int:
    """Run, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", choices=tuple(_SINCE), required=True)
    parser.add_argument("--store", choices=("sqlite", "redis"), default="redis", help="sqlite only with ray")
    parser.add_argument("--seconds", type=float, default=30.0, help="of the outage")
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--pages", type=int, default=20, help="of each document")
    parser.add_argument("--answer", type=float, default=1.0, help="seconds that an answer may take")
    parser.add_argument("--accept", type=float, default=30.0, help="seconds until a page is read again")
    arguments = parser.parse_args()
    if arguments.store == "sqlite" and arguments.what != "ray":
        parser.error("only Redis can be taken away")
    with tempfile.TemporaryDirectory() as name, prepare_store(arguments.store, Path(name)) as (settings, server):
        return int(not asyncio.run(run(Path(name), settings, server, arguments)))


if __name__ == "__main__":
    sys.exit(main())
