"""A draft is kept for its owner until it is saved or discarded, and its source is looked up meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.dates import PaperDate
from bot.domain.draft import Draft
from bot.domain.errors import InputError, NotAllowedError, NotFoundError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata
from bot.domain.paper import Link
from bot.services.papers.drafts import Drafts
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.doubles.finder import FakeFinder
from tests.locking import locked
from tests.samples import paper

TARO = "discord:1"
RETNET = Metadata(
    title="Retentive Network",
    authors=("Yutao Sun",),
    date=PaperDate(2023, 7, 17),
    excerpt="Proposes retention.",
    links=(Link("https://github.com/microsoft/unilm"),),
    identifiers=Identifiers(doi="10.48550/x"),
)


@pytest.fixture
def finder() -> FakeFinder:
    return FakeFinder()


@pytest.fixture
def drafts(database: Database, clock: AdjustableClock, finder: FakeFinder) -> Drafts:
    return Drafts(database, clock, finder)


async def test_a_kept_draft_is_read_back_by_its_token_in_its_workspace(
    drafts: Drafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    draft = Draft("2307.08621", title="論文", tags="a, b")
    await drafts.save(workspace, "token", draft, TARO)
    assert await drafts.get(workspace, "token", TARO) == (draft, None)
    await drafts.save(workspace, "token", Draft("2307.08621", title="直した"), TARO, paper(1))
    assert await drafts.get(workspace, "token", TARO) == (Draft("2307.08621", title="直した"), paper(1))
    other, _ = await find_or_add(database, "other", clock())
    with pytest.raises(NotFoundError):
        await drafts.get(other, "token", TARO)


async def test_a_draft_is_gone_when_it_is_given_up_or_old(
    drafts: Drafts, workspace: int, clock: AdjustableClock
) -> None:
    await drafts.save_all(workspace, dict.fromkeys(("first", "second"), Draft("2307.08621")), TARO)
    await drafts.discard(workspace, "first", TARO)
    with pytest.raises(NotFoundError, match="no longer exists"):
        await drafts.get(workspace, "first", TARO)
    clock.advance(days=3)
    await drafts.save(workspace, "third", Draft("2307.08622"), TARO)
    with pytest.raises(NotFoundError):
        await drafts.get(workspace, "second", TARO)


async def test_a_draft_belongs_to_who_began_it(drafts: Drafts, workspace: int) -> None:
    await drafts.save(workspace, "token", Draft("2307.08621"), TARO)
    with pytest.raises(NotAllowedError, match="another person's"):
        await drafts.get(workspace, "token", "discord:2")
    with pytest.raises(NotAllowedError):
        await drafts.discard(workspace, "token", "discord:2")
    assert await drafts.get(workspace, "token", TARO) == (Draft("2307.08621"), None)


async def test_a_draft_is_at_hand_while_writing_waits_for_others_and_afterwards(
    database: Database, drafts: Drafts, workspace: int
) -> None:
    async with locked(database.url):
        await drafts.begin(workspace, "token", Draft("2307.08621", title="一"), TARO)
        assert (await drafts.get(workspace, "token", TARO))[0].title == "一"
        newer = asyncio.create_task(drafts.save(workspace, "token", Draft("2307.08621", title="二"), TARO))
        await asyncio.sleep(0.1)
    await newer
    again = Drafts(database, AdjustableClock(), FakeFinder())
    assert (await again.get(workspace, "token", TARO))[0].title == "二"
    await drafts.close()


async def test_a_source_tells_of_its_paper(drafts: Drafts, finder: FakeFinder) -> None:
    finder.known["2307.08621"] = RETNET
    assert await drafts.look_up("2307.08621") == (RETNET, None)
    assert await drafts.is_ready("2307.08621")
    assert not await drafts.is_ready("1706.03762")


async def test_a_source_that_is_out_of_reach_is_told_and_does_not_stop_anybody(
    drafts: Drafts, finder: FakeFinder
) -> None:
    finder.is_down = True
    metadata, problem = await drafts.look_up("2307.08621")
    assert metadata == Metadata()
    assert problem is not None
    assert problem.text("en") == "Discord answered 503."
    assert (await drafts.complete(Draft("2307.08621", title="RetNet"))).title == "RetNet"
    with pytest.raises(InputError) as caught:
        await drafts.complete(Draft("2307.08621"))
    assert caught.value.text("ja") == "Discordが 503 を返しました。タイトルを入力すれば追加できます。"


async def test_a_source_is_asked_once_while_the_form_is_filled_in(drafts: Drafts, finder: FakeFinder) -> None:
    finder.known["2307.08621"] = RETNET
    drafts.start_lookup("2307.08621")
    drafts.start_lookup("2307.08621")
    assert (await drafts.complete(Draft("2307.08621"))).title == "Retentive Network"
    assert finder.asked == ["2307.08621"]
