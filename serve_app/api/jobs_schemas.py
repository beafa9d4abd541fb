"""The JSON of `/v1/jobs`."""

import time
from typing import Self

from pydantic import BaseModel

from serve_app.jobs.job import Job


class ProgressBody(BaseModel):
    """Pages of a job. `total` is null until the document has been opened."""

    total: int | None
    done: int
    failed: int


class FailureBody(BaseModel):
    """Why a job failed as a whole."""

    code: str
    message: str


class WebhookBody(BaseModel):
    """How far the webhook of a job is: `waiting`, `due`, `delivered` or `given_up`."""

    url: str
    state: str
    attempts: int
    error: str | None


class LinksBody(BaseModel):
    """Where to go on from here."""

    self: str
    events: str
    result: str


class JobBody(BaseModel):
    """A job. `state` is queued, running, done, partial (some pages failed), failed or cancelled.

    Times are seconds since 1970. `expected_s`: seconds until it ends, by the pace so far. `expires_at`: when it is
    deleted.
    """

    id: str
    state: str
    pages: ProgressBody
    expected_s: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    expires_at: float | None
    failure: FailureBody | None
    webhook: WebhookBody | None
    links: LinksBody

    @classmethod
    def of(cls, job: Job) -> Self:
        """The job as it is sent."""
        delivery = job.delivery
        return cls(
            id=job.id,
            state=job.state.value,
            pages=ProgressBody(total=job.pages_total, done=job.pages_done, failed=job.pages_failed),
            expected_s=_expect(job),
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            expires_at=job.expires_at,
            failure=job.failure and FailureBody(code=job.failure.code, message=job.failure.message),
            webhook=delivery
            and WebhookBody(
                url=delivery.url, state=delivery.state.value, attempts=delivery.attempts, error=delivery.error
            ),
            links=LinksBody(
                self=f"/v1/jobs/{job.id}", events=f"/v1/jobs/{job.id}/events", result=f"/v1/jobs/{job.id}/result"
            ),
        )


class JobsBody(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobBody]


def _expect(job: Job) -> float | None:
    done = job.pages_done + job.pages_failed
    if job.state.terminal or not done or job.pages_total is None or job.started_at is None:
        return None
    return round((time.time() - job.started_at) / done * (job.pages_total - done), 1)
