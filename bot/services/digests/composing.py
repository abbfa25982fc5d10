"""Subscriptions, and the turns at which their editions are composed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from time import monotonic

from bot.domain.digest import Edition, Policy, Subscription
from bot.domain.schedule import parse_schedule, period
from bot.i18n import Locale
from bot.services.cancellation import uncancellable
from bot.services.digests.composer import Composer
from bot.services.digests.subscription_request import SubscriptionRequest, free_name, unknown_subscription
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.ports import Clock, Renderer
from bot.services.servers import ServedServers, Servers
from bot.store import editions, leases, seen_papers, subscriptions
from bot.store.connection import StoreConnection
from bot.store.database import Database, iso
from bot.store.editions import LastEdition

_SHORTEST, _LONGEST = 0.05, 0.2  # seconds that a transaction of several editions takes
_TOGETHER = 20  # editions at most that share each statement


class Digests:
    """Keeps subscriptions and composes editions; `Delivery` sends them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policy: Policy,
        renderers: Mapping[str, Renderer],
        servers: Servers | None = None,
    ) -> None:
        self._database, self._clock, self._policy, self._servers = database, clock, policy, servers
        self._composer = Composer(clock, policy, renderers)

    async def subscribe(self, workspace_id: int, request: SubscriptionRequest) -> Subscription:
        """Subscribe a channel or change its subscription; postponed editions become due. Raises ScheduleError."""
        async with self._database.write() as connection:
            await self._save(connection, workspace_id, request)
        return await self.by_name(workspace_id, request.name)

    async def subscribe_channel(
        self, workspace_id: int, request: SubscriptionRequest, *, keeps_locale: bool = False
    ) -> Subscription:
        """Like `subscribe`, where a channel keeps its name and perhaps its language, and a new one gets a free name."""
        async with self._database.write() as connection:
            every = await subscriptions.active(connection, workspace_id)
            if before := next((each for each in every if each.channel == request.channel), None):
                request = replace(request, name=before.name, locale=before.locale if keeps_locale else request.locale)
            else:
                names = await subscriptions.names_of_others(connection, workspace_id, request.channel)
                request = replace(request, name=free_name(request.name, names))
            await self._save(connection, workspace_id, request)
        return await self.by_name(workspace_id, request.name)

    async def _save(self, connection: StoreConnection, workspace_id: int, request: SubscriptionRequest) -> None:
        columns = await request.columns_from(connection, workspace_id, self._clock(), self._policy.zone)
        await subscriptions.save(connection, workspace_id, self._clock(), **columns)
        await leases.wake(connection, request.channel)

    async def unsubscribe(self, workspace_id: int, name: str) -> Subscription:
        """End the subscription of that name and return it. Raises NotFoundError."""
        subscription = await self.by_name(workspace_id, name)
        async with self._database.write() as connection:
            await subscriptions.end(connection, subscription.id, self._clock())
        return subscription

    async def by_name(self, workspace_id: int, name: str) -> Subscription:
        """Return the subscription of that name. Raises NotFoundError."""
        async with self._database.read() as connection:
            subscription = await subscriptions.by_name(connection, workspace_id, name)
        if subscription is None:
            raise unknown_subscription(name, await self.subscriptions(workspace_id))
        return subscription

    async def subscriptions(self, workspace_id: int) -> list[Subscription]:
        """Return the workspace's subscriptions by name."""
        async with self._database.read() as connection:
            return await subscriptions.active(connection, workspace_id)

    def next_due(self, subscription: Subscription) -> datetime:
        """Return when the subscription's next edition is due (UTC)."""
        return subscription.schedule.following(self._clock(), self._policy.zone)

    def now(self) -> datetime:
        """Return the current time of the clock that decides which editions are due."""
        return self._clock()

    async def last_edition(self, subscription: Subscription) -> LastEdition | None:
        """Return the delivery state of the subscription's newest edition; None before the first."""
        async with self._database.read() as connection:
            return (await editions.last_editions(connection, subscription.workspace_id)).get(subscription.id)

    async def newest(self) -> int:
        """Return a number that changes when an edition is composed, whichever process composes it."""
        async with self._database.read() as connection:
            return await editions.newest(connection)

    async def statuses(self, workspace_id: int) -> list[SubscriptionStatus]:
        """Return the status of every subscription of a workspace, by name."""
        async with self._database.read() as connection:
            subscribed = await subscriptions.active(connection, workspace_id)
            last = await editions.last_editions(connection, workspace_id)
            return [
                self._status(each, last.get(each.id), await seen_papers.count_unseen(connection, each))
                for each in subscribed
            ]

    def _status(self, subscription: Subscription, last: LastEdition | None, unseen: int) -> SubscriptionStatus:
        """Return a subscription's status; a first edition takes the newest papers and counts the older ones as seen."""
        papers = unseen if last else min(unseen, self._policy.max_papers)
        return SubscriptionStatus(subscription, last, papers, self._next_due(subscription), unseen - papers)

    async def default_subscription(self, workspace_id: int, locale: Locale) -> Subscription:
        """Return the first subscription, or one made up for the terminal where there is none."""
        subscribed = await self.subscriptions(workspace_id)
        if subscribed:
            return subscribed[0]
        weekly = parse_schedule("mon 09:00")
        return Subscription(0, workspace_id, "terminal", "console:", weekly, (), locale, self._clock())

    def _next_due(self, subscription: Subscription) -> datetime:
        """Return when the next edition is due; for a paused subscription, when it is tried again."""
        is_paused = subscription.paused_reason is not None
        return (subscription.tried_again_at or self._clock()) if is_paused else self.next_due(subscription)

    async def preview(self, subscription: Subscription) -> Edition | None:
        """Return the next edition without writing anything; None when it would be skipped."""
        async with self._database.read() as connection:
            return await self._composer.preview(connection, subscription)

    async def waiting_papers(self, workspace_id: int, edition_id: int) -> tuple[int, ...]:
        """Return the numbers of the papers that wait for the edition after that one."""
        async with self._database.read() as connection:
            subscription = await subscriptions.of_edition(connection, workspace_id, edition_id)
            return tuple(await seen_papers.unseen(connection, subscription)) if subscription else ()

    async def compose_due(self, on_composed: Callable[[], object] = lambda: None) -> int:
        """Compose an edition for every subscription that is due and return how many were written.

        `on_composed` is called after each transaction, so that delivery starts while other editions are still being
        composed.
        """
        due = self._due(await self._turns(await self._servers.served() if self._servers else None))
        composed = 0
        while due:
            turns, newly_composed = await self._take_turns(due)
            due = due[turns:]
            composed += newly_composed
            on_composed()
        return composed

    def _due(self, turns: Sequence[tuple[int, str, datetime, str | None]]) -> list[tuple[int, str]]:
        """Return what is due; a subscription that was made in the future was made while the clock ran ahead."""
        latest = {schedule: self._latest(schedule) for schedule in {schedule for _, schedule, *_ in turns}}
        no_later = self._clock() + self._policy.catch_up
        return [
            (id, turn)
            for id, schedule, made_at, last_turn in turns
            if (moment := latest[schedule]) and (moment >= made_at or made_at > no_later)
            if (turn := period(moment, self._policy.zone)) != last_turn
        ]

    @uncancellable
    async def _turns(self, served: ServedServers | None) -> list[tuple[int, str, datetime, str | None]]:
        """Return the turns of subscriptions in served servers; in the others, papers wait for the next edition."""
        async with self._database.read() as connection:
            return await subscriptions.turns(connection, served.has if served else None)

    def _latest(self, schedule: str) -> datetime | None:
        return parse_schedule(schedule).latest(self._clock(), self._policy.zone, self._policy.catch_up)

    @uncancellable
    async def _take_turns(self, due: Sequence[tuple[int, str]]) -> tuple[int, int]:
        """Compose for the first of these turns; return how many turns were handled and how many editions written.

        The turns share a transaction for 0.05 s, or for as long as it had to be waited for, at most 0.2 s. During an
        import, which holds the database for long transactions, one transaction per edition would make many channels
        wait for minutes.
        """
        turns = composed = 0
        requested_at = monotonic()
        async with self._database.write() as connection:
            began = monotonic()
            until = began + max(_SHORTEST, min(began - requested_at, _LONGEST))
            while turns < len(due) and (not turns or monotonic() < until):
                batch = due[turns : turns + _TOGETHER]
                composed += await self._take_together(connection, batch)
                turns += len(batch)
        return turns, composed

    async def _take_together(self, connection: StoreConnection, due: Sequence[tuple[int, str]]) -> int:
        """Compose for some turns and mark them as taken; without anything to send, later papers wait for the next."""
        found = await subscriptions.by_ids(connection, [id for id, _ in due])
        composed = 0
        for each in _once_a_channel([(found[id], turn) for id, turn in due if id in found]):
            composed += len(await self._composer.compose(connection, each))
        for turn in {turn for _, turn in due}:
            await subscriptions.save_turn(connection, [id for id, its in due if its == turn and id in found], turn)
        return composed

    async def compose_now(self, workspace_id: int, name: str, requested_at: datetime | None = None) -> Edition | None:
        """Compose the subscription's next edition out of turn and return it.

        Returns None while an earlier edition is still being delivered, when one was composed after `requested_at`, and
        for a paused subscription. Raises NotFoundError, and NotAllowedError when the channel's server is not served.
        """
        requested_at = requested_at or self._clock()
        channel = (await self.by_name(workspace_id, name)).channel
        if self._servers:
            await self._servers.require(channel)
        async with self._database.write() as connection:
            subscription = await subscriptions.by_name(connection, workspace_id, name)
            if subscription is None or subscription.paused_reason:
                return None
            last = (await editions.last_editions(connection, workspace_id)).get(subscription.id)
            if last and (last.done_at is None or last.composed_at > requested_at):
                return None
            composed = await self._composer.compose(connection, [(subscription, f"now {iso(self._clock())}")])
            return composed[0] if composed else None


def _once_a_channel(turns: Sequence[tuple[Subscription, str]]) -> list[list[tuple[Subscription, str]]]:
    """Split turns so that each channel comes once in a part, in the given order."""
    parts: list[list[tuple[Subscription, str]]] = []
    times: Counter[tuple[int, str]] = Counter()
    for subscription, turn in turns:
        place = subscription.workspace_id, subscription.channel
        if times[place] == len(parts):
            parts.append([])
        parts[times[place]].append((subscription, turn))
        times[place] += 1
    return parts
