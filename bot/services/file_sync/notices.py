"""Notices about the papers file, for the curators of every server that receives the digest of its collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from uuid import uuid4

from bot.domain.errors import DayoriError, PublishError
from bot.i18n import Message
from bot.services.bundle import Services
from bot.services.ports import Platform
from bot.services.workspaces import DEFAULT

_STATE_KEY = "told of the papers file"


class FileNotices:
    """Sends each notice once, even across restarts."""

    def __init__(self, services: Services, platforms: Sequence[Platform]) -> None:
        self._services, self._platforms = services, platforms

    async def notify(self, messages: Sequence[Message]) -> bool:
        """Send messages to every server that receives that digest, unless they were the last ones sent; return True.

        Of several processes one sends them, however long that takes; the others wait, and find them sent.

        Raises ConfigError, UnreachableError or PublishError when no server of any platform took them.
        """
        text = "\n".join(message.text("en") for message in messages)
        async with self._services.job_leases.alone("notices", patience=inf):
            if await self._services.state.read(_STATE_KEY) != text:
                await self._notify("\n".join(f"📄 {message.text(self._services.locale)}" for message in messages))
                await self._services.state.write(_STATE_KEY, text)
        return True

    async def forget(self) -> None:
        """Forget the last notice, so that the same fault is reported when it comes back."""
        if await self._services.state.read(_STATE_KEY):
            await self._services.state.write(_STATE_KEY, "")

    async def _notify(self, text: str) -> None:
        servers = await self._servers()
        failures: list[Exception] = []
        for platform in self._platforms:
            own = {server: places for server, places in servers.items() if server.startswith(f"{platform.name}:")}
            failures += await _notify_servers(platform, own, text) if own else []
        if failures and len(failures) == len(servers):
            raise failures[0]

    async def _servers(self) -> Mapping[str, Sequence[str]]:
        """Return the channels that receive the digest of the file's workspace, grouped by server."""
        workspace = await self._services.workspaces.named(DEFAULT)
        servers = dict[str, list[str]]()
        for each in await self._services.digests.subscriptions(workspace):
            servers.setdefault(each.channel.partition("/")[0], []).append(each.channel)
        return servers


async def _notify_servers(platform: Platform, servers: Mapping[str, Sequence[str]], text: str) -> list[Exception]:
    """Send a text to these servers of a platform; return the error of each server that failed."""
    failures: list[Exception] = []
    try:
        async with platform.publishing() as publisher:
            for server, channels in servers.items():
                try:
                    await publisher.notify_curators(f"{server}/0", channels, text, uuid4().hex[:25], _unfenced)
                except PublishError as error:
                    failures.append(error)
    except DayoriError as error:
        return [error] * len(servers)
    return failures


async def _unfenced() -> None:
    """Let a notice leave unchecked: no other process would send the same one."""
