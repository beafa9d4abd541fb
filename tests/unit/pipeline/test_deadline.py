import asyncio

import pytest

from serve_app.errors import DeadlineExceeded, UnreadableImage
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.deadline import within
from tests.clock import Clock


async def hang():
    """Longer than any deadline here, and not for ever, lest a deadline that is not kept hang the tests."""
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(10, event.set)
    await event.wait()


def ticket(seconds, clock=None):
    return Ticket({}, seconds, clock or Clock())


async def test_what_ends_in_time_goes_on():
    async with within(ticket(60)):
        await asyncio.sleep(0)


async def test_what_takes_longer_is_cancelled():
    ended = []

    async def hang_and_tell():
        try:
            await hang()
        finally:
            ended.append(True)

    with pytest.raises(DeadlineExceeded, match=r"within 0\.05 s"):
        async with within(ticket(0.05)):
            await hang_and_tell()
    assert ended == [True]


async def test_the_time_runs_from_the_admission():
    clock = Clock()
    late = ticket(60, clock)
    clock.advance(59)
    assert late.remaining_s == 1.0
    clock.advance(1)
    with pytest.raises(DeadlineExceeded, match="within 60 s"):
        async with within(late):
            await hang()


async def test_errors_pass_also_out_of_a_group_of_tasks():
    async def fail():
        raise UnreadableImage("cut short")

    with pytest.raises(UnreadableImage):
        async with within(ticket(60)):
            await fail()
    with pytest.raises(UnreadableImage, match="cut short"):
        async with within(ticket(60)), asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
