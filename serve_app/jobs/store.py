"""What a store of jobs does. Two exist, `SqliteJobStore` and `RedisJobStore`, with one state machine.

Every method raises `StoreUnavailable` within about a second if the store is away. Transitions of a leased unit return
False, and change nothing, if the lease is not held any more: a worker that was too slow cannot overwrite the one that
came after it.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from serve_app.jobs.job import (
    Counts,
    DeliveryState,
    DueDelivery,
    Event,
    Failure,
    Job,
    Lease,
    LeaseState,
    Page,
    PageSource,
    Submission,
)


class JobStore(Protocol):
    """A durable queue of pages, and what became of them."""

    async def submit(self, submission: Submission) -> Job:
        """Store a job. The same owner and idempotency key give the job that exists (compare its id).

        Raises:
            IdempotencyConflict: the key was used for other work.
        """

    async def claim(self, worker: str, lease_s: float) -> Lease | None:
        """Lease the next unit: owners take turns by unit; an owner's jobs follow in order of submission."""

    async def renew(self, leases: Sequence[Lease], lease_s: float) -> list[LeaseState]:
        """Extend leases to `lease_s` from now; one state for each."""

    async def plan(self, lease: Lease, pages: Sequence[PageSource]) -> bool:
        """End a plan by adding the job's pages, at least one."""

    async def finish(self, lease: Lease, result: str) -> bool:
        """End a page with the sha256 of its result."""

    async def fail(self, lease: Lease, failure: Failure, retry_in_s: float | None = None) -> bool:
        """Report a failure; with `retry_in_s` the unit is tried again after that time, up to `Limits`."""

    async def release(self, lease: Lease, delay_s: float = 0) -> bool:
        """Give a unit back unread; the attempt is not counted."""

    async def cancel(self, job_id: str) -> Job:
        """Cancel a job at once, unless it has ended. Pages that were read stay."""

    async def get(self, job_id: str, owner: str | None = None) -> Job:
        """The job, of this owner if one is named.

        Raises:
            JobNotFound: no such job, or another owner's.
            JobGone: the job was deleted or has expired.
        """

    async def pages(self, job_id: str, first: int = 1, limit: int = 1000) -> list[Page]:
        """The pages from number `first` on."""

    async def jobs(self, owner: str, limit: int = 50, before: str | None = None) -> list[Job]:
        """The owner's jobs, newest first, from the one after the job `before` on."""

    async def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """The events with an id greater than `after`."""

    async def wait_for_events(self, job_id: str, after: int, timeout_s: float) -> list[Event]:
        """The same, but wait up to `timeout_s` for the first one.

        Raises:
            JobNotFound, JobGone: as `get`, also if the job is deleted meanwhile.
        """

    async def wait_for_work(self, timeout_s: float) -> None:
        """Return when a unit may have been queued, or after `timeout_s`."""

    async def wait_for_cancel(self, timeout_s: float) -> bool:
        """Return True when a job was cancelled or deleted, False after `timeout_s`."""

    async def sweep(self) -> int:
        """Take back the units whose lease has run out: queued again, or failed as poisoned. Returns how many."""

    async def expired(self, limit: int = 100) -> list[str]:
        """Jobs whose retention is over."""

    async def delete(self, job_id: str) -> None:
        """Cancel and forget a job. Its blobs are to be erased by the caller, who then calls `erased`."""

    async def to_erase(self, limit: int = 100) -> list[str]:
        """Deleted jobs whose blobs may still exist."""

    async def erased(self, job_id: str) -> None:
        """The blobs of a deleted job are gone."""

    async def compact(self) -> None:
        """Drop what the store's own files still hold of deleted jobs; at once in SQLite, within a minute in Redis."""

    async def exists(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that the store knows."""

    async def due_deliveries(self, lease_s: float, limit: int = 10) -> list[DueDelivery]:
        """Claim webhooks that are due; one that is not settled within `lease_s` is due again."""

    async def settle_delivery(
        self, due: DueDelivery, state: DeliveryState, error: str | None = None, retry_in_s: float = 0
    ) -> None:
        """Record an attempt; state `DUE` asks for another after `retry_in_s`."""

    async def counts(self) -> Counts:
        """Numbers for metrics and autoscaling."""

    async def check(self) -> None:
        """Return if the store takes writes; raises `StoreUnavailable` within a second if not."""

    async def close(self) -> None:
        """Give up connections and threads."""


async def iterate_pages(store: JobStore, job_id: str) -> AsyncIterator[Page]:
    """All pages of a job in order, read from the store in batches."""
    first = 1
    while batch := await store.pages(job_id, first):
        for page in batch:
            yield page
        first = batch[-1].number + 1
