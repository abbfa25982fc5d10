"""/digest: subscribed channels, the next edition, and posting it now; for curators."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.domain.digest import Subscription
from bot.domain.draft import split_tags
from bot.domain.errors import InputError, NotFoundError
from bot.domain.text import clip, join_within
from bot.i18n import CommandName, Locale, msg, t
from bot.platforms.discord import response
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.permissions import require_posting
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.delivery import DeliveryReport
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.digests.subscription_status import SubscriptionStatus, paused_lines

digest = app_commands.Group(
    name=both("digest", "だより"), description=both("The digest and its channels", "だよりと配信先"), guild_only=True
)
_NAME = both("name", "配信先")
_NONE_YET = msg("No channel receives the digest yet; start with {command}.", command=CommandName("digest subscribe"))
_LANGUAGES: dict[str, Locale] = {"日本語": "ja", "English": "en"}


@digest.command(
    name=both("subscribe", "配信開始"), description=both("Send the digest to a channel", "チャンネルにだよりを配信する")
)
@app_commands.describe(
    channel=both("The channel that receives it", "配信するチャンネル"),
    schedule=both(
        "mon 09:00, mon,thu 08:30, daily 09:00 or a crontab", "月 09:00、月木 08:30、毎日 09:00、crontabのどれか"
    ),
    tags=both("Only papers with one of these tags", "このタグが付いた論文だけ"),
    language=both("The digest's language; without it, it stays as it is", "だよりの言語。省くといまのまま"),
)
@app_commands.rename(
    channel=both("channel", "チャンネル"),
    schedule=both("schedule", "日時"),
    tags=both("tags", "タグ"),
    language=both("language", "言語"),
)
async def subscribe(
    interaction: Interaction,
    channel: discord.TextChannel | discord.Thread,
    schedule: Range[str, 1, 60],
    tags: Range[str, 1, 300] | None = None,
    language: Literal["日本語", "English"] | None = None,
) -> None:
    """Subscribe a channel or change its subscription; the language is the channel's, not the asking person's."""
    actor = await _curator(interaction)
    require_posting(channel)
    digests, place = actor.services.digests, f"discord:{actor.server}/{channel.id}"
    had = await digests.of_channel(actor.workspace, place)
    name = had.name if had else await digests.free_name(actor.workspace, channel.name)
    locale = _LANGUAGES[language] if language else had.locale if had else actor.services.locale
    request = SubscriptionRequest(name, place, schedule, tuple(split_tags(tags or "")), locale)
    made = await digests.subscribe(actor.workspace, request)
    await _say(interaction, "\n".join((_subscription_line(made, actor), *await _postponement_line(made, actor))))


@digest.command(
    name=both("unsubscribe", "配信停止"), description=both("Stop sending the digest", "だよりの配信をやめる")
)
@app_commands.rename(name=_NAME)
async def unsubscribe(interaction: Interaction, name: str) -> None:
    """End a subscription."""
    actor = await _curator(interaction)
    subscription = await _named(actor, name)
    await actor.services.digests.unsubscribe(actor.workspace, subscription.name)
    await _say(interaction, t(actor.locale, "{channel} no longer receives the digest.", channel=_mention(subscription)))


@digest.command(name=both("list", "一覧"), description=both("Which channels receive the digest", "配信先を一覧する"))
async def list_(interaction: Interaction) -> None:
    """List the subscriptions of this server."""
    actor = await _curator(interaction)
    lines = [_subscription_line(each, actor) for each in await _here(actor)]
    await _say(
        interaction,
        "\n".join(lines) or _none_yet(actor),
    )


@digest.command(
    name=both("status", "状況"),
    description=both("Last editions, what waits, what comes next", "前号・未配信・次号の予定を見る"),
)
async def status(interaction: Interaction) -> None:
    """Show the status of every subscription of this server."""
    actor = await _curator(interaction)
    await response.defer(interaction)
    every = await actor.services.digests.statuses(actor.workspace)
    lines = [_status_line(each, actor) for each in every if _is_here(each.subscription, actor)]
    pages = join_within(lines or [_none_yet(actor)])
    for page in pages:
        await response.send(interaction, page)


@digest.command(name=both("preview", "下見"), description=both("What the next edition would be", "次の号を下見する"))
@app_commands.rename(name=_NAME)
async def preview(interaction: Interaction, name: str | None = None) -> None:
    """Show the next edition only to the person who asked."""
    actor = await _curator(interaction)
    chosen = await _named(actor, name) if name else next(iter(await _here(actor)), None)
    subscription = chosen or await actor.services.digests.default_subscription(actor.workspace, actor.locale)
    edition = await actor.services.digests.preview(subscription)
    if edition is None:
        await _say(interaction, t(actor.locale, "There is nothing new, so no edition goes out."))
        return
    first, *rest = DiscordRenderer(actor.services.zone, actor.names).edition(edition, lambda _: "preview")
    await response.send(interaction, first["content"], embeds=_embeds(first))
    for message in rest:
        await response.send(interaction, embeds=_embeds(message))


@digest.command(name=both("post", "発行"), description=both("Post the next edition now", "次の号をいま発行する"))
@app_commands.rename(name=_NAME)
async def post(interaction: Interaction, name: str | None = None) -> None:
    """Post the next edition of a subscription now; the name may be left out where only one can be meant."""
    actor = await _curator(interaction)
    requested_at = actor.services.digests.now()
    subscription = await _named(actor, name) if name else await _only(interaction, actor)
    await response.defer(interaction)
    edition = await actor.services.digests.compose_now(actor.workspace, subscription.name, requested_at)
    report = await interaction.client.delivery.deliver_open(subscription.id)
    text = await _outcome(
        actor, await _named(actor, subscription.name), report, requested_at, is_composed=edition is not None
    )
    await response.send(interaction, text)


async def _outcome(
    actor: Actor, found: Subscription, report: DeliveryReport, requested_at: datetime, *, is_composed: bool
) -> str:
    """Return what became of the requested edition."""
    if found.paused_reason:
        return "\n-# ⏸ ".join((_head(found), *_paused(found, actor)))
    if trouble := dict(report.failed).get(found.name):
        reason = escape(trouble.text(actor.locale))
        return t(actor.locale, "It could not be posted: {reason} It is tried again by itself.", reason=reason)
    last = await actor.services.digests.last_edition(found)
    if found.name in report.delivered or (last and last.done_at and last.composed_at > requested_at):
        return t(actor.locale, "Posted in {channel}.", channel=_mention(found))
    if is_composed or (last and not last.done_at):
        return t(
            actor.locale,
            "It is on its way to {channel}; {command} tells how far.",
            channel=_mention(found),
            command=actor.command("digest status"),
        )
    return t(actor.locale, "There is nothing new, so no edition goes out.")


@unsubscribe.autocomplete("name")
@preview.autocomplete("name")
@post.autocomplete("name")
async def complete_name(interaction: Any, typed: str) -> list[Choice[str]]:
    """Offer this server's subscriptions."""
    actor = await actor_of(interaction)
    names = [each.name for each in await _here(actor) if typed.casefold() in each.name.casefold()]
    return [Choice(name=clip(name, 100), value=name) for name in names[:25]]


async def _curator(interaction: Interaction) -> Actor:
    actor = await actor_of(interaction)
    actor.require_curator()
    return actor


async def _here(actor: Actor) -> list[Subscription]:
    """Return the subscriptions of this server's channels; other servers may share the collection."""
    subscribed = await actor.services.digests.subscriptions(actor.workspace)
    return [each for each in subscribed if _is_here(each, actor)]


def _is_here(subscription: Subscription, actor: Actor) -> bool:
    return subscription.channel.startswith(f"discord:{actor.server}/")


async def _named(actor: Actor, name: str) -> Subscription:
    found = next((each for each in await _here(actor) if each.name == name), None)
    if found is None:
        raise NotFoundError(msg('No channel is subscribed as "{name}".', name=name[:80]))
    return found


async def _only(interaction: Interaction, actor: Actor) -> Subscription:
    """Return the subscription to use where none is named: this channel's, or the server's only one."""
    here = await _here(actor)
    own = [each for each in here if each.channel == f"discord:{actor.server}/{interaction.channel_id}"]
    if len(meant := own or here) == 1:
        return meant[0]
    if not here:
        raise NotFoundError(_NONE_YET)
    names = ", ".join(each.name for each in here)
    raise InputError(msg("Several channels receive the digest; say which one: {names}", names=clip(names, 1000)))


async def _postponement_line(subscription: Subscription, actor: Actor) -> list[str]:
    """Return the announcement of an edition that has not completely arrived: subscribing again sends it."""
    last = await actor.services.digests.last_edition(subscription)
    if last is None or last.done_at:
        return []
    return [t(actor.locale, "No. {number}, which has not arrived yet, is posted shortly.", number=last.number)]


def _head(subscription: Subscription) -> str:
    return f"**{escape(subscription.name)}** → {_mention(subscription)}"


def _subscription_line(subscription: Subscription, actor: Actor) -> str:
    locale = actor.locale
    parts = [_head(subscription), escape(subscription.schedule.describe(locale))]
    if not subscription.paused_reason:
        due = _moment(actor.services.digests.next_due(subscription), locale)
        parts.append(t(locale, "next edition {time}", time=due))
    if subscription.locale != actor.services.locale:
        parts += [name for name, spoken in _LANGUAGES.items() if spoken == subscription.locale]
    if subscription.tags:
        parts.append(escape(" ".join(f"#{tag}" for tag in subscription.tags)))
    return "\n-# ⏸ ".join((" ・ ".join(parts), *_paused(subscription, actor)))


def _paused(subscription: Subscription, actor: Actor) -> list[str]:
    reason = subscription.paused_reason
    again = _moment(subscription.tried_again_at or actor.services.digests.now(), actor.locale)
    return paused_lines(escape(reason.text(actor.locale)), again, actor.locale, actor.names.name) if reason else []


def _none_yet(actor: Actor) -> str:
    return actor.names.say(_NONE_YET, actor.locale)


def _status_line(status: SubscriptionStatus, actor: Actor) -> str:
    locale = actor.locale
    lines = status.lines(locale, lambda moment: _moment(moment, locale), actor.names.name)
    return "\n".join((_head(status.subscription), *(f"-# {line}" for line in lines)))


def _moment(due: Any, locale: Locale) -> str:
    return f"<t:{int(due.timestamp())}:f>"


def _mention(subscription: Subscription) -> str:
    return f"<#{subscription.channel.rpartition('/')[2]}>"


def _embeds(message: dict[str, Any]) -> list[discord.Embed]:
    return [discord.Embed.from_dict(embed) for embed in message["embeds"]]


async def _say(interaction: Interaction, text: str) -> None:
    await response.send(interaction, clip(text, 2000))
