"""What is sent for each call, and how long to wait before it is sent again: the same for both clients."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Source = bytes | Path | str
"""A document's or image's bytes, or the path of its file."""

RETRIED = (429, 502, 503, 504)
"""Statuses after which the same request may succeed: the service is busy, or a process of it has just been replaced."""

MAX_PAUSE_S = 60.0
"""Upper bound, in seconds, on a pause that the server's `Retry-After` asks for."""


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP request; `data` is sent as multipart field `file`."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def build(self, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request for a client of httpx."""
        files = None if self.data is None else {"file": self.data}
        params = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in self.params.items()
            if value is not None
        }
        return client.build_request(self.method, self.path, params=params, files=files, headers=dict(self.headers))


@dataclass(frozen=True, slots=True)
class Converted:
    """A document in another format; `pages_total` is what it has, `pages_read` how many of them were read."""

    content: bytes
    pages_total: int
    pages_read: int

    @classmethod
    def of(cls, response: httpx.Response) -> "Converted":
        """From an answer, whose headers tell the pages."""
        total, read = (int(response.headers[f"X-Pages-{name}"]) for name in ("Total", "Read"))
        return cls(response.content, total, read)


def read_source(source: Source) -> bytes:
    """The bytes of a source.

    Raises:
        OSError: the file cannot be read.
    """
    return source if isinstance(source, bytes) else Path(source).read_bytes()


def list_pauses(retries: int) -> Iterator[float]:
    """Seconds to wait before each retry, where the server does not say."""
    yield from (min(0.5 * 2**i, 10.0) for i in range(retries))


def may_pass(response: httpx.Response) -> bool:
    """Whether what is wrong with an answer may be over the next time; also true of an answer that is fine."""
    return response.is_success or response.status_code in RETRIED


def choose_pause(response: httpx.Response | None, default_s: float) -> float:
    """The server's `Retry-After` in seconds, or the default."""
    told = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(told), MAX_PAUSE_S) if told.isdecimal() else default_s


def parse_body(response: httpx.Response) -> Any:
    """The answer's JSON, or None."""
    try:
        return response.json()
    except ValueError:
        return None


def build_headers(key: str | None) -> dict[str, str]:
    """The headers of every request."""
    return {"Authorization": f"Bearer {key}"} if key else {}
