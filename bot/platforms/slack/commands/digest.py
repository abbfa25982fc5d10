"""/digest: subscribed channels, the next edition, and posting it now; for curators."""

from __future__ import annotations

from contextlib import suppress

from bot.domain.digest import Payload, Subscription
from bot.domain.errors import NotFoundError
from bot.domain.numbers import number_in
from bot.domain.request import current_request
from bot.i18n import msg, tn
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.channels import address_of, channel_in
from bot.platforms.slack.commands.subscribe import subscribe
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.render import SlackRenderer
from bot.platforms.slack.response import MOST_ANSWERS, Answer
from bot.platforms.slack.subcommands import Subcommand, serve_subcommand
from bot.platforms.slack.subscription_lines import paused_line, status_line, subscription_line, subscriptions_of
from bot.services.digests.server_subscriptions import NO_SUBSCRIPTION, NOTHING_NEW

PREVIEW = "preview"


async def digest(interaction: Interaction, text: str) -> None:
    """Serve what the first word names."""
    interaction.actor.require_curator()
    await serve_subcommand(interaction, "digest", _SUBCOMMANDS, text)


async def unsubscribe(interaction: Interaction, text: str) -> None:
    """End the subscription that the text names, or this channel's."""
    subscriptions = subscriptions_of(interaction)
    subscription = await _named(interaction, text) or await subscriptions.of_channel(_here(interaction))
    await _say(interaction, interaction.actor.say(await subscriptions.unsubscribe(subscription.name)))


async def list_(interaction: Interaction, _text: str) -> None:
    """List the subscriptions of this team."""
    actor = interaction.actor
    lines = [subscription_line(each, actor) for each in await subscriptions_of(interaction).all()]
    await response.send_lines(interaction, lines or [actor.say(NO_SUBSCRIPTION)])


async def status(interaction: Interaction, _text: str) -> None:
    """Show the status of every subscription of this team."""
    actor = interaction.actor
    lines = [status_line(each, actor) for each in await subscriptions_of(interaction).statuses()]
    await response.send_lines(interaction, lines or [actor.say(NO_SUBSCRIPTION)])


async def preview(interaction: Interaction, text: str) -> None:
    """Show the next edition only to the person who asked: of the named subscription, this channel's, or the first."""
    subscription = await _named(interaction, text)
    if subscription is None:
        with suppress(NotFoundError):
            subscription = await subscriptions_of(interaction).of_channel(_here(interaction))
    await _show_preview(interaction, subscription.name if subscription else "", 0)


async def continue_preview(interaction: Interaction, argument: str) -> None:
    """Show the further messages of a preview; the argument is `POSITION:NAME`."""
    interaction.actor.require_curator()
    position, _, name = argument.partition(":")
    await _show_preview(interaction, name, number_in(position))


async def post(interaction: Interaction, text: str) -> None:
    """Post the next edition of a subscription now; the name may be left out where only one can be meant."""
    actor, subscriptions, request = interaction.actor, subscriptions_of(interaction), current_request()
    assert request
    subscription = await _named(interaction, text) or await subscriptions.only(_here(interaction))
    deliver = interaction.client.delivery.deliver_open
    # since the press Slack was asked who that is, and another press may have been served
    subscription, outcome = await subscriptions.post(subscription, request.made_at, deliver)
    await _say(interaction, actor.say(outcome) if outcome else paused_line(subscription, actor))


async def _show_preview(interaction: Interaction, name: str, start: int) -> None:
    """Show an edition's messages from a position on: as many as Slack takes answers, the last with a button."""
    actor = interaction.actor
    edition = await subscriptions_of(interaction).preview(name, actor.locale)
    if edition is None:
        await _say(interaction, actor.say(NOTHING_NEW))
        return
    messages = SlackRenderer(actor.services.zone, actor.names).edition(edition, lambda _: PREVIEW)[start:]
    shown = len(messages) if len(messages) <= MOST_ANSWERS else MOST_ANSWERS - 1
    for message in messages[:shown]:
        await response.send(interaction, _answer(message))
    if more := len(messages) - shown:
        label = tn(actor.locale, "Show {n} more message", "Show {n} more messages", more)
        button = kit.button(PREVIEW, label, f"{start + shown}:{name}")
        await response.send(interaction, Answer("", (kit.actions(button),), (label,)))


def _answer(message: Payload) -> Answer:
    """Return a message of an edition as an answer."""
    _, *headings = message["text"].split("\n")
    return Answer("", tuple(message["blocks"]), tuple(heading.removeprefix("• ") for heading in headings))


async def _named(interaction: Interaction, text: str) -> Subscription | None:
    """Return the subscription that a text names, itself or by its channel; None for an empty text."""
    subscriptions = subscriptions_of(interaction)
    channel, name = channel_in(text)
    if channel:
        return await subscriptions.of_channel(address_of(interaction, channel))
    return await subscriptions.named(name.removeprefix("#")) if name else None


def _here(interaction: Interaction) -> str:
    return address_of(interaction, interaction.origin.channel)


async def _say(interaction: Interaction, text: str) -> None:
    await response.send(interaction, Answer(text))


_SUBCOMMANDS = (
    Subcommand("subscribe", "配信開始", subscribe, msg("Send the digest to a channel"), "#papers mon 09:00"),
    Subcommand("unsubscribe", "配信停止", unsubscribe, msg("Stop sending the digest"), "#papers"),
    Subcommand("list", "一覧", list_, msg("Which channels receive the digest")),
    Subcommand("status", "状況", status, msg("Last editions, what waits, what comes next")),
    Subcommand("preview", "下見", preview, msg("What the next edition would be")),
    Subcommand("post", "発行", post, msg("Post the next edition now")),
)
