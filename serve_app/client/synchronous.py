"""The client for programs that wait for each answer."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import httpx

from serve_app.client import calls
from serve_app.client.errors import ServiceError, ServiceUnreachable
from serve_app.client.events import EventParser, JobEvent
from serve_app.client.requests import (
    Call,
    Converted,
    Source,
    build_headers,
    choose_pause,
    list_pauses,
    may_pass,
    parse_body,
)


class Client:
    """Calls a running service; a context manager, which closes its connections.

    A call that the service was too busy for, or that broke, is sent again up to `retries` times, after the time that
    the service asks for. Reading changes nothing, so that a second time does no harm.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout_s: float = 600.0,
        retries: int = 5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, headers=build_headers(key), timeout=timeout_s, transport=transport, follow_redirects=False
        )
        self._retries = retries
        self._sleep = sleep

    def read_text(self, source: Source, **options: Any) -> dict[str, Any]:
        """The text of an image: the JSON of `/v1/ocr`, whose parameters `options` are.

        Raises:
            ServiceError: the service refused it.
            ServiceUnreachable: there is no service at the address.
        """
        return self._json(calls.read_text(source, options))

    def read_chart(self, source: Source, **options: Any) -> dict[str, Any]:
        """The data of a chart: the JSON of `/v1/chart`, whose parameters `options` are. Raises as `read_text`."""
        return self._json(calls.read_chart(source, options))

    def analyze(self, source: Source, **options: Any) -> dict[str, Any]:
        """A chart with the evidence for each cell: the JSON of `/v1/analyze`, whose parameters `options` are.

        Raises as `read_text`.
        """
        return self._json(calls.analyze(source, options))

    def read_document(self, source: Source, **options: Any) -> dict[str, Any]:
        """A document: the JSON of `/v1/document`, whose parameters `options` are. Raises as `read_text`."""
        return self._json(calls.read_document(source, options))

    def convert(self, source: Source, format: str = "markdown", **options: Any) -> Converted:
        """A document as markdown, html, text, csv, xlsx or zip. Raises as `read_text`."""
        return Converted.of(self._send(calls.read_document(source, options | {"format": format})))

    def submit(self, source: Source, *, idempotency_key: str | None = None, **options: Any) -> dict[str, Any]:
        """Hand a document in as a job; the answer has its `id`. Raises as `read_text`."""
        return self._json(calls.submit(source, options, idempotency_key))

    def get_job(self, job_id: str, *, wait_s: float = 0.0) -> dict[str, Any]:
        """How far a job is; with `wait_s`, once something has changed. Raises as `read_text`."""
        return self._json(calls.get_job(job_id, wait_s))

    def list_jobs(self) -> list[dict[str, Any]]:
        """Your jobs, newest first. Raises as `read_text`."""
        found: list[dict[str, Any]] = self._json(Call("GET", "/v1/jobs"))["jobs"]
        return found

    def cancel_job(self, job_id: str) -> dict[str, Any]:
        """Cancel a job, or delete one that has ended. Raises as `read_text`."""
        return self._json(Call("DELETE", f"/v1/jobs/{job_id}"))

    def get_result(self, job_id: str, format: str = "json") -> bytes:
        """What a job has read, as the bytes of a file in that format. Raises as `read_text`."""
        return self._send(calls.get_result(job_id, format)).content

    def watch(self, job_id: str, *, content: bool = True) -> Iterator[JobEvent]:
        """A job's events until it has ended; goes on where it was if the connection breaks. Raises as `read_text`."""
        after, pauses = 0, list_pauses(self._retries)
        while True:
            response: httpx.Response | None = None
            failure: Exception = ServiceUnreachable("The events ended before the job did")
            try:
                with self._http.stream(
                    "GET", calls.watch_path(job_id, content), headers={"Last-Event-ID": str(after)}
                ) as response:
                    if response.is_error:
                        response.read()
                        failure = ServiceError.of(response.status_code, parse_body(response))
                    else:
                        parser = EventParser()
                        for line in response.iter_lines():
                            for event in parser.feed(line):
                                after, pauses = event.id, list_pauses(self._retries)
                                yield event
                                if calls.ends(event):
                                    return
            except httpx.TransportError as error:
                failure = ServiceUnreachable(f"{self._http.base_url} does not answer: {error}")
            pause = next(pauses, None) if response is None or may_pass(response) else None
            if pause is None:
                raise failure
            self._sleep(choose_pause(response, pause))

    def get(self, path: str) -> dict[str, Any]:
        """Any other route, such as `/ready` or `/v1/limits`. Raises as `read_text`."""
        return self._json(Call("GET", path))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _json(self, call: Call) -> dict[str, Any]:
        body: dict[str, Any] = self._send(call).json()
        return body

    def _send(self, call: Call) -> httpx.Response:
        for pause in [*list_pauses(self._retries), None]:
            response = None
            try:
                response = self._http.send(call.build(self._http))
                if response.is_success:
                    return response
                if pause is None or not may_pass(response):
                    raise ServiceError.of(response.status_code, parse_body(response))
            except httpx.TransportError as error:
                if pause is None:
                    raise ServiceUnreachable(f"{self._http.base_url} does not answer: {error}") from error
            self._sleep(choose_pause(response, pause))
        raise AssertionError("the last pause is None")
