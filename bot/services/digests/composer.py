"""Composes subscriptions' next editions, with their messages, in the caller's transaction."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.domain.digest import MOST_FOLLOW_UPS, MOST_REVISITED, Choice, Edition, Policy, Subscription, choose
from bot.domain.paper import Paper
from bot.services.ports import Clock, Renderer
from bot.store import editions, feed_ledger, follow_ups, papers, seen_papers
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.editions import NewEdition, OutboxMessage
from bot.store.follow_ups import FollowUps


class _Draft(NamedTuple):
    """An edition that is to be written, and what it tells of earlier papers."""

    new: NewEdition
    news: FollowUps


class Composer:
    """Decides what an edition holds, and writes it into the outbox as its platform renders it."""

    def __init__(self, clock: Clock, policy: Policy, renderers: Mapping[str, Renderer]) -> None:
        self._clock, self._policy, self._renderers = clock, policy, renderers

    async def preview(self, connection: StoreConnection, subscription: Subscription) -> Edition | None:
        """Return the next edition without writing anything; None when there is nothing to send."""
        drafts = await self._drafts(connection, [(subscription, "")])
        return (await self._editions(connection, drafts))[0] if drafts else None

    async def compose(self, connection: StoreConnection, turns: Sequence[tuple[Subscription, str]]) -> list[Edition]:
        """Write the next edition and its messages for each subscription's turn, and return them.

        There is none where the turn has one already or nothing is to be sent. What one channel receives decides on its
        next edition, so each channel is given once. Each statement is about all of them.
        """
        drafts = await self._drafts(connection, turns)
        if not drafts:
            return []
        composed = await self._editions(connection, drafts)
        ids = await editions.write_editions(connection, [each.new for each in drafts], self._clock())
        outgoing, received, first = [], [], []
        for draft, edition in zip(drafts, composed, strict=True):
            subscription, edition_id = draft.new.subscription, ids[draft.new.subscription.id]
            outgoing.append((subscription.workspace_id, edition_id, self._messages(subscription, edition, edition_id)))
            received.append((subscription, draft.new.choice.numbers))
            if draft.new.number == 1:
                first.append(subscription)
            await self._note(connection, draft, edition)
        await editions.write_messages(connection, outgoing)
        await seen_papers.mark_seen(connection, received)
        await seen_papers.mark_older_seen(connection, first)
        return composed

    async def _note(self, connection: StoreConnection, draft: _Draft, edition: Edition) -> None:
        subscription = draft.new.subscription
        if edition.feeds:
            at, zone = edition.composed_at, self._policy.zone
            await feed_ledger.note_edition(connection, subscription, edition.number, at, zone)
        if draft.news.last is not None:
            await follow_ups.mark_told(connection, subscription, draft.news.last)

    async def _drafts(self, connection: StoreConnection, turns: Sequence[tuple[Subscription, str]]) -> list[_Draft]:
        """Choose what the editions hold that are to be written."""
        turn_of = {each.id: turn for each, turn in turns}
        have = await editions.composed(connection, turn_of)
        wanted = [each for each, _ in turns if each.id not in have]
        if not wanted:
            return []
        last, most = await editions.last_numbers(connection, [each.id for each in wanted]), self._policy.max_papers
        news = await follow_ups.waiting(connection, wanted, MOST_FOLLOW_UPS)
        firsts = [(each, each.id not in last) for each in wanted]
        unseen = await seen_papers.unseen_of_each(connection, firsts, most)
        drafts = []
        for each in wanted:
            number = last.get(each.id, 0) + 1
            choice = await self._choose(connection, each, number, unseen[each.id], news[each.id])
            if choice:
                drafts.append(_Draft(NewEdition(each, number, turn_of[each.id], choice), news[each.id]))
        return drafts

    async def _choose(
        self, connection: StoreConnection, subscription: Subscription, number: int, unseen: list[int], news: FollowUps
    ) -> Choice | None:
        first, most = number == 1, self._policy.max_papers
        more = len(unseen) == most and not first
        waiting = await seen_papers.count_unseen(connection, subscription) if more else len(unseen)
        seen = () if unseen else await seen_papers.seen(connection, subscription, min(MOST_REVISITED, most))
        when_empty, follows_up = self._policy.when_empty, bool(news.follow_ups)
        return choose(unseen, waiting, seen, first=first, when_empty=when_empty, follows_up=follows_up)

    async def _editions(self, connection: StoreConnection, drafts: Sequence[_Draft]) -> list[Edition]:
        """Return the editions with their papers, in the order of the drafts."""
        contents, now = await self._papers(connection, drafts), self._clock()
        workspaces = {each.new.subscription.workspace_id for each in drafts}
        with_feeds = await feed_ledger.workspaces_with_feeds(connection, workspaces)
        composed = []
        for (subscription, number, _, choice), news in drafts:
            counts = None
            if subscription.workspace_id in with_feeds:
                counts = await feed_ledger.since_last_edition(connection, subscription, now, self._policy.zone)
            chosen = tuple(contents[each] for each in choice.numbers if each in contents)
            name, locale = subscription.name, subscription.locale
            edition = Edition(name, number, now, choice.reason, chosen, choice.remaining, locale)
            composed.append(replace(edition, follow_ups=news.follow_ups, feeds=counts))
        return composed

    async def _papers(self, connection: StoreConnection, drafts: Sequence[_Draft]) -> dict[int, Paper]:
        """Return the papers of all editions; a number belongs to one workspace."""
        numbers: dict[int, dict[int, None]] = {}
        for draft in drafts:
            of_workspace = numbers.setdefault(draft.new.subscription.workspace_id, {})
            of_workspace.update(dict.fromkeys(draft.new.choice.numbers))
        found: dict[int, Paper] = {}
        for workspace_id, chosen in numbers.items():
            found |= await papers.by_numbers(connection, workspace_id, list(chosen))
        return found

    def _messages(self, subscription: Subscription, edition: Edition, edition_id: int) -> list[OutboxMessage]:
        def mark(position: int) -> str:
            seed = f"{subscription.channel} {subscription.name} {edition.number} {position} {iso(edition.composed_at)}"
            return b32encode(hashlib.blake2b(seed.encode(), digest_size=15).digest()).decode().lower()

        rendered = self._renderers[subscription.platform].edition(
            replace(edition, id=edition_id), lambda position: mark(position)[:8]
        )
        return [OutboxMessage(n, payload, mark(n), mark(n)[:8]) for n, payload in enumerate(rendered)]
