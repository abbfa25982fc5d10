"""The Discord double: starts, gives its address, fails on demand and shows what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .application_commands import Commands
from .errors import Json
from .faults import Fault
from .gateway import Gateway
from .interactions import Interaction
from .limits import CHANNEL_RATE, GLOBAL_RATE, WEBHOOK_RATE, Rate, RateLimits
from .models import Member, User
from .people import People
from .places import Channel, Guild
from .rest import PREFIX, Rest
from .routing import Request, Upload
from .world import World

TOKEN = "double.of.discord"


def _now() -> datetime:
    return datetime.now(UTC)


class DiscordServer(People):
    """Serves Discord's gateway and REST on a free loopback port while the context lasts.

    Rates are (requests, seconds) or None for no limit. At the end, the context raises AssertionError if the bot
    requested a route that this double does not have, so that such a request is never mistaken for a 404 of Discord's.
    """

    def __init__(
        self,
        *,
        shards: int = 1,
        max_concurrency: int = 1,
        heartbeat: float = 41.25,
        privileged: bool = False,
        global_rate: Rate | None = GLOBAL_RATE,
        channel_rate: Rate | None = CHANNEL_RATE,
        webhook_rate: Rate | None = WEBHOOK_RATE,
        nonce_window: float = 300.0,
        interaction_window: float = 3.0,
        token_lifetime: float = 900.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__()
        self.token = TOKEN
        self.max_concurrency = max_concurrency
        self.nonce_window = nonce_window
        self.interaction_window = interaction_window
        self.token_lifetime = token_lifetime
        self.world = World(now)
        self.commands = Commands(self.world)
        self.limits = RateLimits(global_rate, channel_rate, webhook_rate)
        self.gateway = Gateway(self.world, self.token, shards=shards, heartbeat=heartbeat, privileged=privileged)
        self.world.emit = self.gateway.emit
        self.world.changed = self._tick
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.unknown: list[str] = []
        self.faults: list[Fault] = []
        self.files: dict[str, Upload] = {}
        self.tells_the_time = True
        self.sessions_left: int | None = None  # for a session limit that is nearly used up
        self.interactions_endpoint: str | None = None
        self.base_url = ""
        self._moved = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_get("/gateway", self.gateway.serve)
        application.router.add_get("/gateway/", self.gateway.serve)
        application.router.add_get("/attachments/{file_id}/{name}", self._file)
        application.router.add_route("*", PREFIX + "/{rest:.*}", Rest(self).serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}"
        self.gateway.url = f"ws://127.0.0.1:{port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.stop()
        assert self._runner is not None
        await self._runner.cleanup()
        if error is None and self.unknown:
            raise AssertionError(f"the bot asked for routes that the double does not have: {self.unknown}")

    @property
    def api_url(self) -> str:
        """Return the address that stands in for https://discord.com/api/v10."""
        return self.base_url + PREFIX

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings by which a bot in a process of its own finds this server."""
        return {"DISCORD_TOKEN": self.token, "DAYORI_DISCORD__API_URL": self.api_url}

    @property
    def guilds(self) -> list[Guild]:
        """Return all servers."""
        return list(self.world.guilds.values())

    def add_guild(self, name: str, *, guild_id: int | None = None, joined: bool = True) -> Guild:
        """Make a server with a channel `general`; the bot is in it unless `joined` is False."""
        return self.world.add_guild(name, guild_id=guild_id, joined=joined)

    def direct(self, user: User | Member) -> Channel:
        """Return the direct channel between a user and the bot."""
        return self.world.direct_channel(user.user if isinstance(user, Member) else user)

    def fault(self, method: str, path: str, **how: Any) -> Fault:
        """Make matching requests fail; see `Fault` for how. `path` is searched as a regular expression."""
        fault = Fault(method, path, **how)
        self.faults.append(fault)
        return fault

    def forget_nonces(self) -> None:
        """Let the time pass for which Discord remembers nonces."""
        self.world.nonces.clear()

    @property
    def too_many(self) -> int:
        """Return how many 429 responses the bot caused, without those of faults."""
        return sum(self.limits.sent.values())

    @property
    def last_interaction(self) -> Interaction:
        """Return the newest interaction."""
        return next(reversed(self.interactions.values()))

    def sent(self, method: str, path: str) -> list[Request]:
        """Return the requests of one method whose path ends so."""
        return [one for one in self.requests if one.method == method and one.path.endswith(path)]

    async def until(self, holds: Callable[[], object], timeout: float = 30.0) -> None:
        """Wait until a condition holds; it is checked after every event here."""
        async with asyncio.timeout(timeout):
            while not holds():
                self._moved.clear()
                await self._moved.wait()

    async def connected(self, sessions: int = 1, timeout: float = 30.0) -> None:
        """Wait until that many gateway sessions are open."""
        await self.until(lambda: len(self.gateway.connected) >= sessions, timeout)

    async def disconnected(self) -> None:
        """Wait until no gateway session is open."""
        await self.until(lambda: not self.gateway.connected)

    def keep_file(self, upload: Upload) -> Json:
        """Store a file and describe it as an attachment."""
        file_id = str(self.world.new_id())
        self.files[file_id] = upload
        url = f"{self.base_url}/attachments/{file_id}/{upload.filename}"
        described: Json = {"id": file_id, "filename": upload.filename, "size": len(upload.content), "url": url}
        return described | {"proxy_url": url, "content_type": upload.content_type}

    async def _file(self, request: web.Request) -> web.Response:
        upload = self.files.get(request.match_info["file_id"])
        if upload is None:
            return web.Response(status=404)
        return web.Response(body=upload.content, content_type=upload.content_type)

    def _tick(self) -> None:
        self._moved.set()
