"""The requests of the routes."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from serve_app.client.events import JobEvent
from serve_app.client.requests import Call, Source, read_source

ENDED = ("done", "partial", "failed", "cancelled")


def read_text(source: Source, options: Mapping[str, Any]) -> Call:
    """`POST /v1/ocr`."""
    return Call("POST", "/v1/ocr", options, read_source(source))


def read_chart(source: Source, options: Mapping[str, Any]) -> Call:
    """`POST /v1/chart`."""
    return Call("POST", "/v1/chart", options, read_source(source))


def analyze(source: Source, options: Mapping[str, Any]) -> Call:
    """`POST /v1/analyze`."""
    return Call("POST", "/v1/analyze", options, read_source(source))


def read_document(source: Source, options: Mapping[str, Any]) -> Call:
    """`POST /v1/document`."""
    return Call("POST", "/v1/document", options, read_source(source))


def submit(source: Source, options: Mapping[str, Any], idempotency_key: str | None) -> Call:
    """`POST /v1/jobs`, with a key in any case: whoever sends it again then gets the same job."""
    headers = {"Idempotency-Key": idempotency_key or uuid4().hex}
    return Call("POST", "/v1/jobs", options, read_source(source), headers)


def get_job(job_id: str, wait_s: float) -> Call:
    """`GET /v1/jobs/{id}`."""
    return Call("GET", f"/v1/jobs/{job_id}", {"wait": wait_s or None})


def get_result(job_id: str, format: str) -> Call:
    """`GET /v1/jobs/{id}/result`."""
    return Call("GET", f"/v1/jobs/{job_id}/result", {"format": format})


def watch_path(job_id: str, content: bool) -> str:
    """The address of `GET /v1/jobs/{id}/events`."""
    return f"/v1/jobs/{job_id}/events?content={str(content).lower()}"


def ends(event: JobEvent) -> bool:
    """Whether it is a job's last event."""
    return event.kind == "job" and event.data.get("state") in ENDED
