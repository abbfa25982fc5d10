"""Which machines may be asked: the public internet, and what the settings name besides.

A link comes from anybody, so without this it could read what only this machine can reach (SSRF).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

# Forms that carry an IPv4 address or lead into another network; of these only NAT64 is in honest use.
_NAT64 = IPv6Network("64:ff9b::/96")
_CARRIERS = tuple(
    map(
        IPv6Network,
        ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10"),
    )
)
MayConnect = Callable[[str], bool]
"""Tells of an address in its numeric form whether it may be connected to."""


class NotPublicError(OSError):
    """The address is not one of the public internet. The text is always the same, so that several become one."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "not a public address")


def is_public(address: str) -> bool:
    """Tell whether a numeric address is one of the public internet, whatever it is wrapped in."""
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
    """Return `host:port` of an address; with a mirror's port, one host can be several places."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_named(place: str, names: Collection[str]) -> bool:
    """Tell whether a place is among names such as `127.0.0.1:8080`, `mirror.example` (any port) or `[::1]:80`."""
    host = place.rpartition(":")[0]
    return bool({place, host, host.strip("[]")} & {name.lower() for name in names})


def guarded(may_connect: MayConnect) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Return a maker of sockets that looks at the very address it is about to connect to.

    Names, odd spellings of numbers and answers of DNS that change are all behind us at that point.
    """

    def make(address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, place = address
        if not may_connect(str(place[0])):
            raise NotPublicError
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make
