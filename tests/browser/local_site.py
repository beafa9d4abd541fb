"""The whole HTTP application on fake engines, in a thread of this process: for settings that are not those shipped."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.config import AppConfig
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.jobs.runner import JobRunner
from serve_app.pipeline.job_pages import JobPages
from serve_app.pipeline.load import ReplicaCounts
from serve_app.pipeline.service import CHART, LAYOUT, OCR
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service
from tests.service import free_port

START_S = 30


@contextmanager
def serve_here(config: AppConfig) -> Iterator[str]:
    """Serve with this config, and with jobs if it enables them; the address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config("", port=port, log_level="error", ws="none", timeout_graceful_shutdown=1))
    ready = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(_serve(server, config, ready),), daemon=True)
    thread.start()
    assert ready.wait(START_S)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_S)


async def _serve(server: uvicorn.Server, config: AppConfig, ready: threading.Event) -> None:
    models = {OCR: LocalOcr(FakeOcr()), CHART: LocalChart(FakeChart()), LAYOUT: LocalLayout(FakeLayout())}
    service = build_service(config, models[OCR], models[CHART], models[LAYOUT], replicas=lambda: ReplicaCounts(1, 1))
    jobs = JobsService.open(config.jobs) if config.jobs.enabled else None
    server.config.app = build_api(service, models, jobs)
    listening = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    ready.set()
    if jobs is None:
        return await listening
    pages = JobPages(service, jobs.blobs)
    runner = JobRunner(jobs.store, jobs.blobs, pages, worker="local", concurrency=1, idle_s=0.05)
    running = asyncio.create_task(runner.run())
    await listening
    runner.stop()
    await running
    await pages.close()
    await jobs.store.close()
    return None
