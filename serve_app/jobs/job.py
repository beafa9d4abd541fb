"""The values of a job: what is submitted, what is claimed, and what can be read back.

A job is a list of pages, and a page is what is claimed, leased, retried and counted. Page numbers begin at 1. Unit 0 is
the plan: whoever claims it counts the pages of the documents and adds them to the job.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PLAN = 0
"""The number of the unit that counts a job's pages."""

JOB_ID = re.compile(r"[0-9a-f]{32}")


class JobState(StrEnum):
    """`partial` has pages that were read and pages that failed; `failed` has none that was read."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the state is final."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class PageState(StrEnum):
    """`queued` also covers a page that waits for its next attempt."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LeaseState(StrEnum):
    """What a worker learns when it renews: go on; stop, the job was cancelled; stop, the page is another's now."""

    HELD = "held"
    CANCELLED = "cancelled"
    LOST = "lost"


class DeliveryState(StrEnum):
    """Of a webhook: the job still runs; it is due; the receiver accepted it; it was given up."""

    WAITING = "waiting"
    DUE = "due"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Document:
    """One input of a job: its file name, its media type, and the sha256 under which its bytes are stored."""

    name: str
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class PageSource:
    """Which page of which document a page of the job is; both count from 0."""

    document: int
    page: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page, or a plan, failed: a code of `serve_app.errors` and a message for the caller."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the end of a job is posted, and the secret that signs it."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far the webhook of a job is: attempts made, and the status or error of the last one."""

    state: DeliveryState
    url: str
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A webhook that one deliverer has claimed; `ended_at` is when the job ended, in seconds of the store's clock."""

    job_id: str
    webhook: Webhook
    attempt: int
    ended_at: float


@dataclass(frozen=True, slots=True)
class Submission:
    """A job to be stored. Its documents lie in the blob store under `id` already.

    `pages` is None where the number of pages is not known yet: the job then begins with a plan. `retain_s` is how long
    the ended job is kept, in seconds. `read_once` asks whoever hands out the result to delete the job then.
    """

    owner: str
    documents: tuple[Document, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    pages: tuple[PageSource, ...] | None = None
    idempotency_key: str | None = None
    retain_s: float = 86_400.0
    read_once: bool = False
    webhook: Webhook | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if not JOB_ID.fullmatch(self.id):
            raise ValueError("a job's id is 32 hexadecimal digits")
        if self.pages is not None and not self.pages:
            raise ValueError("a job has at least one page")

    @property
    def fingerprint(self) -> str:
        """Equal for submissions that ask for the same work: sha256 of the options and of the documents' digests."""
        work = {
            "options": dict(self.options),
            "documents": [document.digest for document in self.documents],
            "pages": None if self.pages is None else [[page.document, page.page] for page in self.pages],
        }
        return hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. Times are seconds since 1970; `pages_total` is None until the plan is done."""

    id: str
    owner: str
    state: JobState
    documents: tuple[Document, ...]
    options: Mapping[str, Any]
    pages_total: int | None
    pages_done: int
    pages_failed: int
    created_at: float
    started_at: float | None
    finished_at: float | None
    expires_at: float | None
    read_once: bool
    failure: Failure | None
    """Why the plan failed, if it did; the failures of pages are theirs."""
    last_event: int
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it stands; `result` is the sha256 under which its result is stored."""

    number: int
    state: PageState
    source: PageSource
    attempts: int
    result: str | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one unit until the lease ends; `token` fences whoever held the unit before."""

    job_id: str
    number: int
    token: str
    attempt: int
    owner: str
    documents: tuple[Document, ...]
    options: Mapping[str, Any]
    source: PageSource | None
    """None for the plan."""
    deaths: int = 0
    """Workers that have died with this unit in hand."""

    @property
    def is_plan(self) -> bool:
        """Whether the unit counts the pages of the job's documents."""
        return self.number == PLAN


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of a job's list of events; ids begin at 1 and have no gaps.

    Kinds: `job` {state}, `planned` {pages}, `page` {number, state, result | failure}, `retry` {number, code}.
    """

    id: int
    kind: str
    at: float
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """For metrics and autoscaling: units waiting and running now; what has happened since the store began."""

    waiting: int
    running: int
    done: int
    failed: int
    lease_losses: int
    webhook_failures: int
    """Attempts at a delivery that failed."""
