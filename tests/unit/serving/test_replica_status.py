from types import SimpleNamespace

import pytest
from ray.exceptions import RayActorError
from ray.serve.schema import ReplicaState

from serve_app.pipeline.admission import ReplicaCounts
from serve_app.serving import replica_status
from serve_app.serving.replica_status import ReplicaStatus


class Controller:
    """Serve's controller: what it tells, and how often it was asked."""

    def __init__(self):
        self.asked = 0
        self.error = None
        self.states = {
            "Ocr": {ReplicaState.RUNNING: 2, ReplicaState.STARTING: 1, ReplicaState.STOPPING: 4},
            "Ingress": {ReplicaState.RUNNING: 3},
        }

    def status(self):
        self.asked += 1
        if self.error:
            raise self.error
        deployments = {name: SimpleNamespace(replica_states=states) for name, states in self.states.items()}
        return SimpleNamespace(applications={"reader": SimpleNamespace(deployments=deployments)})


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


async def test_an_old_answer_is_renewed(controller, monkeypatch):
    monkeypatch.setattr(replica_status, "FRESH_S", 0.0)
    status = ReplicaStatus("reader", "Ingress")
    await status.find("Ocr")
    controller.states["Ocr"] = {ReplicaState.RUNNING: 5}
    await status.find("Ocr")
    assert status.count_replicas("Ocr").running == 5


async def test_a_lost_controller_leaves_the_last_answer(controller, monkeypatch):
    monkeypatch.setattr(replica_status, "FRESH_S", 0.0)
    status = ReplicaStatus("reader", "Ingress")
    await status.find("Ocr")
    controller.error = RayActorError()
    await status.find("Ocr")
    assert status.count_replicas("Ocr").running == 2
