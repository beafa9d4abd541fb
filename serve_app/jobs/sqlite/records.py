"""Jobs in SQLite: submitted, read, cancelled, deleted."""

import sqlite3
from collections.abc import Sequence

from serve_app.errors import IdempotencyConflict, JobGone, JobNotFound
from serve_app.jobs.encoding import (
    documents_from,
    documents_to,
    failure_from,
    options_from,
    options_to,
    owner_digest,
)
from serve_app.jobs.job import (
    PLAN,
    Counts,
    Delivery,
    DeliveryState,
    Event,
    Job,
    JobState,
    Page,
    PageSource,
    PageState,
    Submission,
)
from serve_app.jobs.signals import CANCEL
from serve_app.jobs.sqlite.queue import add_units, end_job, leave_ring
from serve_app.jobs.sqlite.transaction import Transaction
from serve_app.jobs.tombstone import TOMBSTONE_S, gone, not_found, reused_key

JOBS = """SELECT jobs.*, url, webhooks.state AS delivery, attempts, webhooks.error AS delivery_error
FROM jobs LEFT JOIN webhooks ON webhooks.job = seq"""


def submit(tx: Transaction, submission: Submission) -> Job:
    """Store a job, or find the one that has its idempotency key."""
    known = tx.one("SELECT id, fingerprint FROM jobs WHERE id = ?", submission.id) or tx.one(
        "SELECT id, fingerprint FROM jobs WHERE owner = ? AND idempotency_key = ?",
        *(submission.owner, submission.idempotency_key),
    )
    if known is not None:
        if known["fingerprint"] != submission.fingerprint:
            raise IdempotencyConflict(reused_key())
        return get(tx, known["id"])
    pages = submission.pages
    seq = tx.all(
        """INSERT INTO jobs (id, owner, state, documents, options, idempotency_key, fingerprint, retain_s, read_once,
          pages_total, created_at) VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq""",
        *(submission.id, submission.owner, documents_to(submission.documents), options_to(submission.options)),
        *(submission.idempotency_key, submission.fingerprint, submission.retain_s, submission.read_once),
        *(None if pages is None else len(pages), tx.now),
    )[0]["seq"]
    if submission.webhook is not None:
        hook = submission.webhook
        tx.change("INSERT INTO webhooks (job, url, secret) VALUES (?, ?, ?)", seq, hook.url, hook.secret)
    tx.event(seq, "job", {"state": JobState.QUEUED})
    if pages is None:
        add_units(tx, seq, submission.owner, [(PLAN, PageSource(0, 0))])
    else:
        add_units(tx, seq, submission.owner, list(enumerate(pages, start=1)))
        tx.event(seq, "planned", {"pages": len(pages)})
    return get(tx, submission.id)


def get(tx: Transaction, job_id: str, owner: str | None = None) -> Job:
    """One job."""
    return _job(_row(tx, job_id, owner))


def jobs(tx: Transaction, owner: str, limit: int, before: str | None) -> list[Job]:
    """The owner's jobs, newest first."""
    newest = "" if before is None else "AND seq < (SELECT seq FROM jobs WHERE id = ?)"
    values = [owner] if before is None else [owner, before]
    rows = tx.all(f"{JOBS} WHERE owner = ? {newest} ORDER BY seq DESC LIMIT ?", *values, limit)
    return [_job(row) for row in rows]


def pages(tx: Transaction, job_id: str, first: int, limit: int) -> list[Page]:
    """Pages in order of their number."""
    seq = _row(tx, job_id)["seq"]
    rows = tx.all(
        "SELECT * FROM units WHERE job = ? AND number >= ? ORDER BY number LIMIT ?", seq, max(first, 1), limit
    )
    return [
        Page(
            number=row["number"],
            state=PageState(row["state"]),
            source=PageSource(row["document"], row["page"]),
            attempts=row["attempts"],
            result=row["result"],
            failure=failure_from(row["failure"]),
        )
        for row in rows
    ]


def events(tx: Transaction, job_id: str, after: int, limit: int) -> list[Event]:
    """Events in order of their id."""
    seq = _row(tx, job_id)["seq"]
    rows = tx.all("SELECT * FROM events WHERE job = ? AND id > ? ORDER BY id LIMIT ?", seq, after, limit)
    return [Event(row["id"], row["kind"], row["at"], options_from(row["data"])) for row in rows]


def cancel(tx: Transaction, job_id: str) -> Job:
    """Cancel a job and its open units."""
    job = _row(tx, job_id)
    if not JobState(job["state"]).terminal:
        tx.change(
            """UPDATE units SET state = 'cancelled', token = NULL, worker = NULL, lease_until = NULL, due_at = NULL
            WHERE job = ? AND state IN ('queued', 'running')""",
            job["seq"],
        )
        leave_ring(tx, job["owner"])
        end_job(tx, job["seq"], JobState.CANCELLED)
        _signal_cancel(tx)
    return get(tx, job_id)


def delete(tx: Transaction, job_id: str) -> None:
    """Forget a job; its id stays, and that its blobs are to be erased."""
    tx.change("DELETE FROM gone WHERE at < ? AND NOT to_erase", tx.now - TOMBSTONE_S)
    job = tx.one("SELECT seq, owner FROM jobs WHERE id = ?", job_id)
    if job is None:
        return
    for table in ("units", "events", "webhooks"):
        tx.change(f"DELETE FROM {table} WHERE job = ?", job["seq"])
    tx.change("DELETE FROM jobs WHERE seq = ?", job["seq"])
    tx.change("INSERT INTO gone VALUES (?, ?, ?, 1)", job_id, owner_digest(job["owner"]), tx.now)
    leave_ring(tx, job["owner"])
    tx.signals.add(job_id)
    _signal_cancel(tx)


def expired(tx: Transaction, limit: int) -> list[str]:
    """Jobs whose retention is over."""
    return [row["id"] for row in tx.all("SELECT id FROM jobs WHERE expires_at <= ? LIMIT ?", tx.now, limit)]


def to_erase(tx: Transaction, limit: int) -> list[str]:
    """Deleted jobs whose blobs may still exist."""
    return [row["id"] for row in tx.all("SELECT id FROM gone WHERE to_erase LIMIT ?", limit)]


def erased(tx: Transaction, job_id: str) -> None:
    """The blobs of a deleted job are gone."""
    tx.change("UPDATE gone SET to_erase = 0 WHERE id = ?", job_id)


def exists(tx: Transaction, job_ids: Sequence[str]) -> set[str]:
    """Those of the jobs that are stored."""
    return {job_id for job_id in job_ids if tx.one("SELECT 1 FROM jobs WHERE id = ?", job_id) is not None}


def counts(tx: Transaction) -> Counts:
    """Numbers of units."""
    counters = {row["name"]: row["value"] for row in tx.all("SELECT * FROM counters")}
    waiting = "SELECT (SELECT count(*) FROM units WHERE state = 'queued' AND due_at IS NULL) + "
    waiting += "(SELECT count(*) FROM units WHERE state = 'queued' AND due_at IS NOT NULL) AS n"
    return Counts(
        waiting=tx.all(waiting)[0]["n"],
        running=tx.all("SELECT count(*) AS n FROM units WHERE state = 'running'")[0]["n"],
        done=counters.get("done", 0),
        failed=counters.get("failed", 0),
        lease_losses=counters.get("lease_losses", 0),
        webhook_failures=counters.get("webhook_failures", 0),
    )


def _signal_cancel(tx: Transaction) -> None:
    tx.count(CANCEL)
    tx.signals.add(CANCEL)


def _row(tx: Transaction, job_id: str, owner: str | None = None) -> sqlite3.Row:
    row = tx.one(f"{JOBS} WHERE id = ?", job_id)
    if row is not None and owner in (None, row["owner"]):
        return row
    tomb = tx.one("SELECT owner_digest FROM gone WHERE id = ?", job_id)
    if tomb is not None and (owner is None or tomb["owner_digest"] == owner_digest(owner)):
        raise JobGone(gone(job_id))
    raise JobNotFound(not_found(job_id))


def _job(row: sqlite3.Row) -> Job:
    delivery = None
    if row["url"] is not None:
        delivery = Delivery(DeliveryState(row["delivery"]), row["url"], row["attempts"], row["delivery_error"])
    return Job(
        id=row["id"],
        owner=row["owner"],
        state=JobState(row["state"]),
        documents=documents_from(row["documents"]),
        options=options_from(row["options"]),
        pages_total=row["pages_total"],
        pages_done=row["pages_done"],
        pages_failed=row["pages_failed"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        expires_at=row["expires_at"],
        read_once=bool(row["read_once"]),
        failure=failure_from(row["failure"]),
        last_event=row["last_event"],
        delivery=delivery,
    )
