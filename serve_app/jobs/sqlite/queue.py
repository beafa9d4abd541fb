"""The queue in SQLite: which unit is next, who holds it, and how its lease ends."""

import sqlite3
from collections.abc import Sequence

from serve_app.jobs.encoding import documents_from, failure_to, options_from
from serve_app.jobs.job import PLAN, Failure, JobState, Lease, LeaseState, PageSource, PageState
from serve_app.jobs.machine import POISONED, after_failure, after_lost_lease, outcome
from serve_app.jobs.signals import WORK
from serve_app.jobs.sqlite.transaction import Transaction

WAITING = "state = 'queued' AND due_at IS NULL"


def add_units(tx: Transaction, seq: int, owner: str, pages: Sequence[tuple[int, PageSource]]) -> None:
    """Add units to a job, queued."""
    tx.change_many(
        "INSERT INTO units (job, number, owner, state, document, page) VALUES (?, ?, ?, 'queued', ?, ?)",
        [(seq, number, owner, source.document, source.page) for number, source in pages],
    )
    join_ring(tx, owner)


def join_ring(tx: Transaction, owner: str) -> None:
    """Give an owner with waiting units a turn, after all others, unless it has one."""
    tx.signals.add(WORK)
    if tx.one("SELECT 1 FROM ring WHERE owner = ?", owner) is None:
        tx.change("INSERT INTO ring VALUES (?, ?)", owner, tx.count("turn"))


def leave_ring(tx: Transaction, owner: str) -> None:
    """Take the turn of an owner that has nothing waiting."""
    if tx.one(f"SELECT 1 FROM units WHERE owner = ? AND {WAITING} LIMIT 1", owner) is None:
        tx.change("DELETE FROM ring WHERE owner = ?", owner)


def claim(tx: Transaction, worker: str, token: str, lease_s: float) -> Lease | None:
    """Lease the next unit of the owner whose turn it is."""
    _promote(tx)
    turn = tx.one("SELECT owner FROM ring ORDER BY turn LIMIT 1")
    if turn is None:
        return None
    owner = turn["owner"]
    unit = tx.all(
        f"""UPDATE units SET state = 'running', attempts = attempts + 1, token = ?, worker = ?, lease_until = ?
        WHERE (job, number) = (
          SELECT job, number FROM units WHERE owner = ? AND {WAITING} ORDER BY job, number LIMIT 1)
        RETURNING job, number, attempts, failures, document, page""",
        *(token, worker, tx.now + lease_s, owner),
    )[0]
    tx.change("UPDATE ring SET turn = ? WHERE owner = ?", tx.count("turn"), owner)
    leave_ring(tx, owner)
    job = tx.all("SELECT id, state, documents, options FROM jobs WHERE seq = ?", unit["job"])[0]
    if job["state"] == JobState.QUEUED:
        tx.change("UPDATE jobs SET state = 'running', started_at = ? WHERE seq = ?", tx.now, unit["job"])
        tx.event(unit["job"], "job", {"state": JobState.RUNNING})
    return Lease(
        job_id=job["id"],
        number=unit["number"],
        token=token,
        attempt=unit["attempts"],
        owner=owner,
        documents=documents_from(job["documents"]),
        options=options_from(job["options"]),
        source=None if unit["number"] == PLAN else PageSource(unit["document"], unit["page"]),
        deaths=unit["attempts"] - 1 - unit["failures"],
    )


def renew(tx: Transaction, leases: Sequence[Lease], lease_s: float) -> list[LeaseState]:
    """Extend the leases that are held."""
    states = []
    for lease in leases:
        unit = _unit(tx, lease.job_id, lease.number)
        if unit is None or unit["state"] == PageState.CANCELLED:
            states.append(LeaseState.CANCELLED)
        elif unit["token"] != lease.token:
            states.append(LeaseState.LOST)
        else:
            key = (unit["job"], lease.number)
            tx.change("UPDATE units SET lease_until = ? WHERE job = ? AND number = ?", tx.now + lease_s, *key)
            states.append(LeaseState.HELD)
    return states


def plan(tx: Transaction, lease: Lease, pages: Sequence[PageSource]) -> bool:
    """End the plan, and add the pages."""
    seq = _end(tx, lease, PageState.DONE)
    if seq is None:
        return False
    tx.change("UPDATE jobs SET pages_total = ? WHERE seq = ?", len(pages), seq)
    add_units(tx, seq, lease.owner, list(enumerate(pages, start=1)))
    tx.event(seq, "planned", {"pages": len(pages)})
    return True


def finish(tx: Transaction, lease: Lease, result: str) -> bool:
    """End a page with its result."""
    seq = _end(tx, lease, PageState.DONE, result=result)
    if seq is None:
        return False
    tx.count("done")
    tx.change("UPDATE jobs SET pages_done = pages_done + 1 WHERE seq = ?", seq)
    tx.event(seq, "page", {"number": lease.number, "state": PageState.DONE, "result": result})
    _settle(tx, seq)
    return True


def fail(tx: Transaction, lease: Lease, failure: Failure, retry_in_s: float | None) -> bool:
    """Queue the unit again, or end it."""
    unit = _held(tx, lease)
    if unit is None:
        return False
    if after_failure(unit["failures"] + 1, retry_in_s is not None, tx.limits) is PageState.FAILED:
        _fail(tx, unit["job"], lease.number, failure)
    else:
        key = (unit["job"], lease.number)
        tx.change("UPDATE units SET failures = failures + 1 WHERE job = ? AND number = ?", *key)
        _requeue(tx, unit["job"], lease.number, lease.owner, retry_in_s or 0)
        tx.event(unit["job"], "retry", {"number": lease.number, "code": failure.code})
    return True


def release(tx: Transaction, lease: Lease, delay_s: float) -> bool:
    """Queue the unit again, as if it had not been claimed."""
    unit = _held(tx, lease)
    if unit is None:
        return False
    key = (unit["job"], lease.number)
    tx.change("UPDATE units SET attempts = attempts - 1 WHERE job = ? AND number = ?", *key)
    _requeue(tx, unit["job"], lease.number, lease.owner, delay_s)
    return True


def sweep(tx: Transaction) -> int:
    """Take back units whose lease has run out."""
    lost = tx.all(
        """SELECT job, number, units.owner, attempts, failures FROM units JOIN jobs ON jobs.seq = job
        WHERE units.state = 'running' AND lease_until <= ? ORDER BY lease_until, id, number""",
        tx.now,
    )
    for unit in lost:
        tx.count("lease_losses")
        if after_lost_lease(unit["attempts"], unit["failures"], tx.limits) is PageState.FAILED:
            _fail(tx, unit["job"], unit["number"], POISONED)
        else:
            _requeue(tx, unit["job"], unit["number"], unit["owner"], 0)
            tx.event(unit["job"], "retry", {"number": unit["number"], "code": "lease_lost"})
    return len(lost)


def end_job(tx: Transaction, seq: int, state: JobState, failure: Failure | None = None) -> None:
    """Give a job its final state; its retention begins, its webhook is due."""
    tx.change(
        "UPDATE jobs SET state = ?, finished_at = ?, expires_at = ? + retain_s, failure = ? WHERE seq = ?",
        *(state, tx.now, tx.now, failure_to(failure), seq),
    )
    tx.change("UPDATE webhooks SET state = 'due', due_at = ? WHERE job = ?", tx.now, seq)
    tx.event(seq, "job", {"state": state})


def _settle(tx: Transaction, seq: int) -> None:
    job = tx.all("SELECT pages_total, pages_done, pages_failed FROM jobs WHERE seq = ?", seq)[0]
    state = outcome(job["pages_total"], job["pages_done"], job["pages_failed"])
    if state is not None:
        end_job(tx, seq, state)


def _fail(tx: Transaction, seq: int, number: int, failure: Failure) -> None:
    _leave(tx, seq, number, PageState.FAILED, failure=failure)
    if number == PLAN:
        end_job(tx, seq, JobState.FAILED, failure)
        return
    tx.count("failed")
    tx.change("UPDATE jobs SET pages_failed = pages_failed + 1 WHERE seq = ?", seq)
    data = {"number": number, "state": PageState.FAILED, "failure": {"code": failure.code, "message": failure.message}}
    tx.event(seq, "page", data)
    _settle(tx, seq)


def _end(tx: Transaction, lease: Lease, state: PageState, result: str | None = None) -> int | None:
    """End a unit whose lease is held; returns its job's number in the store, or None if the lease is not held."""
    unit = _held(tx, lease)
    if unit is None:
        return None
    _leave(tx, unit["job"], lease.number, state, result)
    return int(unit["job"])


def _leave(
    tx: Transaction, seq: int, number: int, state: PageState, result: str | None = None, failure: Failure | None = None
) -> None:
    tx.change(
        """UPDATE units SET state = ?, result = ?, failure = ?, token = NULL, worker = NULL, lease_until = NULL
        WHERE job = ? AND number = ?""",
        *(state, result, failure_to(failure), seq, number),
    )


def _requeue(tx: Transaction, seq: int, number: int, owner: str, delay_s: float) -> None:
    _leave(tx, seq, number, PageState.QUEUED)
    if delay_s > 0:
        tx.change("UPDATE units SET due_at = ? WHERE job = ? AND number = ?", tx.now + delay_s, seq, number)
    else:
        join_ring(tx, owner)


def _promote(tx: Transaction) -> None:
    due = tx.all(
        """SELECT job, number, units.owner FROM units JOIN jobs ON jobs.seq = job
        WHERE units.state = 'queued' AND due_at <= ? ORDER BY due_at, id, number""",
        tx.now,
    )
    for unit in due:
        tx.change("UPDATE units SET due_at = NULL WHERE job = ? AND number = ?", unit["job"], unit["number"])
        join_ring(tx, unit["owner"])


def _held(tx: Transaction, lease: Lease) -> sqlite3.Row | None:
    unit = _unit(tx, lease.job_id, lease.number)
    return unit if unit is not None and unit["token"] == lease.token else None


def _unit(tx: Transaction, job_id: str, number: int) -> sqlite3.Row | None:
    return tx.one("SELECT units.* FROM jobs JOIN units ON job = seq WHERE id = ? AND number = ?", job_id, number)
