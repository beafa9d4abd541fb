import pytest

from serve_app.errors import Quarantined
from serve_app.serving.quarantine import CAPACITY, Quarantine
from tests.clock import Clock


def test_one_death_may_be_chance_two_are_not():
    quarantine = Quarantine(60, Clock())
    quarantine.record_death(b"poison", "first")
    quarantine.admit(b"poison")
    quarantine.record_death(b"poison", "second")
    with pytest.raises(Quarantined, match="2 replicas"):
        quarantine.admit(b"poison")
    quarantine.admit(b"another image")


def test_several_calls_with_an_image_die_one_death_with_their_replica():
    quarantine = Quarantine(60, Clock())
    for _ in range(3):
        quarantine.record_death(b"popular", "first")
    quarantine.admit(b"popular")


def test_an_image_is_tried_again_after_a_while():
    clock = Clock()
    quarantine = Quarantine(60, clock)
    quarantine.record_death(b"poison", "first")
    quarantine.record_death(b"poison", "second")
    clock.advance(61)
    quarantine.admit(b"poison")
    quarantine.record_death(b"poison", "third")  # counted anew
    quarantine.admit(b"poison")


def test_an_image_that_has_been_read_is_absolved():
    quarantine = Quarantine(60, Clock())
    for replica in ("first", "second", "third"):
        quarantine.record_death(b"innocent", replica)
        quarantine.absolve(b"innocent")
    quarantine.admit(b"innocent")


def test_memory_is_bounded():
    quarantine = Quarantine(60, Clock())
    for replica in ("first", "second"):
        quarantine.record_death(b"old", replica)
    for number in range(CAPACITY):
        quarantine.record_death(str(number).encode(), "first")
    quarantine.admit(b"old")
