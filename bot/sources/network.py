"""Decides which machines may be reached: the public internet, and hosts that the settings name.

Anybody can submit a link; without this check it could read what only this machine can reach (SSRF).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

# Address forms that contain an IPv4 address or lead to another network; only NAT64 has legitimate uses.
_NAT64 = IPv6Network("64:ff9b::/96")
_CARRIERS = tuple(
    map(
        IPv6Network,
        ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10"),
    )
)
MayConnect = Callable[[str], bool]
"""Returns whether a numeric address may be connected to."""


class NotPublicError(OSError):
    """The address is not on the public internet. The text is constant, so that several errors can be merged."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "not a public address")


def is_public(address: str) -> bool:
    """Return whether a numeric address is on the public internet, even when it is embedded in another address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed in _NAT64:
            parsed = IPv4Address(int(parsed) & 0xFFFFFFFF)
        elif any(parsed in network for network in _CARRIERS):
            return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def place_of(url: str) -> str:
    """Return an address's `host:port`; a host with mirrors on several ports is several places."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_named(place: str, names: Collection[str]) -> bool:
    """Return whether a place is among names such as `127.0.0.1:8080`, `mirror.example` (any port) or `[::1]:80`."""
    host = place.rpartition(":")[0]
    return bool({place, host, host.strip("[]")} & {name.lower() for name in names})


def guarded(may_connect: MayConnect) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Return a socket factory that checks the numeric address right before connecting.

    At that point host names, unusual number formats and changing DNS answers are already resolved.
    """

    def make(address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, place = address
        if not may_connect(str(place[0])):
            raise NotPublicError
        new_socket = socket.socket(family, kind, protocol)
        new_socket.setblocking(False)
        return new_socket

    return make
