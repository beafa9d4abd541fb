"""Whether a service would be open to other machines without having said so."""

import ipaddress

from serve_app.config import HttpConfig


def find_open_door(config: HttpConfig, host: str) -> str | None:
    """What is wrong with listening on a host under these settings, and what to change; None if nothing is."""
    if config.keyed or config.open or is_loopback(host):
        return None
    return (
        f"other machines reach the service on {host}, and it asks for no API key. Name http.keys_file or http.keys_env "
        "in args (`serve-app keys add NAME` makes a key), listen on 127.0.0.1, or set http.open: true"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may be any machine's
        return False
