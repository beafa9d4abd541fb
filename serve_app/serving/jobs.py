"""The Jobs deployment: claims pages from the store and has them read by the models, as a client of theirs."""

import asyncio
import socket
from uuid import uuid4

from ray.serve.handle import DeploymentHandle

from serve_app.config import AppConfig
from serve_app.errors import StoreUnavailable
from serve_app.jobs.address_policy import AddressPolicy
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.opening import LEASE_S, RENEW_S, open_blobs, open_store
from serve_app.jobs.runner import JobRunner
from serve_app.jobs.webhooks import WebhookSender
from serve_app.pipeline.job_pages import JobPages
from serve_app.pipeline.service import OCR
from serve_app.serving.clients import Clients
from serve_app.serving.jobs_scaling import OPEN_PAGES, PLACES
from serve_app.serving.logs import join_serve_log
from serve_app.serving.metrics import JobsMetrics

WATCH_S = 1.0
"""Seconds between two looks at the replicas and at the queue."""

CALLS_PER_REPLICA = 2
"""Calls that keep a replica of a model at work: one runs, the next one waits."""


class Jobs:
    """One process that works on jobs; several share the queue."""

    def __init__(
        self,
        config: AppConfig,
        ocr: DeploymentHandle,
        chart: DeploymentHandle,
        layout: DeploymentHandle,
        wants_words: bool,
    ) -> None:
        join_serve_log()
        self._share = config.jobs.share
        self._clients = Clients(config, ocr, chart, layout, wants_words, background=True)
        self._store, blobs = open_store(config.jobs), open_blobs(config.jobs)
        self._pages = JobPages(self._clients.service, blobs)
        worker = f"{socket.gethostname()}-{uuid4().hex[:8]}"
        self._runner = JobRunner(
            self._store, blobs, self._pages, worker=worker, concurrency=1, lease_s=LEASE_S, renew_s=RENEW_S
        )
        self._metrics = JobsMetrics()
        self._places = self._open_pages = 0
        self._tasks = [
            asyncio.create_task(work)
            for work in (
                self._runner.run(),
                Housekeeper(self._store, blobs, LEASE_S).run(),
                WebhookSender(self._store, AddressPolicy.of(config.jobs.webhook_networks)).run(),
                self._watch(),
            )
        ]

    async def _watch(self) -> None:
        """Keep to the share of the models' capacity, and report the queue."""
        while True:
            replicas = self._clients.loads[OCR].report().replicas
            self._places = max(1, int(self._share * max(1, replicas.running) * CALLS_PER_REPLICA))
            self._runner.concurrency = max(1, self._places // max(1, replicas.ingresses))
            try:
                counts = await self._store.counts()
                self._open_pages = counts.waiting + counts.running
                self._metrics.observe(counts)
            except StoreUnavailable:
                pass  # the runner waits for it, and /ready says so
            await asyncio.sleep(WATCH_S)

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """Called by Serve for the policy that decides how many replicas there are."""
        return {OPEN_PAGES: self._open_pages, PLACES: self._places}

    async def check_health(self) -> None:
        """Called by Serve, which replaces the replica if one of its loops has ended.

        Raises:
            RuntimeError: naming the first error.
        """
        for task in self._tasks:
            if task.done():
                raise RuntimeError("A loop of Jobs has ended") from (None if task.cancelled() else task.exception())

    async def __del__(self) -> None:
        """Give back what is in hand when Serve stops the replica."""
        self._runner.stop()
        await asyncio.wait(self._tasks[:1], timeout=15)
        for task in self._tasks:
            task.cancel()
        try:
            await self._pages.close()
        finally:
            await self._store.close()
