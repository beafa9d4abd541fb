import asyncio
import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from types import SimpleNamespace

import pytest

from serve_app.config import RecycleConfig
from serve_app.errors import ModelBroken, ModelFailed, OutOfMemory
from serve_app.hosting import model_thread
from serve_app.hosting.model_thread import ModelThread
from tests.clock import Clock


class Engine:
    name = "counting"
    device = "cpu"

    def __init__(self):
        self.thread = threading.get_ident()
        self.running = 0
        self.most = 0
        self.calls = 0
        self.begun = queue.Queue()
        self.turns = threading.Semaphore(0)

    def work(self):
        assert threading.get_ident() == self.thread
        self.running += 1
        self.most = max(self.most, self.running)
        time.sleep(0)  # lets another thread in, if there is one
        self.running -= 1
        self.calls += 1
        return self.calls

    def work_until_told(self):
        """Works once `turns` is released; a test knows by `begun` that the model is at it."""
        self.begun.put(None)
        assert self.turns.acquire(timeout=30)
        return self.work()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(model_thread, "time", SimpleNamespace(monotonic=clock))
    return clock


def start(load=Engine, call_limit_s=60.0, observe=lambda *_: None, **recycle):
    return ModelThread(load, call_limit_s=call_limit_s, recycle=RecycleConfig(**recycle), observe=observe)


def work(engine, _):
    return engine.work()


def work_until_told(engine, _):
    return engine.work_until_told()


async def begin(model):
    """A call that runs until `turns` is released."""
    running = asyncio.create_task(model.call(work_until_told))
    await asyncio.to_thread(model.engine.begun.get, timeout=30)
    return running


async def test_calls_never_overlap_and_stay_in_the_engines_own_thread():
    model = start()
    assert sorted(await asyncio.gather(*(model.call(work) for _ in range(8)))) == list(range(1, 9))
    assert model.engine.most == 1
    assert model.engine.thread != threading.get_ident()


async def test_only_the_models_threads_give_way():
    before = os.nice(0)
    model = ModelThread(Engine, call_limit_s=60.0, recycle=RecycleConfig(), niceness=3)

    def find_started_thread(_engine, _stop):
        with ThreadPoolExecutor(1) as pool:
            return os.nice(0), pool.submit(os.nice, 0).result()

    assert await model.call(find_started_thread) == (before + 3, before + 3)
    assert os.nice(0) == before


async def test_the_event_loop_goes_on_while_the_model_runs():
    model = start()
    call = await begin(model)  # the loop went on, or it would not have come to the next line
    assert not call.done()
    model.engine.turns.release()
    assert await call == 1


async def test_a_call_whose_caller_has_gone_is_not_started():
    model = start()
    running = await begin(model)
    waiting = asyncio.create_task(model.call(work))
    await asyncio.sleep(0)  # so that it is in the queue
    waiting.cancel()
    await asyncio.wait([waiting])
    model.engine.turns.release()
    await running
    assert waiting.cancelled()
    assert await model.call(work) == 2  # the second that the engine has worked at


async def test_a_call_that_is_cancelled_while_it_runs_does_not_let_the_next_one_in():
    model = start()
    running = await begin(model)
    running.cancel()
    following = asyncio.create_task(model.call(work))
    await asyncio.sleep(0)
    model.engine.turns.release()
    await following
    assert model.engine.most == 1
    assert model.engine.calls == 2


async def test_a_call_runs_in_its_callers_context():
    request = ContextVar("request", default="none")
    model = start()

    async def ask(name):
        request.set(name)
        return await model.call(lambda *_: request.get())

    assert await asyncio.gather(ask("first"), ask("second")) == ["first", "second"]


async def test_errors_of_the_application_pass_and_others_are_hidden(caplog):
    model = start()

    def run_out(*_):
        raise OutOfMemory("640 MiB are missing")

    def fail(*_):
        raise RuntimeError("internal detail")

    with pytest.raises(OutOfMemory):
        await model.call(run_out)
    with pytest.raises(ModelFailed) as caught:
        await model.call(fail)
    assert "internal detail" not in str(caught.value)
    assert "internal detail" in caplog.text
    assert await model.call(work) == 1


def test_a_failing_load_is_raised_to_the_constructor():
    def load():
        raise ValueError("no weights")

    with pytest.raises(ValueError, match="no weights"):
        start(load)


async def test_a_running_call_is_told_when_its_caller_has_gone():
    model = start()
    stops = []

    def wait(engine, stop):
        engine.begun.put(None)
        stops.append(stop.wait(30))

    running = asyncio.create_task(model.call(wait))
    await asyncio.to_thread(model.engine.begun.get, timeout=30)
    running.cancel()
    await model.call(work)  # comes after the first one
    assert stops == [True]


async def test_a_fatal_error_fails_the_health_check_and_all_later_calls():
    model = start()
    model.check()

    def die(*_):
        raise ModelBroken("CUDA error: an illegal memory access was encountered")

    with pytest.raises(ModelBroken):
        await model.call(die)
    with pytest.raises(ModelBroken, match="illegal memory access"):
        model.check()
    with pytest.raises(ModelBroken):
        await model.call(work)
    assert model.engine.calls == 0


async def test_an_ordinary_error_leaves_the_replica_healthy():
    model = start()

    def fail(*_):
        raise ValueError

    with pytest.raises(ModelFailed):
        await model.call(fail)
    model.check()


async def test_a_stuck_call_fails_the_health_check(clock):
    model = start(call_limit_s=60)
    stuck = await begin(model)
    clock.advance(60)
    model.check()
    clock.advance(0.1)
    with pytest.raises(ModelBroken, match="running for more than 60 seconds"):
        model.check()
    model.engine.turns.release()
    await stuck
    with pytest.raises(ModelBroken, match="running for more than 60 seconds"):
        model.check()  # it came to its end, and is not trusted any more


async def test_a_worn_replica_finishes_its_call_takes_no_more_and_then_fails_its_check():
    model = start(calls=1)
    await model.call(work)
    with pytest.raises(ModelBroken, match="1 calls"):
        model.check()
    with pytest.raises(ModelBroken):
        await model.call(work)


async def test_wear_waits_for_the_running_call(monkeypatch):
    model = start()
    running = await begin(model)
    monkeypatch.setattr("serve_app.hosting.model_thread.resident_bytes", lambda: 1 << 40)
    model.check()  # not yet: a call is running
    model.engine.turns.release()
    assert await running == 1
    with pytest.raises(ModelBroken, match="MiB of resident"):
        model.check()


async def test_waiting_and_running_are_measured(clock):
    seen = []
    model = start(observe=lambda waits, ran: seen.append((*waits, ran)))

    def take(seconds):
        def run(engine, _):
            clock.advance(seconds)
            engine.begun.put(None)
            assert engine.turns.acquire(timeout=30)

        return run

    first = asyncio.create_task(model.call(take(2.0)))
    await asyncio.to_thread(model.engine.begun.get, timeout=30)
    second = asyncio.create_task(model.call(take(0.5)))
    await asyncio.sleep(0)  # so that it is in the queue
    clock.advance(1.0)
    model.engine.turns.release(2)
    await asyncio.gather(first, second)
    assert seen == [(0.0, 3.0), (1.0, 0.5)]


class TestBetweenSteps:
    """A call of two steps, which tells when it is between them and goes on when `turns` is released."""

    def in_two_steps(self, model, *, background):
        def run(engine, stop):
            engine.begun.put(None)
            assert engine.turns.acquire(timeout=30)
            model.between_steps(stop, background=background)
            return engine.work()

        return model.call(run, background=background)

    async def start_call(self, model, *, background=True):
        running = asyncio.create_task(self.in_two_steps(model, background=background))
        await asyncio.to_thread(model.engine.begun.get, timeout=30)
        return running

    @pytest.mark.parametrize(
        ("background", "others_background", "order"),
        [(True, False, [3, 1, 2]), (False, False, [1, 2, 3]), (True, True, [1, 2, 3]), (False, True, [1, 2, 3])],
    )
    async def test_calls_pass_one_that_is_in_the_background(self, background, others_background, order):
        model = start()
        running = await self.start_call(model, background=background)
        others = [asyncio.create_task(model.call(work, background=others_background)) for _ in range(2)]
        await asyncio.sleep(0)  # so that they are in the queue
        model.engine.turns.release()
        assert await asyncio.gather(running, *others) == order
        assert await model.call(work) == 4

    async def test_one_that_passes_is_answered_before_the_other_has_ended(self):
        model = start()

        def wait_between_steps(engine, stop):
            engine.begun.put(None)
            assert engine.turns.acquire(timeout=30)
            model.between_steps(stop, background=True)
            return engine.work_until_told()

        running = asyncio.create_task(model.call(wait_between_steps, background=True))
        await asyncio.to_thread(model.engine.begun.get, timeout=30)
        passing = asyncio.create_task(model.call(work))
        await asyncio.sleep(0)
        model.engine.turns.release()
        assert await passing == 1
        assert not running.done()
        model.engine.turns.release()
        assert await running == 2

    async def test_the_error_of_one_that_passes_is_its_own(self):
        model = start()

        def run_out(*_):
            raise OutOfMemory("640 MiB are missing")

        running = await self.start_call(model)
        passing = asyncio.create_task(model.call(run_out))
        await asyncio.sleep(0)
        model.engine.turns.release()
        assert await running == 1
        with pytest.raises(OutOfMemory):
            await passing

    async def test_one_that_has_gone_does_not_pass(self):
        model = start()
        running = await self.start_call(model)
        passing = asyncio.create_task(model.call(work))
        await asyncio.sleep(0)
        passing.cancel()
        await asyncio.wait([passing])
        model.engine.turns.release()
        assert await running == 1

    @pytest.mark.parametrize("background", [True, False])
    async def test_a_call_that_nobody_waits_for_ends_there(self, background, caplog):
        model = start()
        running = await self.start_call(model, background=background)
        running.cancel()
        await asyncio.wait([running])
        model.engine.turns.release()
        assert await model.call(work) == 1  # the other one did not come to its second step
        assert "failed" not in caplog.text
        model.check()

    async def test_it_lets_others_pass_for_a_bounded_time(self, clock):
        model = start()

        def take(*_):
            clock.advance(model_thread.PASSING_S / 2)
            return "passed"

        running = await self.start_call(model)
        others = [asyncio.create_task(model.call(take)) for _ in range(2)]
        later = asyncio.create_task(model.call(work))
        await asyncio.sleep(0)
        model.engine.turns.release()
        assert await asyncio.gather(running, *others, later) == [1, "passed", "passed", 2]
        running = await self.start_call(model)  # the next one lets others pass again
        later = asyncio.create_task(model.call(work))
        await asyncio.sleep(0)
        model.engine.turns.release()
        assert await asyncio.gather(running, later) == [4, 3]

    async def test_what_passes_counts_for_itself_and_not_for_the_other(self, clock):
        seen = []
        model = start(observe=lambda waits, ran: seen.append((*waits, ran)), call_limit_s=60)

        def take(*_):
            clock.advance(50)
            model.check()

        running = await self.start_call(model)
        clock.advance(20)
        passing = asyncio.create_task(model.call(take))
        await asyncio.sleep(0)
        model.engine.turns.release()
        await asyncio.gather(running, passing)
        assert seen == [(0.0, 50.0), (0.0, 20.0)]

    async def test_the_call_limit_holds_for_each(self, clock):
        model = start(call_limit_s=60)

        def take(*_):
            clock.advance(61)
            with pytest.raises(ModelBroken, match="running for more than 60 seconds"):
                model.check()

        running = await self.start_call(model)
        passing = asyncio.create_task(model.call(take))
        await asyncio.sleep(0)
        model.engine.turns.release()
        await asyncio.gather(running, passing)
