"""Maps routes to functions, and describes a request to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import ApiError, unknown
from .places import Channel, Guild

if TYPE_CHECKING:
    from .server import DiscordServer

Answer = tuple[int, Any]


@dataclass(frozen=True)
class Upload:
    """A file that was sent along with a message."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass
class Request:
    """One request as the server saw it; `status` is 0 until it was answered, and for a dropped connection."""

    method: str
    path: str
    body: Any
    time: float
    query: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    status: int = 0


@dataclass(frozen=True)
class Call:
    """A request on its way to the function that answers it."""

    server: DiscordServer
    request: Request
    ids: Mapping[str, str]

    @property
    def body(self) -> Any:
        """Return the decoded body; an empty one is an empty object."""
        return {} if self.request.body is None else self.request.body

    def id(self, name: str) -> int:
        """Return an id out of the path."""
        text = self.ids[name]
        if not text.isdigit():
            raise ApiError(400, 50035, "Invalid Form Body", {name: {"_errors": [{"code": "NUMBER_TYPE_COERCE"}]}})
        return int(text)

    def flag(self, name: str) -> bool:
        """Return whether a query parameter is set."""
        return self.request.query.get(name, "").lower() in ("1", "true")

    def channel(self, name: str = "channel_id") -> Channel:
        """Return the channel in the path, or refuse like Discord."""
        channel = self.server.world.channels.get(self.id(name))
        if channel is None:
            raise unknown("Channel", 10003)
        return channel

    def guild(self) -> Guild:
        """Return the server of the path, if the bot is in it."""
        guild = self.server.world.guilds.get(self.id("guild_id"))
        if guild is None or not guild.joined:
            raise unknown("Guild", 10004)
        return guild


Endpoint = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One route: its method, its template and the function behind it."""

    method: str
    template: str
    pattern: re.Pattern[str]
    endpoint: Endpoint


ROUTES: list[Route] = []
_MAJOR = ("channel_id", "guild_id", "webhook_id")


def route(method: str, template: str) -> Callable[[Endpoint], Endpoint]:
    """Enter a function as the one that answers a route."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

    def enter(endpoint: Endpoint) -> Endpoint:
        ROUTES.append(Route(method, template, pattern, endpoint))
        return endpoint

    return enter


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route for a request; the first that was entered wins."""
    for candidate in ROUTES:
        match = candidate.pattern.fullmatch(path) if candidate.method == method else None
        if match:
            return candidate, match.groupdict()
    return None


def major_of(ids: Mapping[str, str]) -> str:
    """Return the part of the path that separates rate limits: a channel, a server or a webhook with its token."""
    return "/".join([ids[name] for name in _MAJOR if name in ids] + [ids.get("token", "")])
