"""Links of a message: which are papers of ours, and who was offered which of the others."""

from __future__ import annotations

import pytest

from bot.domain.errors import DuplicateError
from bot.domain.request import Request, begin_request, no_request
from bot.services.papers.library import Library
from bot.services.papers.shared_links import SharedLinks
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

ABS, PDF = "https://arxiv.org/abs/2401.00001", "https://arxiv.org/pdf/2401.00001v2"
OTHER = "https://doi.org/10.1145/3397271.3401075"


@pytest.fixture
def shared(database: Database, clock: AdjustableClock) -> SharedLinks:
    return SharedLinks(database, clock)


async def test_a_paper_is_recognised_once_by_its_first_link(
    shared: SharedLinks, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1), None)
    found = await shared.recognize(workspace, [PDF, ABS, OTHER, OTHER + "/", "https://arxiv.org/list/cs.CL/new", "x"])
    assert {link: each.id for link, each in found.papers.items()} == {PDF: "paper-1"}
    assert found.unknown == (OTHER,)


async def test_a_paper_is_offered_to_each_person_once_in_whatever_form(
    shared: SharedLinks, database: Database, clock: AdjustableClock
) -> None:
    assert await shared.claim_offers("slack:U1", [ABS, OTHER]) == [ABS, OTHER]
    assert await SharedLinks(database, clock).claim_offers("slack:U1", [PDF]) == []
    assert await shared.claim_offers("slack:U2", [PDF]) == [PDF]


async def test_offers_are_forgotten_after_half_a_year(shared: SharedLinks, clock: AdjustableClock) -> None:
    await shared.claim_offers("slack:U1", [ABS])
    clock.advance(days=170)
    assert await shared.claim_offers("slack:U1", [ABS]) == []
    clock.advance(days=11)
    assert await shared.claim_offers("slack:U1", [ABS]) == [ABS]


async def test_of_two_processes_with_one_event_one_offers(shared: SharedLinks, clock: AdjustableClock) -> None:
    with no_request():
        begin_request(Request("slack:Ev1", clock(), 0.0))
        await shared.claim_offers("slack:U1", [ABS])
        begin_request(Request("slack:Ev1", clock(), 0.0))
        with pytest.raises(DuplicateError):
            await shared.claim_offers("slack:U1", [OTHER])


async def test_nothing_tells_who_shared_what(shared: SharedLinks, database: Database) -> None:
    await shared.claim_offers("slack:U1", [ABS])
    async with database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT key FROM offers")).all()
    assert not [row for row in rows if "U1" in row.key or "2401" in row.key]
