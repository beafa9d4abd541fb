"""The Jobs deployment without Ray: what it leaves to requests, what it reports, and how it ends."""

import asyncio
import socket
from types import SimpleNamespace

import pytest

from serve_app.config import AppConfig, JobsConfig
from serve_app.errors import ConfigError, StoreUnavailable
from serve_app.jobs.address_policy import AddressPolicy
from serve_app.jobs.job import Counts
from serve_app.jobs.opening import LEASE_S
from serve_app.pipeline.load import ReplicaCounts
from serve_app.pipeline.service import CHART, LAYOUT, OCR
from serve_app.serving import jobs
from serve_app.serving.jobs_scaling import OPEN_PAGES, PLACES

END = jobs.Jobs.__del__
"""Awaited by Serve when it stops the replica; Python itself would only make its coroutine."""


class Deployed(jobs.Jobs):
    """Jobs that end only where a test awaits `END`."""

    def __del__(self):
        pass


class Store:
    """A queue with these counts; None is one that is away."""

    def __init__(self):
        self.found = Counts(5, 2, 11, 1, 0, 0)
        self.closed = False

    async def counts(self):
        if self.found is None:
            raise StoreUnavailable("The job store cannot be reached")
        return self.found

    async def close(self):
        self.closed = True


class Pages:
    fails = False

    def __init__(self, service, blobs):
        self.given, self.closed = (service, blobs), False

    async def close(self):
        self.closed = True
        if self.fails:
            raise OSError("a document does not close")


class Loop:
    """A loop that runs until it is told to end, or fails."""

    made: list["Loop"]

    def __init__(self, *given, **settings):
        self.given, self.settings = given, settings
        self.concurrency = settings.get("concurrency")
        self.over = asyncio.Event()
        self.error = None
        self.ended = ""
        type(self).made.append(self)

    async def run(self):
        try:
            await self.over.wait()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        self.ended = "stopped"
        if self.error:
            raise self.error

    def stop(self):
        self.over.set()


class Scene:
    """Jobs between a store, loops and replicas that a test sets."""

    def __init__(self, monkeypatch, recorder):
        self.store, self.recorder = Store(), recorder
        self.replicas = dict.fromkeys((OCR, CHART, LAYOUT), ReplicaCounts())
        self.asked = []
        for name in ("JobRunner", "Housekeeper", "WebhookSender"):
            loop = type(name, (Loop,), {"made": []})
            setattr(self, name, loop)
            monkeypatch.setattr(jobs, name, loop)
        self.ticks = asyncio.Semaphore(0)
        self.looked = asyncio.Semaphore(0)
        self.opened = []
        monkeypatch.setattr(jobs, "open_store", lambda config: self.opened.append(config) or self.store)
        monkeypatch.setattr(jobs, "open_blobs", lambda config: self.opened.append(config) or "blobs")
        monkeypatch.setattr(jobs, "JobPages", Pages)
        monkeypatch.setattr(jobs, "join_serve_log", lambda: None)
        monkeypatch.setattr(jobs, "Clients", self.make_clients)
        monkeypatch.setattr(jobs.asyncio, "sleep", self.sleep)

    def make_clients(self, *given, background):
        self.asked.append((*given, background))
        loads = {
            model: SimpleNamespace(report=lambda model=model: SimpleNamespace(replicas=self.replicas[model]))
            for model in self.replicas
        }
        return SimpleNamespace(loads=loads, service="service")

    async def sleep(self, seconds):
        assert seconds == jobs.WATCH_S
        self.looked.release()
        await self.ticks.acquire()

    async def look(self):
        """Wait until the replicas and the queue have been looked at once more."""
        self.ticks.release()
        async with asyncio.timeout(60):
            await self.looked.acquire()

    async def start(self, **settings):
        config = AppConfig(jobs=JobsConfig(**settings))
        deployment = Deployed(config, "ocr", "chart", "layout", True)
        await self.looked.acquire()
        return deployment

    @property
    def runner(self):
        return self.JobRunner.made[-1]


@pytest.fixture
async def scene(monkeypatch, recorder):
    made = Scene(monkeypatch, recorder)
    yield made
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def test_it_asks_the_models_as_the_ingress_does_and_lets_requests_pass(scene):
    deployment = await scene.start()
    assert scene.asked == [(AppConfig(), "ocr", "chart", "layout", True, True)]
    assert deployment._pages.given == ("service", "blobs")
    store, blobs, pages = scene.runner.given
    assert (store, blobs, pages) == (scene.store, "blobs", deployment._pages)
    assert scene.runner.settings["lease_s"] > 2 * scene.runner.settings["renew_s"]
    assert scene.runner.settings["worker"].startswith(socket.gethostname())
    assert isinstance(scene.runner.concurrency, int)


async def test_each_part_works_on_the_store_that_the_config_names(scene):
    networks = ["10.0.0.0/8"]
    await scene.start(webhook_networks=networks, folder="jobs-of-the-test")
    assert [config.folder for config in scene.opened] == ["jobs-of-the-test"] * 2
    assert scene.Housekeeper.made[0].given == (scene.store, "blobs", LEASE_S)
    assert scene.WebhookSender.made[0].given == (scene.store, AddressPolicy.of(networks))


async def test_the_workers_of_a_host_have_names_of_their_own(scene):
    await scene.start()
    await scene.start()
    assert len({made.settings["worker"] for made in scene.JobRunner.made}) == 2


@pytest.mark.parametrize(
    ("share", "running", "ingresses", "places", "at_once"),
    [
        (0.5, 4, 1, 4, 4),  # half of two calls for each of four replicas
        (0.25, 4, 1, 2, 2),
        (1.0, 4, 2, 8, 4),  # shared with another replica of Jobs
        (0.5, 0, 0, 1, 1),  # never nothing: the models may start for the jobs' sake
        (0.1, 2, 3, 1, 1),
    ],
)
async def test_requests_keep_their_share_of_the_replicas_of_the_ocr(scene, share, running, ingresses, places, at_once):
    scene.replicas[OCR] = ReplicaCounts(running, running, ingresses)
    scene.replicas[CHART] = ReplicaCounts(99, 99, 1)
    deployment = await scene.start(share=share)
    assert (await deployment.record_autoscaling_stats())[PLACES] == places
    assert scene.runner.concurrency == at_once


async def test_more_replicas_are_used_as_they_come(scene):
    await scene.start()
    scene.replicas[OCR] = ReplicaCounts(6, 6, 1)
    await scene.look()
    assert scene.runner.concurrency == 6


async def test_the_queue_is_reported_to_the_autoscaler_and_the_metrics(scene):
    deployment = await scene.start()
    assert (await deployment.record_autoscaling_stats())[OPEN_PAGES] == 7
    assert any(values.values for metric in scene.recorder.metrics.values() for values in metric)
    scene.store.found = Counts(0, 1, 17, 1, 0, 0)
    await scene.look()
    assert (await deployment.record_autoscaling_stats())[OPEN_PAGES] == 1


async def test_a_store_that_is_away_ends_nothing_and_the_last_count_stands(scene):
    deployment = await scene.start()
    scene.store.found = None
    await scene.look()
    await scene.look()
    await deployment.check_health()
    assert (await deployment.record_autoscaling_stats())[OPEN_PAGES] == 7
    scene.store.found = Counts(1, 0, 0, 0, 0, 0)
    await scene.look()
    assert (await deployment.record_autoscaling_stats())[OPEN_PAGES] == 1


@pytest.mark.parametrize("loop", ["JobRunner", "Housekeeper", "WebhookSender"])
@pytest.mark.parametrize("error", [ValueError("a mistake"), None])
async def test_it_is_unwell_once_a_loop_has_ended(scene, loop, error):
    deployment = await scene.start()
    await deployment.check_health()
    [made] = getattr(scene, loop).made
    made.error = error
    made.over.set()
    await asyncio.wait(deployment._tasks, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    with pytest.raises(RuntimeError, match="loop of Jobs has ended") as raised:
        await deployment.check_health()
    assert raised.value.__cause__ is error


async def test_a_loop_that_was_cancelled_has_ended_too(scene):
    deployment = await scene.start()
    deployment._tasks[0].cancel()
    await asyncio.wait(deployment._tasks[:1])
    with pytest.raises(RuntimeError, match="loop of Jobs has ended"):
        await deployment.check_health()


async def test_nothing_is_reported_and_one_page_read_before_the_first_look(scene):
    deployment = Deployed(AppConfig(), "ocr", "chart", "layout", True)
    assert await deployment.record_autoscaling_stats() == {OPEN_PAGES: 0, PLACES: 0}
    assert scene.runner.concurrency == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_it_gives_back_what_is_in_hand_and_closes_what_it_opened(scene, monkeypatch, fails):
    monkeypatch.setattr(Pages, "fails", fails)
    deployment = await scene.start()
    try:
        await END(deployment)
    except OSError:
        assert fails
    assert scene.runner.ended == "stopped"
    assert deployment._pages.closed
    assert scene.store.closed
    await asyncio.wait(deployment._tasks, timeout=60)
    assert [made.ended for made in (*scene.Housekeeper.made, *scene.WebhookSender.made)] == ["cancelled"] * 2


async def test_a_store_that_cannot_be_opened_is_told_as_it_is(scene, monkeypatch):
    def refuse(config):
        raise ConfigError("jobs: the folder cannot be written")

    monkeypatch.setattr(jobs, "open_store", refuse)
    with pytest.raises(ConfigError, match="cannot be written"):
        Deployed(AppConfig(), "ocr", "chart", "layout", True)
