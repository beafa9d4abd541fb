"""What is said, and for how long, of jobs that are not there (any more)."""

TOMBSTONE_S = 7 * 86_400.0
"""Seconds for which the id of a deleted job is remembered, so that it is answered with 410 and not with 404."""


def gone(job_id: str) -> str:
    """For a job that was deleted."""
    return f"Job {job_id} was deleted, or its retention is over"


def not_found(job_id: str) -> str:
    """For a job that never was, or is another owner's."""
    return f"There is no job {job_id}"


def reused_key() -> str:
    """For an idempotency key that names other work."""
    return "This idempotency key was used for other documents or options; use a new key"
