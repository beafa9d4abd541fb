"""A process that works on jobs and may be killed at any moment: `JobRunner` and `Housekeeper`, with a reader of words.

Each page is a word of the document; its result is the word in capitals. The word "poison" kills the process.
"""

import asyncio
import multiprocessing
import os
import random
from dataclasses import dataclass
from pathlib import Path

from serve_app.jobs import housekeeping
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.job import PageSource
from serve_app.jobs.machine import Limits
from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.runner import JobRunner
from serve_app.jobs.sqlite.store import SqliteJobStore

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.jobs_worker"])


@dataclass(frozen=True)
class Setting:
    """Where the jobs lie, and how they are worked on."""

    store: str
    """A Redis URL, or the path of an SQLite file."""
    blobs: Path
    lease_s: float
    deaths: int
    concurrency: int = 4
    page_s: float = 0.1

    def open(self):
        limits = Limits(deaths=self.deaths)
        if "://" in self.store:
            return RedisJobStore(self.store, limits, call_s=10)
        return SqliteJobStore(self.store, limits, busy_s=10)

    def start(self):
        process = FORKS.Process(target=work, args=(self,), daemon=True)
        process.start()
        return process


class WordReader:
    def __init__(self, blobs, page_s):
        self.blobs = blobs
        self.page_s = page_s

    async def words(self, lease):
        return (await self.blobs.get(lease.job_id, lease.documents[0].digest)).split()

    async def plan(self, lease):
        return [PageSource(0, page) for page in range(len(await self.words(lease)))]

    async def read(self, lease):
        word = (await self.words(lease))[lease.source.page]
        if word == b"poison":
            os._exit(1)
        await asyncio.sleep(random.uniform(0.5, 1.5) * self.page_s)
        return word.upper()


async def run(setting):
    store, blobs = setting.open(), LocalBlobs(setting.blobs)
    housekeeping.SWEEP_S = setting.lease_s / 4
    runner = JobRunner(
        store,
        blobs,
        WordReader(blobs, setting.page_s),
        worker=str(os.getpid()),
        concurrency=setting.concurrency,
        lease_s=setting.lease_s,
        renew_s=setting.lease_s / 3,
        idle_s=0.1,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        group.create_task(Housekeeper(store, blobs, setting.lease_s).run())


def work(setting):
    asyncio.run(run(setting))
