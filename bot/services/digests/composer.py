"""Composes one subscription's next edition, with its messages, in the caller's transaction."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.digest import MOST_FOLLOW_UPS, MOST_REVISITED, Choice, Edition, Policy, Subscription, choose
from bot.services.ports import Clock, Renderer
from bot.store import editions, feed_ledger, follow_ups, papers, subscriptions
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.editions import OutboxMessage
from bot.store.follow_ups import FollowUps


class Composer:
    """Decides what an edition holds, and writes it into the outbox as its platform renders it."""

    def __init__(self, clock: Clock, policy: Policy, renderers: Mapping[str, Renderer]) -> None:
        self._clock, self._policy, self._renderers = clock, policy, renderers

    async def preview(self, connection: StoreConnection, subscription: Subscription) -> Edition | None:
        """Return the next edition without writing anything; None when there is nothing to send."""
        news = await follow_ups.waiting(connection, subscription, MOST_FOLLOW_UPS)
        choice, number = await self._choose(connection, subscription, news)
        return await self._edition(connection, subscription, choice, number, news) if choice else None

    async def compose(self, connection: StoreConnection, subscription: Subscription, turn: str) -> Edition | None:
        """Write the next edition and its messages for a turn; None if there is one already or nothing to send."""
        if await editions.exists_for(connection, subscription.id, turn):
            return None
        news = await follow_ups.waiting(connection, subscription, MOST_FOLLOW_UPS)
        choice, number = await self._choose(connection, subscription, news)
        if choice is None:
            return None
        edition = await self._edition(connection, subscription, choice, number, news)
        edition_id = await editions.write_edition(
            connection, subscription, number=number, period=turn, choice=choice, now=self._clock()
        )
        if edition.feeds:
            await feed_ledger.note_edition(connection, subscription, number, edition.composed_at, self._policy.zone)
        outgoing = self._messages(subscription, edition, edition_id)
        await editions.write_messages(connection, subscription.workspace_id, edition_id, outgoing)
        await subscriptions.mark_seen(connection, subscription, choice.numbers)
        if news.last is not None:
            await follow_ups.mark_told(connection, subscription, news.last)
        if number == 1:
            await subscriptions.mark_older_seen(connection, subscription)
        return edition

    async def _choose(
        self, connection: StoreConnection, subscription: Subscription, news: FollowUps
    ) -> tuple[Choice | None, int]:
        number, most = 1 + await editions.last_number(connection, subscription.id), self._policy.max_papers
        first = number == 1
        unseen = await subscriptions.unseen(connection, subscription, most, newest=first)
        more = len(unseen) == most and not first
        waiting = await subscriptions.count_unseen(connection, subscription) if more else len(unseen)
        seen = () if unseen else await subscriptions.seen(connection, subscription, min(MOST_REVISITED, most))
        when_empty, follows_up = self._policy.when_empty, bool(news.follow_ups)
        return choose(unseen, waiting, seen, first=first, when_empty=when_empty, follows_up=follows_up), number

    async def _edition(
        self, connection: StoreConnection, subscription: Subscription, choice: Choice, number: int, news: FollowUps
    ) -> Edition:
        contents, now = await papers.by_numbers(connection, subscription.workspace_id, choice.numbers), self._clock()
        return Edition(
            subscription.name,
            number,
            now,
            choice.reason,
            tuple(contents.values()),
            choice.remaining,
            subscription.locale,
            follow_ups=news.follow_ups,
            feeds=await feed_ledger.since_last_edition(connection, subscription, now, self._policy.zone),
        )

    def _messages(self, subscription: Subscription, edition: Edition, edition_id: int) -> list[OutboxMessage]:
        def mark(position: int) -> str:
            seed = f"{subscription.channel} {subscription.name} {edition.number} {position} {iso(edition.composed_at)}"
            return b32encode(hashlib.blake2b(seed.encode(), digest_size=15).digest()).decode().lower()

        rendered = self._renderers[subscription.platform].edition(
            replace(edition, id=edition_id), lambda position: mark(position)[:8]
        )
        return [OutboxMessage(n, payload, mark(n), mark(n)[:8]) for n, payload in enumerate(rendered)]
