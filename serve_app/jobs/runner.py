"""Claims pages from a store, has them read, and stores what came of it. Knows neither Ray nor HTTP."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from serve_app.errors import AppError, Busy, DeadlineExceeded, StoreUnavailable
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.job import Failure, Lease, LeaseState, PageSource
from serve_app.jobs.store import JobStore

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""Seconds before a page is tried again after its first retryable failure; four times as many after each further one."""

RENEW_AGAIN_S = 1.0
"""Seconds at most between attempts to renew at a store that is away: leases must be renewed once it is back, before the
housekeepers, which wait for the length of a lease, take back what has run out."""

Sleep = Callable[[float], Awaitable[None]]


class PageReader(Protocol):
    """What reads documents. Both methods are cancelled when the job is cancelled, and then end at once.

    `Busy`, such as when no replica of a model is ready yet, gives the page back for `retry_after` seconds without
    counting the attempt; so does `StoreUnavailable`. Other errors of `AppError` fail the page, after `Limits.failures`
    attempts if they are retryable.
    """

    async def plan(self, lease: Lease) -> Sequence[PageSource]:
        """The pages of the job's documents, at least one."""

    async def read(self, lease: Lease) -> bytes:
        """The result of the page `lease.source`."""


@dataclass(eq=False)
class _Work:
    """A unit in hand. A revoked one is not to be stored: the job was cancelled, or the lease was lost."""

    lease: Lease
    task: asyncio.Task[None]
    revoked: bool = False


class JobRunner:
    """Works on at most `concurrency` units at once; the number may be changed while it runs.

    A unit whose worker has died is read alone: should it be what kills workers, it takes no others along, and the next
    death is not counted against units that were only beside it.

    Leases end after `lease_s` seconds and are renewed every `renew_s`. A unit that is read for `page_timeout_s` is
    cancelled, and fails. `sleep` is what waits between attempts at a store that is away.
    """

    def __init__(
        self,
        store: JobStore,
        blobs: BlobStore,
        reader: PageReader,
        *,
        worker: str,
        concurrency: int = 4,
        lease_s: float = 15.0,
        renew_s: float = 5.0,
        idle_s: float = 1.0,
        page_timeout_s: float = 600.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.concurrency = concurrency
        self._store = store
        self._blobs = blobs
        self._reader = reader
        self._worker = worker
        self._lease_s = lease_s
        self._renew_s = renew_s
        self._idle_s = idle_s
        self._page_timeout_s = page_timeout_s
        self._sleep = sleep
        self._working: dict[str, _Work] = {}
        self._freed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._drain_s = 0.0

    def stop(self, drain_s: float = 10.0) -> None:
        """Let `run` end: claim no more, wait up to `drain_s` for units in hand, and give the rest back."""
        self._drain_s = drain_s
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop` is called."""
        renewing = asyncio.create_task(self._keep_leases())
        try:
            await self._claim_until_stopped()
            if self._working:
                await asyncio.wait([work.task for work in self._working.values()], timeout=self._drain_s)
        finally:
            await asyncio.sleep(0)  # a task that is cancelled before its first step could not give its unit back
            renewing.cancel()
            for work in self._working.values():
                if not work.revoked:  # a revoked one was cancelled, and is erasing what it wrote
                    work.task.cancel()
            tasks = [renewing, *(work.task for work in self._working.values())]
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _claim_until_stopped(self) -> None:
        waits = backoff()
        while not self._stopping.is_set():
            if len(self._working) >= self.concurrency or any(work.lease.deaths for work in self._working.values()):
                self._freed.clear()
                await self._unless_stopped(self._wait_for_slot())
                continue
            try:
                lease = await self._store.claim(self._worker, self._lease_s)
                if lease is None:
                    await self._unless_stopped(self._store.wait_for_work(self._idle_s))
                else:
                    self._begin(lease)
                waits = backoff()
            except StoreUnavailable:
                await self._unless_stopped(self._sleep(next(waits)))

    async def _wait_for_slot(self) -> None:
        with suppress(TimeoutError):  # `concurrency` may have been raised
            async with asyncio.timeout(self._idle_s):
                await self._freed.wait()

    async def _unless_stopped(self, wait: Awaitable[Any]) -> None:
        waiting = asyncio.ensure_future(wait)
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                waiting.result()
        finally:
            for task in (waiting, stopping):
                task.cancel()
            await asyncio.gather(waiting, stopping, return_exceptions=True)

    def _begin(self, lease: Lease) -> None:
        work = _Work(lease, asyncio.create_task(self._work(lease)))
        self._working[lease.token] = work
        work.task.add_done_callback(lambda _: self._end(lease))

    def _end(self, lease: Lease) -> None:
        del self._working[lease.token]
        self._freed.set()

    async def _keep_leases(self) -> None:
        waits = backoff(most_s=RENEW_AGAIN_S)
        while True:
            try:
                await self._renew()
                waits = backoff(most_s=RENEW_AGAIN_S)
                await self._store.wait_for_cancel(self._renew_s)
            except StoreUnavailable:
                await self._sleep(next(waits))

    async def _renew(self) -> None:
        """Extend the leases in hand, and stop the work whose lease is not held any more."""
        held = [work for work in self._working.values() if not work.revoked]
        if not held:
            return
        states = await self._store.renew([work.lease for work in held], self._lease_s)
        for work, state in zip(held, states, strict=True):
            if state is not LeaseState.HELD:
                work.revoked = True
                work.task.cancel()

    async def _work(self, lease: Lease) -> None:
        try:
            while lease.deaths and len(self._working) > 1:
                self._freed.clear()
                await self._freed.wait()
            settle = await self._attempt(lease)
            if not await self._insist(settle):
                await self._discard(lease)
        except asyncio.CancelledError:
            with suppress(StoreUnavailable):
                if self._working[lease.token].revoked:
                    await self._discard(lease)
                else:
                    await self._store.release(lease)
            raise
        except Exception:
            log.exception("Page %d of job %s could not be settled", lease.number, lease.job_id)

    async def _attempt(self, lease: Lease) -> Callable[[], Coroutine[Any, Any, bool]]:
        """Read, and return the transition of the store that is due then."""
        try:
            async with asyncio.timeout(self._page_timeout_s):
                if lease.is_plan:
                    return partial(self._store.plan, lease, await self._reader.plan(lease))
                content = await self._reader.read(lease)
            return partial(self._store.finish, lease, await self._blobs.put(lease.job_id, content))
        except (Busy, StoreUnavailable) as error:
            return partial(self._store.release, lease, error.retry_after or 1)
        except AppError as error:
            wait = RETRY_S * 4.0 ** (lease.attempt - 1) if error.retryable else None
            return partial(self._store.fail, lease, Failure(error.code, error.message), wait)
        except TimeoutError:
            message = f"The page was not read within {self._page_timeout_s:g} s"
            return partial(self._store.fail, lease, Failure(DeadlineExceeded.code, message))
        except Exception:
            log.exception("Page %d of job %s failed", lease.number, lease.job_id)
            return partial(self._store.fail, lease, Failure(AppError.code, "The page could not be read"))

    async def _insist(self, settle: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """Call until the store answers."""
        for wait in backoff():
            try:
                return await settle()
            except StoreUnavailable:
                await self._sleep(wait)
        raise AssertionError("backoff never ends")

    async def _discard(self, lease: Lease) -> None:
        """Erase what this worker has written for a job that was deleted meanwhile."""
        if not await self._store.exists([lease.job_id]):
            await self._blobs.erase(lease.job_id)


def backoff(first_s: float = 0.1, most_s: float = 5.0) -> Iterator[float]:
    """Seconds to wait before the next attempt, for ever: doubled each time, and scattered by half."""
    wait = first_s
    while True:
        yield wait * random.uniform(0.5, 1.0)
        wait = min(wait * 2, most_s)
