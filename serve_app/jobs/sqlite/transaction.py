"""The schema, and one write transaction with what every transition needs: the time, the limits, events and signals."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from serve_app.jobs.machine import Limits

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, state TEXT NOT NULL,
  documents TEXT NOT NULL, options TEXT NOT NULL, idempotency_key TEXT, fingerprint TEXT NOT NULL,
  retain_s REAL NOT NULL, read_once INTEGER NOT NULL,
  pages_total INTEGER, pages_done INTEGER NOT NULL DEFAULT 0, pages_failed INTEGER NOT NULL DEFAULT 0, failure TEXT,
  created_at REAL NOT NULL, started_at REAL, finished_at REAL, expires_at REAL, last_event INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_idempotency ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_owner ON jobs (owner, seq);
CREATE INDEX IF NOT EXISTS jobs_expiry ON jobs (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS units (
  job INTEGER NOT NULL, number INTEGER NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL,
  document INTEGER NOT NULL, page INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
  due_at REAL, token TEXT, worker TEXT, lease_until REAL, result TEXT, failure TEXT,
  PRIMARY KEY (job, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS units_waiting ON units (owner, job, number) WHERE state = 'queued' AND due_at IS NULL;
CREATE INDEX IF NOT EXISTS units_delayed ON units (due_at) WHERE state = 'queued' AND due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS units_leased ON units (lease_until) WHERE state = 'running';
CREATE TABLE IF NOT EXISTS ring (owner TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ring_turn ON ring (turn);
CREATE TABLE IF NOT EXISTS events (
  job INTEGER NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (job, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS webhooks (
  job INTEGER PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0, due_at REAL, error TEXT);
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS gone (
  id TEXT PRIMARY KEY, owner_digest TEXT NOT NULL, at REAL NOT NULL, to_erase INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gone_to_erase ON gone (id) WHERE to_erase;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


def connect(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Open the file, and create the schema if it is new.

    `secure_delete` overwrites with zeros what is deleted.
    """
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode = WAL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
    return connection


class Transaction:
    """A write transaction: `now` is its time in seconds, `signals` names what to wake once it is committed."""

    def __init__(self, connection: sqlite3.Connection, now: float, limits: Limits) -> None:
        self.now = now
        self.limits = limits
        self.signals: set[str] = set()
        self._connection = connection

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Execute, and return all rows."""
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Execute, and return the first of the rows."""
        rows = self.all(sql, *values)
        return rows[0] if rows else None

    def change(self, sql: str, *values: Any) -> int:
        """Execute, and return how many rows were changed."""
        return self._connection.execute(sql, values).rowcount

    def change_many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute for each row of values."""
        self._connection.executemany(sql, rows)

    def count(self, name: str, by: int = 1) -> int:
        """Add to a counter, and return it."""
        sql = "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
        sql += " RETURNING value"
        return int(self.all(sql, name, by)[0]["value"])

    def event(self, seq: int, kind: str, data: Mapping[str, Any]) -> None:
        """Append to a job's events."""
        sql = "UPDATE jobs SET last_event = last_event + 1 WHERE seq = ? RETURNING id, last_event"
        job = self.all(sql, seq)[0]
        self.change(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)", seq, job["last_event"], kind, self.now, json.dumps(dict(data))
        )
        self.signals.add(job["id"])
