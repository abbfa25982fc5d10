"""Finds collections that no server sees since the settings changed, so that no paper disappears without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.i18n import Message, msg
from bot.services.workspaces import DEFAULT, Workspaces
from bot.store import candidates, subscriptions, workspaces
from bot.store.connection import StoreConnection
from bot.store.database import Database

_MOST = 5


class OrphanCollection(NamedTuple):
    """Papers and proposals in `workspace`, whose servers use `successor` now; it is empty if no server is known."""

    workspace: str
    successor: str
    papers: int
    proposals: int

    @property
    def message(self) -> Message:
        """Return how many papers and proposals are in which workspace."""
        if self.successor:
            return msg(
                'The servers of the workspace "{successor}" do not see what is only in "{workspace}": '
                "papers {papers}, proposals {proposals}.",
                workspace=self.workspace,
                successor=self.successor,
                papers=self.papers,
                proposals=self.proposals,
            )
        return msg(
            'No server uses the workspace "{workspace}", where there is: papers {papers}, proposals {proposals}.',
            workspace=self.workspace,
            papers=self.papers,
            proposals=self.proposals,
        )

    @property
    def remedy(self) -> Message:
        """Return how the operator can move the papers and decide on the proposals."""
        if self.papers:
            return msg(
                "To take the papers over: dayori export --workspace {workspace} --output earlier.yaml, then "
                "dayori import --workspace {successor} earlier.yaml. To decide on proposals: "
                "dayori inbox --workspace {workspace}.",
                workspace=self.workspace,
                successor=self.successor or DEFAULT,
            )
        return msg("To decide on them: dayori inbox --workspace {workspace}.", workspace=self.workspace)


async def orphan_collections(database: Database, current: Workspaces) -> list[OrphanCollection]:
    """Return the first collections that the servers of another workspace, or of none, saw under other settings."""
    ids = await workspaces.ids_by_name(database)
    seen = [ids[name] for name in (DEFAULT, *current.tied_servers.values()) if name in ids]
    unseen: list[OrphanCollection] = []
    async with database.read() as connection:
        for name, successor in (*await _default(connection, ids, current), *_own(ids, current)):
            others = [ids.get(successor, 0)] if successor else seen
            papers = await workspaces.count_unknown(connection, ids[name], others)
            proposals = await candidates.count(connection, ids[name])
            if papers or proposals:
                unseen.append(OrphanCollection(name, successor, papers, proposals))
            if len(unseen) == _MOST:
                break
    return unseen


def _own(ids: Mapping[str, int], current: Workspaces) -> Iterator[tuple[str, str]]:
    """Yield each workspace of a server that uses another one now, and those that no setting names any more."""
    for name in ids:
        successor = current.name_of(name) if ":" in name else ""
        if name not in (DEFAULT, successor, *current.tied_servers.values()):
            yield name, successor


async def _default(connection: StoreConnection, ids: Mapping[str, int], current: Workspaces) -> list[tuple[str, str]]:
    """Return `default` with each workspace whose servers received its digest, and each of the settings' that is new."""
    if DEFAULT not in ids:
        return []
    before = map(current.name_of, sorted(await subscriptions.servers_ever(connection, ids[DEFAULT])))
    tied = current.tied_servers.values()
    new = [name for name in tied if not await workspaces.has_changes(connection, ids.get(name, 0))]
    return [(DEFAULT, name) for name in dict.fromkeys((*before, *new)) if name != DEFAULT]
