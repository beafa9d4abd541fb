"""A store that is away says so within a second, and is used again once it is back."""

import asyncio
import os
import signal
import sqlite3

import pytest

from serve_app.errors import StoreUnavailable
from serve_app.jobs.job import PageSource, Submission
from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.sqlite.store import SqliteJobStore
from tests.redis_server import run_redis
from tests.ticks import TICK_S, count_ticks


@pytest.fixture
def own_redis(tmp_path):
    with run_redis(tmp_path / "redis") as server:
        yield server


async def refuses(*calls):
    for call in calls:
        async with count_ticks() as ticks:
            with pytest.raises(StoreUnavailable) as refused:
                await call
        assert ticks.count * TICK_S < 2
        assert refused.value.retry_after


def all_calls(store):
    asked = Submission(owner="ann", documents=())
    return (store.check(), store.submit(asked), store.claim("w", 15), store.sweep(), store.counts())


async def test_a_redis_that_was_killed(own_redis):
    store = RedisJobStore(own_redis.url)
    job = await store.submit(Submission(owner="ann", documents=()))
    assert await store.wait_for_events(job.id, 1, 0.01) == []
    own_redis.kill()
    await refuses(*all_calls(store))
    own_redis.start()
    assert (await store.get(job.id)).id == job.id
    await store.check()
    lease = await store.claim("w", 15)
    assert (lease.job_id, lease.is_plan) == (job.id, True)
    seen = (await store.get(job.id)).last_event
    while True:  # until signals are heard again
        try:
            waiting = asyncio.create_task(store.wait_for_events(job.id, seen, 10))
            await asyncio.sleep(0.05)
            await store.cancel(job.id)
            assert [event.data["state"] for event in await waiting] == ["cancelled"]
            break
        except StoreUnavailable:
            continue
    await store.close()


async def test_a_redis_that_does_not_answer(own_redis):
    store = RedisJobStore(own_redis.url)
    await store.check()
    os.kill(own_redis.pid, signal.SIGSTOP)
    await refuses(*all_calls(store), store.wait_for_work(5))
    os.kill(own_redis.pid, signal.SIGCONT)
    await store.check()
    await store.close()


async def test_what_a_redis_did_not_answer_is_not_done_later(own_redis):
    """A suspended Redis has read commands of callers who were told that it is away."""
    store = RedisJobStore(own_redis.url)
    pages = tuple(PageSource(0, page) for page in range(3))
    job = await store.submit(Submission(owner="ann", documents=(), pages=pages))
    lease = await store.claim("w", 0)
    await asyncio.gather(*(store.check() for _ in range(4)))  # so many connections are open
    os.kill(own_redis.pid, signal.SIGSTOP)
    again = Submission(owner="bob", documents=())
    calls = (store.submit(again), store.claim("w", 15), store.sweep(), store.cancel(job.id))
    assert all(isinstance(answer, StoreUnavailable) for answer in await asyncio.gather(*calls, return_exceptions=True))
    os.kill(own_redis.pid, signal.SIGCONT)
    await store.check()
    assert await store.jobs("bob") == []
    counts = await store.counts()
    assert (counts.waiting, counts.running, counts.lease_losses) == (2, 1, 0)
    assert await store.renew([lease], 15) == ["held"]
    assert (await store.submit(again)).id == again.id
    await store.close()


async def test_a_clock_of_redis_that_was_set_keeps_nobody_out(own_redis):
    store = RedisJobStore(own_redis.url)
    await store.submit(Submission(owner="ann", documents=()))
    store._connection._ahead -= 3600  # as if Redis's had been put forward by an hour
    assert await store.claim("w", 15)
    await store.close()


async def test_a_redis_that_takes_no_writes(own_redis):
    store = RedisJobStore(own_redis.url)
    await store.check()
    own_redis.configure("maxmemory", "1")
    await refuses(store.check(), store.submit(Submission(owner="ann", documents=())))
    await store.close()


async def test_a_file_that_another_process_holds(tmp_path):
    store = SqliteJobStore(tmp_path / "jobs.sqlite")
    await store.check()
    holder = sqlite3.connect(tmp_path / "jobs.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for call in (store.check, lambda: store.submit(Submission(owner="ann", documents=()))):
        await refuses(call())
    holder.execute("ROLLBACK")
    await store.check()
    holder.close()
    await store.close()


async def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "jobs.sqlite").write_bytes(b"not a database, " * 1000)
    store = SqliteJobStore(tmp_path / "jobs.sqlite")
    await refuses(store.check())
    (tmp_path / "jobs.sqlite").unlink()
    await store.check()
    await store.close()


async def test_a_cancelled_call_never_goes_on(redis_server):
    """Cancelled at whatever step of a call of Redis, a task ends."""
    store = RedisJobStore(redis_server.url, call_s=30)
    await store.check()
    for steps in range(40):

        async def call_for_ever():
            while True:
                await store.check()

        task = asyncio.create_task(call_for_ever())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=60)
        assert done
        assert task.cancelled()
    await store.close()
