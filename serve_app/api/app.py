"""Builds the FastAPI application from its routers; what every route shares is set here."""

from collections.abc import Mapping
from importlib.metadata import version

from fastapi import FastAPI

from serve_app.api import capacity, health, paddlex, v1
from serve_app.api.errors import add_handlers
from serve_app.api.health import ModelClient
from serve_app.api.loop_lag import Observer, watching
from serve_app.api.receiving import Arrivals
from serve_app.pipeline.service import Service

_DESCRIPTION = """
Reads text (`/v1/ocr`), chart data (`/v1/chart`), or both with each number checked against the text (`/v1/analyze`).

Send an image as multipart field `file`, or as the raw body with its `Content-Type`.
Every error has the form `{"error": {"code", "message", "retryable", "request_id"}}`.
"""


def build_api(service: Service, models: Mapping[str, ModelClient], observe_lag: Observer = lambda _: None) -> FastAPI:
    """The HTTP application of one ingress replica.

    Args:
        service: what requests are read with.
        models: the deployments, by the models' names.
        observe_lag: told each second by how many seconds the event loop was late at most.
    """
    app = FastAPI(
        title="Documents and charts",
        description=_DESCRIPTION,
        version=version("serve-app"),
        lifespan=watching(observe_lag),
    )
    app.state.config = service.config
    app.state.service = service
    app.state.arrivals = Arrivals(service.config.limits.arriving_mb * 10**6)
    app.state.models = models
    app.include_router(v1.router)
    app.include_router(paddlex.router)
    app.include_router(health.router)
    app.include_router(capacity.router)
    add_handlers(app)
    return app
