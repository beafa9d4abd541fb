"""The options of every command that calls a service, and a client for them."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from serve_app.client import Client

Url = Annotated[str, typer.Option(envvar="SERVE_APP_URL", help="Address of the service")]
ApiKey = Annotated[
    str | None,
    typer.Option("--key", envvar="SERVE_APP_KEY", show_envvar=True, help="API key; better in the variable than here"),
]
DEFAULT_URL = "http://127.0.0.1:8000"

RETRIES = 20
"""Of a call that the service is too busy for: a command is patient where a program may have a deadline."""


def connect(url: str, key: str | None, retries: int = RETRIES) -> "Client":
    """A client of the service."""
    from serve_app.client import Client

    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"--url: {url!r} does not begin with http:// or https://")
    return Client(url, key=key, timeout_s=900, retries=retries)
