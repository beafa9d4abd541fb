"""The store in one SQLite file: every transition is one transaction on the store's own thread."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from serve_app.errors import StoreUnavailable
from serve_app.jobs.job import (
    Counts,
    DeliveryState,
    DueDelivery,
    Event,
    Failure,
    Job,
    Lease,
    LeaseState,
    Page,
    PageSource,
    Submission,
)
from serve_app.jobs.machine import Limits, check_page, check_plan
from serve_app.jobs.signals import CANCEL, WORK, Signals, wait
from serve_app.jobs.sqlite import deliveries, queue, records
from serve_app.jobs.sqlite.transaction import Transaction, connect

P = ParamSpec("P")
R = TypeVar("R")

POLL_S = 0.25
"""Seconds between looks at what other processes have written to the file, while somebody waits."""
BUSY_S = 0.8
"""Seconds to wait for another process's transaction."""


class SqliteJobStore:
    """A `JobStore` in the file `path`. Several processes of one machine may share it; network file systems may not.

    `clock` gives seconds since 1970. A call that waits longer than `busy_s` seconds for another process raises
    `StoreUnavailable`.
    """

    def __init__(
        self,
        path: Path | str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
        busy_s: float = BUSY_S,
    ) -> None:
        self._path = Path(path)
        self._limits = limits or Limits()
        self._clock = clock
        self._busy_s = busy_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs-sqlite")
        self._connection: sqlite3.Connection | None = None
        self._signals = Signals()
        self._poller: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission) -> Job:
        return await self._promise(records.submit, submission)

    async def claim(self, worker: str, lease_s: float) -> Lease | None:
        return await self._write(queue.claim, worker, uuid.uuid4().hex, lease_s)

    async def renew(self, leases: Sequence[Lease], lease_s: float) -> list[LeaseState]:
        return await self._write(queue.renew, leases, lease_s)

    async def plan(self, lease: Lease, pages: Sequence[PageSource]) -> bool:
        check_plan(lease, pages)
        return await self._write(queue.plan, lease, pages)

    async def finish(self, lease: Lease, result: str) -> bool:
        check_page(lease)
        return await self._write(queue.finish, lease, result)

    async def fail(self, lease: Lease, failure: Failure, retry_in_s: float | None = None) -> bool:
        return await self._write(queue.fail, lease, failure, retry_in_s)

    async def release(self, lease: Lease, delay_s: float = 0) -> bool:
        return await self._write(queue.release, lease, delay_s)

    async def cancel(self, job_id: str) -> Job:
        return await self._promise(records.cancel, job_id)

    async def get(self, job_id: str, owner: str | None = None) -> Job:
        return await self._read(records.get, job_id, owner)

    async def pages(self, job_id: str, first: int = 1, limit: int = 1000) -> list[Page]:
        return await self._read(records.pages, job_id, first, limit)

    async def jobs(self, owner: str, limit: int = 50, before: str | None = None) -> list[Job]:
        return await self._read(records.jobs, owner, limit, before)

    async def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        return await self._read(records.events, job_id, after, limit)

    async def wait_for_events(self, job_id: str, after: int, timeout_s: float) -> list[Event]:
        deadline = asyncio.get_running_loop().time() + timeout_s
        async with self._signals.listen(job_id) as changed:
            self._watch()
            while True:
                found = await self.events(job_id, after)
                left = deadline - asyncio.get_running_loop().time()
                if found or left <= 0:
                    return found
                await wait(changed, left)

    async def wait_for_work(self, timeout_s: float) -> None:
        async with self._signals.listen(WORK) as changed:
            self._watch()
            await wait(changed, timeout_s)

    async def wait_for_cancel(self, timeout_s: float) -> bool:
        async with self._signals.listen(CANCEL) as changed:
            self._watch()
            return await wait(changed, timeout_s)

    async def sweep(self) -> int:
        return await self._write(queue.sweep)

    async def expired(self, limit: int = 100) -> list[str]:
        return await self._read(records.expired, limit)

    async def delete(self, job_id: str) -> None:
        await self._promise(records.delete, job_id)

    async def to_erase(self, limit: int = 100) -> list[str]:
        return await self._read(records.to_erase, limit)

    async def erased(self, job_id: str) -> None:
        await self._promise(records.erased, job_id)

    async def compact(self) -> None:
        """Move the log into the file, whose deleted parts are zeros, and cut the log to nothing."""
        await self._run(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def exists(self, job_ids: Sequence[str]) -> set[str]:
        return await self._read(records.exists, job_ids)

    async def due_deliveries(self, lease_s: float, limit: int = 10) -> list[DueDelivery]:
        return await self._write(deliveries.due, lease_s, limit)

    async def settle_delivery(
        self, due: DueDelivery, state: DeliveryState, error: str | None = None, retry_in_s: float = 0
    ) -> None:
        await self._promise(deliveries.settle, due, state, error, retry_in_s)

    async def counts(self) -> Counts:
        return await self._read(records.counts)

    async def check(self) -> None:
        try:
            async with asyncio.timeout(self._busy_s):
                await self._run(lambda connection: connection.executescript("BEGIN IMMEDIATE; ROLLBACK;"))
        except TimeoutError:
            raise StoreUnavailable("The store of jobs is busy", retry_after=1) from None

    async def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
        if self._connection is not None:
            await self._run(lambda connection: connection.close())
        self._thread.shutdown()

    async def _promise(self, step: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """A transaction that survives a power cut once it returns."""
        return await self._transact(("synchronous = FULL", "IMMEDIATE"), step, *args, **kwargs)

    async def _write(self, step: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """A transaction that survives any death of this process; after a power cut, the page may be read again."""
        return await self._transact(("synchronous = NORMAL", "IMMEDIATE"), step, *args, **kwargs)

    async def _read(self, step: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._transact(("synchronous = NORMAL", "DEFERRED"), step, *args, **kwargs)

    async def _transact(
        self, kind: tuple[str, str], step: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        signals: set[str] = set()

        def transaction(connection: sqlite3.Connection) -> R:
            connection.execute(f"PRAGMA {kind[0]}")
            connection.execute(f"BEGIN {kind[1]}")
            try:
                tx = Transaction(connection, self._clock(), self._limits)
                result = step(tx, *args, **kwargs)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            signals.update(tx.signals)
            return result

        result = await self._run(transaction)
        self._signals.send(signals)
        return result

    async def _run(self, step: Callable[[sqlite3.Connection], R]) -> R:
        def on_thread() -> R:
            if self._connection is None:
                self._connection = connect(self._path, self._busy_s)
            return step(self._connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, on_thread)
        except sqlite3.DatabaseError as error:
            if type(error) not in (sqlite3.OperationalError, sqlite3.DatabaseError):
                raise  # a mistake in this program, not a trouble of the file
            raise StoreUnavailable(f"The store of jobs cannot be used: {error}", retry_after=1) from error

    def _watch(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        """Send signals for what other processes have written."""
        seen: tuple[int, int] | None = None
        while True:
            with suppress(StoreUnavailable):
                now = await self._run(_versions)
                if seen is None or now[0] != seen[0]:
                    self._signals.send_all(spare=(CANCEL,) if seen is not None and now[1] == seen[1] else ())
                seen = now
            await asyncio.sleep(POLL_S)


def _versions(connection: sqlite3.Connection) -> tuple[int, int]:
    """A number that changes with every commit of another connection, and how many jobs were cancelled."""
    cancels = connection.execute("SELECT value FROM counters WHERE name = ?", (CANCEL,)).fetchone()
    return connection.execute("PRAGMA data_version").fetchone()[0], cancels[0] if cancels else 0
