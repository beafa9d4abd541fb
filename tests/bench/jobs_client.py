"""A client of jobs that minds what an ingress takes along when it dies, and holds each page against what was drawn.

It sends a request again, with the same `Idempotency-Key`, until it has an answer, and resumes its streams of events by
`Last-Event-ID`.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench.jobs_documents import draw_document, is_right

PATIENCE_S = 180.0
"""Seconds for which the client sends a request again, and waits for an event."""
ENDED = ("done", "partial", "failed", "cancelled")

Events = list[tuple[int, str, dict[str, Any]]]
"""Ids, kinds and data, as they came."""


@dataclass
class Tally:
    """What came of the documents."""

    jobs: dict[int, str] = field(default_factory=dict)
    """The id of each document's job."""
    ended: set[str] = field(default_factory=set)
    pages: int = 0
    read: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    again: Counter[str] = field(default_factory=Counter)
    """Requests that were sent again, by method: a document is sent with POST."""
    resumed: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything is not as it should be."""
        return bool(self.lost or self.doubled or self.wrong)

    def report(self) -> None:
        """Print it."""
        print(
            f"documents {len(self.jobs)}, pages {self.pages}, lost {self.lost}, doubled {self.doubled}, "
            f"wrong {self.wrong}\nsent again: {self.again['POST']} documents and {self.again['GET']} other "
            f"requests; streams of events resumed: {self.resumed}"
        )


class JobsClient:
    """Submits documents by number, and follows their jobs."""

    def __init__(self, http: httpx.AsyncClient, tally: Tally) -> None:
        self._http = http
        self._tally = tally

    async def run_document(self, number: int, pages: int) -> None:
        """Submit a document, follow its job, and hold events and result against what was drawn."""
        job_id = await self.submit(number, pages)
        events = await self._follow(job_id)
        self._tally.ended.add(job_id)
        result = (await self.ask("GET", f"/v1/jobs/{job_id}/result"))["pages"]
        self._check(number, pages, events, result)

    async def submit(self, number: int, pages: int) -> str:
        """The id of the job of a document, which has a key of its own."""
        content, media_type = await asyncio.to_thread(draw_document, number, pages)
        headers = {"content-type": media_type, "Idempotency-Key": f"document {number}"}
        job: dict[str, Any] = await self.ask("POST", "/v1/jobs", content=content, headers=headers)
        self._tally.pages += pages
        self._tally.jobs[number] = job["id"]
        return str(job["id"])

    async def ask(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of an answer.

        Raises:
            RuntimeError: there was none, or it was an error that this service should not have given.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self._http.request(method, path, **request)
                if answer.is_success:
                    return answer.json()
                what = f"{answer.status_code} {answer.text[:200]}"
                from_proxy = not answer.headers.get("content-type", "").startswith("application/json")
                again = answer.status_code in (429, 503) or (answer.status_code == 500 and from_proxy)
            except httpx.TransportError as error:
                what, again = repr(error), True
            if not again or time.monotonic() > deadline:
                raise RuntimeError(f"{method} {path}: {what}")
            self._tally.again[method] += 1
            await asyncio.sleep(0.5)

    async def count_doubled_jobs(self) -> None:
        """Count the jobs that nobody knows of: a document must not have become two."""
        known, before = set(self._tally.jobs.values()), None
        while jobs := (await self.ask("GET", "/v1/jobs", params=_page_after(before)))["jobs"]:
            self._tally.doubled += len({job["id"] for job in jobs} - known)
            before = jobs[-1]["id"]

    async def _follow(self, job_id: str) -> Events:
        """The events of a job, to its end."""
        events: Events = []
        while events[-1:] == [] or events[-1][2].get("state") not in ENDED or events[-1][1] != "job":
            last = events[-1][0] if events else 0
            try:
                async with asyncio.timeout(PATIENCE_S) as patience:
                    async for event in self._stream(job_id, last):
                        patience.reschedule(asyncio.get_running_loop().time() + PATIENCE_S)
                        events.append(event)
                        self._tally.read += event[1] == "page"
            except httpx.TransportError:
                self._tally.resumed += 1
                await asyncio.sleep(1.0)
        return events

    async def _stream(self, job_id: str, last: int) -> AsyncIterator[tuple[int, str, dict[str, Any]]]:
        headers = {"Last-Event-ID": str(last)}
        async with self._http.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as answer:
            if not answer.is_success:
                raise httpx.RemoteProtocolError(f"{answer.status_code}")
            entry: dict[str, str] = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                entry[name] = value
                if not line and "data" in entry:
                    yield int(entry["id"]), entry["event"], json.loads(entry["data"])
                    entry = {}

    def _check(self, number: int, pages: int, events: Events, result: list[dict[str, Any]]) -> None:
        tally = self._tally
        told = [data for _, kind, data in events if kind == "page"]
        if [event_id for event_id, _, _ in events] != list(range(1, len(events) + 1)):
            print(f"document {number}: the ids of its events have gaps or come twice")
            tally.wrong += 1
        for page in range(1, pages + 1):
            of_events = [data for data in told if data["number"] == page]
            of_result = [body for body in result if body["number"] == page]
            done = [data["content"] for data in of_events if data["state"] == "done"]
            tally.lost += not done or not of_result
            tally.doubled += len(of_events) > 1 or len(of_result) > 1
            if not done or not all(is_right(number, page, body) for body in done + of_result):
                print(f"document {number}, page {page}: {json.dumps([of_events, of_result])[:600]}")
                tally.wrong += bool(done)
        if len(told) > pages or [body["number"] for body in result] != list(range(1, pages + 1)):
            print(f"document {number}: {len(told)} events of pages, {len(result)} pages in the result")
            tally.wrong += 1


def _page_after(before: str | None) -> dict[str, str]:
    return {"limit": "1000"} | ({"before": before} if before else {})
