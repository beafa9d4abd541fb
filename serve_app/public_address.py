"""Which addresses belong to the public internet: the service connects to no other that a client names."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
"""The well-known prefix of RFC 6052, under which a gateway reaches IPv4 addresses. The prefix for local use of RFC 8215
tells no IPv4 address; it is in a reserved block."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet's; what it may stand for is not looked at."""
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or site_local)


def list_embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for: mapped, translated or tunnelled ones."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
