"""The pure state machine, and that the Lua script holds the same rules."""

import itertools

import pytest

from serve_app.jobs.job import Failure, PageSource, PageState, Submission
from serve_app.jobs.machine import Limits, after_failure, after_lost_lease, outcome


@pytest.mark.parametrize(
    ("total", "done", "failed", "state"),
    [
        (None, 0, 0, None),
        (3, 2, 0, None),
        (3, 1, 1, None),
        (3, 3, 0, "done"),
        (3, 2, 1, "partial"),
        (3, 0, 3, "failed"),
    ],
)
def test_outcome(total, done, failed, state):
    assert outcome(total, done, failed) == state


def test_a_unit_fails_at_its_limit_and_not_before():
    assert after_failure(1, True, Limits(failures=2)) is PageState.QUEUED
    assert after_failure(2, True, Limits(failures=2)) is PageState.FAILED
    assert after_failure(1, False, Limits(failures=2)) is PageState.FAILED
    assert after_lost_lease(1, 0, Limits(deaths=2)) is PageState.QUEUED
    assert after_lost_lease(2, 0, Limits(deaths=2)) is PageState.FAILED
    assert after_lost_lease(2, 1, Limits(deaths=2)) is PageState.QUEUED


async def test_stores_follow_the_machine_for_every_course_of_a_page(open_store, clock):
    limits = Limits(deaths=2, failures=3)
    store = open_store(clock=clock, limits=limits)
    for course in itertools.product(("death", "failure", "release"), repeat=5):
        asked = Submission(owner="o", documents=(), pages=(PageSource(0, 0),))
        await store.submit(asked)
        attempts = failures = 0
        state = PageState.QUEUED
        for step in course:
            lease = await store.claim("w", 15)
            if state is not PageState.QUEUED:
                assert lease is None
                break
            attempts += 1
            assert lease.attempt == attempts
            if step == "death":
                clock.advance(15)
                await store.sweep()
                state = after_lost_lease(attempts, failures, limits)
            elif step == "failure":
                failures += 1
                await store.fail(lease, Failure("busy", "later"), retry_in_s=0)
                state = after_failure(failures, True, limits)
            else:
                attempts -= 1
                await store.release(lease)
            assert (await store.pages(asked.id))[0].state is state
        await store.delete(asked.id)
    await store.close()


async def test_every_mix_of_outcomes(open_store, clock):
    store = open_store(clock=clock)
    for total in (1, 2, 3):
        for ends in itertools.product((True, False), repeat=total):
            asked = Submission(owner="o", documents=(), pages=tuple(PageSource(0, page) for page in range(total)))
            await store.submit(asked)
            for end in ends:
                assert not (await store.get(asked.id)).state.terminal
                lease = await store.claim("w", 15)
                await (store.finish(lease, "a" * 64) if end else store.fail(lease, Failure("x", "y")))
            assert (await store.get(asked.id)).state is outcome(total, sum(ends), total - sum(ends))
    await store.close()
