"""A collection that no server sees since the settings changed is named, with what is in it and how to move it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.draft import Draft
from bot.domain.identifiers import Identifiers
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.orphan_collections import OrphanCollection, orphan_collections
from bot.services.papers.library import Library
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import Workspaces
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

TIED = {"discord:1": "lab", "slack:T1": "lab"}


class Settings:
    """The same store under one setting or another."""

    def __init__(self, database: Database, clock: AdjustableClock) -> None:
        self._database, self._clock = database, clock

    def workspaces(self, sharing: Any, tied: dict[str, str] | None = None) -> Workspaces:
        return Workspaces(self._database, self._clock, sharing, tied or {})

    async def unseen(self, sharing: Any, tied: dict[str, str] | None = None) -> list[OrphanCollection]:
        return await orphan_collections(self._database, self.workspaces(sharing, tied))


@pytest.fixture
def under(database: Database, clock: AdjustableClock) -> Settings:
    return Settings(database, clock)


async def test_papers_and_proposals_of_a_server_that_is_tied_are_named_until_they_are_known_there(
    under: Settings, database: Database, clock: AdjustableClock, library: Library
) -> None:
    hosted = under.workspaces("hosted")
    own, lab = await hosted.of_server("discord", 1), await hosted.named("lab")
    for n in (1, 2, 3):
        await library.add(own, paper(n), None)
    proposing = Submission(database, clock, "curators")
    await proposing.add(own, Draft("", title="提案"), paper(9), Submitter("読者", "discord:9", "ja", is_curator=False))
    assert await under.unseen("hosted") == []
    for sharing in ("hosted", "team"):
        assert await under.unseen(sharing, TIED) == [OrphanCollection("discord:1", "lab", 3, 1)]
    await library.add(lab, paper(1, id="another-id"), None)
    await library.add(lab, paper(2, links=(), identifiers=Identifiers()), None)
    await library.remove(lab, "paper-2", None)
    [collection] = await under.unseen("hosted", TIED)
    assert (collection.papers, collection.proposals) == (1, 1)
    assert "papers 1, proposals 1" in collection.message.text("en")
    assert "dayori import --workspace lab earlier.yaml" in collection.remedy.text("en")


async def test_a_team_that_leaves_default_for_a_workspace_is_told_what_stays_there(
    under: Settings, library: Library, digests: Digests
) -> None:
    default = await under.workspaces("team").named("default")
    await library.add(default, paper(1), None)
    assert await under.unseen("team", {"discord:1": "default"}) == []
    assert await under.unseen("team", TIED) == [OrphanCollection("default", "lab", 1, 0)]
    lab = await under.workspaces("team", TIED).of_server("slack", "T1")
    await library.add(lab, paper(5), None)
    assert await under.unseen("team", TIED) == []
    await digests.subscribe(default, SubscriptionRequest("weekly", "discord:1/2", "mon 09:00", (), "ja"))
    await digests.unsubscribe(default, "weekly")
    assert await under.unseen("team", TIED) == [OrphanCollection("default", "lab", 1, 0)]


async def test_servers_of_a_team_that_get_their_own_are_told_what_stays_in_default(
    under: Settings, library: Library, digests: Digests
) -> None:
    default = await under.workspaces("team").named("default")
    await library.add(default, paper(1), None)
    assert await under.unseen("hosted") == []
    await digests.subscribe(default, SubscriptionRequest("weekly", "discord:1/2", "mon 09:00", (), "ja"))
    assert await under.unseen("hosted") == [OrphanCollection("default", "discord:1", 1, 0)]
    assert await under.unseen("hosted", {"discord:1": "default"}) == []


async def test_a_workspace_that_is_renamed_or_freed_is_told_until_its_papers_are_elsewhere(
    under: Settings, library: Library
) -> None:
    lab = await under.workspaces("hosted", TIED).of_server("slack", "T1")
    await library.add(lab, paper(1), None)
    assert await under.unseen("hosted", TIED) == []
    assert await under.unseen("hosted") == [OrphanCollection("lab", "", 1, 0)]
    renamed = dict.fromkeys(TIED, "kenkyu")
    [collection] = await under.unseen("hosted", renamed)
    assert collection.message.text("en") == 'No server uses the workspace "lab", where there is: papers 1, proposals 0.'
    await library.add(await under.workspaces("hosted", renamed).named("kenkyu"), paper(1), None)
    assert await under.unseen("hosted", renamed) == []


async def test_nothing_is_unseen_where_every_server_has_its_own(under: Settings, library: Library) -> None:
    hosted = under.workspaces("hosted")
    for server in (1, 2):
        await library.add(await hosted.of_server("discord", server), paper(server), None)
    assert await under.unseen("hosted") == []
    assert {each.workspace for each in await under.unseen("team")} == {"discord:1", "discord:2"}
