"""The store in Redis 7: every transition is one call of `store.lua`, which Redis runs atomically."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from redis.exceptions import ResponseError

from serve_app.errors import IdempotencyConflict, JobGone, JobNotFound
from serve_app.jobs.encoding import failure_to, owner_digest
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
    Webhook,
)
from serve_app.jobs.machine import POISONED, Limits, check_page, check_plan
from serve_app.jobs.redis.connection import CALL_S, RECHECK_S, Connection
from serve_app.jobs.redis.records import event_from, job_from, lease_from, page_from, pages_to, submission_fields
from serve_app.jobs.signals import CANCEL, WORK, wait
from serve_app.jobs.tombstone import TOMBSTONE_S, gone, not_found, reused_key

COMPACT_S = 30
"""Seconds between two rewrites of Redis's append-only file."""


class RedisJobStore:
    """A `JobStore` at the Redis `url`. `prefix` begins every key; its braces keep them in one slot of a cluster.

    `clock` gives seconds since 1970; None uses the clock of the Redis server, so that machines need not agree.
    A call that takes longer than `call_s` seconds raises `StoreUnavailable`.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        prefix: str = "{jobs}:",
        clock: Callable[[], float] | None = None,
        call_s: float = CALL_S,
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._connection = Connection(url, prefix, call_s)
        self._redis = self._connection.redis
        self._key = self._connection.key
        self._bounded = self._connection.bounded

    async def submit(self, submission: Submission) -> Job:
        pages = "" if submission.pages is None else pages_to(submission.pages)
        key = submission.idempotency_key or ""
        outcome, job_id = await self._call("submit", submission.id, submission_fields(submission), key, pages)
        if outcome == "conflict":
            raise IdempotencyConflict(reused_key())
        return await self.get(job_id)

    async def claim(self, worker: str, lease_s: float) -> Lease | None:
        token = uuid.uuid4().hex
        reply = await self._call("claim", worker, token, lease_s)
        return lease_from(reply, token) if reply else None

    async def renew(self, leases: Sequence[Lease], lease_s: float) -> list[LeaseState]:
        states: list[LeaseState] = []
        for start in range(0, len(leases), 1000):  # Lua's stack takes 8000 arguments
            batch = leases[start : start + 1000]
            values = [value for lease in batch for value in (lease.job_id, lease.number, lease.token)]
            states += [LeaseState(state) for state in await self._call("renew", lease_s, *values)]
        return states

    async def plan(self, lease: Lease, pages: Sequence[PageSource]) -> bool:
        check_plan(lease, pages)
        return bool(await self._call("plan", lease.job_id, lease.token, pages_to(pages)))

    async def finish(self, lease: Lease, result: str) -> bool:
        check_page(lease)
        return bool(await self._call("finish", lease.job_id, lease.number, lease.token, result))

    async def fail(self, lease: Lease, failure: Failure, retry_in_s: float | None = None) -> bool:
        delay = "" if retry_in_s is None else retry_in_s
        unit = (lease.job_id, lease.number, lease.token)
        return bool(await self._call("fail", *unit, failure_to(failure), failure.code, delay))

    async def release(self, lease: Lease, delay_s: float = 0) -> bool:
        return bool(await self._call("release", lease.job_id, lease.number, lease.token, delay_s))

    async def cancel(self, job_id: str) -> Job:
        await self._call("cancel", job_id)
        return await self.get(job_id)

    async def get(self, job_id: str, owner: str | None = None) -> Job:
        row = await self._bounded(self._redis.hgetall(self._key("job:" + job_id)))
        if row and owner in (None, row["owner"]):
            return job_from(job_id, row)
        tomb = await self._bounded(self._redis.get(self._key("gone:" + job_id)))
        if tomb and (owner is None or tomb == owner_digest(owner)):
            raise JobGone(gone(job_id))
        raise JobNotFound(not_found(job_id))

    async def pages(self, job_id: str, first: int = 1, limit: int = 1000) -> list[Page]:
        job = await self.get(job_id)
        numbers = range(max(first, 1), min(max(first, 1) + limit, (job.pages_total or 0) + 1))
        if not numbers:
            return []
        texts = await self._bounded(self._redis.hmget(self._key("units:" + job_id), [str(n) for n in numbers]))
        return [page_from(n, text, job.state) for n, text in zip(numbers, texts, strict=True) if text]

    async def jobs(self, owner: str, limit: int = 50, before: str | None = None) -> list[Job]:
        owned = self._key("owned:" + owner)
        newest = "+inf"
        if before is not None:
            seq = await self._bounded(self._redis.zscore(owned, before))
            if seq is None:
                return []
            newest = f"({int(seq)}"
        ids = await self._bounded(self._redis.zrevrangebyscore(owned, newest, "-inf", start=0, num=limit))
        rows = [(job_id, await self._bounded(self._redis.hgetall(self._key("job:" + job_id)))) for job_id in ids]
        return [job_from(job_id, row) for job_id, row in rows if row]

    async def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        entries = await self._bounded(self._redis.xrange(self._key("events:" + job_id), min=f"({after}-0", count=limit))
        if not entries:
            await self.get(job_id)
        return [event_from(entry) for entry in entries]

    async def wait_for_events(self, job_id: str, after: int, timeout_s: float) -> list[Event]:
        deadline = asyncio.get_running_loop().time() + timeout_s
        async with self._connection.signals.listen(job_id) as changed:
            await self._connection.watch()
            while True:
                found = await self.events(job_id, after)
                left = deadline - asyncio.get_running_loop().time()
                if found or left <= 0:
                    return found
                await wait(changed, min(left, RECHECK_S))

    async def wait_for_work(self, timeout_s: float) -> None:
        async with self._connection.signals.listen(WORK) as changed:
            await self._connection.watch()
            await wait(changed, timeout_s)

    async def wait_for_cancel(self, timeout_s: float) -> bool:
        async with self._connection.signals.listen(CANCEL) as changed:
            await self._connection.watch()
            return await wait(changed, timeout_s)

    async def sweep(self) -> int:
        return int(await self._call("sweep", failure_to(POISONED)))

    async def expired(self, limit: int = 100) -> list[str]:
        return list(await self._call("expired", limit))

    async def delete(self, job_id: str) -> None:
        row = await self._bounded(self._redis.hget(self._key("job:" + job_id), "owner"))
        if row is not None:
            await self._call("delete", job_id, owner_digest(row), int(TOMBSTONE_S))

    async def to_erase(self, limit: int = 100) -> list[str]:
        return list(await self._bounded(self._redis.srandmember(self._key("erase"), limit)))

    async def erased(self, job_id: str) -> None:
        await self._bounded(self._redis.srem(self._key("erase"), job_id))

    async def compact(self) -> None:
        """Have Redis rewrite its append-only file, which otherwise holds what was deleted until it has grown."""
        if not await self._bounded(self._redis.exists(self._key("compact"))):
            return
        if not await self._bounded(self._redis.set(self._key("compacting"), 1, nx=True, ex=COMPACT_S)):
            return
        persistence = await self._bounded(self._redis.info("persistence"))
        with suppress(ResponseError):  # a rewrite is running already; Redis says so
            if persistence["aof_enabled"]:
                await self._bounded(self._redis.bgrewriteaof())
            await self._bounded(self._redis.delete(self._key("compact")))

    async def exists(self, job_ids: Sequence[str]) -> set[str]:
        pipeline = self._redis.pipeline(transaction=False)
        for job_id in job_ids:
            pipeline.exists(self._key("job:" + job_id))
        found = await self._bounded(pipeline.execute())
        return {job_id for job_id, exists in zip(job_ids, found, strict=True) if exists}

    async def due_deliveries(self, lease_s: float, limit: int = 10) -> list[DueDelivery]:
        return [
            DueDelivery(job_id, Webhook(url, secret), int(attempt), float(ended_at))
            for job_id, url, secret, attempt, ended_at in await self._call("due", lease_s, limit)
        ]

    async def settle_delivery(
        self, due: DueDelivery, state: DeliveryState, error: str | None = None, retry_in_s: float = 0
    ) -> None:
        await self._call("settle", due.job_id, due.attempt, state, error or "", retry_in_s)

    async def counts(self) -> Counts:
        counters = await self._bounded(self._redis.hgetall(self._key("counts")))
        running = await self._bounded(self._redis.zcard(self._key("leases")))
        names = ("waiting", "done", "failed", "lease_losses", "webhook_failures")
        return Counts(running=running, **{name: int(counters.get(name, 0)) for name in names})

    async def check(self) -> None:
        await self._bounded(self._redis.set(self._key("checked"), 1, ex=60))

    async def close(self) -> None:
        await self._connection.close()

    async def _call(self, operation: str, *args: Any) -> Any:
        now = "" if self._clock is None else self._clock()
        return await self._connection.run(operation, now, self._limits.deaths, self._limits.failures, *args)
