"""Only the public internet is contacted, in whatever form an address is written."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.network import NotPublicError, guarded, is_named, is_public, place_of

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:808:808::",
    "2001:0:7f00:1::",
    "100::1",
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_not_connected_to(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(NotPublicError):
        guarded(is_public)((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "198.41.0.4"])
def test_what_is_public_is(address: str) -> None:
    assert is_public(address)
    guarded(is_public)((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))).close()


@given(st.ip_addresses(v=4).filter(lambda address: not is_public(str(address))))
def test_no_private_address_becomes_public_by_being_wrapped(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for prefix, shift in (
        ("::ffff:0:0", 0),
        ("64:ff9b::", 0),
        ("::", 0),
        ("::ffff:0:0:0", 0),
        ("2002::", 80),
        ("2001::", 0),
    ):
        assert not is_public(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | number << shift)))


@given(st.text(max_size=30))
def test_any_text_is_public_or_not(text: str) -> None:
    assert is_public(text) in (True, False)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://Example.org/a", "example.org:80"),
        ("https://example.org./", "example.org:443"),
        ("http://[::1]:8080/x", "[::1]:8080"),
    ],
)
def test_a_place_is_a_host_and_a_port(url: str, place: str) -> None:
    assert place_of(url) == place


def test_a_host_is_named_with_or_without_its_port() -> None:
    names = ["127.0.0.1:8080", "Mirror.example", "::1"]
    for place in ("127.0.0.1:8080", "mirror.example:81", "[::1]:80"):
        assert is_named(place, names)
    for place in ("127.0.0.1:8081", "notmirror.example:80", "[::2]:80"):
        assert not is_named(place, names)
