"""Which addresses a webhook may be posted to: those of the public internet, and those that the operator allows.

A name is resolved once, every address it has is checked, and the connection is made to a checked address: a name that
resolves differently a moment later (DNS rebinding) reaches nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import httpx

from serve_app.errors import InvalidParameter
from serve_app.public_address import is_public, list_embedded

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host and port; raises OSError if there are none."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """`networks` are allowed besides public addresses; `plain_http` allows URLs without TLS."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    plain_http: bool = False

    @classmethod
    def of(cls, networks: list[str], plain_http: bool = False) -> "AddressPolicy":
        """A policy of networks in CIDR notation."""
        return cls(tuple(ip_network(network) for network in networks), plain_http)

    def allows(self, address: str) -> bool:
        """Whether a connection may be made to this address."""
        target = ip_address(address.partition("%")[0])
        if any(target.version == network.version and target in network for network in self.networks):
            return True
        if inner := list_embedded(target):
            return target.is_global and all(map(is_public, inner))
        return is_public(target)

    def check(self, url: str) -> httpx.URL:
        """The URL, if its form is allowed; what its name resolves to is checked by `addresses`.

        Raises:
            InvalidParameter: the URL has another scheme, credentials, or no host.
        """
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as error:
            raise InvalidParameter(f"The webhook's URL is not valid: {error}") from None
        if parsed.scheme not in ("https", *(["http"] if self.plain_http else [])):
            raise InvalidParameter("A webhook's URL begins with https://")
        if parsed.userinfo or not parsed.host or (parsed.port or 1) > 65535:
            raise InvalidParameter("A webhook's URL names a host, at most a port, and no user")
        return parsed

    async def addresses(self, url: httpx.URL, resolve: Resolve) -> list[str]:
        """What the URL's host resolves to.

        Raises:
            InvalidParameter: one of the addresses is not allowed.
            OSError: the name cannot be resolved.
        """
        found = await resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not found:
            raise OSError(f"{url.host} has no address")
        if not all(self.allows(address) for address in found):
            raise InvalidParameter("The webhook's host is not on the public internet")
        return found


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
