"""The service that is measured: one that runs already, or the shipped config, started for it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.service import shipped_config, start_service

TIMEOUT_S = 900


@dataclass(frozen=True)
class Target:
    """A client of the service, and its process; None for one on another machine, whose CPU and memory are unknown."""

    http: httpx.Client
    pid: int | None

    def read(self, data: bytes, **params: Any) -> dict[str, Any]:
        """The JSON of `/v1/document`."""
        answer = self.http.post(
            "/v1/document", files={"file": ("document.pdf", data, "application/pdf")}, params=params, timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body


@contextmanager
def find_target(url: str | None, pid: int | None) -> Iterator[Target]:
    """The service at a URL, or one that is started here and stopped at the end."""
    if url:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S) as http:
            yield Target(http, pid)
        return
    with tempfile.TemporaryDirectory() as folder, start_service(shipped_config(), Path(folder)) as service:
        yield Target(service.http, service.process.pid)
