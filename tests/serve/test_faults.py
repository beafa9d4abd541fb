"""What happens when models die, break, wear out, or lose their callers: on a real Ray, over real HTTP."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import ray
from PIL import Image
from ray import serve

from serve_app.config import HttpConfig, OcrConfig, RecycleConfig
from serve_app.serving.deployments import Chart, Ingress, Layout
from tests.drawings import encode
from tests.serve.planted import BLUE, GREEN, RED, WHITE, PlantedOcr
from tests.service import fake_config, free_port

pytestmark = pytest.mark.serve

REPLICAS = 2
PATIENCE_S = 120


def picture(colour, width=64):
    return encode(Image.new("RGB", (width, 64), colour))


@dataclass
class Running:
    url: str
    log: Path
    handle: serve.handle.DeploymentHandle
    logs: Path
    """The folder of Serve's logs, with a file for each replica."""

    def find_lines(self, deployment, request_id):
        """What the replicas of a deployment logged of a request: level and line, which Serve puts behind its id."""
        lines = [
            line for file in self.logs.glob(f"replica_reader_{deployment}_*") for line in file.read_text().splitlines()
        ]
        return [
            (line.split()[0], line.split(f"{request_id} -- ", 1)[1]) for line in lines if f"{request_id} -- " in line
        ]

    def calls(self):
        if not self.log.exists():
            return []
        fields = (line.split() for line in self.log.read_text().splitlines())
        return [(int(pid), float(start), float(end)) for pid, start, end in fields]

    def pids(self):
        found, deadline = set(), time.monotonic() + PATIENCE_S
        while len(found) < REPLICAS and time.monotonic() < deadline:
            found.add(self.handle.pid.remote().result())
        return found

    async def wait_for_calls(self, count):
        """Wait until so many calls of the OCR are in flight."""
        async with httpx.AsyncClient(base_url=self.url) as http, asyncio.timeout(PATIENCE_S):
            while (await http.get("/v1/capacity")).json()["models"]["ocr"]["in_flight"] < count:
                await asyncio.sleep(0.05)

    async def post(self, *images, timeout=60, **headers):
        async with httpx.AsyncClient(base_url=self.url, timeout=timeout) as http:
            return await asyncio.gather(*(http.post("/v1/ocr", content=image, headers=headers) for image in images))


@pytest.fixture(scope="module")
def cluster():
    ray.init(address="local", num_cpus=8, include_dashboard=False, namespace="serve")
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    yield f"http://127.0.0.1:{port}"
    serve.shutdown()
    ray.shutdown()


@pytest.fixture(scope="module")
def application(cluster, tmp_path_factory, request):
    """Two planted OCR replicas; a parameter sets when they are recycled."""
    config = fake_config(
        ocr=OcrConfig(engine="fake", recycle=getattr(request, "param", RecycleConfig())),
        http=HttpConfig(deadline_s=30),
    )
    folder = tmp_path_factory.mktemp("faults")
    log, logs = folder / "calls.txt", folder / "logs"
    ocr = serve.deployment(
        PlantedOcr, name="Ocr", num_replicas=REPLICAS, max_ongoing_requests=3, health_check_period_s=0.5
    ).bind(config.ocr, "cpu", str(log))
    chart = serve.deployment(Chart, name="Chart").bind(config.chart, "cpu")
    layout = serve.deployment(Layout, name="Layout").bind(config.layout, "cpu")
    ingress = serve.deployment(serve.ingress()(Ingress), name="Ingress").bind(config, ocr, chart, layout, True)
    serve.run(ingress, name="reader", logging_config={"logs_dir": str(logs)})
    yield Running(cluster, log, serve.get_deployment_handle("Ocr", "reader"), logs)
    serve.delete("reader")


@pytest.fixture
def running(application):
    """The application with all its replicas, and no call in its log."""
    assert len(application.pids()) == REPLICAS
    application.log.unlink(missing_ok=True)
    return application


async def test_each_replica_is_a_process_and_calls_never_overlap_in_it(running):
    answers = await running.post(*[picture(WHITE)] * 40)
    assert {answer.status_code for answer in answers} == {200}
    by_process = {}
    for pid, start, end in running.calls():
        by_process.setdefault(pid, []).append((start, end))
    assert len(by_process) == REPLICAS
    assert os.getpid() not in by_process
    for spans in by_process.values():
        spans.sort()
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


async def test_a_caller_that_goes_does_not_let_the_next_call_in(running):
    impatient = [running.post(picture(GREEN, 200), timeout=0.3) for _ in range(4)]
    await asyncio.gather(*impatient, return_exceptions=True)
    answers = await running.post(*[picture(WHITE)] * 10)  # to both replicas, behind what runs there
    assert {answer.status_code for answer in answers} == {200}
    calls = sorted(running.calls(), key=lambda call: call[1])
    for pid in {pid for pid, *_ in calls}:
        spans = [(start, end) for found, start, end in calls if found == pid]
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    slow = [end - start for _, start, end in calls if end - start > 0.5]
    assert len(slow) <= REPLICAS  # those that ran; the ones that waited were dropped


async def test_a_deadline_drops_what_waits(running):
    await running.post(*[picture(WHITE)] * 20)  # so that a short wait is expected, and what comes is admitted
    before = len(running.calls())
    occupants = asyncio.create_task(running.post(*[picture(GREEN, 400)] * REPLICAS))
    await running.wait_for_calls(REPLICAS)
    answers = await running.post(*[picture(GREEN)] * 4, **{"x-deadline-s": "0.3"})
    assert {504} <= {answer.status_code for answer in answers} <= {429, 504}
    assert {answer.status_code for answer in await occupants} == {200}
    await running.post(picture(WHITE))
    assert len(running.calls()) == before + REPLICAS + 1


async def test_a_killed_replica_loses_no_request(running):
    requests = asyncio.create_task(running.post(*[picture(GREEN, 64 + n) for n in range(6)]))
    await asyncio.sleep(0.6)
    os.kill(next(iter(await asyncio.to_thread(running.pids))), signal.SIGKILL)
    answers = await requests
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [answer.json()["text"] for answer in answers] == [f"fake {64 + n}x64" for n in range(6)]


async def test_poison_is_quarantined_and_takes_nobody_along(running):
    innocent = [picture(GREEN, 100 + n) for n in range(4)]
    poison, *answers = await running.post(picture(RED), *innocent)
    assert (poison.status_code, poison.json()["error"]["code"]) == (422, "quarantined")
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    before = await asyncio.to_thread(running.pids)
    [again] = await running.post(picture(RED))
    assert again.status_code == 422
    assert await asyncio.to_thread(running.pids) == before  # no replica has seen it


async def test_a_broken_gpu_gets_its_replica_replaced(running):
    before = await asyncio.to_thread(running.pids)
    [broken] = await running.post(picture(BLUE))
    assert broken.status_code == 503
    answers = await running.post(*[picture(WHITE)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    deadline = time.monotonic() + PATIENCE_S
    while before & await asyncio.to_thread(running.pids) == before:
        assert time.monotonic() < deadline, "no replica was replaced"
        await asyncio.sleep(0.2)


async def test_what_is_logged_of_a_request_stands_in_its_replicas_files_with_its_id(running):
    [broken] = await running.post(picture(BLUE), **{"x-request-id": "of-the-client"})
    assert (broken.status_code, broken.json()["error"]["request_id"]) == (503, "of-the-client")
    message = "The model fake is broken: CUDA error: an illegal memory access was encountered"
    assert ("ERROR", message) in running.find_lines("Ocr", "of-the-client")
    [(level, line)] = [found for found in running.find_lines("Ingress", "of-the-client") if "owner=" in found[1]]
    assert level == "INFO"
    assert "route=/v1/ocr pages=0 status=503" in line
    assert line.endswith("request=of-the-client")


@pytest.mark.parametrize("application", [RecycleConfig(calls=10)], indirect=True)
async def test_worn_replicas_are_replaced_without_a_lost_request(running):
    statuses = []
    for _ in range(15):
        statuses += [answer.status_code for answer in await running.post(*[picture(WHITE)] * 4)]
    assert statuses == [200] * 60
    assert len({pid for pid, *_ in running.calls()}) > REPLICAS
