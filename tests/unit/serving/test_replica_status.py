import asyncio
from types import SimpleNamespace

import pytest
from ray.exceptions import RayActorError, RaySystemError
from ray.serve.schema import ReplicaState

from serve_app.pipeline.load import ReplicaCounts
from serve_app.serving import replica_status
from serve_app.serving.replica_status import ReplicaStatus
from tests.clock import Clock


class Controller:
    """Serve's controller: what it tells, and how often it was asked."""

    def __init__(self):
        self.asked = 0
        self.error = None
        self.application = "reader"
        self.states = {
            "Ocr": {ReplicaState.RUNNING: 2, ReplicaState.STARTING: 1, ReplicaState.STOPPING: 4},
            "Ingress": {ReplicaState.RUNNING: 3},
        }

    def status(self):
        self.asked += 1
        if self.error:
            raise self.error
        deployments = {name: SimpleNamespace(replica_states=states) for name, states in self.states.items()}
        return SimpleNamespace(applications={self.application: SimpleNamespace(deployments=deployments)})


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(0.0)  # as on a machine that has just been started
    monkeypatch.setattr(replica_status, "time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.fixture
def controller(monkeypatch):
    controller = Controller()
    monkeypatch.setattr(replica_status.serve, "status", controller.status)
    return controller


async def test_replicas_are_counted_by_what_they_do(controller):
    status = ReplicaStatus("reader", "Ingress")
    await status.find("Ocr")
    assert status.count_replicas("Ocr") == ReplicaCounts(running=2, target=3, ingresses=3)
    assert status.count_replicas("Chart") == ReplicaCounts(running=0, target=0, ingresses=3)
    assert await status.find("Chart") is None


async def test_the_controller_is_asked_beside_the_requests_and_seldom(controller):
    status = ReplicaStatus("reader", "Ingress")
    assert status.count_replicas("Ocr").running == 0  # nobody waited for the answer
    await status.find("Ocr")
    assert status.count_replicas("Ocr").running == 2
    for _ in range(100):
        status.count_replicas("Ocr")
        await status.find("Ocr")
    assert controller.asked == 1


async def test_an_answer_is_used_for_two_seconds(controller, clock):
    status = ReplicaStatus("reader", "Ingress")
    await status.find("Ocr")
    controller.states["Ocr"] = {ReplicaState.RUNNING: 5}
    clock.advance(2.0)
    await status.find("Ocr")
    assert (status.count_replicas("Ocr").running, controller.asked) == (2, 1)
    clock.advance(0.1)
    await status.find("Ocr")
    assert (status.count_replicas("Ocr").running, controller.asked) == (5, 2)


async def test_the_controller_is_asked_once_by_many_who_wait(controller):
    status = ReplicaStatus("reader", "Ingress")
    found = await asyncio.gather(*(status.find("Ocr") for _ in range(5)))
    assert [deployment.replica_states for deployment in found] == [controller.states["Ocr"]] * 5
    assert controller.asked == 1


async def test_a_caller_that_goes_leaves_the_question_to_the_others(controller):
    status = ReplicaStatus("reader", "Ingress")
    going, staying = (asyncio.create_task(status.find("Ocr")) for _ in range(2))
    await asyncio.sleep(0)
    going.cancel()
    assert (await staying).replica_states == controller.states["Ocr"]
    assert controller.asked == 1


@pytest.mark.parametrize(
    ("application", "error"), [("reader", RayActorError()), ("reader", RaySystemError("lost")), ("renamed", None)]
)
async def test_a_lost_controller_leaves_the_last_answer(controller, clock, caplog, application, error):
    status = ReplicaStatus("reader", "Ingress")
    await status.find("Ocr")
    controller.application, controller.error = application, error
    clock.advance(3)
    await status.find("Ocr")
    assert (status.count_replicas("Ocr").running, controller.asked) == (2, 2)
    assert "controller does not tell" in caplog.text
    await status.find("Ocr")
    assert controller.asked == 2  # it is not asked at every call because it does not answer
    controller.application, controller.error = "reader", None
    clock.advance(3)
    controller.states["Ocr"] = {ReplicaState.RUNNING: 5}
    await status.find("Ocr")
    assert status.count_replicas("Ocr").running == 5
