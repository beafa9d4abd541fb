import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from serve_app.config import RecycleConfig
from serve_app.errors import ModelBroken, ModelFailed, OutOfMemory
from serve_app.hosting.model_thread import ModelThread


class Engine:
    name = "counting"
    device = "cpu"

    def __init__(self):
        self.thread = threading.get_ident()
        self.running = 0
        self.most = 0
        self.calls = 0

    def work(self, seconds=0.02):
        assert threading.get_ident() == self.thread
        self.running += 1
        self.most = max(self.most, self.running)
        time.sleep(seconds)
        self.running -= 1
        self.calls += 1
        return self.calls


def start(load=Engine, call_limit_s=60.0, observe=lambda *_: None, **recycle):
    return ModelThread(load, call_limit_s=call_limit_s, recycle=RecycleConfig(**recycle), observe=observe)


def work(engine, _):
    return engine.work()


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
    call = asyncio.create_task(model.call(lambda engine, _: engine.work(0.3)))
    ticks = 0
    while not call.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 5


async def test_a_call_whose_caller_has_gone_is_not_started():
    model = start()
    running = asyncio.create_task(model.call(lambda engine, _: engine.work(0.2)))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(model.call(work))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert model.engine.calls == 1


async def test_a_call_that_is_cancelled_while_it_runs_does_not_let_the_next_one_in():
    model = start()
    running = asyncio.create_task(model.call(lambda engine, _: engine.work(0.2)))
    await asyncio.sleep(0.05)
    running.cancel()
    await model.call(work)
    assert model.engine.most == 1


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

    def wait(_, stop):
        stops.append(stop.wait(5))

    running = asyncio.create_task(model.call(wait))
    await asyncio.sleep(0.05)
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


async def test_a_stuck_call_fails_the_health_check():
    model = start(call_limit_s=0.05)
    stuck = asyncio.create_task(model.call(lambda engine, _: engine.work(0.3)))
    await asyncio.sleep(0.15)
    with pytest.raises(ModelBroken, match="running for more than"):
        model.check()
    await stuck


async def test_a_worn_replica_finishes_its_call_takes_no_more_and_then_fails_its_check():
    model = start(calls=1)
    await model.call(work)
    with pytest.raises(ModelBroken, match="1 calls"):
        model.check()
    with pytest.raises(ModelBroken):
        await model.call(work)


async def test_wear_waits_for_the_running_call(monkeypatch):
    model = start()
    running = asyncio.create_task(model.call(lambda engine, _: engine.work(0.2)))
    await asyncio.sleep(0.05)
    monkeypatch.setattr("serve_app.hosting.model_thread.resident_bytes", lambda: 1 << 40)
    model.check()  # not yet: a call is running
    assert await running == 1
    with pytest.raises(ModelBroken, match="MiB of resident"):
        model.check()


async def test_waiting_and_running_are_measured():
    seen = []
    model = start(observe=lambda waits, ran: seen.append((*waits, ran)))
    await asyncio.gather(*(model.call(lambda engine, _: engine.work(0.1)) for _ in range(2)))
    (first_wait, first_run), (second_wait, _) = seen
    assert first_wait < 0.05 < first_run
    assert second_wait == pytest.approx(0.1, abs=0.08)
