"""The checks of `dayori doctor` that need no network, and of the container's health check."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from bot.domain.digest import Subscription
from bot.i18n import msg
from bot.services.check import Check
from bot.services.digests.composing import Digests
from bot.services.digests.inactive_subscriptions import paused_checks
from bot.services.digests.lease_owner import has_ended
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.file_sync.papers_file import PapersFile
from bot.services.heartbeats import Heartbeat, Heartbeats
from bot.services.orphan_collections import orphan_collections
from bot.services.ports import Clock
from bot.services.servers import Servers
from bot.services.token_conflicts import TokenConflicts
from bot.services.workspaces import Workspaces
from bot.store import papers
from bot.store.database import Database
from bot.store.schema import REVISION

_MOST_SERVERS = 5
_CONNECTING = timedelta(minutes=2)  # the time that a start or a reconnect may take; ordinary interruptions are shorter


class HealthReport(NamedTuple):
    """All checks, and the status of every subscription."""

    checks: tuple[Check, ...]
    subscriptions: tuple[SubscriptionStatus, ...]

    @property
    def is_well(self) -> bool:
        """Return whether there is no fault; warnings do not count."""
        return all(check.level != "fault" for check in self.checks)


class Health:
    """Checks whether the bot is well."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        digests: Digests,
        servers: Servers | None = None,
        file: PapersFile | None = None,
        workspaces: Workspaces | None = None,
        backups: Path | None = None,
    ) -> None:
        self._database, self._clock, self._digests = database, clock, digests
        self._heartbeats = Heartbeats(database, clock)
        self._token_conflicts = TokenConflicts(database, clock, self._heartbeats)
        self._servers, self._file, self._workspaces, self._backups = servers, file, workspaces, backups

    async def is_running(self) -> bool:
        """Return whether a bot runs on this database, as its heartbeats tell."""
        now = self._clock()
        return any(each.may_run(now) for each in await self._heartbeats.every())

    async def check(
        self,
        workspace_id: int,
        tokens: Mapping[str, bool],
        missing: Mapping[str, str] | None = None,
        others: Mapping[str, int] | None = None,
    ) -> HealthReport:
        """Check everything that needs no network; `tokens` says for each platform whether a token is set.

        `missing` names, for a platform with only one of its two tokens, the variable of the other. `others` are
        further workspaces to check, by name. It reads the whole database: 1 s for 340 MB.
        """
        ids = [workspace_id, *(others or {}).values()]
        statuses = [status for id in ids for status in await self._digests.statuses(id)]
        processes = await self._heartbeats.every()
        subscriptions = [each.subscription for each in statuses]
        checks = [
            Check(
                "database",
                "ok",
                msg("Database: {path}, revision {revision}", path=self._database.place, revision=REVISION),
            ),
            *await self._collections(workspace_id, others or {}),
            *(_token(platform, has_token, (missing or {}).get(platform)) for platform, has_token in tokens.items()),
            *self._running(processes),
            *await self._token_conflicts.checks(),
            *await asyncio.to_thread(self._storage),
            await self._integrity(),
            *await self._papers_file(),
            *paused_checks(subscriptions),
            *await self._feeds(ids),
            *await self._paper_checks(ids),
            *await self._servers_unserved(subscriptions),
            *await self._orphan_collections(),
        ]
        return HealthReport(tuple(checks), tuple(statuses))

    def _storage(self) -> list[Check]:
        from bot.services.storage_checks import copies_check, storage_checks  # a served bot has no use for it

        if self._database.path:
            return list(storage_checks(self._database.path, self._backups, self._clock()))
        return [copies_check(0, self._backups, self._clock())] if self._backups else []

    async def _integrity(self) -> Check:
        if server := await self._database.server():
            from bot.services.doctor.database_server import database_server_check

            return database_server_check(server)
        damage = await self._database.find_damage()
        if damage is None:
            return Check("integrity", "ok", msg("Every page of the database is whole."))
        from bot.services.backups import restore_hint  # a served bot has no use for it

        message = msg("The database is damaged: {reason}", reason=damage.splitlines()[-1])
        return Check("integrity", "fault", message, restore_hint(self._backups))

    async def _collections(self, workspace_id: int, others: Mapping[str, int]) -> list[Check]:
        async with self._database.read() as connection:
            count = await papers.count(connection, workspace_id)
            counts = {name: await papers.count(connection, id) for name, id in others.items()}
        messages = {name: msg("Papers in the workspace {name}: {n}", name=name, n=n) for name, n in counts.items()}
        return [
            Check("collection", "ok", msg("Papers in the collection: {n}", n=count)),
            *(Check(f"collection {name}", "ok", message) for name, message in messages.items()),
        ]

    async def _orphan_collections(self) -> list[Check]:
        """Report collections that no server sees since the settings changed."""
        if self._workspaces is None:
            return []
        unseen = await orphan_collections(self._database, self._workspaces)
        return [Check(f"workspace {each.workspace}", "warning", each.message, each.remedy) for each in unseen]

    async def _feeds(self, workspace_ids: Sequence[int]) -> list[Check]:
        from bot.services.feeds.feed_checks import feed_checks  # a served bot has no use for it

        async with self._database.read() as connection:
            return [each for id in workspace_ids for each in await feed_checks(connection, id, self._clock())]

    async def _paper_checks(self, workspace_ids: Sequence[int]) -> list[Check]:
        """Return how many papers were looked at again; nothing if none ever was."""
        from bot.store import paper_checks  # for the doctor alone

        async with self._database.read() as connection:
            n, at = await paper_checks.last_week(connection, workspace_ids, self._clock())
        if at is None:
            return []
        message = msg("Papers looked at again in the last seven days: {n}, last at {time}", n=n, time=_minute(at))
        return [Check("papers", "ok", message)]

    async def _papers_file(self) -> list[Check]:
        """Report a papers file that cannot be imported, or that file sync cannot write."""
        if self._file is None:
            return []
        if fault := await self._file.problem():
            return [
                Check(
                    "papers file", "fault", fault, msg("Until that is corrected, the collection stays in use as it is.")
                )
            ]
        if unwritable := self._file.unwritable():
            remedy = msg("Let the bot write there, or set mirror: false.")
            return [Check("papers file", "warning", unwritable, remedy)]
        return []

    async def _servers_unserved(self, subscriptions: Sequence[Subscription]) -> list[Check]:
        """Report servers that wait to be allowed, and their subscriptions; only warnings, as anybody can invite it."""
        if self._servers is None:
            return []
        served, servers = await self._servers.served(), self._servers
        waiting = [
            Check(
                f"server {each.number}",
                "warning",
                msg("The server {name} is waiting to be allowed.", name=each.name or each.number),
                msg(
                    "Allow it with dayori servers allow {id}, or refuse it with dayori servers refuse {id}.",
                    id=each.number,
                ),
            )
            for each in (await servers.waiting())[:_MOST_SERVERS]
        ]
        resting = [
            Check(
                f"subscription {each.name}",
                "warning",
                msg("{name} is on hold, since its server is not served.", name=each.name),
                servers.remedy(each.channel),
            )
            for each in subscriptions
            if not served.has(each.channel)
        ]
        return [*waiting, *resting]

    def _running(self, processes: Sequence[Heartbeat]) -> list[Check]:
        """Report of every process whether it runs and is connected, from its last heartbeat."""
        if not processes:
            return [Check("bot", "ok", msg("The bot is not running."))]
        now, start = self._clock(), msg("Start it with dayori run; its log says why it stopped.")
        checks = list[Check]()
        for each in processes:
            if has_ended(each.process):
                message = msg("The bot stopped unexpectedly, after {time}.", time=_minute(each.at.isoformat()))
                checks.append(_of_shards(each, Check("bot", "fault", message, start)))
            elif each.is_late(now):
                message = msg("The bot has not run since {time}.", time=_minute(each.at.isoformat()))
                checks.append(_of_shards(each, Check("bot", "fault", message, start)))
            else:
                connections = each.connections.items()
                checks += [_of_shards(each, self._connected(platform, **kept)) for platform, kept in connections]
        return [*checks, *_conflicts([each for each in processes if each.may_run(now)])]

    def _connected(self, platform: str, state: str, since: str) -> Check:
        name = platform.title()
        if state == "connected":
            return Check("bot", "ok", msg("The bot runs and is connected to {platform}.", platform=name))
        if self._clock() - datetime.fromisoformat(since) > _CONNECTING:
            message = msg(
                "The bot runs, but it has not been connected to {platform} since {time}.",
                platform=name,
                time=_minute(since),
            )
            remedy = msg("Look at its log, and check whether {platform} can be reached from here.", platform=name)
            return Check("bot", "fault", message, remedy)
        if state == "starting":
            return Check(
                "bot", "warning", msg("The bot is starting and not connected to {platform} yet.", platform=name)
            )
        return Check("bot", "warning", msg("The bot is connecting to {platform} again.", platform=name))


def _of_shards(process: Heartbeat, check: Check) -> Check:
    """Return a check with the shards in its name, where a process serves only some."""
    return check._replace(name=f"bot {process.shards}") if process.shards else check


def _conflicts(processes: Sequence[Heartbeat]) -> list[Check]:
    """Report processes that receive the same events."""
    if not any(a.meets(b) for a, b in combinations(processes, 2)):
        return []
    message = msg("Two processes answer the same servers with one token.")
    return [Check("bot twice", "warning", message, msg("Stop one of them, or give each its own part: discord.shards."))]


def _token(platform: str, has_token: bool, missing: str | None) -> Check:
    name = platform.title()
    if missing:
        lacking = msg("{platform}: {variable} is missing beside the other token.", platform=name, variable=missing)
        return Check("token", "fault", lacking, msg("Put {variable} into .env.", variable=missing))
    is_set = msg("{platform}: a token is set", platform=name)
    return Check("token", "ok", is_set if has_token else msg("{platform}: no token is set", platform=name))


def _minute(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
