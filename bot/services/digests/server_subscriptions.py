"""The subscriptions of one server (a Discord server, a Slack workspace), as the commands of every platform use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.digest import Edition, Subscription
from bot.domain.draft import split_tags
from bot.domain.errors import InputError, NotFoundError
from bot.i18n import ChannelName, CommandName, Locale, Message, msg
from bot.services.digests.subscription_request import SubscriptionRequest, names_of, unknown_subscription

if TYPE_CHECKING:
    from bot.services.digests.composing import Digests
    from bot.services.digests.delivery import DeliveryReport
    from bot.services.digests.subscription_status import SubscriptionStatus

NO_SUBSCRIPTION = msg(
    "No channel receives the digest yet; start with {command}.", command=CommandName("digest subscribe")
)
NOTHING_NEW = msg("There is nothing new, so no edition goes out.")


class ServerSubscriptions:
    """The subscriptions of the channels of `server` (`discord:<id>`); other servers may share the collection."""

    def __init__(self, digests: Digests, workspace_id: int, server: str) -> None:
        self._digests, self._workspace_id, self._server = digests, workspace_id, server

    async def all(self) -> list[Subscription]:
        """Return the server's subscriptions by name."""
        return [each for each in await self._digests.subscriptions(self._workspace_id) if self._has(each)]

    async def statuses(self) -> list[SubscriptionStatus]:
        """Return the status of each of the server's subscriptions."""
        return [each for each in await self._digests.statuses(self._workspace_id) if self._has(each.subscription)]

    async def named(self, name: str) -> Subscription:
        """Return the server's subscription of that name. Raises NotFoundError."""
        every = await self.all()
        subscription = next((each for each in every if each.name == name), None)
        if subscription is None:
            raise unknown_subscription(name, every)
        return subscription

    async def of_channel(self, channel: str) -> Subscription:
        """Return a channel's subscription. Raises NotFoundError."""
        subscription = next((each for each in await self.all() if each.channel == channel), None)
        if subscription is None:
            raise NotFoundError(msg("{channel} does not receive the digest.", channel=ChannelName(channel)))
        return subscription

    async def only(self, channel: str) -> Subscription:
        """Return the subscription that is meant where none is named: the channel's, or the server's only one.

        Raises NotFoundError where there is none, and InputError where there are several.
        """
        every = await self.all()
        candidates = [each for each in every if each.channel == channel] or every
        if len(candidates) == 1:
            return candidates[0]
        if not every:
            raise NotFoundError(NO_SUBSCRIPTION)
        names = names_of(every)
        raise InputError(msg("Several channels receive the digest; say which one: {names}", names=names))

    async def subscribe(
        self, channel: str, name: str, schedule: str, tags: str, locale: Locale | None, default: Locale
    ) -> Subscription:
        """Subscribe a channel or change its subscription, which keeps its name and, without `locale`, its language.

        Raises ScheduleError.
        """
        request = SubscriptionRequest(name, channel, schedule, tuple(split_tags(tags)), locale or default)
        return await self._digests.subscribe_channel(self._workspace_id, request, keeps_locale=locale is None)

    async def unsubscribe(self, name: str) -> Message:
        """End the server's subscription of that name. Raises NotFoundError."""
        subscription = await self.named(name)
        await self._digests.unsubscribe(self._workspace_id, subscription.name)
        return msg("{channel} no longer receives the digest.", channel=ChannelName(subscription.channel))

    async def preview(self, name: str | None, locale: Locale) -> Edition | None:
        """Return the next edition of a subscription, of the server's first one, or else of one made up for this."""
        subscription = await self.named(name) if name else next(iter(await self.all()), None)
        return await self._digests.preview(
            subscription or await self._digests.default_subscription(self._workspace_id, locale)
        )

    async def post(
        self,
        subscription: Subscription,
        requested_at: datetime,
        deliver: Callable[[int], Awaitable[DeliveryReport]],
    ) -> tuple[Subscription, Message | None]:
        """Compose and deliver a subscription's next edition now; `deliver` takes the subscription's id.

        Returns the subscription as it is then, and what became of the edition; None if the subscription is paused.
        """
        edition = await self._digests.compose_now(self._workspace_id, subscription.name, requested_at)
        report = await deliver(subscription.id)
        subscription = await self.named(subscription.name)
        if subscription.paused_reason:
            return subscription, None
        return subscription, await self._outcome(subscription, report, requested_at, is_composed=edition is not None)

    async def _outcome(
        self, subscription: Subscription, report: DeliveryReport, requested_at: datetime, *, is_composed: bool
    ) -> Message:
        channel = ChannelName(subscription.channel)
        if reason := dict(report.failed).get(subscription.name):
            return msg("It could not be posted: {reason} The bot will try again.", reason=reason)
        last = await self._digests.last_edition(subscription)
        if subscription.name in report.delivered or (last and last.done_at and last.composed_at > requested_at):
            return msg("Posted in {channel}.", channel=channel)
        if is_composed or (last and not last.done_at):
            command = CommandName("digest status")
            return msg(
                "It is on its way to {channel}; {command} shows how far it is.", channel=channel, command=command
            )
        return NOTHING_NEW

    async def confirmation(self, subscription: Subscription) -> tuple[Message, Message]:
        """Return that a channel receives the digest, and what comes next.

        Subscribing again sends an edition that has not completely arrived.
        """
        heading = msg("{channel} receives the digest.", channel=ChannelName(subscription.channel))
        last = await self._digests.last_edition(subscription)
        if last and not last.done_at:
            return heading, msg("No. {number}, which has not arrived yet, will be posted shortly.", number=last.number)
        preview, post = CommandName("digest preview"), CommandName("digest post")
        return heading, msg(
            "{preview} shows what the next edition holds; {post} posts it now.", preview=preview, post=post
        )

    def _has(self, subscription: Subscription) -> bool:
        return subscription.channel.startswith(f"{self._server}/")
