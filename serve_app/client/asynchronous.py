"""The client for asyncio; its methods are those of `Client`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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


class AsyncClient:
    """Calls a running service, as `Client` does; an asynchronous context manager."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        timeout_s: float = 600.0,
        retries: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers=build_headers(key), timeout=timeout_s, transport=transport, follow_redirects=False
        )
        self._retries = retries
        self._sleep = sleep

    async def read_text(self, source: Source, **options: Any) -> dict[str, Any]:
        """The text of an image: the JSON of `/v1/ocr`, whose parameters `options` are.

        Raises:
            ServiceError: the service refused it.
            ServiceUnreachable: there is no service at the address.
        """
        return await self._json(calls.read_text(source, options))

    async def read_chart(self, source: Source, **options: Any) -> dict[str, Any]:
        """The data of a chart: the JSON of `/v1/chart`, whose parameters `options` are. Raises as `read_text`."""
        return await self._json(calls.read_chart(source, options))

    async def analyze(self, source: Source, **options: Any) -> dict[str, Any]:
        """A chart with the evidence for each cell: the JSON of `/v1/analyze`, whose parameters `options` are.

        Raises as `read_text`.
        """
        return await self._json(calls.analyze(source, options))

    async def read_document(self, source: Source, **options: Any) -> dict[str, Any]:
        """A document. Raises as `Client.read_text`."""
        return await self._json(calls.read_document(source, options))

    async def convert(self, source: Source, format: str = "markdown", **options: Any) -> Converted:
        """A document in another format. Raises as `Client.read_text`."""
        return Converted.of(await self._send(calls.read_document(source, options | {"format": format})))

    async def submit(self, source: Source, *, idempotency_key: str | None = None, **options: Any) -> dict[str, Any]:
        """Hand a document in as a job. Raises as `Client.read_text`."""
        return await self._json(calls.submit(source, options, idempotency_key))

    async def get_job(self, job_id: str, *, wait_s: float = 0.0) -> dict[str, Any]:
        """How far a job is. Raises as `Client.read_text`."""
        return await self._json(calls.get_job(job_id, wait_s))

    async def list_jobs(self) -> list[dict[str, Any]]:
        """Your jobs, newest first. Raises as `Client.read_text`."""
        found: list[dict[str, Any]] = (await self._json(Call("GET", "/v1/jobs")))["jobs"]
        return found

    async def cancel_job(self, job_id: str) -> dict[str, Any]:
        """Cancel a job, or delete one that has ended. Raises as `Client.read_text`."""
        return await self._json(Call("DELETE", f"/v1/jobs/{job_id}"))

    async def get_result(self, job_id: str, format: str = "json") -> bytes:
        """What a job has read. Raises as `Client.read_text`."""
        return (await self._send(calls.get_result(job_id, format))).content

    async def watch(self, job_id: str, *, content: bool = True) -> AsyncIterator[JobEvent]:
        """A job's events until it has ended. Raises as `Client.read_text`."""
        after, pauses = 0, list_pauses(self._retries)
        while True:
            response: httpx.Response | None = None
            failure: Exception = ServiceUnreachable("The events ended before the job did")
            try:
                async with self._http.stream(
                    "GET", calls.watch_path(job_id, content), headers={"Last-Event-ID": str(after)}
                ) as response:
                    if response.is_error:
                        await response.aread()
                        failure = ServiceError.of(response.status_code, parse_body(response))
                    else:
                        parser = EventParser()
                        async for line in response.aiter_lines():
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
            await self._sleep(choose_pause(response, pause))

    async def get(self, path: str) -> dict[str, Any]:
        """Any other route. Raises as `Client.read_text`."""
        return await self._json(Call("GET", path))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _json(self, call: Call) -> dict[str, Any]:
        body: dict[str, Any] = (await self._send(call)).json()
        return body

    async def _send(self, call: Call) -> httpx.Response:
        for pause in [*list_pauses(self._retries), None]:
            response = None
            try:
                response = await self._http.send(call.build(self._http))
                if response.is_success:
                    return response
                if pause is None or not may_pass(response):
                    raise ServiceError.of(response.status_code, parse_body(response))
            except httpx.TransportError as error:
                if pause is None:
                    raise ServiceUnreachable(f"{self._http.base_url} does not answer: {error}") from error
            await self._sleep(choose_pause(response, pause))
        raise AssertionError("the last pause is None")
