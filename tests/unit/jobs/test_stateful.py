"""Both stores against a model that fits on a page, driven by hypothesis through whatever order of calls it likes."""

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from serve_app.errors import JobGone
from serve_app.jobs.job import Failure, PageSource, Submission
from serve_app.jobs.machine import Limits

LEASE_S = 15
LIMITS = Limits(deaths=2, failures=2)


@dataclass
class Unit:
    state: str = "queued"
    attempts: int = 0
    failures: int = 0
    token: str | None = None
    until: float = 0
    due: float | None = None
    result: str | None = None


@dataclass
class ModelJob:
    id: str
    owner: str
    units: dict[int, Unit]
    total: int | None
    state: str = "queued"
    finished: float | None = None
    events: list = field(default_factory=list)

    @property
    def open(self):
        return self.state in ("queued", "running")

    def count(self, state):
        return sum(unit.state == state for number, unit in self.units.items() if number)


class Model:
    """Jobs in order of submission, and the ring of owners that have something waiting."""

    def __init__(self):
        self.jobs: dict[str, ModelJob] = {}
        self.gone: list[str] = []
        self.ring: list[str] = []
        self.losses = self.done = self.failed = 0

    def waiting(self, owner=None):
        return [
            (job, number)
            for job in self.jobs.values()
            if job.open and owner in (None, job.owner)
            for number, unit in sorted(job.units.items())
            if unit.state == "queued" and unit.due is None
        ]

    def turn(self, owner):
        """Bring the ring in line with what is waiting of an owner."""
        if not self.waiting(owner):
            self.ring = [other for other in self.ring if other != owner]
        elif owner not in self.ring:
            self.ring.append(owner)

    def submit(self, job_id, owner, pages):
        units = {0: Unit()} if pages is None else {number: Unit() for number in range(1, pages + 1)}
        job = self.jobs[job_id] = ModelJob(job_id, owner, units, pages)
        job.events.append(("job", "queued"))
        if pages is not None:
            job.events.append(("planned", pages))
        self.turn(owner)

    def claim(self, now):
        delayed = [
            (unit.due, job.id, number, job, unit)
            for job in self.jobs.values()
            if job.open
            for number, unit in job.units.items()
            if unit.state == "queued" and unit.due is not None and unit.due <= now
        ]
        for *_, job, unit in sorted(delayed, key=lambda entry: entry[:3]):
            unit.due = None
            self.turn(job.owner)
        if not self.ring:
            return None
        owner = self.ring.pop(0)
        job, number = self.waiting(owner)[0]
        unit = job.units[number]
        unit.state, unit.attempts, unit.until = "running", unit.attempts + 1, now + LEASE_S
        self.turn(owner)
        if job.state == "queued":
            job.state = "running"
            job.events.append(("job", "running"))
        return job, number, unit

    def held(self, lease):
        job = self.jobs.get(lease.job_id)
        unit = job and job.units[lease.number]
        return (job, unit) if unit and unit.token == lease.token else (None, None)

    def requeue(self, job, unit, due=None):
        unit.state, unit.token, unit.due = "queued", None, due
        self.turn(job.owner)

    def end_page(self, job, number, unit, state, now):
        unit.state, unit.token = state, None
        if number == 0:
            self.end_job(job, "failed", now)
            return
        self.done += state == "done"
        self.failed += state == "failed"
        job.events.append(("page", number, state))
        done, failed = job.count("done"), job.count("failed")
        if done + failed == job.total:
            self.end_job(job, "done" if not failed else "partial" if done else "failed", now)

    def end_job(self, job, state, now):
        job.state, job.finished = state, now
        job.events.append(("job", state))
        self.turn(job.owner)

    def sweep(self, now):
        lost = [
            (unit.until, job.id, number, job, unit)
            for job in self.jobs.values()
            for number, unit in job.units.items()
            if unit.state == "running" and unit.until <= now
        ]
        for _, _, number, job, unit in sorted(lost, key=lambda entry: entry[:3]):
            self.losses += 1
            if unit.attempts - unit.failures >= LIMITS.deaths:
                self.end_page(job, number, unit, "failed", now)
            else:
                self.requeue(job, unit)
                job.events.append(("retry", number, "lease_lost"))
        return len(lost)

    def cancel(self, job, now):
        if job.open:
            for unit in job.units.values():
                if unit.state in ("queued", "running"):
                    unit.state, unit.token, unit.due = "cancelled", None, None
            self.end_job(job, "cancelled", now)

    def delete(self, job):
        del self.jobs[job.id]
        self.gone.append(job.id)
        self.turn(job.owner)


def summary(event):
    data = event.data
    values = [data[name] for name in ("number", "state", "code", "pages") if name in data]
    return (event.kind, *values)


def drive(open_store, clock):
    machines = itertools.count()

    class Machine(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.runner = asyncio.Runner()
            self.store = open_store(clock=clock, limits=LIMITS)
            self.call(self.clear())
            self.model = Model()
            self.leases = []
            self.machine = next(machines)
            self.submitted = 0
            self.base = self.call(self.store.counts())

        def call(self, coroutine):
            return self.runner.run(coroutine)

        async def clear(self):
            for owner in "abc":
                for job in await self.store.jobs(owner, limit=1000):
                    await self.store.delete(job.id)
                    await self.store.erased(job.id)

        def teardown(self):
            self.call(self.store.close())
            self.runner.close()

        @rule(owner=st.sampled_from("abc"), pages=st.none() | st.integers(1, 3))
        def submit(self, owner, pages):
            sources = None if pages is None else tuple(PageSource(0, page) for page in range(pages))
            self.submitted += 1
            job_id = f"{self.machine:016x}{self.submitted:016x}"  # in the same order when hypothesis replays the calls
            asked = Submission(owner=owner, documents=(), pages=sources, retain_s=60, id=job_id)
            self.call(self.store.submit(asked))
            self.model.submit(asked.id, owner, pages)

        @rule()
        def claim(self):
            lease = self.call(self.store.claim("w", LEASE_S))
            expected = self.model.claim(clock.now)
            if expected is None:
                assert lease is None
                return
            job, number, unit = expected
            assert (lease.job_id, lease.number, lease.attempt) == (job.id, number, unit.attempts)
            unit.token = lease.token
            self.leases.append(lease)

        @precondition(lambda self: self.leases)
        @rule(data=st.data(), pages=st.integers(1, 3))
        def finish(self, data, pages):
            lease = data.draw(st.sampled_from(self.leases))
            job, unit = self.model.held(lease)
            if lease.is_plan:
                assert self.call(self.store.plan(lease, [PageSource(0, p) for p in range(pages)])) == (unit is not None)
                if unit:
                    unit.state, unit.token, job.total = "done", None, pages
                    job.units |= {number: Unit() for number in range(1, pages + 1)}
                    job.events.append(("planned", pages))
                    self.model.turn(job.owner)
                return
            result = lease.token * 2
            assert self.call(self.store.finish(lease, result)) == (unit is not None)
            if unit:
                unit.result = result
                self.model.end_page(job, lease.number, unit, "done", clock.now)

        @precondition(lambda self: self.leases)
        @rule(data=st.data(), retry=st.sampled_from([None, 0, 5]))
        def fail(self, data, retry):
            lease = data.draw(st.sampled_from(self.leases))
            job, unit = self.model.held(lease)
            assert self.call(self.store.fail(lease, Failure("busy", "m"), retry)) == (unit is not None)
            if unit is None:
                return
            if retry is None or unit.failures + 1 >= LIMITS.failures:
                self.model.end_page(job, lease.number, unit, "failed", clock.now)
            else:
                unit.failures += 1
                self.model.requeue(job, unit, clock.now + retry if retry else None)
                job.events.append(("retry", lease.number, "busy"))

        @precondition(lambda self: self.leases)
        @rule(data=st.data(), delay=st.sampled_from([0, 5]))
        def release(self, data, delay):
            lease = data.draw(st.sampled_from(self.leases))
            job, unit = self.model.held(lease)
            assert self.call(self.store.release(lease, delay)) == (unit is not None)
            if unit:
                unit.attempts -= 1
                self.model.requeue(job, unit, clock.now + delay if delay else None)

        @precondition(lambda self: self.leases)
        @rule()
        def renew(self):
            for lease, state in zip(self.leases, self.call(self.store.renew(self.leases, LEASE_S)), strict=True):
                job, unit = self.model.held(lease)
                if unit:
                    assert state == "held"
                    unit.until = clock.now + LEASE_S
                    continue
                job = self.model.jobs.get(lease.job_id)
                cancelled = job is None or job.units[lease.number].state == "cancelled"
                assert state == ("cancelled" if cancelled else "lost")

        @rule(seconds=st.sampled_from([1, 5, 15]))
        def advance(self, seconds):
            clock.advance(seconds)

        @rule()
        def sweep(self):
            assert self.call(self.store.sweep()) == self.model.sweep(clock.now)

        @precondition(lambda self: self.model.jobs)
        @rule(data=st.data())
        def cancel(self, data):
            job = self.model.jobs[data.draw(st.sampled_from(sorted(self.model.jobs)))]
            self.call(self.store.cancel(job.id))
            self.model.cancel(job, clock.now)

        @precondition(lambda self: self.model.jobs)
        @rule(data=st.data())
        def delete(self, data):
            job = self.model.jobs[data.draw(st.sampled_from(sorted(self.model.jobs)))]
            self.call(self.store.delete(job.id))
            self.model.delete(job)

        @rule()
        def expire(self):
            over = {
                job.id
                for job in self.model.jobs.values()
                if job.finished is not None and job.finished + 60 <= clock.now
            }
            assert set(self.call(self.store.expired())) == over

        @invariant()
        def agree(self):
            self.call(self.compare())

        async def compare(self):
            for job in self.model.jobs.values():
                stored = await self.store.get(job.id, job.owner)
                assert (stored.state, stored.pages_total) == (job.state, job.total)
                assert (stored.pages_done, stored.pages_failed) == (job.count("done"), job.count("failed"))
                assert stored.finished_at == job.finished
                pages = await self.store.pages(job.id)
                assert [(page.number, page.state, page.attempts, page.result) for page in pages] == [
                    (number, unit.state, unit.attempts, unit.result) for number, unit in job.units.items() if number
                ]
                events = await self.store.events(job.id)
                assert [event.id for event in events] == list(range(1, stored.last_event + 1))
                assert [summary(event) for event in events] == job.events
            for job_id in self.model.gone[-1:]:
                with pytest.raises(JobGone):
                    await self.store.get(job_id)
            units = [unit for job in self.model.jobs.values() for unit in job.units.values()]
            counts = await self.store.counts()
            assert counts.waiting == sum(unit.state == "queued" for unit in units)
            assert counts.running == sum(unit.state == "running" for unit in units)
            assert counts.done - self.base.done == self.model.done
            assert counts.failed - self.base.failed == self.model.failed
            assert counts.lease_losses - self.base.lease_losses == self.model.losses

    return Machine


def test_a_store_does_what_the_model_does(open_store, clock):
    run_state_machine_as_test(
        drive(open_store, clock),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.function_scoped_fixture,
            ],
        ),
    )
