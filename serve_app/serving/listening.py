"""The address that Serve listens on. Only Serve knows it: `http_options` stands outside of the application's `args`."""

import ray
from ray.serve.context import _get_global_client

from serve_app.api.access import find_open_door
from serve_app.config import HttpConfig
from serve_app.errors import ConfigError


def find_host() -> str | None:
    """The host in Serve's HTTP options; None before Serve has been started, as with `serve run MODULE:BUILDER`.

    No public function of Serve tells it, so this asks the controller as Serve's own code does.
    """
    client = _get_global_client(raise_if_no_controller_running=False) if ray.is_initialized() else None
    return None if client is None else str(client.http_config.host)


def check_access(config: HttpConfig) -> None:
    """Refuse to serve everybody by accident.

    Raises:
        ConfigError: other machines reach the service, and it asks for no key.
    """
    host = find_host()
    problem = find_open_door(config, host) if host is not None else None
    if problem is not None:
        raise ConfigError(problem)
