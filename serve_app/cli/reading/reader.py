"""Reads one file by the service: a PDF or TIFF as a job, which tells its progress, an image by one request."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from serve_app.client import Client, ServiceError, ServiceUnreachable

SUFFIXES = {
    "markdown": ".md",
    "html": ".html",
    "text": ".txt",
    "json": ".json",
    "csv": ".csv",
    "xlsx": ".xlsx",
    "zip": ".zip",
}
"""The formats, with how their files end."""

_PAGED = (b"%PDF-", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How files of many pages begin. A PDF may have other bytes before it, within its first 1024."""


class Stopped(Exception):
    """The command is ending."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of each file: `options` are parameters of `/v1/document`."""

    format: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is written of a file, the pages that were read, and what is missing."""

    content: bytes
    pages: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Told of pages; `plan` how many more there are than the one that every file has."""

    plan: Callable[[int], None]
    advance: Callable[[int], None]
    stop: Event


def read(client: Client, data: bytes, task: Task, watcher: Watcher) -> Reading:
    """Read a file's bytes.

    Raises:
        ServiceError: it was refused, or could not be read.
        ServiceUnreachable: the service has gone.
        Stopped: `watcher.stop` was set.
    """
    content = _read_as_job(client, data, task, watcher) if _has_pages(data) else None
    if content is None:
        content = _read_at_once(client, data, task)
        watcher.plan(content.pages - 1)
        watcher.advance(content.pages)
    return _tell_missing(content, task)


@dataclass(frozen=True, slots=True)
class _Content:
    body: bytes
    pages: int
    failed: int


def _read_as_job(client: Client, data: bytes, task: Task, watcher: Watcher) -> _Content | None:
    """None if the service has no jobs. The job does not stay: what the service kept for it is deleted."""
    try:
        job_id = client.submit(data, **task.options)["id"]
    except ServiceError as error:
        if error.code == "job_not_found":
            return None
        raise
    reachable = True
    try:
        for event in client.watch(job_id, content=False):
            if watcher.stop.is_set():
                raise Stopped
            if event.kind == "planned":
                watcher.plan(event.data["pages"] - 1)
            elif event.kind == "page":
                watcher.advance(1)
        job = client.get_job(job_id)
        if job["state"] in ("failed", "cancelled"):
            failure = job["failure"] or {"code": "cancelled", "message": "The job was cancelled"}
            raise ServiceError(200, failure["code"], failure["message"], "")
        body = client.get_result(job_id, task.format)
        return _Content(body, job["pages"]["done"], job["pages"]["failed"])
    except ServiceUnreachable:
        reachable = False
        raise
    finally:
        if reachable:
            with suppress(ServiceError):  # already deleted, where jobs are kept until they are read
                client.cancel_job(job_id)


def _read_at_once(client: Client, data: bytes, task: Task) -> _Content:
    if task.format == "json":
        document = client.read_document(data, **task.options)
        return _Content(json.dumps(document, ensure_ascii=False).encode(), *_count(document))
    converted = client.convert(data, task.format, **task.options)
    asked = converted.pages_read if task.options.get("pages") else converted.pages_total
    return _Content(converted.content, converted.pages_read, asked - converted.pages_read)


def _count(document: Mapping[str, Any]) -> tuple[int, int]:
    failed = sum(1 for page in document["pages"] if page.get("error"))
    return len(document["pages"]) - failed, failed


def _tell_missing(content: _Content, task: Task) -> Reading:
    missing = f"{content.failed} pages could not be read" if content.failed else ""
    if content.failed and task.format == "json":
        pages = json.loads(content.body)["pages"]
        missing = "; ".join(f"page {page['number']}: {page['error']}" for page in pages if page.get("error"))
    return Reading(content.body, content.pages, missing)


def _has_pages(data: bytes) -> bool:
    return data.startswith(_PAGED) or b"%PDF-" in data[:1024]
