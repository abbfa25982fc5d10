"""Validators of settings, with errors in our own words."""

from __future__ import annotations

import re
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.errors import DayoriError
from bot.domain.identifiers import web_address
from bot.domain.schedule import parse_schedule
from bot.domain.shards import parse_shards
from bot.environment import split_list
from bot.formats.url_credentials import credentials_of, without_credentials
from bot.i18n import Message, msg


class InvalidValue(ValueError):  # noqa: N818 - a reason passed through pydantic, never raised to a caller
    """A value is invalid, for a reason in both languages."""

    def __init__(self, message: Message, place: tuple[str | int, ...] = (), value: str | None = None) -> None:
        """Give the reason; `place` and `value` are those of the wrong entry within what was checked as a whole."""
        super().__init__(message.text("en"))
        self.message, self.place, self.value = message, place, value


class _Named(Protocol):
    """Settings with a name."""

    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


def valid_zone(name: str) -> str:
    """Return the name of a timezone, if it exists."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValue(msg("not a timezone; write it like Asia/Tokyo")) from error
    return name


def valid_schedule(text: str) -> str:
    """Return a schedule in its stored form."""
    try:
        return parse_schedule(text).text
    except DayoriError as error:
        raise InvalidValue(error.message) from error


def named_once(entries: tuple[_N, ...]) -> tuple[_N, ...]:
    """Return entries of which no two have one name."""
    names = [each.name for each in entries]
    for n, name in enumerate(names):
        if name in names[:n]:
            raise InvalidValue(msg('the name "{name}" is given twice', name=name), (n, "name"), name)
    return entries


def valid_feed(url: str) -> str:
    """Return the address of a feed, if it is valid."""
    if web_address(url) is None:
        raise InvalidValue(msg("it must be an address that begins with https:// or http://, without a password"))
    return url


def valid_rule(text: str) -> str:
    """Return a rule of a feed's filter, if it is valid."""
    try:
        from bot.domain.feed_rule import parse_rule  # most settings have no feeds

        parse_rule(text)
    except DayoriError as error:
        raise InvalidValue(error.message) from error
    return text


def valid_channel(text: str) -> str:
    """Return the address of a channel, if it is valid."""
    if not re.fullmatch(r"discord:\d{1,20}/\d{1,20}|slack:[A-Z0-9]{1,20}/[A-Z0-9]{1,20}", text):
        raise InvalidValue(
            msg("not a channel; write it like discord:<server id>/<channel id> or slack:<team id>/<channel id>")
        )
    return text


def valid_slack_command(name: object) -> str:
    """Return the name of a slash command without its slash, if Slack accepts it."""
    text = str(name).removeprefix("/")
    if not re.fullmatch(r"[a-z0-9_-]{1,31}", text):
        raise InvalidValue(msg("Slack takes no such command; write it in lower case, like dayori"))
    return text


def valid_server(id: object) -> str:
    """Return a server's id as text; YAML may read it as a number."""
    text = str(id).strip()
    if isinstance(id, bool) or not re.fullmatch(r"[1-9][0-9]{14,19}", text):
        raise InvalidValue(
            msg('not a server\'s id, a number of 15 to 20 digits; Discord shows it under "Copy Server ID"')
        )
    return text


def valid_shards(text: str) -> str:
    """Return this process's shards, if there are such."""
    if text and parse_shards(text) is None:
        raise InvalidValue(
            msg(
                "not shards; write the first, the last and how many there are in all, counted from 0, like 0-3/16; "
                "leave it empty for a single process"
            )
        )
    return text.strip()


def valid_listen(address: str) -> str:
    """Return the address of a server, `host:port`, or an empty one."""
    host, _, port = address.rpartition(":")
    if address and not (host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise InvalidValue(msg("not an address to listen on; write a host and a port, like 127.0.0.1:9109"))
    return address


def valid_base_url(url: str) -> str:
    """Return the address of a site, or an empty one."""
    if url and (web_address(url) is None or "?" in url or "#" in url):
        raise InvalidValue(msg("not the address of a site; write it like https://papers.example.org/"))
    return web_address(url) or "" if url else ""


def valid_workspaces(workspaces: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return workspaces with their servers, if names and ids are valid and no server is listed twice."""
    homes = dict[str, str]()
    for name, servers in workspaces.items():
        if not re.fullmatch(r"[\w-]{1,40}", name):
            raise InvalidValue(_NOT_A_WORKSPACE, (name,), name)
        for n, server in enumerate(servers):
            if not re.fullmatch(r"discord:[1-9][0-9]{14,19}|slack:T[A-Z0-9]{1,20}", server):
                raise InvalidValue(_NOT_A_SERVER, (name, n), server)
            if home := homes.get(server):
                raise InvalidValue(_listed_twice(home, name), (name, n), server)
            homes[server] = name
    return workspaces


_NOT_A_WORKSPACE = msg(
    "a workspace's name has 1 to 40 letters, digits, hyphens and underscores, like lab; names with a colon "
    "belong to servers' own collections"
)
_NOT_A_SERVER = msg(
    "not a Discord server or a Slack team; write it like discord:123456789012345678 (15 to 20 digits) or "
    "slack:T0123456789 (T, capital letters and digits)"
)


def _listed_twice(home: str, name: str) -> Message:
    if home == name:
        return msg("it is listed twice there; remove one of the two")
    return msg('it is in the workspace "{name}" already, and a server has only one; remove one of the two', name=home)


def valid_database_url(url: str) -> str:
    """Return the URL of a SQLite file or of a PostgreSQL database, if it is valid."""
    if re.match(r"postgres", url):
        if not _POSTGRESQL.fullmatch(url):
            raise InvalidValue(_NO_POSTGRESQL, value=without_credentials(url))
    elif not _SQLITE.fullmatch(url):
        raise InvalidValue(_NO_DATABASE, value=without_credentials(url))
    return url


_SQLITE = re.compile(r"sqlite\+aiosqlite:///(?!file:|:memory:|[^?]*%00)[^?#\s][^?]*")
_POSTGRESQL = re.compile(
    r"postgresql\+asyncpg://(?:[^\s/?#@]+@)?[^\s/?#@]*/[^\s/?#]+(?:\?(?:(?:ssl|host|port)=[^\s&#]+&?)+)?"
)
_NO_DATABASE = msg(
    "not the place of a database; write it like sqlite+aiosqlite:///data/dayori.db or "
    "postgresql+asyncpg://user:password@host/name"
)
_NO_POSTGRESQL = msg(
    "not a PostgreSQL database; write it like postgresql+asyncpg://user:password@host/name, with @, : and / in the "
    "password as %40, %3A and %2F; it may end with ?ssl=require"
)


def valid_token(text: object) -> object:
    """Return a token without quotes and spaces around it; None for an empty one."""
    if not isinstance(text, str):
        return text
    token = text.strip().strip("\"'").strip()
    if token.lower().startswith("bot "):
        raise InvalidValue(msg('leave out the word "Bot" before the token'))
    if not all("!" <= each <= "~" for each in token):
        raise InvalidValue(msg("it has a space, a line break or a character that no token has; copy the token again"))
    return token or None


def valid_contact(text: str) -> str:
    """Return the contact that sources are given, if it has no credentials."""
    if any(credentials_of(word.strip("()<>,;")) for word in text.split()):
        raise InvalidValue(msg("it is sent to every source, so it must not contain a password"))
    return text


def as_list(value: object) -> object:
    """Split a text with commas into a list."""
    if isinstance(value, int):
        return (str(value),)
    return tuple(split_list(value)) if isinstance(value, str) else value
