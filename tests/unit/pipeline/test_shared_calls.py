import asyncio

import pytest

from serve_app.domain import OcrOptions, TextLine
from serve_app.errors import Busy
from serve_app.pipeline.shared_calls import SharedCalls

PLAIN, WORDS = OcrOptions(), OcrOptions(return_word_box=True)
LINE = TextLine("a", 1.0, ((0, 0), (1, 0), (1, 1), (0, 1)))


class Held:
    """A client whose calls end when they are told to."""

    def __init__(self):
        self.calls = []
        self.cancelled = 0
        self.go = asyncio.Event()
        self.error = None

    async def read(self, image, extra):
        self.calls.append((image, extra))
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return len(self.calls)


@pytest.fixture
async def held():
    return Held()


@pytest.fixture
async def shared(held):
    return SharedCalls(held)


def ask(shared, image=b"page", extra=PLAIN):
    return asyncio.create_task(shared.read(image, extra))


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_same_at_the_same_time_is_read_once(held, shared):
    asked = [ask(shared), ask(shared, bytes(bytearray(b"page"))), ask(shared)]
    await settle()
    held.go.set()
    assert await asyncio.gather(*asked) == [1, 1, 1]
    assert held.calls == [(b"page", PLAIN)]


async def test_other_bytes_and_other_options_are_other_calls(held, shared):
    asked = [ask(shared), ask(shared, b"other"), ask(shared, extra=WORDS)]
    await settle()
    held.go.set()
    await asyncio.gather(*asked)
    assert held.calls == [(b"page", PLAIN), (b"other", PLAIN), (b"page", WORDS)]


async def test_lines_are_options_too(held, shared):
    asked = [ask(shared, extra=extra) for extra in ([LINE], (LINE,), ())]
    await settle()
    held.go.set()
    await asyncio.gather(*asked)
    assert held.calls == [(b"page", [LINE]), (b"page", ())]


async def test_nothing_is_kept(held, shared):
    held.go.set()
    assert [await shared.read(b"page", PLAIN) for _ in range(2)] == [1, 2]
    assert shared._calls == {}


async def test_the_first_caller_may_go(held, shared):
    first, second = ask(shared), ask(shared)
    await settle()
    first.cancel()
    await asyncio.wait([first])
    assert first.cancelled()
    assert held.cancelled == 0
    held.go.set()
    assert await second == 1


async def test_the_last_one_that_goes_ends_the_call(held, shared):
    asked = [ask(shared), ask(shared)]
    await settle()
    for request in asked:
        request.cancel()
    await asyncio.wait(asked)
    again = ask(shared)  # does not wait for what is cancelled
    await settle()
    assert (held.cancelled, len(held.calls)) == (1, 2)
    held.go.set()
    assert await again == 2


async def test_an_error_is_everybodys_and_is_not_kept(held, shared):
    held.error = Busy("full", 3)
    asked = [ask(shared), ask(shared)]
    await settle()
    held.go.set()
    assert [str(error) for error in await asyncio.gather(*asked, return_exceptions=True)] == ["full", "full"]
    held.error = None
    assert await shared.read(b"page", PLAIN) == 2


async def test_the_deadline_of_one_is_not_that_of_the_other(held, shared):
    async def hurry():
        async with asyncio.timeout(0):
            await shared.read(b"page", PLAIN)

    patient = ask(shared)
    await settle()
    with pytest.raises(TimeoutError):
        await hurry()
    held.go.set()
    assert await patient == 1


class Slow(Held):
    """Takes a while to notice that it was cancelled."""

    async def read(self, image, extra):
        try:
            return await super().read(image, extra)
        except asyncio.CancelledError:
            await settle()
            raise


async def test_who_comes_while_an_abandoned_call_ends_begins_anew():
    held = Slow()
    shared = SharedCalls(held)
    left = ask(shared)
    await settle()
    left.cancel()
    await asyncio.wait([left])
    [second, third] = [ask(shared), ask(shared)]
    for _ in range(4):  # the first call ends meanwhile, and leaves the second one where it is
        await settle()
    fourth = ask(shared)
    await settle()
    held.go.set()
    assert await asyncio.gather(second, third, fourth) == [2, 2, 2]
    assert (len(held.calls), held.cancelled) == (2, 1)
