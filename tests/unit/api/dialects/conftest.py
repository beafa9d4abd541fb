import pytest

from serve_app.config import AppConfig, JobsConfig
from serve_app.documents.blocks import Block, BlockKind, PageReading
from serve_app.documents.page import TextSource
from serve_app.documents.storage import dump_page
from serve_app.domain import Box, Size
from serve_app.jobs.job import Failure, PageSource


@pytest.fixture
def config(tmp_path):
    return AppConfig(jobs=JobsConfig(folder=str(tmp_path)))


@pytest.fixture
def end(jobs):
    """Wait until a job has ended; its id."""

    async def wait(job_id):
        job = await jobs.store.get(job_id)
        while not job.state.terminal:
            await jobs.store.wait_for_events(job_id, job.last_event, 30)
            job = await jobs.store.get(job_id)
        return job_id

    return wait


@pytest.fixture
def partial(jobs):
    """In place of a runner, read the three pages of a queued job: the second one fails. The job's id."""

    async def settle(job_id):
        plan = await jobs.store.claim("w", 60)
        assert await jobs.store.plan(plan, [PageSource(0, index) for index in range(3)])
        for _ in range(3):
            lease = await jobs.store.claim("w", 60)
            if lease.number == 2:
                await jobs.store.fail(lease, Failure("unreadable_document", "The page is torn"))
                continue
            block = Block(BlockKind.PARAGRAPH, Box(0, 0, 10, 10), f"Text of page {lease.number}")
            page = PageReading(
                lease.number, Size(595, 842), (595, 842), 0, 0, TextSource.PDF, "text_layer", 3, (block,)
            )
            await jobs.store.finish(lease, await jobs.blobs.put(job_id, dump_page(page)))
        return job_id

    return settle
