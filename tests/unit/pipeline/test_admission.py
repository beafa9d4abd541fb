import pytest

from serve_app.config import Limits
from serve_app.errors import Busy, DeadlineExceeded, ModelFailed, ModelUnavailable, UnreadableImage
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.load import UNMEASURED_LIMIT, Load, ReplicaCounts

DEADLINE_S = 60.0


@pytest.fixture
def loads(clock):
    limits = Limits(max_wait_s=4)
    return {
        model: Load(model, limits, lambda: ReplicaCounts(running=1, target=1), clock=clock)
        for model in ("ocr", "chart")
    }


@pytest.fixture
def admission(loads, clock):
    return Admission(loads, clock)


def test_a_request_is_admitted_to_all_its_models_or_to_none(admission, loads):
    for _ in range(UNMEASURED_LIMIT):
        loads["chart"].reserve(1)
    with pytest.raises(Busy):
        admission.admit(["ocr", "chart"], DEADLINE_S)
    assert loads["ocr"].in_flight == 0


def test_a_request_takes_no_place_before_its_upload_has_come(admission, loads):
    stalled = [admission.admit(["ocr", "chart"], DEADLINE_S) for _ in range(10 * UNMEASURED_LIMIT)]
    assert loads["ocr"].in_flight == 0
    for ticket in stalled[:UNMEASURED_LIMIT]:
        ticket.reserve()
    with pytest.raises(Busy):
        stalled[UNMEASURED_LIMIT].reserve()
    assert (loads["ocr"].in_flight, loads["chart"].in_flight) == (UNMEASURED_LIMIT, UNMEASURED_LIMIT)
    with pytest.raises(Busy):
        admission.admit(["ocr"], DEADLINE_S)


def test_a_place_is_refused_when_the_deadline_has_come_too_near(admission, loads, clock):
    with admission.admit(["ocr"], DEADLINE_S) as first, first.call("ocr"):
        clock.advance(1.0)
    loads["ocr"].reserve(2)
    ticket = admission.admit(["ocr"], 3.0)
    clock.advance(1.5)
    with pytest.raises(Busy, match=r"the limit of 1\.5 s"):
        ticket.reserve()


def test_a_promise_becomes_a_call(admission, loads, clock):
    with admission.admit(["ocr", "chart"], DEADLINE_S) as ticket:
        ticket.reserve()
        with ticket.call("ocr"):
            assert loads["ocr"].in_flight == 1
            clock.advance(3.0)
        assert (loads["ocr"].in_flight, loads["chart"].in_flight) == (0, 1)
        with ticket.call("chart"), ticket.call("chart"):
            assert loads["chart"].in_flight == 2
    assert loads["chart"].in_flight == 0
    assert loads["ocr"].mean_service_s == pytest.approx(3.0)  # the promised time of the chart is no service


@pytest.mark.parametrize(
    ("error", "measured"),
    [
        (ModelFailed("on this image"), True),
        (RuntimeError("unknown"), True),
        (Busy("the queue is full"), False),
        (UnreadableImage("does not decode"), False),
        (ModelUnavailable("died"), False),
        (DeadlineExceeded("late"), False),
        (KeyboardInterrupt(), False),
    ],
)
def test_only_finished_work_is_measured(admission, loads, clock, error, measured):
    def call():
        with admission.admit(["ocr"], DEADLINE_S) as ticket, ticket.call("ocr"):
            clock.advance(1.0)
            raise error

    with pytest.raises(type(error)):
        call()
    assert loads["ocr"].in_flight == 0
    assert (loads["ocr"].mean_service_s is not None) is measured


def test_the_deadline_counts_from_the_admission(admission, clock):
    ticket = admission.admit(["ocr"], 10.0)
    clock.advance(4.0)
    assert ticket.remaining_s == pytest.approx(6.0)


def test_a_time_that_the_model_asked_for_is_kept(admission):
    with pytest.raises(Busy) as caught, admission.admit(["ocr"], 10.0) as ticket, ticket.call("ocr"):
        raise Busy("the server is busy", retry_after=30)
    assert caught.value.retry_after == 30
