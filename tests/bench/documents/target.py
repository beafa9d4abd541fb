"""The service that is measured: one that runs already, the shipped config started for it, or its pipeline alone."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from serve_app.api.document_schemas import DocumentBody
from serve_app.config import AppConfig
from serve_app.pipeline.document import admit_document, read_document
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.serving.engines import load_chart, load_layout, load_ocr
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service
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


class LocalTarget:
    """The pipeline with its engines in this process, without HTTP and Ray, for quality alone: it reads the same."""

    def __init__(self) -> None:
        config = AppConfig()
        self._service = build_service(
            config,
            LocalOcr(load_ocr(config.ocr, "cpu")),
            LocalChart(load_chart(config.chart, "cpu")),
            LocalLayout(load_layout(config.layout, "cpu")),
        )

    def read(self, data: bytes) -> dict[str, Any]:
        """The JSON of `/v1/document`."""
        return asyncio.run(self._read(data))

    async def _read(self, data: bytes) -> dict[str, Any]:
        with admit_document(self._service, TIMEOUT_S) as ticket:
            document = await read_document(self._service, ticket, data, DocumentOptions())
        return DocumentBody.of(document).model_dump(mode="json")


@contextmanager
def find_target(url: str | None, pid: int | None) -> Iterator[Target]:
    """The service at a URL, or one that is started here and stopped at the end."""
    if url:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S) as http:
            yield Target(http, pid)
        return
    with tempfile.TemporaryDirectory() as folder, start_service(shipped_config(), Path(folder)) as service:
        yield Target(service.http, service.process.pid)
