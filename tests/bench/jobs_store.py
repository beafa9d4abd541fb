"""What a page costs in the store of jobs, without reading it.

    python -m tests.bench.jobs_store --pages 2000

One worker claims and finishes page after page; then several do at once, over one store object, as a runner does. Each
number is the median of the calls, in milliseconds; `page` is the wall time of the whole run over its pages. Then how
many bytes a page takes in the file, or in Redis's memory, and how long Redis works on a transition.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import redis

from serve_app.jobs.job import PageSource, Submission
from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.sqlite.store import SqliteJobStore
from serve_app.jobs.store import JobStore
from tests.redis_server import RedisServer


class Timer:
    """Durations by name, in milliseconds."""

    def __init__(self) -> None:
        self.durations: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def time(self, name: str):
        start = time.perf_counter()
        yield
        self.durations[name].append((time.perf_counter() - start) * 1000)

    def medians(self) -> str:
        parts = []
        for name, values in self.durations.items():
            tail = statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]
            parts.append(f"{name} {statistics.median(values):.2f} (p99 {tail:.2f})")
        return ", ".join(parts)


async def drain(store: JobStore, timer: Timer, worker: str) -> None:
    while True:
        with timer.time("claim"):
            lease = await store.claim(worker, 15)
        if lease is None:
            return
        if lease.number % 20 == 0:
            with timer.time("renew"):
                await store.renew([lease], 15)
        with timer.time("finish"):
            await store.finish(lease, "a" * 64)


async def measure(name: str, store: JobStore, pages: int, count_bytes: Callable[[], int]) -> None:
    await store.check()
    before = count_bytes()
    for workers in (1, 8):
        timer = Timer()
        begin = time.perf_counter()
        asked = Submission(owner="bench", documents=())
        with timer.time("submit"):
            await store.submit(asked)
        plan = await store.claim("w", 15)
        with timer.time("plan"):
            await store.plan(plan, [PageSource(0, page) for page in range(pages)])
        await asyncio.gather(*(drain(store, timer, f"w{worker}") for worker in range(workers)))
        whole = (time.perf_counter() - begin) * 1000 / pages
        assert (await store.get(asked.id)).pages_done == pages
        print(f"{name}, {workers} at once, {pages} pages: {whole:.2f} ms a page; {timer.medians()}", flush=True)
    await store.compact()
    print(f"{name}: {(count_bytes() - before) / (2 * pages):.0f} bytes a page")
    for _ in range(200):
        with timer.time("submit"):
            await store.submit(Submission(owner="bench", documents=()))
    print(f"{name}: submit {statistics.median(timer.durations['submit']):.2f} ms")
    await store.close()


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=2000)
    pages = arguments.parse_args().pages
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "jobs.sqlite"
        await measure("SQLite", SqliteJobStore(file), pages, lambda: file.stat().st_size)
        for fsync in ("everysec", "always"):
            server = RedisServer(Path(tempfile.mkdtemp(dir=folder)), fsync)
            server.start()
            try:
                with redis.Redis(port=server.port) as client:
                    name, store = f"Redis, appendfsync {fsync}", RedisJobStore(server.url)
                    await measure(name, store, pages, lambda client=client: client.info("memory")["used_memory"])
                    script = client.info("commandstats")["cmdstat_evalsha"]
                    print(f"{name}: a transition takes Redis {script['usec_per_call']:.0f} µs")
            finally:
                server.kill()


if __name__ == "__main__":
    asyncio.run(main())
