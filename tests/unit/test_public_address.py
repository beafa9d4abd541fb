from ipaddress import ip_address

import pytest

from serve_app.public_address import is_public, list_embedded


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_the_internets_addresses(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "240.0.0.1", "224.0.0.1", "::1", "fe80::1", "fec0::1", "fd00::1", "ff0e::1"),
        *("64:ff9b:1::7f00:1", "::7f00:1", "100::1"),
    ],
)
def test_all_others(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    ("address", "inner"),
    [
        ("8.8.8.8", []),
        ("2606:4700::1111", []),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("2002:7f00:1::", ["127.0.0.1"]),
        ("64:ff9b::7f00:1", ["127.0.0.1"]),
        ("2001:0:808:808::f5ff:fffe", ["8.8.8.8", "10.0.0.1"]),
    ],
)
def test_what_an_address_stands_for(address, inner):
    assert list(map(str, list_embedded(ip_address(address)))) == inner
