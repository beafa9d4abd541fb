import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.config import Limits
from serve_app.errors import Busy
from serve_app.pipeline.load import UNMEASURED_LIMIT, WAIT_MARGIN, Load, ReplicaCounts
from tests.clock import Clock

DEADLINE_S = 60.0


def build(clock, *, running=1, ingresses=1, **limits):
    supply = ReplicaCounts(running=running, target=running, ingresses=ingresses)
    return Load("ocr", Limits(**limits), lambda: supply, clock=clock)


def simulate(clock, load, *, replicas, service_s, waiting, calls):
    """A first-come-first-served queue that always holds `waiting` calls, until `calls` are done."""
    free = [clock.now] * replicas
    starts = []
    for _ in range(waiting):
        load.begin()
    for _ in range(calls):
        replica = free.index(min(free))
        free[replica] += service_s
        starts.append(free[replica])
    for end in sorted(starts):
        clock.now = max(clock.now, end)
        load.end(completed=True)
        load.begin()


@given(
    replicas=st.integers(1, 8),
    service_s=st.floats(0.01, 10),
    extra=st.integers(0, 20),
)
def test_the_service_time_is_found_from_outside(replicas, service_s, extra):
    clock = Clock()
    load = build(clock, running=replicas)
    simulate(clock, load, replicas=replicas, service_s=service_s, waiting=replicas + extra, calls=60 * replicas)
    assert load.mean_service_s == pytest.approx(service_s, rel=0.25)


def test_a_lone_call_takes_what_it_takes():
    clock = Clock()
    load = build(clock, running=4)
    for _ in range(3):
        load.begin()
        clock.advance(2.0)
        load.end(completed=True)
        clock.advance(50.0)  # nobody asks
    assert load.mean_service_s == pytest.approx(2.0)
    assert load.expected_wait_s == 0


def test_the_mean_follows_a_change():
    clock = Clock()
    load = build(clock)
    for service_s in [1.0] * 50 + [3.0] * 60:
        load.begin()
        clock.advance(service_s)
        load.end(completed=True)
    assert load.mean_service_s == pytest.approx(3.0, abs=0.15)


def measured(clock, service_s, **arguments):
    load = build(clock, **arguments)
    load.begin()
    clock.advance(service_s)
    load.end(completed=True)
    return load


def test_the_wait_is_what_stands_before_divided_by_the_replicas():
    load = measured(Clock(), 2.0, running=1)
    waits = []
    for _ in range(4):
        waits.append(load.expected_wait_s)
        load.begin()
    assert waits == pytest.approx([0, 2, 4, 6])


def test_more_replicas_wait_less():
    clock = Clock()
    load = measured(clock, 2.0, running=2)
    for _ in range(6):
        load.begin()
    assert load.expected_wait_s == pytest.approx((6 + 1 - 2) * 2.0 / 2)


def test_each_of_several_ingresses_reckons_with_its_share():
    """Two ingresses that keep one replica busy, one call of each at a time: each call takes two service times."""
    clock = Clock()
    load = measured(clock, 2.0 * 2, running=1, ingresses=2)
    assert load.mean_service_s == pytest.approx(2.0)
    load.begin()
    assert load.expected_wait_s == pytest.approx(4.0)


def test_an_idle_model_admits_however_slow_it_is():
    load = measured(Clock(), 100.0, max_wait_s=5)
    load.check(DEADLINE_S)
    assert load.report().admits


def test_beyond_the_bound_it_is_busy_and_tells_when_to_come_again():
    load = measured(Clock(), 1.0, max_wait_s=4)
    for _ in range(4):
        load.check(DEADLINE_S)
        load.reserve(1)
    with pytest.raises(Busy, match=r"Estimated wait of 4\.6 s for the ocr model exceeds the limit of 4 s") as caught:
        load.check(DEADLINE_S)  # four seconds, which may become more
    assert caught.value.retry_after == 2  # from 4 seconds to half of 4
    assert load.refusals == 1
    assert not load.report().admits


def test_a_deadline_shorter_than_the_wait_is_refused_at_once():
    load = measured(Clock(), 1.0, max_wait_s=10)
    for _ in range(3):
        load.reserve(1)
    load.check(deadline_s=3.5)
    with pytest.raises(Busy, match=r"the limit of 2\.5 s"):
        load.check(deadline_s=2.5)


def test_before_any_measurement_the_number_is_bounded():
    load = build(Clock())
    for _ in range(UNMEASURED_LIMIT):
        load.check(DEADLINE_S)
        load.reserve(1)
    with pytest.raises(Busy) as caught:
        load.check(DEADLINE_S)
    assert caught.value.retry_after == 1
    assert load.report().expected_wait_s is None


def test_the_number_is_bounded_for_memory_however_fast_the_model_is():
    load = measured(Clock(), 1e-6, max_in_flight=3)
    for _ in range(3):
        load.check(DEADLINE_S)
        load.reserve(1)
    with pytest.raises(Busy, match="3 requests"):
        load.check(DEADLINE_S)


def test_no_running_replica_counts_as_one_that_starts():
    load = measured(Clock(), 2.0, running=0)
    load.begin()
    assert load.expected_wait_s == pytest.approx(2.0)


def test_changes_are_observed():
    seen = []
    load = Load("ocr", Limits(), ReplicaCounts, observe=lambda load: seen.append((load.in_flight, load.refusals)))
    for _ in range(UNMEASURED_LIMIT):
        load.reserve(1)
    with pytest.raises(Busy):
        load.check(DEADLINE_S)
    assert seen[0] == (1, 0)
    assert seen[-1] == (UNMEASURED_LIMIT, 0)  # a refusal is reported with the next change
    load.reserve(-1)
    assert seen[-1] == (UNMEASURED_LIMIT - 1, 1)


def test_before_anything_is_measured_a_retry_is_worth_a_second():
    load = build(Clock())
    assert load.find_retry_after(0.0) == load.find_retry_after(10.0) == 1


def test_calls_are_observed_too():
    seen = []
    load = Load("ocr", Limits(), ReplicaCounts, observe=lambda load: seen.append(load.in_flight))
    load.begin()
    load.end(completed=True)
    assert seen == [1, 0]


def test_every_refusal_counts():
    load = build(Clock(), max_in_flight=1)
    load.reserve(1)
    for _ in range(2):
        with pytest.raises(Busy):
            load.check(DEADLINE_S)
    assert load.refusals == 2


def test_the_report_is_what_is_known():
    load = measured(Clock(), 2.0, running=3, ingresses=2)
    for _ in range(4):
        load.begin()
    report = load.report()
    assert report.replicas == ReplicaCounts(running=3, target=3, ingresses=2)
    assert (report.in_flight, report.mean_service_s, report.admits) == (4, load.mean_service_s, True)
    assert report.expected_wait_s == load.expected_wait_s == pytest.approx(3.5 * load.mean_service_s / 1.5)


def test_a_wait_at_the_bound_is_admitted():
    load = measured(Clock(), 2.0, max_wait_s=2.0 * WAIT_MARGIN)
    load.begin()
    assert load.expected_wait_s * WAIT_MARGIN == 2.0 * WAIT_MARGIN
    load.check(DEADLINE_S)
