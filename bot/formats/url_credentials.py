"""Finds credentials in addresses, to keep them out of logs and out of what is shown."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

_SHORTEST = 4  # characters; hiding shorter ones would make a log unreadable and protect nothing


def credentials_of(url: str) -> tuple[str, ...]:
    """Return the password in an address, quoted and unquoted; a user name alone may be a token."""
    try:
        parts = urlsplit(url)
        secret = parts.password or parts.username or ""
    except ValueError:
        return ()
    return tuple(dict.fromkeys(each for each in (secret, unquote(secret)) if len(each) >= _SHORTEST))


def without_credentials(url: str) -> str:
    """Return an address without credentials and query, so that it can be shown; it may be invalid."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    before, at, after = rest.rpartition("@")
    hidden = f"{scheme}{separator}…@{after}" if at and (separator or ":" in before) else url
    return hidden.partition("?")[0] if separator else hidden
