"""Writes this team's subscriptions for Slack."""

from __future__ import annotations

from bot.domain.digest import Subscription
from bot.platforms.slack.context import Actor, Interaction
from bot.platforms.slack.mrkdwn import day_and_time, escape
from bot.services.digests.server_subscriptions import ServerSubscriptions
from bot.services.digests.subscription_status import SubscriptionStatus, paused_lines, subscription_facts


def subscriptions_of(interaction: Interaction) -> ServerSubscriptions:
    """Return the subscriptions of the team where an interaction happens."""
    actor = interaction.actor
    return ServerSubscriptions(actor.services.digests, actor.workspace, f"slack:{actor.team}")


def subscription_line(subscription: Subscription, actor: Actor) -> str:
    """Return what a subscription asks for, and below it why it is paused."""
    services = actor.services
    due = services.digests.next_due(subscription)
    facts = subscription_facts(subscription, due, actor.locale, services.locale, day_and_time, escape)
    return "\n⏸ ".join((" ・ ".join((_head(subscription), *facts)), *_paused(subscription, actor)))


def paused_line(subscription: Subscription, actor: Actor) -> str:
    """Return why a subscription is paused."""
    return "\n⏸ ".join((_head(subscription), *_paused(subscription, actor)))


def status_line(status: SubscriptionStatus, actor: Actor) -> str:
    """Return a subscription's status as several lines."""
    lines = status.lines(actor.locale, day_and_time, actor.names.name, escape)
    return "\n".join((_head(status.subscription), *(f"> {line}" for line in lines)))


def _head(subscription: Subscription) -> str:
    return f"*{escape(subscription.name)}* → <#{subscription.channel.rpartition('/')[2]}>"


def _paused(subscription: Subscription, actor: Actor) -> list[str]:
    reason = subscription.paused_reason
    again = day_and_time(subscription.tried_again_at or actor.services.digests.now())
    return paused_lines(escape(reason.text(actor.locale)), again, actor.locale, actor.names.name) if reason else []
