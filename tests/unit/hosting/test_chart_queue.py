import asyncio
from queue import Queue
from threading import Semaphore

import pytest
from PIL import Image

from serve_app.config import RecycleConfig
from serve_app.domain import ChartReading, ChartTable, Size
from serve_app.errors import ModelBroken, ModelFailed, OutOfMemory
from serve_app.hosting.chart_queue import ChartQueue
from serve_app.hosting.model_thread import ModelThread
from serve_app.hosting.protocols import ChartInput


class Engine:
    """Notes its batches as widths; each waits for its turn, if there are `turns`; `errors` by the width that raises."""

    name = "counting"
    device = "cpu"
    batches = True

    def __init__(self):
        self.read_widths = []
        self.begun = Queue()
        self.turns = None
        self.errors = {}
        self.stopped = []

    def read(self, charts):
        self.read_widths.append([chart.image.width for chart in charts])
        self.begun.put(None)
        if self.turns:
            assert self.turns.acquire(timeout=60)
        self.stopped += [chart.image.width for chart in charts if chart.stop.is_set()]
        for chart in charts:
            if chart.image.width in self.errors:
                raise self.errors[chart.image.width]
        return [ChartReading(ChartTable(), self.name, Size(*chart.image.size)) for chart in charts]


def start(size=4, pixels=10**9, observe=lambda *_: None, **recycle):
    model = ModelThread(Engine, call_limit_s=60, recycle=RecycleConfig(**recycle), observe=observe)
    return ChartQueue(model, size=size, pixels=pixels), model


async def read(queue, width, height=10):
    reading = await queue.read(ChartInput(Image.new("RGB", (width, height))))
    return reading.resolution.width


async def begin(queue, model, first, *others):
    """Tasks of charts: the first one runs, the others wait; each call of the model then needs a turn."""
    model.engine.turns = Semaphore(0)
    running = asyncio.create_task(read(queue, first))
    await asyncio.to_thread(model.engine.begun.get, timeout=60)
    waiting = [asyncio.create_task(read(queue, width)) for width in others]
    await asyncio.sleep(0)  # so that each is in the queue
    return [running, *waiting]


async def read_all(queue, model, *widths):
    tasks = await begin(queue, model, *widths)
    model.engine.turns.release(100)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_lone_chart_does_not_wait():
    queue, model = start()
    assert await read(queue, 7) == 7
    assert model.engine.read_widths == [[7]]


async def test_what_waits_is_read_together_and_everybody_gets_his_own():
    queue, model = start()
    widths = [50, *range(10, 20)]
    assert await read_all(queue, model, *widths) == widths
    assert [len(batch) for batch in model.engine.read_widths] == [1, 4, 4, 2]


async def test_the_oldest_goes_first_with_those_of_its_size():
    queue, model = start(size=3)
    await read_all(queue, model, 50, 100, 900, 101, 20, 102, 901)
    assert model.engine.read_widths[1:] == [[100, 101, 102], [900, 901, 20]]


async def test_a_batch_is_bounded_in_pixels_of_its_largest():
    queue, model = start(size=8, pixels=4000)
    await read_all(queue, model, 50, 100, 100, 130, 100, 500, 600)
    assert model.engine.read_widths[1:] == [[100, 100, 100], [130], [500], [600]]


async def test_one_bad_chart_fails_alone(caplog):
    queue, model = start()
    model.engine.errors[13] = RuntimeError("internal detail")
    first, *others = await read_all(queue, model, 50, 12, 13, 14)
    assert (first, others[0], others[2]) == (50, 12, 14)
    assert isinstance(others[1], ModelFailed)
    assert "read again alone" in caplog.text
    assert model.engine.read_widths[2:] == [[12], [13], [14]]


async def test_a_chart_too_large_for_the_memory_fails_alone():
    queue, model = start()
    model.engine.errors[13] = OutOfMemory("640 MiB are missing")
    results = await read_all(queue, model, 50, 12, 13)
    assert results[:2] == [50, 12]
    assert isinstance(results[2], OutOfMemory)


async def test_a_broken_model_fails_all_at_once():
    queue, model = start()
    model.engine.errors[13] = ModelBroken("CUDA error: an illegal memory access was encountered")
    results = await read_all(queue, model, 50, 12, 13)
    assert all(isinstance(result, ModelBroken) for result in results[1:])
    assert model.engine.read_widths == [[50], [12, 13]]
    with pytest.raises(ModelBroken):
        model.check()
    with pytest.raises(ModelBroken):
        await read(queue, 5)


async def test_a_chart_whose_caller_has_gone_leaves_the_queue():
    queue, model = start(size=2)
    running, gone, *stay = await begin(queue, model, 50, 12, 13, 14)
    gone.cancel()
    await asyncio.wait([gone])
    model.engine.turns.release(2)
    assert await asyncio.gather(running, *stay) == [50, 13, 14]
    assert gone.cancelled()
    assert model.engine.read_widths == [[50], [13, 14]]  # nor does it take a place in the batch


async def test_only_the_one_whose_caller_goes_is_stopped_while_the_batch_runs():
    queue, model = start()
    running, gone, stays = await begin(queue, model, 50, 12, 13)
    model.engine.turns.release()
    await asyncio.to_thread(model.engine.begun.get, timeout=60)
    gone.cancel()
    await asyncio.wait([gone])
    model.engine.turns.release()
    assert (await running, await stays) == (50, 13)
    assert model.engine.stopped == [12]
    assert model.engine.read_widths == [[50], [12, 13]]


async def test_a_chart_whose_caller_goes_is_not_read_again_after_its_batch_failed():
    queue, model = start()
    model.engine.errors[13] = RuntimeError
    _, gone, bad, stays = await begin(queue, model, 50, 12, 13, 14)
    model.engine.turns.release()
    await asyncio.to_thread(model.engine.begun.get, timeout=60)
    gone.cancel()
    await asyncio.wait([gone])
    model.engine.turns.release(100)
    with pytest.raises(ModelFailed):
        await bad
    assert await stays == 14
    assert model.engine.read_widths == [[50], [12, 13, 14], [13], [14]]


async def test_too_few_readings_leave_nobody_waiting(monkeypatch):
    queue, model = start()
    monkeypatch.setattr(model.engine, "read", lambda charts: [])
    with pytest.raises(ModelFailed):
        await asyncio.wait_for(read(queue, 5), 60)


async def test_each_chart_counts_as_a_call_and_its_wait_is_measured():
    seen = []
    queue, model = start(observe=lambda waits, ran: seen.append((waits, ran)), calls=4)
    await read_all(queue, model, 50, 12, 13, 14)
    (first, first_ran), (batch, _) = seen
    assert (len(first), len(batch)) == (1, 3)
    assert first_ran > 0
    assert all(wait > 0 for wait in batch)
    with pytest.raises(ModelBroken, match="4 calls"):
        model.check()
