"""Passwords in addresses: found, so that no log shows them, and taken out of what is shown."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

_SHORTEST = 4  # letters; blotting shorter ones out would make a log unreadable and hide nothing


def credentials_of(url: str) -> tuple[str, ...]:
    """Return the password of an address, as it stands there and as it is meant; a lone user name may be a token."""
    try:
        parts = urlsplit(url)
        secret = parts.password or parts.username or ""
    except ValueError:
        return ()
    return tuple(dict.fromkeys(each for each in (secret, unquote(secret)) if len(each) >= _SHORTEST))


def without_credentials(url: str) -> str:
    """Return an address as it may be shown, also one that is none: without what may be a password, or a query."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    before, at, after = rest.rpartition("@")
    hidden = f"{scheme}{separator}…@{after}" if at and (separator or ":" in before) else url
    return hidden.partition("?")[0] if separator else hidden
