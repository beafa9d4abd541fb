import asyncio

import pytest
from ray.exceptions import ActorDiedError
from ray.serve.exceptions import BackPressureError

from serve_app.domain import OcrOptions
from serve_app.errors import Busy, ModelUnavailable, Quarantined
from serve_app.serving.replica_client import ReplicaClient

IMAGE, OTHER = b"image", b"other image"


class Response:
    """What a handle's call gives: an awaitable that can be cancelled."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.cancelled = False

    def __await__(self):
        return self._wait().__await__()

    async def _wait(self):
        await asyncio.sleep(0)
        if isinstance(self.outcome, asyncio.Event):
            await self.outcome.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def cancel(self):
        self.cancelled = True


class Handle:
    """A deployment's handle: each call meets the next of the outcomes, an exception or a result."""

    deployment_name, app_name = "Ocr", "reader"

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.responses = []
        self.read = self

    def remote(self, *_):
        self.responses.append(Response(self.outcomes.pop(0)))
        return self.responses[-1]


class Counter:
    def __init__(self):
        self.count = 0

    def inc(self):
        self.count += 1


class Metrics:
    def __init__(self):
        self.retries, self.quarantined = Counter(), Counter()


def build(*outcomes):
    handle, metrics = Handle(*outcomes), Metrics()
    return ReplicaClient(handle, None, metrics, quarantine_s=60), handle, metrics


def death():
    return ActorDiedError()


async def read(client, image=IMAGE):
    return await client.read(image, OcrOptions())


async def test_a_call_whose_replica_died_is_made_once_more():
    client, handle, metrics = build(death(), "page")
    assert await read(client) == "page"
    assert (len(handle.responses), metrics.retries.count) == (2, 1)


async def test_an_image_that_was_read_is_absolved_of_the_deaths_before():
    client, *_ = build(death(), "page", death(), "page", death(), "page")
    for _ in range(3):  # without it, the second round would end in quarantine
        assert await read(client) == "page"


async def test_one_death_under_several_calls_with_an_image_is_one_death():
    died = ActorDiedError()
    died.actor_id = "ab12"
    client, *_ = build(died, died, died, "page", "page", "page")
    assert await asyncio.gather(*(read(client) for _ in range(3))) == ["page"] * 3


async def test_an_image_that_two_replicas_died_of_is_quarantined_alone():
    client, handle, metrics = build(death(), death(), "page")
    with pytest.raises(Quarantined):
        await read(client)
    with pytest.raises(Quarantined):
        await read(client)
    assert (len(handle.responses), metrics.quarantined.count) == (2, 2)
    assert await read(client, OTHER) == "page"


async def test_serves_full_queue_is_busy():
    client, *_ = build(BackPressureError(num_queued_requests=1, max_queued_requests=1))
    with pytest.raises(Busy) as caught:
        await read(client)
    assert caught.value.retry_after is None  # admission knows the wait


async def test_a_caller_that_goes_cancels_its_call():
    client, handle, _ = build(asyncio.Event())
    call = asyncio.create_task(read(client))
    await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert handle.responses[0].cancelled


async def test_a_model_without_replicas_cannot_be_described():
    client, handle, _ = build(death())
    handle.describe = handle
    with pytest.raises(ModelUnavailable):
        await client.describe()
