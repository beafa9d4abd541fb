"""What must happen to jobs from time to time: leases that ran out, retention, files that nobody owns.

Every process may keep house; the steps are transitions of the store, and may be repeated.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from serve_app.errors import StoreUnavailable
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.store import JobStore

log = logging.getLogger(__name__)

SWEEP_S = 1.0
EXPIRE_S = 30.0
COLLECT_S = 3600.0
"""Seconds between two sweeps, two looks for expired jobs, and two for abandoned files."""


class Housekeeper:
    """Keeps one store and its blobs. `lease_s` is that of the runners; `clock` counts seconds, from anywhere."""

    def __init__(
        self,
        store: JobStore,
        blobs: BlobStore,
        lease_s: float = 15.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._lease_s = lease_s
        self._sleep = sleep
        self._clock = clock
        self._sweep_from = clock()

    async def run(self) -> None:
        """Keep house for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(SWEEP_S, self.sweep))
            group.create_task(self._every(EXPIRE_S, self.expire))
            group.create_task(self._every(COLLECT_S, self.collect))

    async def sweep(self) -> None:
        """Take back units whose lease has run out.

        Not for the length of a lease after the store was away: no worker could renew then, and all must have the time
        to, or those that are well would be counted as dead.
        """
        try:
            if self._clock() >= self._sweep_from:
                await self._store.sweep()
            else:
                await self._store.check()
        except StoreUnavailable:
            self._sweep_from = self._clock() + self._lease_s
            raise

    async def expire(self) -> None:
        """Delete the jobs whose retention is over, and finish deletions that were cut short."""
        for job_id in await self._store.expired():
            await self.delete(job_id)
        for job_id in await self._store.to_erase():
            await self._erase(job_id)
        await self._store.compact()

    async def delete(self, job_id: str) -> None:
        """Delete a job and its files. Then its id is all that is left, in the store's own files after `compact`."""
        await self._store.delete(job_id)
        await self._erase(job_id)
        await self._store.compact()

    async def collect(self, older_than_s: float = COLLECT_S) -> None:
        """Erase files of jobs that do not exist: whoever wrote them died before the job was stored, or after it ended.

        A document may be written long before its job is stored, so the files must be `older_than_s` old.
        """
        abandoned = await self._blobs.abandoned(older_than_s)
        for start in range(0, len(abandoned), 100):
            batch = abandoned[start : start + 100]
            for job_id in set(batch) - await self._store.exists(batch):
                await self._blobs.erase(job_id)

    async def _erase(self, job_id: str) -> None:
        await self._blobs.erase(job_id)
        await self._store.erased(job_id)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except StoreUnavailable as error:
                log.warning("Housekeeping of jobs waits: %s", error)
            except Exception:
                log.exception("Housekeeping of jobs failed")
            await self._sleep(seconds)
