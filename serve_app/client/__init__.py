"""The Python client: `from serve_app.client import Client, AsyncClient`. Imports neither Ray nor models."""

from serve_app.client.asynchronous import AsyncClient
from serve_app.client.errors import ServiceError, ServiceUnreachable
from serve_app.client.events import JobEvent
from serve_app.client.requests import Converted
from serve_app.client.synchronous import Client

__all__ = ["AsyncClient", "Client", "Converted", "JobEvent", "ServiceError", "ServiceUnreachable"]
