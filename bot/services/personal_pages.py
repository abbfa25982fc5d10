"""What one person finds on their own page: the latest edition, what they added and proposed, and what comes next."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.services.digests.composing import Digests
from bot.services.digests.server_subscriptions import ServerSubscriptions
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.store import candidates, editions, history, papers
from bot.store.database import Database
from bot.store.editions import DeliveredEdition

_NEWEST, _ADDITIONS = 5, 5


class FrontPage(NamedTuple):
    """What all people of a server find. `papers` are the edition's, or the collection's newest before the first one.

    `waiting` counts the proposals on which a curator has to decide.
    """

    edition: DeliveredEdition | None
    papers: tuple[Paper, ...]
    subscriptions: tuple[SubscriptionStatus, ...]
    waiting: int


class PersonalPage(NamedTuple):
    """What one person finds: what they added last, and their proposals that wait, newest first."""

    front: FrontPage
    additions: tuple[Paper, ...]
    proposals: tuple[Candidate, ...]


class PersonalPages:
    """Composes the pages from the store alone."""

    def __init__(self, database: Database, digests: Digests) -> None:
        self._database, self._digests = database, digests

    async def front(self, workspace_id: int, server: str) -> FrontPage:
        """Return what all people of a server (`slack:<team id>`) find."""
        statuses = await ServerSubscriptions(self._digests, workspace_id, server).statuses()
        async with self._database.read() as connection:
            edition = await editions.newest_delivered(connection, workspace_id, server)
            numbers = edition.papers if edition else ()
            shown = tuple((await papers.by_numbers(connection, workspace_id, numbers)).values())
            newest = [] if shown else await papers.newest(connection, workspace_id, _NEWEST)
            waiting = await candidates.count(connection, workspace_id)
        return FrontPage(
            edition=edition if shown else None,
            papers=shown or tuple(paper for _, paper in newest),
            subscriptions=tuple(statuses),
            waiting=waiting,
        )

    async def personal(self, workspace_id: int, front: FrontPage, person: str) -> PersonalPage:
        """Return the page of a person (`slack:<user id>`)."""
        async with self._database.read() as connection:
            added = await history.added_by(connection, workspace_id, person, _ADDITIONS)
            found = await papers.by_ids(connection, workspace_id, added)
            proposals = await candidates.of_proposer(connection, workspace_id, person)
        return PersonalPage(front, tuple(found[id][1] for id in added if id in found), tuple(proposals))
