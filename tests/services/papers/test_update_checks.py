"""Papers are looked at again at night: what became known is noted once, and no word of a person is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import ConflictError, NotFoundError, SourceBusyError, SourceError, StaleError, UnknownPaperError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, with_changes
from bot.domain.publication import Notice, Publication
from bot.i18n import msg
from bot.services.digests.composing import Digests
from bot.services.health import Health
from bot.services.lazy_sources import LazySources
from bot.services.papers import update_checks
from bot.services.papers.history_text import describe_step
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.services.papers.update_checks import UpdateChecks
from bot.store import papers
from bot.store.database import Database
from bot.store.imports import content_hash
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.samples import paper

CODE = "https://github.com/naps/sleepy"
RETRACTION = Notice("retraction", "https://doi.org/10.1000/r")
OUT_OF_ORDER = SourceError(msg("{source} is out of order ({status}).", source="arXiv", status=500))


class FakeSource:
    """Tells what `arxiv` and `crossref` hold by id; an exception there is raised."""

    def __init__(self) -> None:
        self.arxiv: dict[str, Publication] = {}
        self.crossref: dict[str, Publication | SourceError] = {}
        self.trouble: SourceError | None = None
        self.asked: list[tuple[str, ...]] = []
        self.hangs = False

    async def arxiv_publications(self, ids: Sequence[str]) -> Mapping[str, Publication]:
        self.asked.append(tuple(ids))
        if self.hangs:
            await asyncio.sleep(3600)
        if self.trouble:
            raise self.trouble
        return {id: self.arxiv[id] for id in ids if id in self.arxiv}

    async def crossref_publication(self, doi: str) -> Publication:
        self.asked.append((doi,))
        answer = self.crossref.get(doi, UnknownPaperError(msg("{source} does not know it.", source="Crossref")))
        if isinstance(answer, SourceError):
            raise answer
        return answer

    async def close(self) -> None:
        pass


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def checks(database: Database, clock: AdjustableClock, source: FakeSource) -> UpdateChecks:
    return opened(database, clock, source)


def opened(database: Database, clock: AdjustableClock, source: FakeSource) -> UpdateChecks:
    return UpdateChecks(database, clock, TOKYO, LazySources(lambda: source), pause=0, spread=timedelta(0))


async def next_night(checks: UpdateChecks, clock: AdjustableClock, days: int = 1) -> None:
    """Look at papers at half past three in the morning some days later."""
    local = clock().astimezone(TOKYO) + timedelta(days=days)
    clock.advance(seconds=(local.replace(hour=3, minute=30) - clock().astimezone(TOKYO)).total_seconds())
    await checks.run_if_due()


async def stored(database: Database, workspace: int, id: str = "paper-1") -> Paper:
    async with database.read() as connection:
        return (await papers.by_ids(connection, workspace, [id]))[id][1]


def told(paper: Paper) -> list[str]:
    return [f"{update.kind} {update.value}".strip() for update in paper.updates]


async def test_a_first_look_records_the_version_and_the_next_one_tells_a_newer_once(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    before = (await library.add(workspace, paper(1, comment="よい。"), "花子")).paper
    source.arxiv["2401.00001"] = Publication(version=2, venue="ICML 2026", code=CODE)
    await next_night(checks, clock)
    assert await stored(database, workspace) == before  # what was known when it was added is no news
    source.arxiv["2401.00001"] = Publication(version=3, venue="ICML 2026", code=CODE)
    for _ in range(3):
        await next_night(checks, clock, days=8)
    after = await stored(database, workspace)
    assert told(after) == ["version v3"]
    assert replace(after, updates=()) == before  # not even the time of its last change
    assert content_hash(after) == content_hash(before)
    assert source.asked == [("2401.00001",)] * 4


async def test_a_venue_and_code_that_are_told_later_are_filled_in_by_their_source_and_undone(
    database: Database,
    library: Library,
    reversal: Undo,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    await library.add(workspace, paper(1), "花子")
    source.arxiv["2401.00001"] = Publication(version=1)
    await next_night(checks, clock)
    source.arxiv["2401.00001"] = Publication(version=1, venue="ICML 2026", code=CODE)
    await next_night(checks, clock, days=8)
    after = await stored(database, workspace)
    assert (after.venue, [link.url for link in after.links]) == ("ICML 2026", [CODE])
    assert told(after) == ["venue ICML 2026", "code github.com/naps/sleepy"]
    [(change, step), *_] = await library.history(workspace)
    assert (change.action, change.by) == ("edit", "arXiv")
    assert "掲載先が決まりました: ICML 2026" in describe_step(change, step, "ja")
    await reversal.undo(workspace, "花子", change_id=change.id)
    for _ in range(2):
        await next_night(checks, clock, days=8)
    taken_back = await stored(database, workspace)
    assert (taken_back.venue, taken_back.links, taken_back.updates) == (None, (), ())


async def test_a_persons_words_are_not_replaced_and_what_they_took_away_stays_away(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    own = [Link("https://example.org/ours", "code")]
    await library.add(workspace, paper(1, venue="自分で書いた会議", links=own), "花子")
    await library.add(workspace, paper(2, venue="消した会議"), "花子")
    await library.edit(workspace, "paper-2", "花子", lambda old: with_changes(old, venue=""))
    source.arxiv |= {f"2401.0000{n}": Publication(version=1) for n in (1, 2)}
    await next_night(checks, clock)
    source.arxiv |= {f"2401.0000{n}": Publication(version=1, venue="ICML 2026", code=CODE) for n in (1, 2)}
    await next_night(checks, clock, days=8)
    first, second = await stored(database, workspace), await stored(database, workspace, "paper-2")
    assert (first.venue, list(first.links), told(first)) == ("自分で書いた会議", own, [])
    assert second.venue is None


async def test_a_paper_that_was_never_asked_about_is_completed_without_news(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    await library.add(workspace, paper(1), "花子")
    source.arxiv["2401.00001"] = Publication(version=4, venue="TMLR")
    await next_night(checks, clock, days=400)
    after = await stored(database, workspace)
    assert (after.venue, told(after)) == ("TMLR", [])


async def test_a_retraction_is_told_even_at_the_first_look_and_through_the_doi_that_arxiv_names(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    await library.add(workspace, paper(1), "花子")
    await library.add(workspace, paper(2, identifiers=Identifiers(doi="10.1000/2")), "花子")
    source.arxiv["2401.00001"] = Publication(version=1, doi="10.1000/1")
    source.crossref |= {f"10.1000/{n}": Publication(notices=(RETRACTION,)) for n in (1, 2)}
    await next_night(checks, clock)
    for id in ("paper-1", "paper-2"):
        assert told(await stored(database, workspace, id)) == ["retraction"]
    assert source.asked == [("2401.00001",), ("10.1000/1",), ("10.1000/2",)]


async def test_nothing_is_looked_at_by_day(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    await library.add(workspace, paper(1), None)
    for _ in range(24):
        clock.advance(hours=1)
        if not 3 <= clock().astimezone(TOKYO).hour < 6:
            await checks.run_if_due()
    assert source.asked == []


async def test_a_paper_that_is_added_at_night_is_looked_at_in_the_next_night(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    await next_night(checks, clock)
    await library.add(workspace, paper(1), None)
    clock.advance(minutes=30)
    await checks.run_if_due()
    assert source.asked == []
    await next_night(checks, clock)
    assert source.asked == [("2401.00001",)]


async def test_many_papers_are_asked_for_by_hundreds_each_once_a_week_and_old_ones_seldom(
    library: Library,
    importer: Importer,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    from bot.domain.dates import PaperDate

    year = clock().year
    dates = [PaperDate(year - 10) if n % 2 else PaperDate(year, 1) for n in range(250)]
    await importer.run(workspace, [paper(n, date=date) for n, date in enumerate(dates, 1)], None)
    source.arxiv = {f"2401.{n:05}": Publication(version=1) for n in range(1, 251)}
    await next_night(checks, clock)
    await checks.run_if_due()
    assert list(map(len, source.asked)) == [100, 100, 50]
    assert len({id for ids in source.asked for id in ids}) == 250
    await next_night(checks, clock, days=3)
    assert len(source.asked) == 3
    await next_night(checks, clock, days=5)
    assert list(map(len, source.asked[3:])) == [100, 25]


async def test_a_night_has_a_number_of_papers(
    importer: Importer,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(update_checks.MOST, "arxiv", 120)
    await importer.run(workspace, [paper(n) for n in range(1, 251)], None)
    source.arxiv = {f"2401.{n:05}": Publication(version=1) for n in range(1, 251)}
    for _ in range(3):
        await next_night(checks, clock)
    assert list(map(len, source.asked)) == [100, 20, 100, 20, 10]
    assert len({id for ids in source.asked for id in ids}) == 250


async def test_a_source_that_asks_for_a_pause_rests_for_the_night(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    await library.add(workspace, paper(1), None)
    await library.add(workspace, paper(2, identifiers=Identifiers(doi="10.1000/2")), None)
    source.trouble = SourceBusyError(msg("{source} is getting too many requests just now.", source="arXiv"), 60)
    await next_night(checks, clock)
    assert source.asked == [("2401.00001",), ("10.1000/2",)]
    for _ in range(5):
        clock.advance(minutes=25)
        await checks.run_if_due()
    assert len(source.asked) == 2
    source.trouble = None
    await next_night(checks, clock)
    assert source.asked[2:] == [("2401.00001",)]


async def test_papers_of_a_failed_request_come_after_the_others(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    await library.add(workspace, paper(1), None)
    source.trouble = OUT_OF_ORDER
    await next_night(checks, clock)
    source.trouble = None
    await library.add(workspace, paper(2), None)
    await next_night(checks, clock)
    await next_night(checks, clock)
    assert source.asked == [("2401.00001",), ("2401.00002",), ("2401.00001",)] or source.asked == [
        ("2401.00001",),
        ("2401.00002", "2401.00001"),
    ]


async def test_crossref_is_left_alone_after_some_failures_and_unknown_papers_for_longer(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    for n in range(1, 7):
        await library.add(workspace, paper(n, identifiers=Identifiers(doi=f"10.1000/{n}")), None)
    source.crossref = {f"10.1000/{n}": OUT_OF_ORDER for n in range(2, 7)}
    await next_night(checks, clock)
    assert source.asked == [("10.1000/1",), ("10.1000/2",), ("10.1000/3",), ("10.1000/4",)]
    source.crossref = {f"10.1000/{n}": Publication() for n in range(2, 7)}
    await next_night(checks, clock, days=2)
    assert sorted(source.asked[4:]) == [(f"10.1000/{n}",) for n in range(2, 7)]


async def test_a_look_that_is_cut_short_is_repeated_and_tells_once(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    await library.add(workspace, paper(1), None)
    source.arxiv["2401.00001"] = Publication(version=1)
    await next_night(checks, clock)
    source.arxiv["2401.00001"] = Publication(version=2)
    source.hangs = True
    task = asyncio.create_task(next_night(checks, clock, days=8))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait((task,))
    source.hangs = False
    clock.advance(minutes=70)
    others = [opened(database, clock, source) for _ in range(3)]  # several processes at once
    await asyncio.gather(*(other.run_if_due() for other in others))
    assert source.asked == [("2401.00001",)] * 3
    assert told(await stored(database, workspace)) == ["version v2"]


async def test_two_collections_with_one_paper_are_told_by_one_request(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    from bot.store.workspaces import find_or_add

    other, _ = await find_or_add(database, "other", clock())
    for each in (workspace, other):
        await library.add(each, paper(1), None)
    source.arxiv["2401.00001"] = Publication(version=1)
    await next_night(checks, clock)
    source.arxiv["2401.00001"] = Publication(version=2)
    await next_night(checks, clock, days=8)
    assert source.asked == [("2401.00001",)] * 2
    for each in (workspace, other):
        assert told(await stored(database, each)) == ["version v2"]


async def test_a_paper_whose_id_was_corrected_is_looked_at_as_if_for_the_first_time(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> None:
    await library.add(workspace, paper(1), "花子")
    source.arxiv |= {"2401.00001": Publication(version=1), "2401.00009": Publication(version=7, venue="ICML 2026")}
    await next_night(checks, clock)
    corrected = Identifiers(arxiv="2401.00009")
    await library.edit(workspace, "paper-1", "花子", lambda old: replace(old, identifiers=corrected))
    await next_night(checks, clock, days=8)
    assert told(await stored(database, workspace)) == []
    source.arxiv["2401.00009"] = Publication(version=8, venue="ICML 2026")
    await next_night(checks, clock, days=8)
    assert told(await stored(database, workspace)) == ["version v8"]


async def test_one_paper_is_looked_at_at_once_whether_it_is_due_or_not(
    library: Library, workspace: int, clock: AdjustableClock, checks: UpdateChecks, source: FakeSource
) -> None:
    for n in (1, 2):
        await library.add(workspace, paper(n), None)
        source.arxiv[f"2401.0000{n}"] = Publication(version=1)
    assert len((await checks.run_now(workspace)).looked) == 2
    assert (await checks.run_now(workspace)).looked == set()
    source.arxiv["2401.00002"] = Publication(version=2)
    report = await checks.run_now(workspace, "paper-2")
    assert [(id, update.value) for id, update in report.noted] == [("paper-2", "v2")]
    assert source.asked == [("2401.00001", "2401.00002"), ("2401.00002",)]
    with pytest.raises(NotFoundError):
        await checks.run_now(workspace, "gone")


async def test_the_doctor_tells_how_many_papers_were_looked_at(
    database: Database,
    digests: Digests,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
) -> None:
    async def lines() -> list[str]:
        report = await Health(database, clock, digests).check(workspace, {})
        return [check.message.text("ja") for check in report.checks if check.name == "papers"]

    await library.add(workspace, paper(1), None)
    assert await lines() == []
    await next_night(checks, clock)
    assert await lines() == ["取得元で見直した論文: この7日間に1本、最後は 2024-01-22 18:30 UTC"]
    clock.advance(days=8)
    assert await lines() == ["取得元で見直した論文: この7日間に0本、最後は 2024-01-22 18:30 UTC"]


@pytest.fixture
async def noted(
    database: Database,
    library: Library,
    workspace: int,
    clock: AdjustableClock,
    checks: UpdateChecks,
    source: FakeSource,
) -> Paper:
    """Return a paper that somebody edited and whose new version was noted afterwards."""
    await library.add(workspace, paper(1), "花子")
    source.arxiv["2401.00001"] = Publication(version=1)
    await next_night(checks, clock)
    await library.edit(workspace, "paper-1", "花子", lambda old: replace(old, comment="よい。"), actor="discord:1")
    source.arxiv["2401.00001"] = Publication(version=2)
    await next_night(checks, clock, days=8)
    return await stored(database, workspace)


async def test_a_note_makes_no_edit_stale_and_outlives_edits_and_imports(
    database: Database, library: Library, importer: Importer, workspace: int, clock: AdjustableClock, noted: Paper
) -> None:
    assert told(noted) == ["version v2"]
    edited = await library.edit(
        workspace, "paper-1", "太郎", lambda old: with_changes(old, comment="とてもよい。"), seen=noted.updated_at
    )
    assert told(edited) == ["version v2"]
    with pytest.raises(StaleError):
        await library.edit(workspace, "paper-1", "太郎", lambda old: old, seen=noted.updated_at)
    report = await importer.run(workspace, [replace(edited, updates=())], None)
    assert report.unchanged == ["paper-1"]
    report = await importer.run(
        workspace, [with_changes(edited, comment="ファイルから")], None, last_hashes={"paper-1": content_hash(edited)}
    )
    assert report.updated == ["paper-1"]
    assert told(await stored(database, workspace)) == ["version v2"]


async def test_an_edit_from_before_a_note_can_be_undone_and_the_note_stays(
    database: Database, reversal: Undo, workspace: int, noted: Paper
) -> None:
    await reversal.undo(workspace, "花子", of="discord:1")
    after = await stored(database, workspace)
    assert (after.comment, told(after)) == (None, ["version v2"])
    await reversal.redo(workspace, "花子")
    after = await stored(database, workspace)
    assert (after.comment, told(after)) == ("よい。", ["version v2"])


async def test_a_note_can_be_undone_although_the_paper_was_edited_since(
    database: Database, library: Library, reversal: Undo, workspace: int, noted: Paper
) -> None:
    [(note, _), *_] = await library.history(workspace)
    await reversal.undo(workspace, "花子", change_id=note.id)
    after = await stored(database, workspace)
    assert (after.comment, told(after)) == ("よい。", [])
    await reversal.redo(workspace, "花子", change_id=note.id)
    await library.edit(workspace, "paper-1", "花子", lambda old: replace(old, comment="三"))
    with pytest.raises(ConflictError):  # as with any change
        await reversal.undo(workspace, "花子", change_id=note.id)


def test_the_clock_of_these_tests_starts_by_day(clock: AdjustableClock) -> None:
    assert datetime(2020, 1, 1, tzinfo=UTC) < clock()
    assert not 3 <= clock().astimezone(TOKYO).hour < 6
