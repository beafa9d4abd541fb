import pytest

from serve_app.config import AppConfig, JobsConfig
from serve_app.jobs.job import Failure


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
def fail_a_page(jobs):
    """Fail the page of this number, in place of the runner, and read the others as done with the given bytes."""

    async def settle(job_id, number, contents):
        for lease in [await jobs.store.claim("w", 60) for _ in contents]:
            if lease.number == number:
                assert await jobs.store.fail(lease, Failure("unreadable_document", "The page is torn"))
            else:
                content = contents[lease.number - 1]
                assert await jobs.store.finish(lease, await jobs.blobs.put(job_id, content))
        return job_id

    return settle
