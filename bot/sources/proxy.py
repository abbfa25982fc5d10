"""The proxy from the environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or lower case.

A proxy resolves names itself, so the resulting address cannot be checked here. The operator chose it and trusts it with
that; targets that are private by name or number are refused before the request.
"""

from __future__ import annotations

import os
import socket
import urllib.request
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.domain.errors import ConfigError
from bot.domain.text import normalized
from bot.i18n import msg
from bot.sources.network import is_public, place_of

# Names of this machine or its network: RFC 6761, 6762, 8375 and names common in offices.
_PRIVATE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".private", ".home.arpa")
_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method")
_VARIABLES = tuple(each for name in _NAMES for each in (name, name.upper()))


class Proxy(NamedTuple):
    """A proxy: its URL with any password, and its host and port, which may be shown."""

    url: str
    host: str


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for an address, or None for a direct connection. Raises ConfigError."""
    proxies, scheme = _environment(tuple(map(os.environ.get, _VARIABLES))), urlsplit(url).scheme
    address = proxies.get(scheme) or proxies.get("all")
    is_exempt = urllib.request.proxy_bypass_environment(place_of(url), proxies)  # type: ignore[attr-defined]
    if not address or is_exempt:
        return None
    variable = f"{scheme.upper()}_PROXY" if proxies.get(scheme) else "ALL_PROXY"
    return _read(address, variable)


def may_be_asked(host: str) -> bool:
    """Return whether a host may be requested through a proxy: no private address in any notation, no local name."""
    name = normalized("NFKC", host).lower().strip("[]").rstrip(".")
    try:
        return is_public(str(ip_address(name)))
    except ValueError:
        pass
    try:
        return is_public(socket.inet_ntoa(socket.inet_aton(name)))  # 0x7f.1, 2130706433 and similar notations
    except (OSError, ValueError):
        return name.isprintable() and "." in name and not name.endswith(_PRIVATE)


@lru_cache(maxsize=1)
def _environment(values: tuple[str | None, ...]) -> dict[str, str]:
    """Return the proxies by scheme; the library goes through the whole environment for that, so only after a change."""
    return urllib.request.getproxies_environment()


def _read(address: str, variable: str) -> Proxy:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
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
