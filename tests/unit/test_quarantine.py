import pytest

from serve_app.errors import Quarantined
from serve_app.quarantine import CAPACITY, Quarantine


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_one_death_may_be_chance_two_are_not():
    quarantine = Quarantine(60, Clock())
    quarantine.record_death(b"poison")
    quarantine.admit(b"poison")
    quarantine.record_death(b"poison")
    with pytest.raises(Quarantined, match="2 replicas"):
        quarantine.admit(b"poison")
    quarantine.admit(b"another image")


def test_an_image_is_tried_again_after_a_while():
    clock = Clock()
    quarantine = Quarantine(60, clock)
    quarantine.record_death(b"poison")
    quarantine.record_death(b"poison")
    clock.now += 61
    quarantine.admit(b"poison")
    quarantine.record_death(b"poison")  # counted anew
    quarantine.admit(b"poison")


def test_an_image_that_has_been_read_is_absolved():
    quarantine = Quarantine(60, Clock())
    for _ in range(3):
        quarantine.record_death(b"innocent")
        quarantine.absolve(b"innocent")
    quarantine.admit(b"innocent")


def test_memory_is_bounded():
    quarantine = Quarantine(60, Clock())
    for _ in range(2):
        quarantine.record_death(b"old")
    for number in range(CAPACITY):
        quarantine.record_death(str(number).encode())
    quarantine.admit(b"old")
