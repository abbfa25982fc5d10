"""The Discord client: its start and end, its buttons, and as few events as possible."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from math import inf
from typing import Any

import discord
import structlog
import yarl
from discord import InteractionType
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.errors import ClosedStoreError, DayoriError, LostStoreError
from bot.domain.shards import Shards
from bot.platforms.answer_trace import answer_trace
from bot.platforms.components import unknown_component
from bot.platforms.discord import error_handler, response
from bot.platforms.discord.card import ShowToAll
from bot.platforms.discord.client_rate_limit import limit_requests
from bot.platforms.discord.command_names import CommandNames
from bot.platforms.discord.command_tree import Tree
from bot.platforms.discord.commands.addpaper import Which
from bot.platforms.discord.commands.editpaper import Choose, Remove
from bot.platforms.discord.commands.inbox import Accept, Change, Later, Reject, UndoDecision, save_find
from bot.platforms.discord.commands.stats import ShowStatisticsToAll
from bot.platforms.discord.components import is_unknown
from bot.platforms.discord.context import Client, Interaction, actor_of
from bot.platforms.discord.drafts import Cancel, Details, Edit, Overwrite, Save, SaveAsAnother, save_form
from bot.platforms.discord.duplicate import AddLink
from bot.platforms.discord.feed_dialog import (
    AddFeed,
    CancelFeed,
    ChangeFilter,
    RemoveFeed,
    ReopenFeed,
    answer_form,
)
from bot.platforms.discord.gateway_status import GatewayStatus
from bot.platforms.discord.identification import Identification
from bot.platforms.discord.modal import DETAILS, DRAFT, FEED, FIND, kind_of
from bot.platforms.discord.paper_list import Page, Pick, Waiting
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.platforms.discord.request_quota import RequestQuota
from bot.platforms.discord.rest_proxy import wait_for_proxy
from bot.platforms.discord.session_limit import require_session
from bot.services.bundle import Services
from bot.services.cancellation import uncancellable
from bot.services.served_publisher import ServedPublisher
from bot.sources.proxy import proxy_for

_COMPONENTS: tuple[type[Any], ...] = (
    ShowToAll,
    ShowStatisticsToAll,
    Page,
    Pick,
    Waiting,
    Which,
    AddLink,
    Save,
    SaveAsAnother,
    Overwrite,
    Edit,
    Details,
    Cancel,
    Remove,
    Choose,
    Accept,
    Change,
    Reject,
    Later,
    UndoDecision,
    AddFeed,
    ChangeFilter,
    ReopenFeed,
    CancelFeed,
    RemoveFeed,
)
_FORMS: Mapping[str, Callable[[Interaction], Awaitable[None]]] = {
    DRAFT: save_form,
    DETAILS: save_form,
    FIND: save_find,
    FEED: answer_form,
}
_LONGEST_WAIT = 60.0  # seconds; a longer rate limit raises an error for a later retry instead of sleeping
_SERVERS_SETTLE = 0.5  # seconds; nothing here needs every server to be loaded before `on_ready`
# discord.py's names of the tasks that answer commands and buttons, and forms and other events.
_ANSWERING = ("CommandTree-invoker", "discord-ui-dynamic-item-", "discord.py: on_")
# seconds that running answers and messages may take at a stop; Docker kills after ten
_LAST_ANSWERS, _LAST_MESSAGES = 1.5, 8.0
_GOODBYE = 1.0  # seconds; a dead gateway does not confirm the close, and discord.py would wait half a minute
_log = structlog.get_logger()


class DayoriClient(Client):
    """Talks to Discord with the only intent that channels and permissions need."""

    def __init__(
        self,
        services: Services,
        api_url: str,
        names: CommandNames | None = None,
        delivery_job: str = "",
        shards: Shards | None = None,
        servers_settle: float = _SERVERS_SETTLE,
    ) -> None:
        Route.BASE = api_url.rstrip("/")
        proxy = proxy_for(api_url)  # also used for the gateway: discord.py has one proxy setting for both
        part: dict[str, Any] = {"shard_ids": shards.ids, "shard_count": shards.total} if shards else {}
        leases = services.job_leases
        self.quota = RequestQuota(leases, delivery_job)
        limit = GlobalRateLimit(self.quota.rate)
        trace = answer_trace(services.metrics, "discord", services.clock_watch.note_time)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not use voice
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_LONGEST_WAIT,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=servers_settle,
            **part,
            proxy=proxy.url if proxy else None,
            http_trace=limit_requests(wait_for_proxy(trace), limit),
        )
        self.services, self.names = services, names or CommandNames()
        self.under_way = {}
        self.gateway_status = GatewayStatus(services.heartbeats)
        self.publisher = ServedPublisher(DiscordPublisher(self.http, self.names, limit), services.servers)
        publishers = {"discord": self.publisher}
        self.delivery = services.delivery(publishers)
        self.message_updates = services.message_updates(publishers, partial(leases.holds, delivery_job))
        self._identification = Identification(leases if shards else None, delivery_job)
        self.tree: Tree = Tree(self)
        self.add_dynamic_items(*_COMPONENTS)

    async def setup_hook(self) -> None:
        """Record the servers of the first start, and sync the commands with Discord if they changed."""
        await self.remember_servers()
        self.services.proposer_notices.connect("discord", self.publisher)
        await self.tree.sync_changed()

    async def remember_servers(self) -> None:
        """Record the servers of the first start as the team's; REST lists them all before the first event arrives."""

        async def present() -> dict[str, str]:
            return {_name(guild): guild.name async for guild in self.fetch_guilds(limit=None)}

        try:
            await self.services.servers.note_first_servers(present)
        except discord.HTTPException as error:  # for example a proxy without this endpoint; the gateway lists them too
            _log.warning("Discord does not list the bot's servers over REST", reason=str(error))

    async def _note_servers(self) -> None:
        """Record the servers that were joined and left meanwhile, in the order of joining."""

        async def present() -> dict[str, str]:
            return {_name(guild): guild.name for guild in self.guilds}

        await self.services.servers.note_first_servers(present)
        for guild in sorted(self.guilds, key=_joined_at):
            await self.on_guild_join(guild)
        await self._forget_others([_name(guild) for guild in self.guilds])

    async def _forget_others(self, present: Collection[str]) -> None:
        """Forget servers that were left; of those that other shards serve, their process knows whether they were."""
        await self.services.servers.forget_others(present, self._is_served_here)

    def _is_served_here(self, server: str) -> bool:
        shard = (int(server.rpartition(":")[2]) >> 22) % (self.shard_count or 1)
        return self.shard_ids is None or shard in self.shard_ids

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify in turn."""
        await self._identification.take_turn(shard_id or 0)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Record a server that the bot was added to."""
        await self.services.servers.note_server(_name(guild), guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that the bot left before anybody decided on it."""
        await self._forget_others([_name(each) for each in self.guilds if each.id != guild.id])

    async def connect(self, *, reconnect: bool = True) -> None:
        """Connect to the gateway that the API returns, also after a session that cannot be resumed."""
        _, address, limit = await self.http.get_bot_gateway()
        require_session(limit)
        self._identification.at_once = limit["max_concurrency"]
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        await super().connect(reconnect=reconnect)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what the store refuses an event in one line; an event of the last moment finds it closed."""
        error = sys.exc_info()[1]
        if isinstance(error, DayoriError):
            if not isinstance(error, ClosedStoreError | LostStoreError):
                _log.warning("an event was not served", kind=event_method, reason=str(error))
        else:
            await super().on_error(event_method, *args, **kwargs)

    async def on_ready(self) -> None:
        """Report to the health check that all shards are connected, and update the list of servers."""
        await self.gateway_status.ready(len(self.guilds))
        await self._note_servers()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Report to the health check that a shard is disconnected."""
        await self.gateway_status.shard_disconnected(shard_id)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Report to the health check that a shard has a new session."""
        await self.gateway_status.shard_connected(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Report to the health check that a shard resumed its session."""
        await self.gateway_status.shard_connected(shard_id)

    @uncancellable
    async def close(self) -> None:
        """Let running answers and messages finish, then close; discord.py also calls this when it gives up."""
        await asyncio.gather(self._finish_responses(), self._drain())
        self.services.proposer_notices.disconnect("discord")
        closed = asyncio.ensure_future(super().close())
        await asyncio.wait((closed,), timeout=_GOODBYE)
        await self.http.close()
        await closed

    async def _finish_responses(self) -> None:
        """Let running answers finish; after a timeout, tell the people whose answers are cancelled."""
        tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith(_ANSWERING)]
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_ANSWERS)
        interactions = dict(self.under_way)
        notices = [asyncio.ensure_future(response.say_interrupted(each)) for each in interactions.values()]
        if notices:
            await asyncio.wait(notices, timeout=_LAST_ANSWERS)
        for task in (*interactions, *notices):
            task.cancel()

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_MESSAGES):
                await self.delivery.drain()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Handle forms, so that one opened before a restart is not lost, and unknown buttons and menus."""
        try:
            if form := _FORMS.get(kind_of(interaction)):
                response.begin(interaction)
                (await actor_of(interaction)).spend()
                await form(interaction)
            elif interaction.type is InteractionType.modal_submit or is_unknown(interaction, _COMPONENTS):
                await actor_of(interaction)
                raise unknown_component()
        except Exception as error:
            await error_handler.respond(interaction, error)


def _name(guild: discord.Guild) -> str:
    return f"discord:{guild.id}"


def _joined_at(guild: discord.Guild) -> tuple[float, int]:
    joined = guild.me.joined_at if guild.me else None
    return joined.timestamp() if joined else inf, guild.id
