"""What the deployment classes do by themselves; Ray is imported, but none is started."""

import asyncio
import threading
import time

import pytest

from serve_app.deployments import ModelThread
from serve_app.errors import ModelFailed, OutOfMemory


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


async def test_calls_never_overlap_and_stay_in_the_engines_own_thread():
    model = ModelThread(Engine)
    assert sorted(await asyncio.gather(*(model.call(Engine.work) for _ in range(8)))) == list(range(1, 9))
    assert model.engine.most == 1
    assert model.engine.thread != threading.get_ident()


async def test_the_event_loop_goes_on_while_the_model_runs():
    model = ModelThread(Engine)
    call = asyncio.create_task(model.call(lambda engine: engine.work(0.3)))
    ticks = 0
    while not call.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 5


async def test_a_call_whose_caller_has_gone_is_not_started():
    model = ModelThread(Engine)
    running = asyncio.create_task(model.call(lambda engine: engine.work(0.2)))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(model.call(Engine.work))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert model.engine.calls == 1


async def test_a_call_that_is_cancelled_while_it_runs_does_not_let_the_next_one_in():
    model = ModelThread(Engine)
    running = asyncio.create_task(model.call(lambda engine: engine.work(0.2)))
    await asyncio.sleep(0.05)
    running.cancel()
    await model.call(Engine.work)
    assert model.engine.most == 1


async def test_errors_of_the_application_pass_and_others_are_hidden(caplog):
    model = ModelThread(Engine)

    def run_out(_):
        raise OutOfMemory("640 MiB are missing")

    def fail(_):
        raise RuntimeError("internal detail")

    with pytest.raises(OutOfMemory):
        await model.call(run_out)
    with pytest.raises(ModelFailed) as caught:
        await model.call(fail)
    assert "internal detail" not in str(caught.value)
    assert "internal detail" in caplog.text
    assert await model.call(Engine.work) == 1


def test_a_failing_load_is_raised_to_the_constructor():
    def load():
        raise ValueError("no weights")

    with pytest.raises(ValueError, match="no weights"):
        ModelThread(load)
