"""Answers interactions: below the command, in place of a message, or in the modal where the button was.

Everything is acknowledged before anything else happens (see `listeners`), so an answer may take its time: a message's
`response_url` takes five answers within 30 minutes, and a modal can be updated as long as it is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.errors import DuplicateError, NotAllowedError, PublishError, UnreachableError
from bot.domain.text import join_within
from bot.i18n import Locale, msg, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack.api import proxy_url
from bot.platforms.slack.api_errors import ModalClosedError, error_of
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.forms import with_new_inputs
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.recent_cache import ShownModal

LOST = (SlackClientError, ClientError, OSError, TimeoutError)
MOST_ANSWERS = 5  # at one interaction's address
_PAGES = 3  # paragraphs of a list in one message
ANSWER = "answer"  # the callback of a modal that only shows something
# Seconds between two contents of one modal: Slack takes an acknowledgement over the socket and an update over HTTP, and
# promises no order (slackapi/bolt-js#1080: a modal that stays at its "loading").
_SETTLING = 0.25
_NOTIFICATION = 3000  # characters of the text that screen readers and notifications use
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """A text (escaped mrkdwn) and what stands below it; `headings` name what the blocks show, for screen readers."""

    text: str
    blocks: tuple[Block, ...] = ()
    headings: tuple[str, ...] = ()

    def message(self) -> dict[str, Any]:
        """Return it as a message."""
        lines = [self.text or "論文だより", *(f"• {heading}" for heading in self.headings)]
        return {
            "text": escape_cut("\n".join(lines)),
            "blocks": self.body(),
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def body(self) -> list[Block]:
        """Return its blocks, the text first."""
        return [*([kit.section(self.text)] if self.text else []), *self.blocks]


async def send(interaction: Interaction, answer: Answer) -> None:
    """Answer only the person who asked: with a new message, or in the modal where they are."""
    if interaction.view_id:
        await update_or_send(interaction, answer_modal(interaction, answer), answer)
    elif interaction.origin.response_url:
        await _respond(interaction, answer, response_type="ephemeral", replace_original=False)
    else:
        await open_modal(interaction, answer_modal(interaction, answer))


async def update_or_send(interaction: Interaction, view: Block, answer: Answer) -> None:
    """Put a modal in place of the one where the person is; send an answer instead if they have closed that one."""
    try:
        await update_modal(interaction, view)
    except ModalClosedError:
        if not interaction.origin.response_url:
            raise
        await _respond(interaction, answer, response_type="ephemeral", replace_original=False)


async def ask(
    interaction: Interaction, title: str, answer: Answer, submit: Block, cancel: Block, *buttons: Block
) -> None:
    """Ask something below an answer; in a modal, its own buttons stand for `submit` and `cancel`.

    The action of `submit` names a form too, which gets the button's value as its argument.
    """
    row = (kit.actions(submit, *buttons, cancel),)
    below_message = Answer(answer.text, (*answer.blocks, *row), answer.headings)
    if not interaction.view_id:
        await replace_message(interaction, below_message)
        return
    locale, metadata = interaction.actor.locale, interaction.origin.metadata(submit["value"])
    body = [*answer.body(), kit.actions(*buttons)]
    view = modal(title, body, locale, submit["action_id"], metadata, submit=submit["text"]["text"])
    await update_or_send(interaction, view, below_message)


async def show_in_modal(interaction: Interaction, answer: Answer) -> None:
    """Show in the modal where the person is what is being done or was done, unless they have closed it."""
    with suppress(ModalClosedError):
        await update_modal(interaction, answer_modal(interaction, answer))


async def send_below(interaction: Interaction, answer: Answer) -> None:
    """Send a message after the answer to an interaction, which stays; only its person sees it."""
    if interaction.origin.response_url:
        await _respond(interaction, answer, response_type="ephemeral", replace_original=False)
    else:
        await send(interaction, answer)


async def send_lines(interaction: Interaction, lines: Sequence[str]) -> None:
    """Answer with a list of escaped lines, in as many messages as it needs; what does not fit is left out."""
    pages = join_within(lines, kit.LONGEST_TEXT)[: _PAGES * MOST_ANSWERS]
    for start in range(0, len(pages), _PAGES):
        text, *more = pages[start : start + _PAGES]
        await send(interaction, Answer(text, tuple(map(kit.section, more))))


async def replace_message(interaction: Interaction, answer: Answer) -> None:
    """Replace the message or the modal whose button was pressed, or answer with a new message."""
    if interaction.is_message and interaction.origin.response_url:
        await _respond(interaction, answer, response_type="ephemeral", replace_original=True)
    else:
        await send(interaction, answer)


async def show_to_all(interaction: Interaction, answer: Answer) -> None:
    """Post an answer into the channel where the interaction began. Raises NotAllowedError where that is impossible."""
    origin = interaction.origin
    if origin.response_url:
        try:
            await _respond(interaction, answer, response_type="in_channel", replace_original=False)
            return
        except UnreachableError:
            _log.info("an answer's address is used up, so it is posted")
    if not origin.channel:
        raise NotAllowedError(msg("There is no channel here to show it in; use the command in one."))
    try:
        await interaction.client.web.chat_postMessage(channel=origin.channel, **answer.message())
    except LOST as error:
        raise failure(error) from error


async def open_modal(interaction: Interaction, view: Block) -> str:
    """Open a modal, or put it in place of the one where the person is; return its id.

    Raises TriggerExpiredError and other PublishErrors, and DuplicateError when another process has opened one.
    """
    if interaction.view_id:
        return await update_modal(interaction, view)
    try:
        interaction.progress.is_answered = True
        opened = await interaction.client.web.views_open(trigger_id=interaction.trigger, view=view)
    except LOST as error:
        if error_name(error) == "exchanged_trigger_id":
            raise DuplicateError(msg("Another process is answering this already.")) from error
        raise failure(error) from error
    return str(opened["view"]["id"])


async def update_modal(interaction: Interaction, view: Block) -> str:
    """Put a modal in place of the one where the person is; return its id. Raises ModalClosedError and PublishError."""
    modals, view = interaction.client.modals, with_new_inputs(view)
    if last := modals.get(interaction.view_id):
        await asyncio.sleep(last.since + _SETTLING - monotonic())
    modals.put(interaction.view_id, ShownModal(view))
    try:
        await interaction.client.web.views_update(view_id=interaction.view_id, view=view)
    except LOST as error:
        raise failure(error) from error
    return interaction.view_id


async def permalink(interaction: Interaction, channel: str, message: str) -> str | None:
    """Return the address of a message, None if Slack does not tell it."""
    try:
        answer = await interaction.client.web.chat_getPermalink(channel=channel, message_ts=message)
    except LOST as error:
        _log.info("Slack did not tell a message's address", reason=str(failure(error)))
        return None
    return str(answer["permalink"])


def answer_modal(interaction: Interaction, answer: Answer) -> Block:
    """Return a modal that shows an answer."""
    locale = interaction.actor.locale
    return modal("論文だより", answer.body(), locale, ANSWER, interaction.origin.metadata())


def modal(
    title: str, body: Sequence[Block], locale: Locale, callback: str, metadata: str, *, submit: str = ""
) -> Block:
    """Return a modal with a button that closes it and, with `submit`, one that submits it."""
    close = t(locale, "Cancel") if submit else t(locale, "Close")
    return kit.modal(title, body[:100], close=close, callback=callback, metadata=metadata, submit=submit)


def escape_cut(text: str) -> str:
    """Return escaped text, cut at a line so that no escape is cut in two."""
    if len(text) <= _NOTIFICATION:
        return text
    return text[:_NOTIFICATION].rpartition("\n")[0] or escape_within(text, _NOTIFICATION)


async def _respond(interaction: Interaction, answer: Answer, **how: Any) -> None:
    """Send an answer to an interaction's address. Raises UnreachableError."""
    interaction.progress.is_answered = True
    url = interaction.origin.response_url
    webhook = AsyncWebhookClient(url, session=interaction.client.web.session, retry_handlers=[])
    webhook.proxy = proxy_url(url)  # by itself it would ignore NO_PROXY
    try:
        response = await webhook.send_dict(answer.message() | how)
    except LOST as error:
        raise UnreachableError(msg("Slack could not be reached: {reason}.", reason=type(error).__name__)) from error
    if response.status_code != 200 or response.body not in ("", "ok"):
        _log.warning("Slack did not take an answer", status=response.status_code, reason=response.body[:200])
        raise UnreachableError(msg("Slack answered {answer}.", answer=str(response.status_code)))


def error_name(error: Exception) -> str:
    """Return Slack's name of an error; empty if Slack did not answer."""
    return str(error.response.get("error") or "") if isinstance(error, SlackApiError) else ""


def failure(error: Exception) -> PublishError:
    """Return an error of Slack's client as one of ours."""
    if isinstance(error, SlackApiError) and error_name(error):
        return error_of(error.response.data, "SLACK_BOT_TOKEN")
    return PublishError(msg("Slack could not be reached: {reason}.", reason=type(error).__name__))
