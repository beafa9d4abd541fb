import asyncio
from contextlib import asynccontextmanager

import pytest

from serve_app.errors import Busy, JobGone, ModelFailed, ModelUnavailable, StoreUnavailable
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.intake import Upload, submit
from serve_app.jobs.job import PageSource, Submission
from serve_app.jobs.runner import JobRunner

UPLOAD = [Upload("a.pdf", "application/pdf", b"one two three")]


class WordReader:
    """A page for each word of the documents; its result is the word in capitals. `wait` holds pages until it is set."""

    def __init__(self, blobs):
        self.blobs = blobs
        self.wait = asyncio.Event()
        self.wait.set()
        self.reading = asyncio.Semaphore(0)
        self.raises = {}
        self.at_once = self.most_at_once = 0
        self.open = set()
        self.beside = {}
        self.cancelled = []

    async def words(self, lease, document):
        return (await self.blobs.get(lease.job_id, lease.documents[document].digest)).split()

    async def plan(self, lease):
        return [
            PageSource(document, page)
            for document in range(len(lease.documents))
            for page in range(len(await self.words(lease, document)))
        ]

    async def read(self, lease):
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        for number in {*self.open, lease.number}:
            self.beside[number] = max(self.at_once, self.beside.get(number, 0))
        self.open.add(lease.number)
        self.reading.release()
        try:
            await self.wait.wait()
            if errors := self.raises.get(lease.number):
                raise errors.pop(0)
            return (await self.words(lease, lease.source.document))[lease.source.page].upper()
        except asyncio.CancelledError:
            self.cancelled.append(lease.number)
            raise
        finally:
            self.at_once -= 1
            self.open.discard(lease.number)


@pytest.fixture
def blobs(tmp_path):
    return LocalBlobs(tmp_path / "blobs")


@pytest.fixture
async def reader(blobs):
    return WordReader(blobs)


@asynccontextmanager
async def running(store, blobs, reader, drain_s=5, **options):
    runner = JobRunner(store, blobs, reader, **{"worker": "w", "idle_s": 0.02, "renew_s": 0.05} | options)
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        runner.stop(drain_s)
        async with asyncio.timeout(60):
            await task


async def ended(store, job):
    """The job, once it has ended."""
    seen = 0
    async with asyncio.timeout(120):
        while True:
            for event in await store.wait_for_events(job.id, seen, 5):
                seen = event.id
                if event.kind == "job" and event.data["state"] not in ("queued", "running"):
                    return await store.get(job.id)


async def new_job(store, blobs, **options):
    return await submit(store, blobs, UPLOAD, Submission(owner="ann", documents=(), **options))


async def results(store, blobs, job):
    return [await blobs.get(job.id, page.result) if page.result else None for page in await store.pages(job.id)]


async def test_a_document_is_read(store, blobs, reader):
    job = await new_job(store, blobs)
    async with running(store, blobs, reader):
        assert (await ended(store, job)).state == "done"
    assert await results(store, blobs, job) == [b"ONE", b"TWO", b"THREE"]


@pytest.mark.parametrize("beside", [0, 1])
async def test_a_page_whose_worker_died_is_read_alone(store, blobs, reader, clock, beside):
    """Nothing is begun beside it, and it waits for what was."""
    job = await new_job(store, blobs)
    plan = await store.claim("dies", 15)
    assert await store.plan(plan, [PageSource(0, page) for page in range(3)])
    dying = await store.claim("dies", 15)
    reader.wait.clear()
    async with running(store, blobs, reader, concurrency=1 + beside) as runner:
        if beside:
            await reader.reading.acquire()  # page 2, and page 3
            await reader.reading.acquire()
        else:
            runner.concurrency = 0
        clock.advance(16)
        await runner._renew()
        assert await store.sweep() == 1
        runner.concurrency = 3
        asyncio.get_running_loop().call_later(0.2, reader.wait.set)
        assert (await ended(store, job)).state == "done"
    assert [page.attempts for page in await store.pages(job.id)] == [2, 1, 1]
    assert reader.beside[dying.number] == 1


async def test_so_many_pages_are_read_at_once_and_no_more(store, blobs, reader):
    reader.wait.clear()
    jobs = [await new_job(store, blobs) for _ in range(4)]
    async with running(store, blobs, reader, concurrency=3) as runner:
        for _ in range(3):
            await reader.reading.acquire()
        assert (await store.counts()).running == 3
        reader.wait.set()
        for job in jobs:
            await ended(store, job)
        assert reader.most_at_once == 3
        runner.concurrency = 5
        reader.wait.clear()
        while reader.reading.locked() is False:
            await reader.reading.acquire()
        jobs = [await new_job(store, blobs) for _ in range(4)]
        for _ in range(5):
            await reader.reading.acquire()
        reader.wait.set()
        for job in jobs:
            await ended(store, job)
    assert reader.most_at_once == 5


async def test_errors_fail_a_page_for_good_or_for_now(store, blobs, reader, clock):
    reader.raises = {
        1: [ModelFailed("no")],
        2: [Busy("wait", retry_after=3)] * 9,
        3: [ModelUnavailable("died"), RuntimeError("bug, with a secret")],
    }
    job = await new_job(store, blobs)
    async with running(store, blobs, reader):
        passing = asyncio.create_task(ended(store, job))
        while not passing.done():
            await asyncio.sleep(0.01)
            clock.advance(3)
            leases = await store.counts()
            assert leases.lease_losses == 0
        job = await passing
    assert job.state == "partial"
    pages = await store.pages(job.id)
    assert [(page.failure and page.failure.code, page.attempts) for page in pages] == [
        ("model_failed", 1),
        (None, 1),
        ("internal", 2),
    ]
    assert "secret" not in pages[2].failure.message


async def test_cancel_ends_the_call_that_runs(store, blobs, reader):
    reader.wait.clear()
    job = await new_job(store, blobs)
    async with running(store, blobs, reader, renew_s=60):
        await reader.reading.acquire()
        await store.cancel(job.id)
        async with asyncio.timeout(30):
            while reader.at_once:
                await asyncio.sleep(0.01)
    assert reader.cancelled
    assert (await store.get(job.id)).state == "cancelled"


async def test_a_worker_stops_reading_what_was_taken_from_it(store, blobs, reader, clock):
    reader.wait.clear()
    await new_job(store, blobs)
    async with running(store, blobs, reader, concurrency=1, renew_s=0.3):
        await reader.reading.acquire()
        clock.advance(15)
        assert await store.sweep() == 1
        stolen = await store.claim("thief", 15)
        async with asyncio.timeout(60):
            while reader.cancelled != [1]:
                await asyncio.sleep(0.01)
        assert await store.finish(stolen, "a" * 64)
        reader.wait.set()


def watch_renewals(runner):
    """A semaphore that is released each time the leases in hand have been renewed."""
    renewed, renew = asyncio.Semaphore(0), runner._renew

    async def renew_and_tell():
        await renew()
        renewed.release()

    runner._renew = renew_and_tell
    return renewed


async def test_leases_are_renewed_while_a_page_is_read(store, blobs, reader, clock):
    reader.wait.clear()
    job = await new_job(store, blobs)
    async with running(store, blobs, reader, renew_s=0.01) as runner:
        await reader.reading.acquire()
        renewed = watch_renewals(runner)
        for _ in range(20):
            clock.advance(5)
            for _ in range(2):  # one may have begun before the clock was set forward
                await renewed.acquire()
            assert await store.sweep() == 0
        reader.wait.set()
        assert (await ended(store, job)).state == "done"


async def test_stop_gives_back_what_is_not_finished(store, blobs, reader):
    reader.wait.clear()
    job = await new_job(store, blobs)
    async with running(store, blobs, reader, concurrency=2, drain_s=0.05):
        await reader.reading.acquire()
        await reader.reading.acquire()
    counts = await store.counts()
    assert (counts.running, counts.waiting) == (0, 3)
    assert [page.attempts for page in await store.pages(job.id)] == [0, 0, 0]


async def test_stop_waits_for_what_is_nearly_finished(store, blobs, reader):
    reader.wait.clear()
    await new_job(store, blobs)
    async with running(store, blobs, reader, concurrency=2) as runner:
        await reader.reading.acquire()
        await reader.reading.acquire()
        runner.stop(drain_s=5)
        reader.wait.set()
    counts = await store.counts()
    assert (counts.running, counts.waiting, counts.done) == (0, 1, 2)


@pytest.mark.parametrize("renew_s", [0.01, 60])
async def test_nothing_is_left_of_a_job_that_was_deleted_while_it_was_read(store, blobs, reader, tmp_path, renew_s):
    reader.wait.clear()
    job = await new_job(store, blobs)
    written = asyncio.Event()

    class LateBlobs(LocalBlobs):
        async def put(self, job_id, content):
            written.set()
            try:
                await asyncio.shield(deleting)
            finally:  # a thread cannot be stopped: what it was to write is written, cancelled or not
                digest = await super().put(job_id, content)
            return digest

    async def delete():
        await written.wait()
        await Housekeeper(store, blobs).delete(job.id)

    deleting = asyncio.create_task(delete())
    async with running(store, LateBlobs(tmp_path / "blobs"), reader, concurrency=1, renew_s=renew_s):
        await reader.reading.acquire()
        reader.wait.set()
        await deleting
    assert list((tmp_path / "blobs").iterdir()) == []
    with pytest.raises(JobGone):
        await store.get(job.id)


async def test_a_page_that_takes_for_ever_fails(store, blobs, reader):
    reader.wait.clear()
    job = await new_job(store, blobs)
    async with running(store, blobs, reader, page_timeout_s=0.05):
        assert (await ended(store, job)).state == "failed"
    assert {page.failure.code for page in await store.pages(job.id)} == {"deadline_exceeded"}


class Unreliable:
    """A store that is away on every other call."""

    def __init__(self, store):
        self.store = store
        self.calls = 0

    def __getattr__(self, name):
        async def call(*args, **kwargs):
            self.calls += 1
            if self.calls % 2:
                raise StoreUnavailable("away")
            return await getattr(self.store, name)(*args, **kwargs)

        return call


async def test_a_store_that_comes_and_goes_loses_nothing(store, blobs, reader):
    async def no_sleep(_):
        await asyncio.sleep(0)

    job = await new_job(store, blobs)
    async with running(Unreliable(store), blobs, reader, sleep=no_sleep):
        assert (await ended(store, job)).state == "done"
    assert await results(store, blobs, job) == [b"ONE", b"TWO", b"THREE"]


async def test_files_that_cannot_be_written_are_no_failure_of_the_page(store, blobs, reader, clock, tmp_path):
    class FullDisk(LocalBlobs):
        full = 5

        async def put(self, job_id, content):
            if self.full:
                self.full -= 1
                raise StoreUnavailable("full", retry_after=2)
            return await super().put(job_id, content)

    job = await new_job(store, blobs)
    async with running(store, FullDisk(tmp_path / "blobs"), reader):
        passing = asyncio.create_task(ended(store, job))
        while not passing.done():
            await asyncio.sleep(0.01)
            clock.advance(2)
        assert (await passing).state == "done"


async def test_no_lease_is_taken_back_right_after_an_outage(store, blobs, clock):
    """Workers could not renew while the store was away; they get the length of a lease to do so."""
    away = Unreliable(store)
    housekeeper = Housekeeper(away, blobs, lease_s=15, clock=clock)
    await new_job(store, blobs)
    lease = await store.claim("w", 15)
    with pytest.raises(StoreUnavailable):
        await housekeeper.sweep()
    clock.advance(14)
    await housekeeper.sweep()
    away.calls = 1
    clock.advance(0.5)
    await housekeeper.sweep()
    assert await store.renew([lease], 15) == ["held"]
    clock.advance(15)
    away.calls = 1
    await housekeeper.sweep()
    assert await store.renew([lease], 15) == ["lost"]
