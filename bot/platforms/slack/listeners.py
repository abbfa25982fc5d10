"""Serves what Slack sends: acknowledges it at once, finds out who asked, calls our function, and reports errors.

Slack takes an acknowledgement for three seconds and repeats what was not acknowledged, so nothing is read or written
before it. Bolt finds the listener; a listener that raises before its acknowledgement would leave none.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.errors import DayoriError, DuplicateError, InputError
from bot.domain.request import Request, begin_request
from bot.i18n import Locale, msg, t
from bot.platforms.autocomplete import AutocompleteQueue
from bot.platforms.components import unknown_component
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import error_handler, response
from bot.platforms.slack.app_home import note_use, refresh_soon
from bot.platforms.slack.context import Client, Interaction, Json, actor_of, interaction_of, require_member, user_of
from bot.platforms.slack.forms import errors_below, values_of
from bot.platforms.slack.people import LONGEST_WAIT
from bot.platforms.slack.recent_cache import RecentCache, ShownModal
from bot.platforms.slack.registry import (
    ACTIONS,
    COMMANDS,
    COSTS,
    EVENTS,
    FOR_EVERYBODY,
    FORMS,
    MENUS,
    SHORTCUTS,
    command_in,
)
from bot.platforms.slack.response import ANSWER, LOST
from bot.platforms.slack.socket_mode import acknowledgement_sent
from bot.platforms.slack.wait_notice import wait_notice
from bot.services.rate_limit import COST

_BRIEF = 0.5  # seconds of waiting for a person's profile where it only tells their language
_PATIENCE = 25 * 60.0  # seconds that a write may wait for the database; an answer's address is valid for 30 minutes
_ANY = re.compile(r".*", re.DOTALL)
_log = structlog.get_logger()


class Listeners:
    """Our functions as Bolt's listeners.

    `under_way` are the tasks that serve something, with the interaction where somebody waits for an answer.
    """

    def __init__(self, client: Client) -> None:
        self._client, self._completions = client, AutocompleteQueue()
        self._served = RecentCache[bool]()  # interactions by id, since Slack may deliver one twice
        self.under_way: dict[asyncio.Task[Any], Interaction | None] = {}

    def register(self, app: AsyncApp) -> None:
        """Register a listener for everything that Slack may send."""
        app.command(_ANY)(self._command)
        app.action(_ANY)(self._action)
        app.view(_ANY)(self._submission)
        app.options(_ANY)(self._options)
        app.shortcut(_ANY)(self._shortcut)
        app.event(_ANY)(self._event)

    def refresh_homes(self) -> None:
        """Publish shortly the Homes whose content has changed; nobody waits for it."""
        refresh_soon(self._client)

    async def _command(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        name, text = command_in(str(body.get("command", "")), str(body.get("text") or ""), self._client.names)

        async def work(interaction: Interaction) -> None:
            if name not in COMMANDS:
                raise InputError(
                    msg("There is no command {name} here; {help} lists them.", name=name[:40], help=self._help())
                )
            await COMMANDS[name](interaction, text)

        await self._serve(body, work, name)

    async def _action(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        actions = body.get("actions")
        action = actions[0] if isinstance(actions, list) and actions else {}
        if "url" in action:
            return
        name = str(action.get("action_id", "")).partition(".")[0]
        chosen = action.get("selected_option")
        argument = chosen.get("value") if isinstance(chosen, Mapping) else action.get("value")

        async def work(interaction: Interaction) -> None:
            if name not in ACTIONS:
                raise unknown_component()
            await ACTIONS[name](interaction, str(argument or ""))

        await self._serve(body, work, name)

    async def _submission(self, ack: AsyncAck, body: Json) -> None:
        view = body.get("view") or {}
        form, values = FORMS.get(str(view.get("callback_id"))), values_of(view)
        locale = self._client.people.remembered(user_of(body)).locale
        if form and (errors := form.validate(values, locale)):
            await ack(response_action="errors", errors=errors_below(view, errors))
            return
        await ack(response_action="update", view=self._view_after(body, locale))

        async def work(interaction: Interaction) -> None:
            if form is None:
                raise unknown_component()
            await form.submit(interaction, values)

        await self._serve(body, work)

    def _view_after(self, body: Json, locale: Locale) -> kit.Block:
        """Return what a submitted modal shows: that it takes a moment, or when delivered again what it showed last."""
        view = body["view"]
        id, metadata = str(view.get("id")), str(view.get("private_metadata") or "")
        if _id_of(body) in self._served and (last := self._client.modals.get(id)):
            return last.view
        wait = kit.section(t(locale, "One moment …"))
        modal = response.modal("論文だより", [wait], locale, ANSWER, metadata)
        self._client.modals.put(id, ShownModal(modal))
        return modal

    async def _options(self, ack: AsyncAck, body: Json) -> None:
        complete = MENUS.get(str(body.get("action_id", "")))
        options: list[Any] = []
        self._begin(body)
        try:
            require_member(self._client, body)
            if complete and await self._completions.turn(user_of(body)):
                options = await complete(self._client, str(body.get("value") or ""))
        except DayoriError as error:
            _log.info("no choices are offered", reason=str(error))
        await ack(options=options)

    async def _shortcut(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        name = str(body.get("callback_id"))
        shortcut = SHORTCUTS.get(name)

        async def work(interaction: Interaction) -> None:
            if shortcut is None:
                raise unknown_component()
            await shortcut(interaction, body)

        await self._serve(body, work, name)

    async def _event(self, body: Json) -> None:
        """Serve an event, which Bolt has acknowledged; nobody waits for an answer."""
        event = body.get("event") or {}
        serve = EVENTS.get(str(event.get("type")))
        if serve is None or self._is_repeated(body):
            return
        self._begin(body)
        try:
            require_member(self._client, body)
            await serve(self._client, body)
        except DuplicateError:
            return  # it came twice, or another process serves it
        except (DayoriError, *LOST) as error:
            _log.warning("an event was not served", kind=event.get("type"), reason=str(error))

    async def _serve(self, body: Json, work: Callable[[Interaction], Awaitable[None]], name: str = "") -> None:
        """Do an interaction's work once, or tell the person why it was not done."""
        if self._is_repeated(body):
            return
        task = self._begin(body)
        interaction = self.under_way[task] = interaction_of(self._client, body)
        await acknowledgement_sent()
        began = monotonic()
        try:
            async with wait_notice(interaction):
                actor = await actor_of(self._client, body, _BRIEF if name in FOR_EVERYBODY else LONGEST_WAIT)
                interaction = self.under_way[task] = replace(interaction, actor=actor)
                require_member(self._client, body)
                actor.spend(COSTS.get(name, COST))
                await work(interaction)
        except Exception as error:
            await error_handler.respond(interaction, error)
        finally:
            kind = str(body.get("type") or "command")
            self._client.services.metrics.observe("interaction", monotonic() - began, "slack", kind)
            note_use(self._client, body)
            self.refresh_homes()

    def _begin(self, body: Json) -> asyncio.Task[Any]:
        """Begin a request; return this task, for which a stop now waits."""
        begin_request(_request(body))
        task = asyncio.current_task()
        assert task
        self.under_way[task] = None
        task.add_done_callback(lambda task: self.under_way.pop(task, None))
        return task

    def _is_repeated(self, body: Json) -> bool:
        """Return whether this process serves or has served this already, and remember it."""
        is_repeated = _id_of(body) in self._served
        self._served.put(_id_of(body), True)
        return is_repeated

    def _help(self) -> str:
        return f"/{self._client.names.umbrella} help"


def _id_of(body: Json) -> str:
    """Return the id of an interaction or an event, which is the same at each delivery."""
    return str(body.get("event_id") or body.get("trigger_id"))


def _request(body: Json) -> Request:
    return Request(f"slack:{_id_of(body)}", datetime.now(UTC), monotonic() + _PATIENCE)


async def say_interrupted(interaction: Interaction) -> None:
    """Tell the person that the bot stops before this is finished."""
    locale = interaction.actor.locale
    text = t(locale, "The bot is being restarted. Check whether this was done, and do it again if not.")
    await error_handler.tell(interaction, text)
