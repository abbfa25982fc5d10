"""/digest: subscribed channels, the next edition, and posting it now; for curators."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.domain.digest import Subscription
from bot.domain.text import clip
from bot.i18n import LANGUAGES
from bot.platforms.discord import response
from bot.platforms.discord.channel_option import PostingChannel, require_posting_in
from bot.platforms.discord.context import Actor, Interaction, actor_of, curator_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.server_subscriptions import NO_SUBSCRIPTION, NOTHING_NEW, ServerSubscriptions
from bot.services.digests.subscription_status import SubscriptionStatus, paused_lines, subscription_facts

digest = app_commands.Group(
    name=both("digest", "だより"), description=both("The digest and its channels", "だよりと配信先"), guild_only=True
)
_NAME = both("name", "配信先")


@digest.command(
    name=both("subscribe", "配信開始"), description=both("Send the digest to a channel", "チャンネルにだよりを配信する")
)
@app_commands.describe(
    channel=both("The channel that receives it", "配信するチャンネル"),
    schedule=both(
        "mon 09:00, mon,thu 08:30, daily 09:00 or a crontab", "月 09:00、月木 08:30、毎日 09:00、crontabのどれか"
    ),
    tags=both("Only papers with one of these tags", "このタグが付いた論文だけ"),
    language=both("The digest's language; by default unchanged", "だよりの言語。省くといまのまま"),
)
@app_commands.rename(
    channel=both("channel", "チャンネル"),
    schedule=both("schedule", "日時"),
    tags=both("tags", "タグ"),
    language=both("language", "言語"),
)
async def subscribe(
    interaction: Interaction,
    channel: PostingChannel,
    schedule: Range[str, 1, 60],
    tags: Range[str, 1, 300] | None = None,
    language: Literal["日本語", "English"] | None = None,
) -> None:
    """Subscribe a channel or change its subscription; the language is the channel's, not the asking person's."""
    actor = await curator_of(interaction)
    await require_posting_in(channel)
    subscriptions, place = _subscriptions(actor), f"discord:{actor.server}/{channel.id}"
    locale = next((locale for locale, name in LANGUAGES.items() if name == language), None)
    subscription = await subscriptions.subscribe(
        place, channel.name, schedule, tags or "", locale, actor.services.locale
    )
    heading, outlook = map(actor.say, await subscriptions.confirmation(subscription))
    await _say(interaction, "\n".join((heading, _subscription_line(subscription, actor), outlook)))


@digest.command(
    name=both("unsubscribe", "配信停止"), description=both("Stop sending the digest", "だよりの配信をやめる")
)
@app_commands.rename(name=_NAME)
async def unsubscribe(interaction: Interaction, name: str) -> None:
    """End a subscription."""
    actor = await curator_of(interaction)
    await _say(interaction, actor.say(await _subscriptions(actor).unsubscribe(name)))


@digest.command(name=both("list", "一覧"), description=both("Which channels receive the digest", "配信先を一覧する"))
async def list_(interaction: Interaction) -> None:
    """List the subscriptions of this server."""
    actor = await curator_of(interaction)
    lines = [_subscription_line(each, actor) for each in await _subscriptions(actor).all()]
    await response.send_lines(interaction, lines or [actor.say(NO_SUBSCRIPTION)])


@digest.command(
    name=both("status", "状況"),
    description=both("Last editions, what waits, what comes next", "前号・未配信・次号の予定を見る"),
)
async def status(interaction: Interaction) -> None:
    """Show the status of every subscription of this server."""
    actor = await curator_of(interaction)
    await response.defer(interaction)
    lines = [_status_line(each, actor) for each in await _subscriptions(actor).statuses()]
    await response.send_lines(interaction, lines or [actor.say(NO_SUBSCRIPTION)])


@digest.command(name=both("preview", "下見"), description=both("What the next edition would be", "次号を下見する"))
@app_commands.rename(name=_NAME)
async def preview(interaction: Interaction, name: str | None = None) -> None:
    """Show the next edition only to the person who asked."""
    actor = await curator_of(interaction)
    edition = await _subscriptions(actor).preview(name, actor.locale)
    if edition is None:
        await _say(interaction, actor.say(NOTHING_NEW))
        return
    first, *rest = DiscordRenderer(actor.services.zone, actor.names).edition(edition, lambda _: "")
    await response.send(interaction, first["content"], embeds=_embeds(first))
    for message in rest:
        await response.send(interaction, embeds=_embeds(message))


@digest.command(name=both("post", "発行"), description=both("Post the next edition now", "次号をいま発行する"))
@app_commands.rename(name=_NAME)
async def post(interaction: Interaction, name: str | None = None) -> None:
    """Post the next edition of a subscription now; the name may be left out where only one can be meant."""
    requested_at = interaction.client.services.digests.now()  # before any wait, in which another press may be served
    actor = await curator_of(interaction)
    subscriptions, place = _subscriptions(actor), f"discord:{actor.server}/{interaction.channel_id}"
    subscription = await subscriptions.named(name) if name else await subscriptions.only(place)
    await response.defer(interaction)
    deliver = interaction.client.delivery.deliver_open
    subscription, outcome = await subscriptions.post(subscription, requested_at, deliver)
    paused = "\n-# ⏸ ".join((_head(subscription), *_paused(subscription, actor)))
    await response.send(interaction, actor.say(outcome) if outcome else paused)


@unsubscribe.autocomplete("name")
@preview.autocomplete("name")
@post.autocomplete("name")
async def complete_name(interaction: Any, typed: str) -> list[Choice[str]]:
    """Offer this server's subscriptions."""
    actor = await actor_of(interaction)
    names = [each.name for each in await _subscriptions(actor).all() if typed.casefold() in each.name.casefold()]
    return [Choice(name=clip(name, 100), value=name) for name in names[:25]]


def _subscriptions(actor: Actor) -> ServerSubscriptions:
    return ServerSubscriptions(actor.services.digests, actor.workspace, f"discord:{actor.server}")


def _head(subscription: Subscription) -> str:
    return f"**{escape(subscription.name)}** → <#{subscription.channel.rpartition('/')[2]}>"


def _subscription_line(subscription: Subscription, actor: Actor) -> str:
    services = actor.services
    due = services.digests.next_due(subscription)
    facts = subscription_facts(subscription, due, actor.locale, services.locale, _moment, escape)
    return "\n-# ⏸ ".join((" ・ ".join((_head(subscription), *facts)), *_paused(subscription, actor)))


def _paused(subscription: Subscription, actor: Actor) -> list[str]:
    reason = subscription.paused_reason
    again = _moment(subscription.tried_again_at or actor.services.digests.now())
    return paused_lines(escape(reason.text(actor.locale)), again, actor.locale, actor.names.name) if reason else []


def _status_line(status: SubscriptionStatus, actor: Actor) -> str:
    lines = status.lines(actor.locale, _moment, actor.names.name, escape)
    return "\n".join((_head(status.subscription), *(f"-# {line}" for line in lines)))


def _moment(due: datetime) -> str:
    return f"<t:{int(due.timestamp())}:f>"


def _embeds(message: dict[str, Any]) -> list[discord.Embed]:
    return [discord.Embed.from_dict(embed) for embed in message["embeds"]]


async def _say(interaction: Interaction, text: str) -> None:
    await response.send(interaction, clip(text, 2000))
