"""Nothing of a deleted job stays on disk: every file is searched for what its owner sent and got."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from serve_app.errors import IdempotencyConflict
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import Failure, PageSource, Submission, Webhook
from serve_app.jobs.sqlite.store import SqliteJobStore

MARK = "Zebra-4711"


def holding(folder: Path, mark: str = MARK) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and mark.encode() in path.read_bytes()]


def marked(number: int, mark: str = MARK, **options) -> Submission:
    return Submission(
        owner=f"owner-{mark}",
        documents=(),
        options={"prompt": f"{mark} {'x' * (37 * number % 900)}"},
        idempotency_key=f"{mark}-{number}",
        webhook=Webhook(f"https://example.com/{mark}", mark),
        **options,
    )


async def work_through(store, blobs, job, mark=MARK):
    await store.plan(await store.claim("w", 15), [PageSource(0, page) for page in range(5)])
    for _ in range(4):
        lease = await store.claim("w", 15)
        if lease.number == 2:
            await store.fail(lease, Failure("model_failed", f"{mark} cannot be read"))
        else:
            await store.finish(lease, await blobs.put(job.id, f"{mark} page {lease.number}".encode()))
    await store.cancel(job.id)


async def test_the_files_hold_nothing_of_a_deleted_job(tmp_path, clock):
    store, blobs = SqliteJobStore(tmp_path / "jobs.sqlite", clock=clock), LocalBlobs(tmp_path / "blobs")
    housekeeper = Housekeeper(store, blobs)
    kept = []
    for number in range(30):
        upload = [Upload(f"{MARK}.pdf", "application/pdf", MARK.encode())]
        job = await submit(store, blobs, upload, marked(number, retain_s=100))
        await work_through(store, blobs, job)
        other = await submit(store, blobs, [Upload("o", "o", b"Okapi")], marked(number, "Okapi"))
        await work_through(store, blobs, other, "Okapi")
        kept.append(other)
    assert tmp_path in [path.parent for path in holding(tmp_path)]
    assert len(holding(tmp_path / "blobs")) == 30 * 4
    clock.advance(100)
    await housekeeper.expire()
    assert holding(tmp_path) == []
    assert holding(tmp_path, "Okapi")
    for job in kept:
        assert (await store.get(job.id)).pages_done == 3
        await housekeeper.delete(job.id)
    assert holding(tmp_path, "Okapi") == []
    assert not list((tmp_path / "blobs").iterdir())
    await store.close()
    assert sqlite3.connect(tmp_path / "jobs.sqlite").execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_two_jobs_of_the_same_document(open_store, tmp_path):
    store, blobs = open_store(), LocalBlobs(tmp_path / "blobs")
    upload = [Upload("a.pdf", "application/pdf", b"shared")]
    first = await submit(store, blobs, upload, Submission(owner="ann", documents=()))
    second = await submit(store, blobs, upload, Submission(owner="bob", documents=()))
    await Housekeeper(store, blobs).delete(first.id)
    assert await blobs.get(second.id, second.documents[0].digest) == b"shared"
    await Housekeeper(store, blobs).delete(second.id)
    assert holding(tmp_path / "blobs", "shared") == []
    await store.close()


async def test_a_repeated_submission_leaves_no_second_copy(open_store, tmp_path):
    store, blobs = open_store(), LocalBlobs(tmp_path / "blobs")
    upload = [Upload("a.pdf", "application/pdf", b"once")]

    def asked():
        return Submission(owner="ann", documents=(), idempotency_key="k")

    job = await submit(store, blobs, upload, asked())
    assert (await submit(store, blobs, upload, asked())).id == job.id
    with pytest.raises(IdempotencyConflict):
        await submit(store, blobs, [Upload("a.pdf", "application/pdf", b"twice")], asked())
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == [job.id]
    await store.close()


async def test_a_deletion_that_was_cut_short_is_finished(open_store, tmp_path):
    store, blobs = open_store(), LocalBlobs(tmp_path / "blobs")
    job = await submit(store, blobs, [Upload("a", "b", b"left")], Submission(owner="ann", documents=()))
    await store.delete(job.id)
    assert holding(tmp_path / "blobs", "left")
    await Housekeeper(store, blobs).expire()
    assert not holding(tmp_path / "blobs", "left")
    assert await store.to_erase() == []
    await store.close()


async def test_files_without_a_job_are_collected(open_store, tmp_path):
    store, blobs = open_store(), LocalBlobs(tmp_path / "blobs")
    job = await submit(store, blobs, [Upload("a", "b", b"kept")], Submission(owner="ann", documents=()))
    await blobs.put("a" * 32, b"orphan")
    await Housekeeper(store, blobs).collect()
    assert len(list((tmp_path / "blobs").iterdir())) == 2
    await Housekeeper(store, blobs).collect(older_than_s=-1)
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == [job.id]
    await store.close()


async def test_redis_files_hold_nothing_of_a_deleted_job(redis_server, open_redis, tmp_path):
    store, blobs = open_redis(), LocalBlobs(tmp_path / "blobs")
    job = await submit(store, blobs, [Upload(f"{MARK}.pdf", "a/b", b"x")], marked(1))
    await work_through(store, blobs, job)
    assert holding(redis_server.folder)
    async with asyncio.timeout(60):
        while (await store._redis.info("persistence"))["aof_rewrite_in_progress"]:
            await asyncio.sleep(0.05)  # one that an earlier test began; the next one would be refused
        await Housekeeper(store, blobs).delete(job.id)
        while holding(redis_server.folder):
            await asyncio.sleep(0.05)  # Redis rewrites its file in a process of its own, and says nothing
    await store.close()
