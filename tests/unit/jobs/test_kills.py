"""Workers killed in the middle of pages, and the server of the store with them: nothing is lost, nothing is doubled."""

import asyncio
import random
from collections import Counter

import pytest

from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import Submission
from tests.jobs_worker import Setting
from tests.redis_server import run_redis

KILLS = 40


@pytest.fixture(params=["sqlite", "redis"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "jobs.sqlite")
    server = request.getfixturevalue("redis_server")
    server.flush()
    return server.url


@pytest.fixture
def own_redis(tmp_path):
    with run_redis(tmp_path / "redis") as server:
        yield server


async def submit_words(store, blobs, documents, words):
    jobs = {}
    for number in range(documents):
        text = [f"word{number}x{word}" for word in range(words)]
        upload = [Upload("words.txt", "text/plain", " ".join(text).encode())]
        job = await submit(store, blobs, upload, Submission(owner=f"owner{number % 3}", documents=()))
        jobs[job.id] = [word.upper().encode() for word in text]
    return jobs


async def all_ended(store, jobs):
    return all([(await store.get(job_id)).state.terminal for job_id in jobs])


async def check_all_read_once(store, blobs, jobs):
    for job_id, expected in jobs.items():
        job = await store.get(job_id)
        assert (job.state, job.pages_total, job.pages_done, job.pages_failed) == (
            "done",
            len(expected),
            job.pages_total,
            0,
        )
        pages = await store.pages(job_id)
        assert [await blobs.get(job_id, page.result) for page in pages] == expected
        events = await store.events(job_id)
        told = Counter(event.data["number"] for event in events if event.kind == "page")
        assert told == Counter(range(1, len(expected) + 1))
        assert [event.data["state"] for event in events if event.kind == "job"] == ["queued", "running", "done"]
    counts = await store.counts()
    pages = sum(len(expected) for expected in jobs.values())
    assert (counts.waiting, counts.running, counts.done, counts.failed) == (0, 0, pages, 0)
    return counts


async def end(workers):
    for worker in workers:
        worker.kill()
    for worker in workers:
        await asyncio.to_thread(worker.join)


async def test_forty_kills(place, tmp_path):
    setting = Setting(place, tmp_path / "blobs", lease_s=1.5, deaths=10_000)
    store, blobs = setting.open(), LocalBlobs(setting.blobs)
    jobs = await submit_words(store, blobs, documents=30, words=20)
    workers = [setting.start() for _ in range(4)]
    try:
        async with asyncio.timeout(300):
            for kill in range(KILLS):
                before = (await store.counts()).running
                while kill and not before:  # kill only while pages are read
                    await asyncio.sleep(0.02)
                    before = (await store.counts()).running
                    assert not await all_ended(store, jobs), f"all was read after {kill} kills"
                await asyncio.sleep(random.uniform(0.02, 0.2))
                victim = random.randrange(len(workers))
                workers[victim].kill()
                await asyncio.to_thread(workers[victim].join)
                workers[victim] = setting.start()
            while not await all_ended(store, jobs):
                await asyncio.sleep(0.1)
    finally:
        await end(workers)
    counts = await check_all_read_once(store, blobs, jobs)
    assert counts.lease_losses >= KILLS / 4
    await store.close()


async def test_a_page_that_kills_its_worker_costs_two_workers_and_one_page(place, tmp_path):
    setting = Setting(place, tmp_path / "blobs", lease_s=1.0, deaths=2, concurrency=1, page_s=0.02)
    store, blobs = setting.open(), LocalBlobs(setting.blobs)
    upload = [Upload("words.txt", "text/plain", b"one poison two three")]
    job = await submit(store, blobs, upload, Submission(owner="ann", documents=()))
    deaths = 0
    worker = setting.start()
    try:
        async with asyncio.timeout(180):
            while not (await store.get(job.id)).state.terminal:
                if not worker.is_alive():
                    deaths += 1
                    worker = setting.start()
                await asyncio.sleep(0.02)
    finally:
        await end([worker])
    pages = await store.pages(job.id)
    assert [page.failure and page.failure.code for page in pages] == [None, "poisoned", None, None]
    assert ((await store.get(job.id)).state, deaths) == ("partial", 2)
    await store.close()


async def test_redis_is_killed_and_comes_back(own_redis, tmp_path):
    setting = Setting(own_redis.url, tmp_path / "blobs", lease_s=3, deaths=2)
    store, blobs = setting.open(), LocalBlobs(setting.blobs)
    jobs = await submit_words(store, blobs, documents=10, words=20)
    workers = [setting.start() for _ in range(2)]
    try:
        async with asyncio.timeout(300):
            for done in (20, 60, 100):
                while (await store.counts()).done < done:
                    await asyncio.sleep(0.05)
                own_redis.kill()
                await asyncio.sleep(4 if done == 60 else 0.5)  # longer than a lease, and shorter
                own_redis.start()
            while not await all_ended(store, jobs):
                await asyncio.sleep(0.1)
    finally:
        await end(workers)
    await check_all_read_once(store, blobs, jobs)
    await store.close()
