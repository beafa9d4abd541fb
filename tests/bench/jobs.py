"""What the queue of jobs adds to a page: `python -m tests.bench.jobs --pages 10000 --store redis`.

Pages of a reader that answers at once with 2 kB, as a fake engine does, go through `JobRunner`, the store and the
files; then the same reader is called directly, with as many calls at once. Prints pages a second of both, and the
difference for a page; with `--at-once 1` that is what the queue adds to the time of each page. Neither HTTP nor Ray
takes part. Exits with 1 if a page was lost or the overhead exceeds `--accept`.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import JobState, Lease, PageSource, Submission
from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.runner import JobRunner
from serve_app.jobs.sqlite.store import SqliteJobStore
from serve_app.jobs.store import JobStore
from tests.redis_server import RedisServer

RESULT = os.urandom(2000)


class FakeReader:
    """Reads a page at once."""

    def __init__(self, pages: int) -> None:
        self._pages = pages

    async def plan(self, _: Lease) -> Sequence[PageSource]:
        return [PageSource(0, page) for page in range(self._pages)]

    async def read(self, lease: Lease | None) -> bytes:
        await asyncio.sleep(0)
        return RESULT + (lease.number if lease else 0).to_bytes(8)


@asynccontextmanager
async def open_store(name: str, folder: Path) -> AsyncIterator[JobStore]:
    """The store by its name, in a folder."""
    server = None
    if name == "redis":
        server = RedisServer(folder)
        server.start()
        store: JobStore = RedisJobStore(server.url, call_s=30)
    else:
        store = SqliteJobStore(folder / "jobs.sqlite", busy_s=30)
    try:
        yield store
    finally:
        await store.close()
        if server is not None:
            server.kill()


async def run_queue(name: str, pages: int, at_once: int) -> float:
    """Seconds for a page through the queue."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(name, Path(folder)) as store:
            blobs = LocalBlobs(Path(folder) / "files")
            document = [Upload("a.pdf", "application/pdf", b"document")]
            job = await submit(store, blobs, document, Submission(owner="bench", documents=()))
            runner = JobRunner(store, blobs, FakeReader(pages), worker="bench", concurrency=at_once)
            started = time.perf_counter()
            task = asyncio.create_task(runner.run())
            while not (found := await store.get(job.id)).state.terminal:
                await store.wait_for_events(job.id, found.last_event, 5)
                await asyncio.sleep(0.2)  # not at each page
            taken = time.perf_counter() - started
            runner.stop()
            await task
            if (found.state, found.pages_done) != (JobState.DONE, pages):
                raise RuntimeError(f"{found.pages_done} of {pages} pages were read: {found.state}")
            return taken / pages


async def run_directly(pages: int, at_once: int) -> float:
    """Seconds for a page without the queue."""
    reader, left = FakeReader(pages), iter(range(pages))

    async def call() -> None:
        for _ in left:
            await reader.read(None)

    started = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(at_once)))
    return (time.perf_counter() - started) / pages


def main() -> int:
    """Run both, print, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--store", choices=("sqlite", "redis"), default="sqlite")
    parser.add_argument("--accept", type=float, default=20.0, help="ms that the queue may add to a page")
    arguments = parser.parse_args()
    queued = asyncio.run(run_queue(arguments.store, arguments.pages, arguments.at_once))
    direct = asyncio.run(run_directly(arguments.pages, arguments.at_once))
    added = (queued - direct) * 1000
    speeds = f"{1 / queued:.0f} pages/s through the queue, {1 / direct:.0f} directly"
    print(f"{arguments.store}, {arguments.at_once} at once: {speeds}; {added:.2f} ms a page")
    return int(added > arguments.accept)


if __name__ == "__main__":
    sys.exit(main())
