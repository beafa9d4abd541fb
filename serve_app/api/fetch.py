"""Files by URL, only where the config allows it: from public addresses, within 15 seconds."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from serve_app.api.receiving import too_many_bytes
from serve_app.config import HttpConfig
from serve_app.errors import BadRequest, InvalidParameter
from serve_app.public_address import is_public, list_embedded

logger = logging.getLogger(__name__)

TIMEOUT_S = 15.0
"""For the whole of it: name, connection, answer."""

_REFUSED = "file: the URL could not be fetched. Send the file in base64"
"""The one message for every failure: what differs would tell a client of the network that the service stands in."""


class _Refused(Exception):
    """Why a URL is not fetched; for the log."""


async def fetch_file(url: str, config: HttpConfig, limit: int) -> bytes:
    """Download an image or a document of at most `limit` bytes.

    The name is resolved once, each of its addresses must be public, and the connection goes to the one that was
    checked. Redirects are not followed, since they could lead where the URL itself may not; neither are the proxies of
    the environment. An encoding is refused: it could inflate a thousandfold.

    Raises:
        InvalidParameter: the config does not allow URLs.
        BadRequest: the download failed; the reason goes to the log, not to the client.
        TooManyBytes: as soon as the limit is passed.
    """
    if not config.allow_url:
        raise InvalidParameter(
            "file: this service does not fetch URLs. Send the file in base64, or set http.allow_url in its config"
        )
    data = bytearray()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            async for chunk in _download(httpx.URL(url)):
                data += chunk
                if len(data) > limit:
                    raise too_many_bytes(len(data), limit)
    except (_Refused, TimeoutError, OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        logger.info("A file was not fetched: %s: %s", type(error).__name__, str(error)[:200])
        raise BadRequest(_REFUSED) from None
    return bytes(data)


def _is_fetched(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is public and stands for no other one, but for an IPv4 address in IPv6's notation."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    return is_public(address) and not list_embedded(address)


async def _download(url: httpx.URL) -> AsyncIterator[bytes]:
    address = await _resolve(url)
    pinned = url.copy_with(host=str(address), username=None, password=None)
    headers = {"Host": url.netloc.decode("ascii").rpartition("@")[2], "Accept-Encoding": "identity"}
    # TLS is checked against the name, though the connection goes to the address.
    extensions = {"sni_hostname": url.host}
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
        client.stream("GET", pinned, headers=headers, extensions=extensions) as response,
    ):
        encoding = response.headers.get("content-encoding", "identity")
        if response.status_code != httpx.codes.OK or encoding != "identity":
            raise _Refused(f"status {response.status_code}, encoding {encoding}")
        async for chunk in response.aiter_raw():
            yield chunk


async def _resolve(url: httpx.URL) -> IPv4Address | IPv6Address:
    """The first address of a URL's host; the system's resolver also knows the odd notations of IPv4 (0x7f.1)."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 0, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]
    if not addresses or not all(map(_is_fetched, addresses)):
        raise _Refused("the host has an address that is not public")
    return addresses[0]
