"""The state machine of jobs and units, as pure functions.

The SQLite store calls these; `store.lua` holds the same rules for Redis, and the tests run both against each other.

An attempt is counted when a unit is claimed, and uncounted when a worker gives the unit back. A failure is an attempt
whose worker lived to say that it failed. So `attempts - failures` counts the workers that died of the unit, even if no
one is left to report it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from serve_app.jobs.job import Failure, JobState, Lease, PageSource, PageState


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a unit is tried."""

    deaths: int = 2
    """Workers that may die with a unit in hand before the unit fails as poisoned."""
    failures: int = 3
    """Retryable failures before the unit fails with the last of them."""


POISONED = Failure("poisoned", "The workers that read this page died repeatedly; it is not tried again.")


def after_failure(failures: int, retryable: bool, limits: Limits) -> PageState:
    """The state of a unit after a reported failure; `failures` includes it."""
    return PageState.QUEUED if retryable and failures < limits.failures else PageState.FAILED


def after_lost_lease(attempts: int, failures: int, limits: Limits) -> PageState:
    """The state of a unit whose lease ran out."""
    return PageState.QUEUED if attempts - failures < limits.deaths else PageState.FAILED


def outcome(total: int | None, done: int, failed: int) -> JobState | None:
    """The final state of a job with these counts of pages, or None while pages are open."""
    if total is None or done + failed < total:
        return None
    if failed == 0:
        return JobState.DONE
    return JobState.PARTIAL if done else JobState.FAILED


def check_plan(lease: Lease, pages: Sequence[PageSource]) -> None:
    """Refuse what cannot end a plan."""
    if not lease.is_plan or not pages:
        raise ValueError("a plan ends with at least one page, and a page with a result")


def check_page(lease: Lease) -> None:
    """Refuse what cannot end with a result."""
    if lease.is_plan:
        raise ValueError("a plan ends with pages, and not with a result")
