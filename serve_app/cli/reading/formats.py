"""Which formats a service offers, by its own description."""

from typing import Any

from serve_app.client import Client, ServiceError
from serve_app.errors import ConfigError


def list_formats(openapi: dict[str, Any]) -> list[str]:
    """The values of `format` that `/v1/document` takes; empty if there is no such route."""
    route = openapi.get("paths", {}).get("/v1/document", {}).get("post", {})
    for parameter in route.get("parameters", ()):
        if parameter["name"] == "format":
            return list(parameter["schema"].get("enum", ()))
    return []


def check_format(client: Client, asked: str) -> None:
    """End in words where a service cannot give a format.

    Raises:
        ConfigError: the service has no `/v1/document`, or not in that format.
        ServiceUnreachable: there is no service.
    """
    try:
        openapi = client.get("/openapi.json")
    except ServiceError:  # it does not describe itself: the first file will tell
        return
    offered = list_formats(openapi)
    if not offered:
        raise ConfigError("This service reads no documents: it has no /v1/document")
    if asked not in offered:
        raise ConfigError(f"This service does not write {asked}. It offers {', '.join(offered)}")
