import asyncio
from threading import Event

import pytest

from serve_app.pipeline.decode_pool import DecodePool


class Work:
    """A function that a test lets end when it wants."""

    def __init__(self):
        self.begun, self.may_end = Event(), Event()

    def __call__(self):
        self.begun.set()
        assert self.may_end.wait(60)
        return "done"

    async def has_begun(self):
        return await asyncio.to_thread(self.begun.wait, 10)


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_fits_runs_at_the_same_time_and_what_does_not_waits():
    pool = DecodePool(100)
    first, second, third = Work(), Work(), Work()
    tasks = [asyncio.create_task(pool.run(weight, work)) for weight, work in ((60, first), (40, second), (1, third))]
    assert await first.has_begun()
    assert await second.has_begun()
    await settle()
    assert not third.begun.is_set()
    second.may_end.set()
    assert await third.has_begun()
    first.may_end.set()
    third.may_end.set()
    assert await asyncio.gather(*tasks) == ["done"] * 3


async def test_what_is_larger_than_the_bound_runs_alone():
    pool = DecodePool(100)
    small, large = Work(), Work()
    tasks = [asyncio.create_task(pool.run(10, small)), asyncio.create_task(pool.run(1000, large))]
    assert await small.has_begun()
    await settle()
    assert not large.begun.is_set()
    small.may_end.set()
    assert await large.has_begun()
    large.may_end.set()
    await asyncio.gather(*tasks)


async def test_a_small_one_does_not_overtake_a_large_one_that_waits():
    pool = DecodePool(100)
    works = [Work() for _ in range(3)]
    tasks = [asyncio.create_task(pool.run(weight, work)) for weight, work in zip((50, 90, 10), works, strict=True)]
    assert await works[0].has_begun()
    await settle()
    assert not works[1].begun.is_set()
    assert not works[2].begun.is_set()
    tasks[1].cancel()  # the large one's caller goes: the small one has its turn
    assert await works[2].has_begun()
    for work in works:
        work.may_end.set()
    assert await asyncio.gather(*tasks, return_exceptions=True) != ["done"] * 3


async def test_memory_stays_counted_until_the_work_ends_though_its_caller_has_gone():
    pool = DecodePool(100)
    stuck, waiting = Work(), Work()
    gone = asyncio.create_task(pool.run(100, stuck))
    assert await stuck.has_begun()
    gone.cancel()
    task = asyncio.create_task(pool.run(100, waiting))
    await settle()
    assert not waiting.begun.is_set()
    stuck.may_end.set()
    assert await waiting.has_begun()
    waiting.may_end.set()
    assert await task == "done"


async def test_an_error_comes_through_and_gives_the_memory_back():
    pool = DecodePool(100)

    def fail():
        raise KeyError("reason")

    for _ in range(3):
        with pytest.raises(KeyError, match="reason"):
            await pool.run(100, fail)


async def test_what_was_let_in_from_the_queue_is_counted():
    pool = DecodePool(100)
    works = [Work() for _ in range(4)]
    tasks = [asyncio.create_task(pool.run(weight, work)) for weight, work in zip((100, 60, 60, 40), works, strict=True)]
    assert await works[0].has_begun()
    works[0].may_end.set()
    assert await works[1].has_begun()
    await tasks[0]
    await settle()
    assert not works[2].begun.is_set()  # 40 are free
    works[1].may_end.set()
    assert await works[2].has_begun()
    assert await works[3].has_begun()
    works[2].may_end.set()
    works[3].may_end.set()
    await asyncio.gather(*tasks)
    await settle()
    assert pool._free == 100


async def test_a_caller_that_goes_as_its_turn_comes_gives_it_back():
    pool = DecodePool(100)
    taken = asyncio.create_task(pool._take(100))
    await taken
    waiting = asyncio.create_task(pool._take(60))
    await asyncio.sleep(0)
    pool._give_back(100)  # its turn has come, and it does not know yet
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert pool._free == 100


async def test_arguments_reach_the_function():
    pool = DecodePool(100)
    assert await pool.run(1, lambda *args, **kwargs: (args, kwargs), 1, 2, name=3) == ((1, 2), {"name": 3})
