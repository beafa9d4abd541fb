"""What both stores do, transition by transition."""

import asyncio

import pytest

from serve_app.errors import IdempotencyConflict, JobGone, JobNotFound
from serve_app.jobs.job import Document, Failure, JobState, LeaseState, PageSource, PageState, Submission, Webhook

OOPS = Failure("model_failed", 'It % failed "so"')
DOCUMENT = Document("report.pdf", "application/pdf", "d" * 64)


def submission(owner="ann", pages=1, **options):
    sources = None if pages is None else tuple(PageSource(0, page) for page in range(pages))
    return Submission(owner=owner, documents=(DOCUMENT,), pages=sources, **options)


async def claims(store, number, worker="w"):
    return [await store.claim(worker, 15) for _ in range(number)]


async def kinds(store, job_id):
    return [(event.kind, event.data.get("state") or event.data.get("code")) for event in await store.events(job_id)]


async def test_a_job_goes_from_its_plan_to_its_result(store, clock):
    asked = submission(pages=None, options={"lang": "de"}, read_once=True)
    job = await store.submit(asked)
    assert (job.id, job.state, job.pages_total, job.created_at, job.read_once) == (asked.id, "queued", None, 1000, True)
    clock.advance(1)
    plan = await store.claim("w", 15)
    assert plan.is_plan
    assert (plan.documents, plan.options, plan.source) == ((DOCUMENT,), {"lang": "de"}, None)
    assert await store.claim("w", 15) is None
    assert await store.plan(plan, [PageSource(0, 0), PageSource(0, 7)])
    first, second = await claims(store, 2)
    assert [(lease.number, lease.source) for lease in (first, second)] == [(1, PageSource(0, 0)), (2, PageSource(0, 7))]
    clock.advance(1)
    assert await store.finish(second, "b" * 64)
    assert (await store.get(job.id)).state is JobState.RUNNING
    assert await store.finish(first, "a" * 64)
    job = await store.get(job.id)
    assert (job.state, job.pages_total, job.pages_done, job.pages_failed) == (JobState.DONE, 2, 2, 0)
    assert (job.started_at, job.finished_at, job.expires_at) == (1001, 1002, 1002 + 86_400)
    pages = await store.pages(job.id)
    assert [(page.number, page.state, page.result[0], page.attempts) for page in pages] == [
        (1, "done", "a", 1),
        (2, "done", "b", 1),
    ]
    events = await store.events(job.id)
    assert [event.id for event in events] == [1, 2, 3, 4, 5, 6] == list(range(1, job.last_event + 1))
    assert [event.at for event in events] == [1000, 1001, 1001, 1002, 1002, 1002]
    assert await kinds(store, job.id) == [
        ("job", "queued"),
        ("job", "running"),
        ("planned", None),
        ("page", "done"),
        ("page", "done"),
        ("job", "done"),
    ]


async def test_owners_take_turns_by_page(store):
    big = await store.submit(submission("ann", pages=4))
    small = await store.submit(submission("bob", pages=2))
    later = await store.submit(submission("ann", pages=1))
    order = [(lease.job_id, lease.number) for lease in await claims(store, 7)]
    assert order == [
        (big.id, 1),
        (small.id, 1),
        (big.id, 2),
        (small.id, 2),
        (big.id, 3),
        (big.id, 4),
        (later.id, 1),
    ]


async def test_a_failed_page_leaves_a_partial_job(store):
    job = await store.submit(submission(pages=2))
    first, second = await claims(store, 2)
    assert await store.fail(first, OOPS)
    assert await store.finish(second, "b" * 64)
    assert (await store.get(job.id)).state is JobState.PARTIAL
    assert (await store.pages(job.id))[0].failure == OOPS
    failed = next(event for event in await store.events(job.id) if event.data.get("number") == 1)
    assert failed.data == {"number": 1, "state": "failed", "failure": {"code": OOPS.code, "message": OOPS.message}}


async def test_a_plan_that_fails_fails_the_job(store):
    job = await store.submit(submission(pages=None))
    assert await store.fail(await store.claim("w", 15), OOPS)
    job = await store.get(job.id)
    assert (job.state, job.failure, job.pages_total) == (JobState.FAILED, OOPS, None)
    assert await store.pages(job.id) == []


async def test_a_retryable_failure_comes_back_after_its_delay_and_only_so_often(store, clock):
    job = await store.submit(submission())
    for _ in range(2):
        assert await store.fail(await store.claim("w", 15), OOPS, retry_in_s=10)
        assert await store.claim("w", 15) is None
        assert (await store.counts()).waiting == 1
        clock.advance(10)
    assert await store.fail(await store.claim("w", 15), OOPS, retry_in_s=10)
    assert (await store.get(job.id)).state is JobState.FAILED
    assert (await store.pages(job.id))[0].attempts == 3


async def test_a_released_page_was_never_attempted(store, clock):
    job = await store.submit(submission())
    for _ in range(5):
        lease = await store.claim("w", 15)
        assert lease.attempt == 1
        assert await store.release(lease)
    lease = await store.claim("w", 15)
    assert await store.release(lease, delay_s=3)
    assert await store.claim("w", 15) is None
    clock.advance(3)
    assert await store.finish(await store.claim("w", 15), "a" * 64)
    assert (await store.get(job.id)).state is JobState.DONE


async def test_a_lease_that_runs_out_is_taken_back_and_fences_its_holder(store, clock):
    job = await store.submit(submission())
    slow = await store.claim("slow", 15)
    clock.advance(14)
    assert await store.sweep() == 0
    clock.advance(1)
    assert await store.sweep() == 1
    assert await store.renew([slow], 15) == [LeaseState.LOST]
    quick = await store.claim("quick", 15)
    assert (quick.number, quick.attempt) == (slow.number, 2)
    assert await store.renew([slow, quick], 15) == [LeaseState.LOST, LeaseState.HELD]
    assert not await store.finish(slow, "0" * 64)
    assert not await store.fail(slow, OOPS)
    assert not await store.release(slow)
    assert await store.finish(quick, "1" * 64)
    assert not await store.finish(slow, "0" * 64)
    assert not await store.finish(quick, "2" * 64)
    assert [page.result for page in await store.pages(job.id)] == ["1" * 64]
    job = await store.get(job.id)
    assert (job.state, job.pages_done) == (JobState.DONE, 1)
    assert (await store.counts()).lease_losses == 1


async def test_a_renewed_lease_holds(store, clock):
    await store.submit(submission())
    lease = await store.claim("w", 15)
    for _ in range(10):
        clock.advance(5)
        assert await store.renew([lease], 15) == [LeaseState.HELD]
        assert await store.sweep() == 0
    assert await store.finish(lease, "a" * 64)


async def test_a_lease_that_ran_out_is_still_good_if_nobody_took_it_back(store, clock):
    await store.submit(submission())
    lease = await store.claim("w", 15)
    clock.advance(60)
    assert await store.renew([lease], 15) == [LeaseState.HELD]
    assert await store.sweep() == 0


async def test_a_page_is_poisoned_after_two_deaths_and_the_rest_is_delivered(store, clock):
    job = await store.submit(submission(pages=2))
    _, good = await claims(store, 2)
    assert await store.finish(good, "a" * 64)
    clock.advance(15)
    assert await store.sweep() == 1
    lease = await store.claim("w", 15)
    assert (lease.attempt, lease.deaths) == (2, 1)
    clock.advance(15)
    assert await store.sweep() == 1
    assert await store.claim("w", 15) is None
    assert (await store.get(job.id)).state is JobState.PARTIAL
    assert (await store.pages(job.id))[0].failure.code == "poisoned"


async def test_a_plan_that_kills_its_workers_fails_the_job(store, clock):
    job = await store.submit(submission(pages=None))
    for _ in range(2):
        assert (await store.claim("w", 15)).is_plan
        clock.advance(15)
        await store.sweep()
    job = await store.get(job.id)
    assert (job.state, job.failure.code) == (JobState.FAILED, "poisoned")


async def test_reported_failures_are_no_deaths(store, clock):
    await store.submit(submission())
    assert await store.fail(await store.claim("w", 15), OOPS, retry_in_s=0)
    lease = await store.claim("w", 15)
    assert (lease.attempt, lease.deaths) == (2, 0)
    clock.advance(15)
    await store.sweep()
    assert (await store.claim("w", 15)).attempt == 3


async def test_cancel_takes_effect_at_once(store, clock):
    job = await store.submit(submission(pages=4))
    done, running, delayed = await claims(store, 3)
    assert await store.finish(done, "a" * 64)
    assert await store.release(delayed, delay_s=5)
    cancelled = await store.cancel(job.id)
    assert (cancelled.state, cancelled.pages_done, cancelled.finished_at) == (JobState.CANCELLED, 1, 1000)
    assert await store.renew([running], 15) == [LeaseState.CANCELLED]
    assert not await store.finish(running, "b" * 64)
    clock.advance(20)
    assert await store.sweep() == 0
    assert await store.claim("w", 15) is None
    assert [page.state for page in await store.pages(job.id)] == ["done", *[PageState.CANCELLED] * 3]
    counts = await store.counts()
    assert (counts.waiting, counts.running, counts.done) == (0, 0, 1)
    assert await store.cancel(job.id) == cancelled


async def test_what_a_worker_hears_of_leases_that_ended_before_the_job_was_cancelled(store):
    job = await store.submit(submission(pages=3))
    finished, released, running = await claims(store, 3)
    await store.finish(finished, "a" * 64)
    await store.release(released)
    await store.cancel(job.id)
    states = await store.renew([finished, released, running], 15)
    assert states == [LeaseState.LOST, LeaseState.CANCELLED, LeaseState.CANCELLED]


async def test_cancelling_one_job_leaves_the_owners_others(store):
    first = await store.submit(submission())
    second = await store.submit(submission())
    await store.cancel(first.id)
    assert (await store.claim("w", 15)).job_id == second.id


async def test_an_idempotency_key_finds_the_job_that_exists(store):
    job = await store.submit(submission(idempotency_key="k", options={"a": 1}))
    assert (await store.submit(submission(idempotency_key="k", options={"a": 1}))).id == job.id
    with pytest.raises(IdempotencyConflict):
        await store.submit(submission(idempotency_key="k", options={"a": 2}))
    other = await store.submit(submission("bob", idempotency_key="k", options={"a": 2}))
    assert other.id != job.id
    assert (await store.counts()).waiting == 2
    await store.delete(job.id)
    assert (await store.submit(submission(idempotency_key="k", options={"a": 2}))).id != job.id


async def test_the_same_submission_twice_is_one_job(store):
    asked = submission()
    assert await store.submit(asked) == await store.submit(asked)
    assert (await store.counts()).waiting == 1


async def test_a_job_is_its_owners(store):
    job = await store.submit(submission("ann"))
    assert (await store.get(job.id, "ann")).id == job.id
    with pytest.raises(JobNotFound):
        await store.get(job.id, "bob")
    with pytest.raises(JobNotFound):
        await store.get("0" * 32)


async def test_a_deleted_job_is_gone_to_its_owner_and_unknown_to_others(store):
    job = await store.submit(submission("ann", pages=3, idempotency_key="k", webhook=Webhook("https://a", "s")))
    running, last = await claims(store, 2)
    await store.release(last, 5)
    await store.delete(job.id)
    for call in (store.get(job.id, "ann"), store.get(job.id), store.events(job.id), store.pages(job.id)):
        with pytest.raises(JobGone):
            await call
    with pytest.raises(JobNotFound):
        await store.get(job.id, "bob")
    assert await store.renew([running], 15) == [LeaseState.CANCELLED]
    assert not await store.finish(running, "a" * 64)
    assert await store.claim("w", 15) is None
    assert await store.jobs("ann") == []
    assert await store.to_erase() == [job.id]
    await store.erased(job.id)
    assert await store.to_erase() == []
    await store.delete(job.id)
    await store.delete("0" * 32)
    assert (await store.counts()).waiting == 0
    assert await store.exists([job.id]) == set()


async def test_jobs_are_listed_newest_first(store):
    ids = [(await store.submit(submission())).id for _ in range(5)]
    await store.submit(submission("bob"))
    newest = await store.jobs("ann", limit=2)
    assert [job.id for job in newest] == [ids[4], ids[3]]
    assert [job.id for job in await store.jobs("ann", limit=9, before=newest[-1].id)] == ids[2::-1]
    assert await store.exists([ids[0], "0" * 32]) == {ids[0]}


async def test_only_ended_jobs_expire(store, clock):
    open_job = await store.submit(submission(retain_s=10))
    ended = await store.submit(submission(retain_s=10))
    await store.cancel(ended.id)
    clock.advance(9)
    assert await store.expired() == []
    clock.advance(1)
    assert await store.expired() == [ended.id]
    assert (await store.get(open_job.id)).expires_at is None


async def test_many_pages(store):
    job = await store.submit(submission(pages=None))
    assert await store.plan(await store.claim("w", 15), [PageSource(0, page) for page in range(10_000)])
    assert (await store.counts()).waiting == 10_000
    assert (await store.claim("w", 15)).number == 1
    assert [page.source.page for page in await store.pages(job.id, first=9_999)] == [9_998, 9_999]
    await store.cancel(job.id)
    assert (await store.counts()).waiting == 0


async def test_events_are_waited_for_in_another_process(open_store, clock):
    here, there = open_store(clock=clock), open_store(clock=clock)
    job = await here.submit(submission())
    seen = (await there.get(job.id)).last_event
    assert [event.id for event in await there.wait_for_events(job.id, seen - 1, 5)] == [seen]
    assert await there.wait_for_events(job.id, seen, 0.01) == []
    waiting = asyncio.create_task(there.wait_for_events(job.id, seen, 5))
    cancelled = asyncio.create_task(there.wait_for_cancel(5))
    work = asyncio.create_task(there.wait_for_work(5))
    lease = await here.claim("w", 15)
    assert [event.data for event in await waiting] == [{"state": "running"}]
    waiting = asyncio.create_task(there.wait_for_events(job.id, seen + 1, 5))
    await here.release(lease)
    await work
    await here.delete(job.id)
    with pytest.raises(JobGone):
        await waiting
    assert await cancelled
    await here.close()
    await there.close()


async def test_the_limits_of_argument_lists(store):
    job = await store.submit(submission(pages=1500))
    leases = await claims(store, 1500)
    assert set(await store.renew(leases, 15)) == {LeaseState.HELD}
    await store.cancel(job.id)
    assert set(await store.renew(leases, 15)) == {LeaseState.CANCELLED}


async def test_check(store):
    await store.check()


async def test_plans_and_pages_are_not_confused(store):
    await store.submit(submission(pages=None))
    await store.submit(submission("bob"))
    plan, page = await claims(store, 2)
    for call in (store.finish(plan, "a"), store.plan(page, [PageSource(0, 0)]), store.plan(plan, [])):
        with pytest.raises(ValueError, match="plan"):
            await call
