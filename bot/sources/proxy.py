"""The proxy that the operator names in the environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case.

A proxy looks names up itself, so the address that a name leads to cannot be looked at here. It is trusted with that,
since the operator named it; what names a private target by itself is refused before it is asked.
"""

from __future__ import annotations

import socket
import urllib.request
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.domain.errors import ConfigError
from bot.domain.text import normalized
from bot.i18n import msg
from bot.sources.network import is_public, place_of

# Names that lead to this machine or its neighbours: RFC 6761, 6762, 8375 and what offices use.
_PRIVATE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".private", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is: its address, with the password it may want, and its host, as it may be shown."""

    url: str
    host: str


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy by which an address is reached, None for the direct way. Raises ConfigError."""
    proxies, scheme = urllib.request.getproxies_environment(), urlsplit(url).scheme
    named = proxies.get(scheme) or proxies.get("all")
    is_exempt = urllib.request.proxy_bypass_environment(place_of(url), proxies)  # type: ignore[attr-defined]
    if not named or is_exempt:
        return None
    variable = f"{scheme.upper()}_PROXY" if proxies.get(scheme) else "ALL_PROXY"
    return _read(named, variable)


def may_be_asked(host: str) -> bool:
    """Tell whether a host may be asked through a proxy: no private address in any spelling, no name of a neighbour."""
    name = normalized("NFKC", host).lower().strip("[]").rstrip(".")
    try:
        return is_public(str(ip_address(name)))
    except ValueError:
        pass
    try:
        return is_public(socket.inet_ntoa(socket.inet_aton(name)))  # 0x7f.1, 2130706433 and the like
    except (OSError, ValueError):
        return name.isprintable() and "." in name and not name.endswith(_PRIVATE)


def _read(named: str, variable: str) -> Proxy:
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme != "http":
        raise ConfigError(
            msg(
                "{variable} in the environment cannot be used; write it like http://proxy.example:3128.",
                variable=variable,
            )
        )
    place = f"{f'[{host}]' if ':' in host else host}:{port or 80}"
    user = parts.netloc.rpartition("@")[0]
    return Proxy(f"http://{user}@{place}" if user else f"http://{place}", place)
