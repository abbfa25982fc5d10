"""Answers interactions: at once, or after "one moment" when the work takes longer than a second.

Discord waits three seconds for a first answer, and 15 minutes for the rest of a deferred one. All answers go through
this module, so that callers need not know which case applies. Two bots with one token both receive every interaction;
if the other one acknowledged it first, the bot that changed something for it answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import discord
import structlog
from aiohttp import ClientError
from discord import InteractionType
from discord.ui import Modal, View

from bot.domain.request import Request, begin_request
from bot.domain.text import join_within
from bot.i18n import t
from bot.platforms.discord.context import Interaction, locale_of

_DEFERRED_AFTER = 1.0  # seconds
_PATIENCE = 14 * 60.0  # seconds that a write may wait for the database; the interaction's token is valid for 15 minutes
_MOST_PAGES = 15  # of a list
_ACKNOWLEDGED = 40060
UNANSWERED = (discord.DiscordException, ClientError, OSError, TimeoutError)
_log = structlog.get_logger()


class _Response:
    """The state of an interaction's answer; only one request about it runs at a time."""

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction
        self.request = Request(f"discord:{interaction.id}", interaction.created_at, monotonic() + _PATIENCE)
        self._turn = asyncio.Lock()

    async def give(self, first: Callable[[], Awaitable[Any]], later: Callable[[], Awaitable[Any]] | None) -> bool:
        """Answer with `first` if nothing was answered yet, else with `later`; return whether either was possible."""
        async with self._turn:
            if not self.interaction.response.is_done():
                try:
                    await first()
                    return True
                except discord.HTTPException as error:
                    if error.code != _ACKNOWLEDGED:
                        raise
                    if not self.request.is_claimed:
                        await self.interaction.client.services.token_conflicts.note("discord")
                        return True  # another process answers
            if later is None:
                return False
            await later()
            return True


def begin(interaction: Interaction) -> None:
    """Start working on an interaction in this task; after a second it is deferred."""
    begin_request(_of(interaction).request)
    _measure(interaction)
    if interaction.type is InteractionType.autocomplete:
        return
    loop = asyncio.get_running_loop()
    timer = loop.call_later(_DEFERRED_AFTER, lambda: loop.create_task(_defer_late(interaction)))
    if task := asyncio.current_task():
        task.add_done_callback(lambda _: timer.cancel())
        under_way = interaction.client.under_way
        under_way[task] = interaction
        task.add_done_callback(lambda task: under_way.pop(task, None))


def _measure(interaction: Interaction) -> None:
    """Note how long this task takes."""
    began, kind, metrics = monotonic(), interaction.type.name, interaction.client.services.metrics
    if task := asyncio.current_task():
        task.add_done_callback(lambda _: metrics.observe("interaction", monotonic() - began, "discord", kind))


async def send(interaction: Interaction, content: str = "", *, ephemeral: bool = True, **message: Any) -> None:
    """Answer with a message, to the person who asked or to all."""
    _forget_view(message)
    await _of(interaction).give(
        lambda: interaction.response.send_message(content, ephemeral=ephemeral, **message),
        lambda: interaction.followup.send(content, ephemeral=ephemeral, **message),
    )


async def send_lines(interaction: Interaction, lines: Sequence[str]) -> None:
    """Answer with a list of escaped lines, in as many messages as it needs; what does not fit is left out."""
    for page in join_within(lines)[:_MOST_PAGES]:
        await send(interaction, page)


async def replace(interaction: Interaction, **message: Any) -> None:
    """Replace the message whose button was pressed, or answer with a new one."""
    response = interaction.response
    _forget_view(message)
    await _of(interaction).give(
        lambda: (
            response.edit_message(**message)
            if interaction.message
            else response.send_message(**message, ephemeral=True)
        ),
        lambda: interaction.edit_original_response(**message),
    )


async def open_form(interaction: Interaction, form: Modal) -> bool:
    """Open a form and return whether that was possible: a deferred interaction cannot open one."""
    form.stop()  # discord.py need not keep it: forms are handled in one place, also after a restart
    return await _of(interaction).give(lambda: interaction.response.send_modal(form), None)


async def defer(interaction: Interaction) -> None:
    """Tell the person that the answer takes a moment; a pressed message stays as it is until then."""
    is_new = interaction.type is InteractionType.application_command or interaction.message is None
    if not interaction.response.is_done():
        await _of(interaction).give(lambda: interaction.response.defer(ephemeral=True, thinking=is_new), None)


async def say_interrupted(interaction: Interaction) -> None:
    """Tell the person that the bot stops before this is finished."""
    text = t(locale_of(interaction), "The bot is being restarted. Check whether this was done, and do it again if not.")
    await send(interaction, text)


def _forget_view(message: Mapping[str, Any]) -> None:
    """Keep discord.py from holding a message's buttons, with a timer, for 15 minutes: their classes serve any of them.

    That would be a task and 10 KB for each look-up.
    """
    if isinstance(view := message.get("view"), View):
        view.stop()


async def _defer_late(interaction: Interaction) -> None:
    if interaction.client.is_closed():
        return
    try:
        await defer(interaction)
    except UNANSWERED as error:
        _log.warning("the asker could not be told to wait", interaction=interaction.id, reason=str(error))


def _of(interaction: Interaction) -> _Response:
    answer = interaction.extras.get("answer")
    if not isinstance(answer, _Response):
        answer = interaction.extras["answer"] = _Response(interaction)
    return answer
