"""Builds the FastAPI application from its routers; what every route shares is set here."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from serve_app.api import (
    capacity,
    document,
    export,
    health,
    job_images,
    jobs,
    layout_parsing,
    limits,
    paddlex,
    site,
    v1,
)
from serve_app.api.audit import Audit
from serve_app.api.caching import TellCache
from serve_app.api.dialects import docling, mineru, paddleocr
from serve_app.api.draining import Drain, RefuseWhenStopping
from serve_app.api.errors import add_handlers
from serve_app.api.health import ModelClient
from serve_app.api.jobs_service import JobsService
from serve_app.api.key_limits import KeyLimits
from serve_app.api.key_ring import KeyRing
from serve_app.api.keys import RequireKey
from serve_app.api.loop_lag import Observer, watching
from serve_app.api.mcp.endpoint import McpEndpoint
from serve_app.api.receiving import Arrivals
from serve_app.config import HttpConfig
from serve_app.pipeline.document import DocumentTurns
from serve_app.pipeline.service import Service

_DESCRIPTION = """
Reads text (`/v1/ocr`), chart data (`/v1/chart`), or both with each number checked against the text (`/v1/analyze`).
Reads whole documents page by page (`/v1/document`).

Send an image as multipart field `file`, or as the raw body with its `Content-Type`.
Every error has the form `{"error": {"code", "message", "retryable", "request_id"}}`, but for routes by the contracts
of PaddleX, PaddleOCR, MinerU and docling-serve, which answer in the forms of those.
"""

_EXPOSED = (
    "Retry-After", "Location", "X-Request-ID", "X-Pages-Total", "X-Pages-Read", "X-Cache",
    "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
)  # fmt: skip
"""Headers of answers that pages of other origins may read, where `http.cors_origins` lets them in."""


def build_api(
    service: Service,
    models: Mapping[str, ModelClient],
    jobs_service: JobsService | None = None,
    observe_lag: Observer = lambda _: None,
    drain: Drain | None = None,
) -> FastAPI:
    """The HTTP application of one ingress replica.

    Args:
        service: what requests are read with.
        models: the deployments, by the models' names.
        jobs_service: the store of jobs, or None for none.
        observe_lag: told each second by how many seconds the event loop was late at most.
        drain: tells when the service is stopping, or None where nobody would say so.

    Raises:
        ConfigError: the API keys that the config names are not there.
    """
    mcp = McpEndpoint(service) if service.config.http.mcp else None
    app = FastAPI(
        title="Documents and charts",
        description=_DESCRIPTION,
        version=version("serve-app"),
        lifespan=watching(observe_lag, *([mcp.run] if mcp else [])),
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False},  # Serve has a span for the request; FastAPI's would be a trace of its own
    )
    app.state.config = service.config
    app.state.service = service
    app.state.document_turns = DocumentTurns(service.config.documents.max_in_flight)
    app.state.picture_turns = DocumentTurns(job_images.PICTURES_AT_ONCE)
    app.state.arrivals = Arrivals(service.config.limits.arriving_mb * 10**6)
    app.state.models = models
    app.state.jobs = jobs_service
    app.state.drain = drain
    app.include_router(v1.router)
    app.include_router(document.router)
    app.include_router(jobs.router)
    app.include_router(job_images.router)
    app.include_router(export.router)
    app.include_router(paddlex.router)
    app.include_router(layout_parsing.router)
    app.include_router(mineru.router)
    app.include_router(paddleocr.router)
    app.include_router(docling.router)
    app.include_router(health.router)
    app.include_router(capacity.router)
    app.include_router(limits.router)
    if mcp is not None:
        app.router.routes.append(mcp.route)
    site.add_site(app)
    add_handlers(app)
    _add_gates(app, service.config.http, drain)
    return app


def _add_gates(app: FastAPI, config: HttpConfig, drain: Drain | None) -> None:
    """What a request passes before it is routed; the last that is added is the first that it meets."""
    if config.cache_mib:
        app.add_middleware(TellCache)
    if drain is not None:
        app.add_middleware(RefuseWhenStopping, drain=drain)
    ring = KeyRing.open(config)
    if ring is not None:
        app.add_middleware(RequireKey, ring=ring, limits=KeyLimits())
        _document_keys(app)
    app.add_middleware(Audit)
    if config.cors_origins:  # outside of the keys: browsers ask for permission without one
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
        )


def _document_keys(app: FastAPI) -> None:
    """Say in the OpenAPI document how a key is sent, so that viewers of it offer to."""
    write = app.openapi

    def openapi() -> dict[str, Any]:
        schema = write()
        schema.setdefault("components", {})["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        }
        schema["security"] = [{"bearer": []}, {"header": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
