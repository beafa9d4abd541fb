"""How a job, its pages and its events are read from Redis's hashes and streams."""

import json
from collections.abc import Mapping, Sequence

from serve_app.jobs.encoding import documents_from, documents_to, failure_from, options_from, options_to
from serve_app.jobs.job import (
    PLAN,
    Delivery,
    DeliveryState,
    Event,
    Job,
    JobState,
    Lease,
    Page,
    PageSource,
    PageState,
    Submission,
)

EventEntry = tuple[str, Mapping[str, str]]
"""An entry of a stream, as redis-py gives it."""


def submission_fields(submission: Submission) -> str:
    """The fields of a new job's hash, as JSON."""
    fields = {
        "owner": submission.owner,
        "documents": documents_to(submission.documents),
        "options": options_to(submission.options),
        "fingerprint": submission.fingerprint,
        "retain_s": str(submission.retain_s),
        "read_once": str(int(submission.read_once)),
    }
    if submission.webhook is not None:
        fields |= {"url": submission.webhook.url, "secret": submission.webhook.secret}
        fields |= {"delivery": DeliveryState.WAITING, "delivery_attempts": "0"}
    return json.dumps(fields)


def pages_to(pages: Sequence[PageSource]) -> str:
    """Pages as JSON."""
    return json.dumps([[source.document, source.page] for source in pages])


def job_from(job_id: str, row: Mapping[str, str]) -> Job:
    """A job of its hash."""

    def seconds(name: str) -> float | None:
        return float(row[name]) if name in row else None

    delivery = None
    if "url" in row:
        error = row.get("delivery_error") or None
        delivery = Delivery(DeliveryState(row["delivery"]), row["url"], int(row["delivery_attempts"]), error)
    return Job(
        id=job_id,
        owner=row["owner"],
        state=JobState(row["state"]),
        documents=documents_from(row["documents"]),
        options=options_from(row["options"]),
        pages_total=int(row["pages_total"]) if "pages_total" in row else None,
        pages_done=int(row["pages_done"]),
        pages_failed=int(row["pages_failed"]),
        created_at=float(row["created_at"]),
        started_at=seconds("started_at"),
        finished_at=seconds("finished_at"),
        expires_at=seconds("expires_at"),
        read_once=row["read_once"] == "1",
        failure=failure_from(row.get("failure")),
        last_event=int(row["last_event"]),
        delivery=delivery,
    )


def page_from(number: int, text: str, job_state: JobState) -> Page:
    """A page of its JSON. The open pages of a cancelled job are not rewritten one by one, but read as cancelled."""
    unit = json.loads(text)
    state = PageState(unit["s"])
    if job_state is JobState.CANCELLED and state in (PageState.QUEUED, PageState.RUNNING):
        state = PageState.CANCELLED
    return Page(
        number=number,
        state=state,
        source=PageSource(unit["d"], unit["p"]),
        attempts=unit["a"],
        result=unit.get("r"),
        failure=failure_from(unit.get("e")),
    )


def event_from(entry: EventEntry) -> Event:
    """An event of a stream's entry, whose id is `<n>-0`."""
    name, fields = entry
    return Event(int(name.partition("-")[0]), fields["kind"], float(fields["at"]), options_from(fields["data"]))


def lease_from(reply: Sequence[str | int], token: str) -> Lease:
    """A lease of what `claim` answers."""
    job_id, number, attempt, owner, documents, options, document, page, deaths = reply
    return Lease(
        job_id=str(job_id),
        number=int(number),
        token=token,
        attempt=int(attempt),
        owner=str(owner),
        documents=documents_from(str(documents)),
        options=options_from(str(options)),
        source=None if int(number) == PLAN else PageSource(int(document), int(page)),
        deaths=int(deaths),
    )
