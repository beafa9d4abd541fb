import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.config import AppConfig, HttpConfig
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.jobs.runner import JobRunner
from serve_app.pipeline import service as reading
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.job_pages import JobPages
from serve_app.pipeline.load import Load, ReplicaCounts
from tests.clients import LocalChart, LocalClient, LocalLayout, LocalOcr


@dataclass
class Service:
    """The whole HTTP application on fake engines, in this process."""

    http: httpx.AsyncClient
    ocr: LocalOcr
    chart: LocalChart
    layout: LocalLayout
    loads: dict[str, Load]
    reading: reading.Service

    @property
    def models(self) -> dict[str, LocalClient]:
        return {reading.OCR: self.ocr, reading.CHART: self.chart, reading.LAYOUT: self.layout}

    @property
    def calls(self) -> int:
        return sum(model.calls for model in self.models.values())


@pytest.fixture
def config() -> AppConfig:
    return AppConfig(http=HttpConfig(deadline_s=60))


@pytest.fixture
async def service(config: AppConfig) -> AsyncIterator[Service]:
    ocr, chart, layout = LocalOcr(FakeOcr()), LocalChart(FakeChart()), LocalLayout(FakeLayout())
    loads = {
        model: Load(model, config.limits, lambda: ReplicaCounts(running=1, target=2))
        for model in (reading.OCR, reading.CHART, reading.LAYOUT)
    }
    pipeline = reading.Service(config, ocr, chart, layout, Admission(loads), chart_wants_words=True)
    app = build_api(pipeline, {reading.OCR: ocr, reading.CHART: chart, reading.LAYOUT: layout})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        yield Service(http, ocr, chart, layout, loads, pipeline)


@pytest.fixture
async def jobs(config):
    """The store of jobs; a config that names a folder of the test's own is needed."""
    opened = JobsService.open(config.jobs)
    yield opened
    await opened.store.close()


@pytest.fixture
async def http(service, jobs) -> AsyncIterator[httpx.AsyncClient]:
    """The application of `service`, with jobs."""
    app = build_api(service.reading, service.models, jobs)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:
        yield client


@pytest.fixture
async def runner(service, jobs):
    """What reads the pages of jobs, as the Jobs deployment does."""
    pages = JobPages(service.reading, jobs.blobs)
    running = JobRunner(jobs.store, jobs.blobs, pages, worker="w", concurrency=2, idle_s=0.02, renew_s=0.1)
    task = asyncio.create_task(running.run())
    yield running
    running.stop()
    await task
    await pages.close()
