"""The doctor tells a bot that stopped by itself from one that was stopped, and what is paused."""

from __future__ import annotations

import pytest

from bot.i18n import msg
from bot.services.checkup import Checkup, Findings
from bot.services.digests import Digests, Wanted
from bot.services.library import Library
from bot.services.notes import Notes
from bot.store import subscriptions
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


@pytest.fixture
def checkup(database: Database, clock: AdjustableClock, digests: Digests) -> Checkup:
    return Checkup(database, clock, digests, Notes(database))


def problems(findings: Findings) -> list[str]:
    return [problem.text("en") for problem in findings.problems]


async def test_an_installation_that_never_ran_is_well(checkup: Checkup, library: Library, workspace: int) -> None:
    await library.add(workspace, paper(1), None)
    findings = await checkup.look(workspace, has_token=False)
    assert findings.is_well
    assert (findings.papers, findings.has_token, findings.standings) == (1, False, ())


async def test_a_bot_that_beats_is_well_and_one_that_fell_silent_is_not(
    checkup: Checkup, workspace: int, clock: AdjustableClock
) -> None:
    await checkup.beat(connected=True)
    clock.advance(minutes=4)
    assert (await checkup.look(workspace, has_token=True)).is_well
    clock.advance(minutes=2)
    assert problems(await checkup.look(workspace, has_token=True)) == [
        "The bot has not run since 2024-01-21T23:00; start it with dayori run."
    ]


async def test_a_bot_that_was_stopped_on_purpose_is_well(
    checkup: Checkup, workspace: int, clock: AdjustableClock
) -> None:
    await checkup.beat(connected=True)
    await checkup.end()
    clock.advance(days=1)
    assert (await checkup.look(workspace, has_token=True)).is_well


async def test_a_bot_that_is_not_connected_is_not_well(checkup: Checkup, workspace: int) -> None:
    await checkup.beat(connected=False)
    assert problems(await checkup.look(workspace, has_token=True)) == [
        "The bot runs but Discord is not connected; see its log."
    ]


async def test_a_paused_channel_is_told_with_its_reason_and_the_others_with_their_next_edition(
    checkup: Checkup, digests: Digests, database: Database, workspace: int
) -> None:
    for name in ("closed", "open"):
        made = await digests.subscribe(workspace, Wanted(name, f"discord:1/{len(name)}", "mon 09:00", (), "ja"))
        if name == "closed":
            async with database.write() as connection:
                await subscriptions.pause(connection, made.id, msg("The channel is gone."))
    findings = await checkup.look(workspace, has_token=True)
    assert problems(findings) == ["closed is paused: The channel is gone. Mend it and subscribe again."]
    standings = {
        each.subscription.name: each.lines("en", lambda moment: moment.isoformat()) for each in findings.standings
    }
    assert standings == {
        "closed": ["No edition yet", "Paused: The channel is gone."],
        "open": ["No edition yet", "Next: 2024-01-22T00:00:00+00:00, 0 new papers wait"],
    }
