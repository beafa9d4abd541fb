import asyncio
from types import SimpleNamespace

import pytest
from ray.exceptions import ActorDiedError, RayTaskError
from ray.serve._private.common import DeploymentID
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.schema import ReplicaState

from serve_app.domain import ModelInfo, OcrOptions, Readiness
from serve_app.errors import Busy, ModelBroken, ModelUnavailable, OutOfMemory, Quarantined, UnreadableImage
from serve_app.serving import replica_client
from serve_app.serving.replica_client import BROKEN_PAUSES_S, ReplicaClient

IMAGE, OTHER = b"image", b"other image"


class Returned:
    """An error that a replica returns, and does not raise."""

    def __init__(self, error):
        self.error = error


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
        return self.outcome.error if isinstance(self.outcome, Returned) else self.outcome

    def cancel(self):
        self.cancelled = True


class Handle:
    """A deployment's handle: each call meets the next of the outcomes, an exception or a result."""

    deployment_name, app_name = "Ocr", "reader"

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.responses = []
        self.arguments = []
        self.read = self.describe = self.readiness = self

    def remote(self, *arguments):
        self.arguments.append(arguments)
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


async def test_the_repeated_call_is_the_same(caplog):
    client, handle, _ = build(death(), "page")
    await client.read(IMAGE, options := OcrOptions(chart=True))
    assert handle.arguments == [(IMAGE, options)] * 2
    assert "A replica of Ocr died" in caplog.text


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
    while not handle.responses:
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert handle.responses[0].cancelled


def raised_in_replica(error):
    """An error as Ray hands it on from a replica: of a class made of RayTaskError's and its own."""
    return RayTaskError("read", "a traceback", error).as_instanceof_cause()


async def test_image_and_options_reach_the_replica():
    client, handle, _ = build("page")
    options = OcrOptions(chart=True)
    await client.read(IMAGE, options)
    assert handle.arguments == [(IMAGE, options)]


async def test_an_error_of_the_engine_comes_as_it_was_raised():
    client, handle, metrics = build(raised_in_replica(OutOfMemory("too large", retry_after=3)))
    with pytest.raises(OutOfMemory) as caught:
        await read(client)
    assert type(caught.value) is OutOfMemory
    assert (caught.value.message, caught.value.retry_after) == ("too large", 3)
    assert (len(handle.responses), metrics.retries.count) == (1, 0)


async def test_a_refusal_that_a_replica_returned_is_raised_and_not_tried_again():
    client, handle, metrics = build(Returned(UnreadableImage("The image is cut short")))
    with pytest.raises(UnreadableImage, match="cut short"):
        await read(client)
    assert (len(handle.responses), metrics.retries.count) == (1, 0)


async def test_any_other_error_of_a_replica_passes():
    client, *_ = build(raised_in_replica(KeyError("boxes")))
    with pytest.raises(KeyError):
        await read(client)


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were asked for; none is made."""
    asked = []

    async def sleep(seconds):
        asked.append(seconds)

    monkeypatch.setattr(replica_client.asyncio, "sleep", sleep)
    return asked


class NoWait(Response):
    async def _wait(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def _no_wait(monkeypatch):
    monkeypatch.setitem(globals(), "Response", NoWait)


@pytest.mark.usefixtures("_no_wait")
@pytest.mark.parametrize("broken", range(len(BROKEN_PAUSES_S) + 1))
async def test_a_call_that_met_a_broken_replica_is_made_again_after_longer_and_longer_pauses(pauses, broken):
    client, handle, metrics = build(*[raised_in_replica(ModelBroken("the GPU failed"))] * broken, "page")
    assert await read(client) == "page"
    assert handle.arguments == [(IMAGE, OcrOptions())] * (1 + broken)
    assert pauses == list(BROKEN_PAUSES_S[:broken])
    assert metrics.retries.count == broken
    assert list(BROKEN_PAUSES_S) == sorted(BROKEN_PAUSES_S)


@pytest.mark.usefixtures("_no_wait")
async def test_a_model_that_stays_broken_is_told(pauses):
    client, handle, metrics = build(*[raised_in_replica(ModelBroken("the GPU failed"))] * 9)
    with pytest.raises(ModelBroken, match="the GPU failed"):
        await read(client)
    assert len(handle.responses) == 1 + len(BROKEN_PAUSES_S)
    assert metrics.retries.count == len(BROKEN_PAUSES_S)


async def test_calls_are_repeated_one_at_a_time():
    """An image that crashes replicas would otherwise take a bystander's second replica with it."""
    again = [asyncio.Event(), asyncio.Event()]
    client, handle, _ = build(death(), death(), *again)
    calls = [asyncio.create_task(read(client, image)) for image in (IMAGE, OTHER)]
    while len(handle.responses) < 3:
        await asyncio.sleep(0)
    for _ in range(10):  # both have died, and only one is repeated
        await asyncio.sleep(0)
    assert len(handle.responses) == 3
    again[0].set()
    while len(handle.responses) < 4:
        await asyncio.sleep(0)
    again[1].set()
    assert await asyncio.gather(*calls) == again


async def test_two_deaths_of_the_same_call_are_told_where_the_image_is_not_to_blame():
    handle, metrics = Handle(death(), death()), Metrics()
    client = ReplicaClient(handle, None, metrics, quarantine_s=0)
    with pytest.raises(ModelUnavailable, match=r"Two replicas of Ocr died\. Try again"):
        await read(client)
    assert metrics.retries.count == 1


async def test_a_deployment_that_cannot_start_is_unavailable():
    client, *_ = build(DeploymentUnavailableError(DeploymentID("Ocr", "reader")))
    with pytest.raises(ModelUnavailable, match="Ocr cannot start: "):
        await read(client)


async def test_a_full_queue_names_the_deployment():
    client, *_ = build(BackPressureError(num_queued_requests=1, max_queued_requests=1))
    with pytest.raises(Busy, match="All replicas of Ocr are busy"):
        await read(client)


async def test_a_replica_tells_what_it_has_loaded():
    info = ModelInfo("PP-OCRv6_small", "ocr", "onnxruntime", "cpu")
    client, handle, _ = build(info)
    assert await client.describe() is info
    assert handle.arguments == [()]


async def test_a_model_without_replicas_cannot_be_described():
    client, *_ = build(death())
    with pytest.raises(ModelUnavailable, match="replica of Ocr died"):
        await client.describe()


class Status:
    """What Serve's controller says of each deployment."""

    def __init__(self, **deployments):
        self.deployments = deployments

    async def find(self, name):
        return self.deployments.get(name)


def ready_client(status, *outcomes, asks_server=False):
    handle = Handle(*outcomes)
    return ReplicaClient(handle, status, Metrics(), 60, asks_server=asks_server), handle


def deployment(message="", **states):
    return SimpleNamespace(
        replica_states={ReplicaState[name]: count for name, count in states.items()}, message=message
    )


RUNNING = Status(Ocr=deployment(RUNNING=1))


@pytest.mark.parametrize(
    ("status", "readiness"),
    [
        (RUNNING, Readiness(ready=True)),
        (Status(Ocr=deployment(RUNNING=2, STARTING=1)), Readiness(ready=True)),
        (Status(Ocr=deployment(RUNNING=0)), Readiness(ready=False, reason="no replica is running yet")),
        (Status(Ocr=deployment("no node has a GPU", STARTING=1)), Readiness(ready=False, reason="no node has a GPU")),
        (Status(Ocr=deployment(STOPPING=3)), Readiness(ready=False, reason="no replica is running yet")),
        (Status(Chart=deployment(RUNNING=1)), Readiness(ready=False, reason="no replica is running yet")),
        (Status(), Readiness(ready=False, reason="no replica is running yet")),
    ],
)
async def test_a_model_is_ready_while_one_replica_runs(status, readiness):
    client, handle = ready_client(status)
    assert await client.readiness() == readiness
    assert handle.arguments == []


@pytest.mark.parametrize(
    ("outcome", "ready", "reason"),
    [
        (Readiness(ready=True), True, ""),
        (Readiness(ready=False, reason="the server is away"), False, "the server is away"),
        (BackPressureError(num_queued_requests=1, max_queued_requests=1), True, ""),  # at work
        (TimeoutError(), True, ""),
        (ActorDiedError(), False, "died"),
        (DeploymentUnavailableError(DeploymentID("Ocr", "reader")), False, "cannot start"),
    ],
)
async def test_a_model_on_a_server_is_ready_as_its_replica_says(outcome, ready, reason):
    client, handle = ready_client(RUNNING, outcome, asks_server=True)
    found = await client.readiness()
    assert found.ready is ready
    assert reason in found.reason
    assert len(handle.arguments) == 1


async def test_a_replica_that_does_not_answer_is_at_work(monkeypatch):
    monkeypatch.setattr(replica_client, "READINESS_S", 0.0)
    client, handle = ready_client(RUNNING, asyncio.Event(), asks_server=True)
    assert await client.readiness() == Readiness(ready=True)
    assert handle.responses[0].cancelled


async def test_a_model_on_a_server_is_not_asked_while_no_replica_runs():
    client, handle = ready_client(Status(), asks_server=True)
    assert not (await client.readiness()).ready
    assert handle.arguments == []
