"""Documents that are kept open, while one closes and others are used."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from serve_app.documents.open_documents import OpenDocuments


class Opened:
    """Documents that close when a test lets them."""

    def __init__(self):
        self.closing, self.closed = [], []
        self.may_close = asyncio.Event()

    def open(self, name):
        @asynccontextmanager
        async def opening():
            yield name
            self.closing.append(name)
            await self.may_close.wait()
            self.closed.append(name)

        return opening


@pytest.fixture
def opened():
    return Opened()


async def use(documents, opened, *names):
    for name in names:
        async with documents.use(name, opened.open(name)) as document:
            assert document == name


async def step():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_closes_once_however_many_ask_for_it(opened):
    documents = OpenDocuments(most=4, clock=lambda: 0.0)
    await use(documents, opened, "a", "b", "c")
    closing = [asyncio.create_task(documents.close()) for _ in range(3)]
    await step()
    opened.may_close.set()
    await asyncio.gather(*closing)
    assert sorted(opened.closed) == ["a", "b", "c"]


async def test_one_that_is_used_again_while_another_closes_stays_open(opened):
    documents = OpenDocuments(most=4, clock=lambda: 0.0)
    await use(documents, opened, "a", "b")
    closing = asyncio.create_task(documents.close())
    await step()
    assert opened.closing == ["a"]
    async with documents.use("b", opened.open("another b")) as document:
        opened.may_close.set()
        await closing
        assert document == "b"
        assert opened.closed == ["a"]
