"""Webhooks in SQLite."""

from serve_app.jobs.job import DeliveryState, DueDelivery, Webhook
from serve_app.jobs.sqlite.transaction import Transaction


def due(tx: Transaction, lease_s: float, limit: int) -> list[DueDelivery]:
    """Claim webhooks that are due, the oldest first."""
    rows = tx.all(
        """SELECT job, id, url, secret, attempts, finished_at FROM webhooks JOIN jobs ON seq = job
        WHERE due_at <= ? ORDER BY due_at, id LIMIT ?""",
        *(tx.now, limit),
    )
    for row in rows:
        tx.change("UPDATE webhooks SET attempts = attempts + 1, due_at = ? WHERE job = ?", tx.now + lease_s, row["job"])
    return [
        DueDelivery(row["id"], Webhook(row["url"], row["secret"]), row["attempts"] + 1, row["finished_at"])
        for row in rows
    ]


def settle(tx: Transaction, delivery: DueDelivery, state: DeliveryState, error: str | None, retry_in_s: float) -> None:
    """Record an attempt, unless a later one has begun."""
    due_at = tx.now + retry_in_s if state is DeliveryState.DUE else None
    settled = tx.change(
        """UPDATE webhooks SET state = ?, error = ?, due_at = ?
        WHERE job = (SELECT seq FROM jobs WHERE id = ?) AND attempts = ? AND state = 'due'""",
        *(state, error, due_at, delivery.job_id, delivery.attempt),
    )
    if settled and state is not DeliveryState.DELIVERED:
        tx.count("webhook_failures")
