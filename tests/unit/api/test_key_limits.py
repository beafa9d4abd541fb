from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.api.key_limits import KeyLimits
from serve_app.errors import RateLimited
from tests.unit.api.test_key_file import a_key
from tests.unit.api.test_key_ring import Clock


def spend(limits, key):
    with limits.hold(key) as told:
        return told


def test_a_key_without_bounds_has_none():
    limits = KeyLimits(Clock())
    assert [spend(limits, a_key()) for _ in range(1000)] == [{}] * 1000


def test_the_rate_is_told_used_up_and_comes_back():
    clock = Clock()
    limits, key = KeyLimits(clock), a_key(per_minute=3)
    left = [spend(limits, key)["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    with pytest.raises(RateLimited, match="3 requests a minute") as caught:
        spend(limits, key)
    assert caught.value.retry_after == 20
    assert limits.tell(key) == {"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}
    clock.now += 20
    spend(limits, key)
    clock.now += 3600
    assert limits.tell(key) == {"X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "0"}


@given(rate=st.integers(1, 600), pauses=st.lists(st.floats(0, 30), max_size=60))
def test_no_run_of_requests_beats_the_rate(rate, pauses):
    """What is let in is never more than one full bucket and what flowed in since."""
    clock = Clock()
    limits, key, let_in = KeyLimits(clock), a_key(per_minute=rate), 0
    for pause in pauses:
        clock.now += pause
        with suppress(RateLimited):
            spend(limits, key)
            let_in += 1
    assert let_in <= rate + clock.now * rate / 60 + 1e-6


@given(rate=st.integers(1, 600))
def test_after_retry_after_the_next_request_is_let_in(rate):
    clock = Clock()
    limits, key = KeyLimits(clock), a_key(per_minute=rate)
    for _ in range(rate):
        spend(limits, key)
    with pytest.raises(RateLimited) as caught:
        spend(limits, key)
    clock.now += caught.value.retry_after
    spend(limits, key)


def test_requests_in_flight_are_bounded_and_given_back():
    limits, key = KeyLimits(Clock()), a_key(concurrency=1, per_minute=100)
    with limits.hold(key):
        with pytest.raises(RateLimited, match="1 requests in flight") as caught:
            spend(limits, key)
        spend(limits, a_key("sa_other", "bob", concurrency=1))
    assert caught.value.retry_after == 1
    with pytest.raises(ZeroDivisionError), limits.hold(key):
        _ = 1 / 0
    assert spend(limits, key)["X-RateLimit-Remaining"] == "97"  # what was refused was not counted
