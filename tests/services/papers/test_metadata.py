"""Sources are queried once and their answers cached; whatever fails there, the paper is saved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.dates import PaperDate
from bot.domain.draft import Draft
from bot.domain.errors import (
    DayoriError,
    InputError,
    SourceBusyError,
    SourceError,
    SourceSettingError,
    UnknownPaperError,
)
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata, make_metadata
from bot.i18n import msg
from bot.services.lazy_sources import LazySources
from bot.services.papers.drafts import Drafts
from bot.services.papers.library import Library
from bot.services.papers.metadata import MetadataLookup, key_of
from bot.store import metadata_cache
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.web import Page, Web
from tests.doubles.web.answers import atom, citation
from tests.doubles.web.server import HTML, Serve, always
from tests.doubles.web.world import fill, sources_in

ALL = Metadata(
    title="題名",
    headline="見出し",
    date=PaperDate(2024, 1),
    excerpt="a\nb",
    organization="O",
    authors=("A", "B"),
    links=make_metadata(links=["https://a.example/x"]).links,
    identifiers=Identifiers(arxiv="2401.00001", doi="10.5555/x"),
)


class FakeSource:
    """Answers as configured, and counts its queries."""

    def __init__(self) -> None:
        self.answer: Metadata | Exception = ALL
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.was_asked = asyncio.Event()
        self.is_closed = False

    async def look_up(self, source: str) -> Metadata:
        self.asked.append(source)
        self.was_asked.set()
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
async def finder(database: Database, clock: AdjustableClock, source: FakeSource) -> AsyncIterator[MetadataLookup]:
    sources = LazySources(lambda: source)
    opened = MetadataLookup(database, clock, sources)
    yield opened
    await opened.close()
    await sources.close()


async def test_the_same_paper_is_asked_for_once_a_day(
    finder: MetadataLookup, source: FakeSource, clock: AdjustableClock
) -> None:
    for link in ("2401.00001", "https://arxiv.org/abs/2401.00001v2", "https://huggingface.co/papers/2401.00001"):
        assert await finder.look_up(link) == ALL
    assert source.asked == ["2401.00001"]
    clock.advance(hours=24)
    await finder.look_up("2401.00001")
    assert len(source.asked) == 2


async def test_who_asks_at_the_same_time_gets_the_same_answer(finder: MetadataLookup, source: FakeSource) -> None:
    assert await asyncio.gather(*(finder.look_up("2401.00001") for _ in range(10))) == [ALL] * 10
    assert len(source.asked) == 1


async def test_a_source_that_fails_is_told_in_the_log_but_not_a_paper_that_it_does_not_know(
    finder: MetadataLookup, source: FakeSource
) -> None:
    with capture_logs() as lines:
        for id, error in (("2401.00001", SourceError(msg("down"))), ("2401.00002", UnknownPaperError(msg("what?")))):
            source.answer = error
            with pytest.raises(SourceError):
                await finder.look_up(id)
    assert [(line["event"], line["reason"]) for line in lines] == [("a source could not be asked", "down")]


async def test_only_what_is_known_is_at_hand(finder: MetadataLookup, source: FakeSource) -> None:
    assert await finder.cached("2401.00001") is None
    await finder.look_up("2401.00001")
    assert await finder.cached("https://arxiv.org/pdf/2401.00001") == ALL
    source.answer = SourceError(msg("{source} cannot be reached.", source="x"))
    with pytest.raises(SourceError):
        await finder.look_up("2401.00002")
    assert await finder.cached("2401.00002") is None


async def test_giving_up_waiting_does_not_stop_the_question(finder: MetadataLookup, source: FakeSource) -> None:
    source.may_answer.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(finder.look_up("2401.00001"), 0.05)
    source.may_answer.set()
    assert await finder.look_up("2401.00001") == ALL
    assert len(source.asked) == 1


@pytest.mark.parametrize(
    ("failure", "age"),
    [
        (SourceError(msg("{source} cannot be reached.", source="x")), timedelta(minutes=1)),
        (UnknownPaperError(msg("{source} cannot be reached.", source="x")), timedelta(minutes=5)),
        (SourceBusyError(msg("{source} cannot be reached.", source="x"), 20), timedelta(seconds=20)),
        (SourceBusyError(msg("{source} cannot be reached.", source="x"), 9999), timedelta(minutes=5)),
    ],
)
async def test_a_failure_is_kept_for_minutes_at_most(
    finder: MetadataLookup, source: FakeSource, clock: AdjustableClock, failure: Exception, age: timedelta
) -> None:
    source.answer = failure
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            await finder.look_up("10.5555/x")
        assert caught.value.text("en") == "x cannot be reached."
        assert caught.value.text("ja") == "xに接続できません。"
    assert len(source.asked) == 1
    clock.advance(seconds=age.total_seconds())
    source.answer = ALL
    assert await finder.look_up("10.5555/x") == ALL


async def test_a_wrong_setting_is_told_until_it_is_mended_and_no_longer(
    finder: MetadataLookup, source: FakeSource
) -> None:
    source.answer = SourceSettingError(msg("{source} cannot be reached.", source="x"))
    with pytest.raises(SourceError):
        await finder.look_up("10.5555/x")
    source.answer = ALL
    assert await finder.look_up("10.5555/x") == ALL


async def test_what_is_no_source_is_refused_before_anybody_is_asked(finder: MetadataLookup, source: FakeSource) -> None:
    for ask in (finder.look_up, finder.cached):
        with pytest.raises(InputError, match="neither a link"):
            await ask("RetNet")
    assert not source.asked


def test_answers_are_kept_under_what_they_are_about() -> None:
    assert key_of("https://doi.org/10.1145/ABC") == "doi:10.1145/abc"
    assert key_of("https://www.example.org/a/?utm_source=x") == key_of("http://example.org/a") == "url:example.org/a"


async def test_old_answers_are_forgotten(database: Database, clock: AdjustableClock) -> None:
    async with database.write() as connection:
        await metadata_cache.save(connection, "a", ALL, clock(), timedelta(hours=1))
        assert await metadata_cache.get(connection, "a", clock()) == ALL
        clock.advance(hours=2)
        assert await metadata_cache.get(connection, "a", clock()) is None
        await metadata_cache.save(connection, "b", Metadata(), clock(), timedelta(hours=1))
        assert (await connection.exec_driver_sql("SELECT key FROM metadata_cache")).all() == [("b",)]
        assert await metadata_cache.get(connection, "b", clock()) == Metadata()


async def test_closing_ends_what_is_under_way(database: Database, clock: AdjustableClock, source: FakeSource) -> None:
    sources = LazySources(lambda: source)
    finder = MetadataLookup(database, clock, sources)
    source.may_answer.clear()
    waiting = asyncio.create_task(finder.look_up("2401.00001"))
    await source.was_asked.wait()
    await finder.close()
    await sources.close()
    assert source.is_closed
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await LazySources(lambda: source).close()  # no source was ever opened


# Whatever a source does, the paper is saved, and a sentence says what happened.

FAILURES: dict[str, tuple[Callable[[Web], Serve], str]] = {
    "silent": (lambda web: web.silence, r"{name} did not answer within 0\.7 seconds\."),
    "slow": (lambda web: web.drip, r"{name} did not answer within 0\.7 seconds\."),
    "429": (
        lambda web: always(Page(b"", status=429, headers={"Retry-After": "60"})),
        r"{name} limits how often it is asked; it can be asked again in \d+ seconds\.",
    ),
    "403": (lambda web: always(Page(b"", status=403)), r"{name} refused to answer \(403\)\."),
    "404": (lambda web: always(Page(b"", status=404)), r"{name} does not know this paper \(404\)\."),
    "500": (lambda web: always(Page(b"", status=500)), r"{name} is out of order \(500\)\."),
    "broken off": (lambda web: web.broken, r"{name} closed the connection\."),
    "another page": (lambda web: always(HTML), r"The answer of {name} cannot be read\."),
    "100 MB": (lambda web: web.flood, r"The answer of {name} is larger than \d MB\."),
    "gzip bomb": (lambda web: web.bomb, r"The answer of {name} is larger than \d MB\."),
    "leads inside": (
        lambda web: always(Page(b"", status=302, headers={"Location": "http://10.0.0.1/"})),
        r"10\.0\.0\.1 is not on the public internet, so it was not read\.",
    ),
    "leads inside by IPv6": (
        lambda web: always(Page(b"", status=302, headers={"Location": "http://[::ffff:127.0.0.1]/"})),
        r"::ffff:127\.0\.0\.1 is not on the public internet, so it was not read\.",
    ),
    "leads in a circle": (lambda web: web.in_a_circle, r"{name} redirects from page to page without end\."),
}
SOURCES = {
    "https://arxiv.org/abs/2401.00001": ("export.arxiv.org", "arXiv"),
    "https://doi.org/10.5555/lake.42": ("api.crossref.org", "Crossref"),
    "https://openreview.net/forum?id=AbCdEf1234": ("api2.openreview.net", "OpenReview"),
    "https://aclanthology.org/P19-9999/": ("aclanthology.org", "ACL Anthology"),
    "http://blog.example.jp/nap": ("blog.example.jp", r"blog\.example\.jp"),
}


@asynccontextmanager
async def internet(
    database: Database, clock: AdjustableClock, seconds: float = 30.0
) -> AsyncIterator[tuple[Web, MetadataLookup]]:
    """Yield the small internet and a look-up that waits that long for an answer, which a busy machine sends late."""
    async with Web() as web:
        fill(web)
        sources = LazySources(lambda: sources_in(web, seconds=seconds))
        opened = MetadataLookup(database, clock, sources)
        yield web, opened
        await opened.close()
        await sources.close()


async def _saved(
    finder: MetadataLookup, database: Database, clock: AdjustableClock, workspace: int, source: str
) -> str:
    """Add a paper of that source, with or without metadata; return the error."""
    drafts, library = Drafts(database, clock, finder), Library(database, clock)
    try:
        await finder.look_up(source)
        problem = ""
    except DayoriError as error:
        problem = error.text("en")
    paper = await drafts.complete(Draft(source, title="Typed", headline="見出し", comment="よい"))
    added = await library.add(workspace, paper, None)
    assert (added.paper.title, added.paper.comment) == ("Typed", "よい")
    assert added.paper.url is not None
    return problem


@pytest.mark.parametrize("failure", FAILURES)
async def test_whatever_a_source_does_the_paper_is_saved(
    database: Database, clock: AdjustableClock, workspace: int, failure: str
) -> None:
    fails, sentence = FAILURES[failure]
    async with internet(database, clock, *([0.7] if "0\\.7" in sentence else [])) as (web, finder):
        for host, _ in SOURCES.values():
            web.serve(host, fails(web))
        problems = await asyncio.gather(*(_saved(finder, database, clock, workspace, source) for source in SOURCES))
    for problem, (host, name) in zip(problems, SOURCES.values(), strict=True):
        if failure == "another page" and host == "blog.example.jp":
            assert problem == ""  # any page will do there
        else:
            # doi.org is queried after Crossref
            source_name = "doi\\.org" if failure == "404" and name == "Crossref" else name
            assert re.fullmatch(sentence.format(name=source_name), problem), problem


@pytest.mark.parametrize(
    ("source", "arrange", "sentence"),
    [
        ("2401.99999", lambda web: None, "arXiv does not know the paper 2401.99999."),
        (
            "2401.00001",
            lambda web: web.serve(
                "export.arxiv.org",
                always(
                    atom({"2401.77777v1": {"title": "Another", "authors": [], "published": "2024-01-01T00:00:00Z"}})
                ),
            ),
            "arXiv answered with another paper.",
        ),
        (
            "http://innocent.example/",
            lambda web: web.dns.addresses.update({"innocent.example": ["192.168.0.1"]}),
            "innocent.example is not on the public internet, so it was not read.",
        ),
        (
            "http://169.254.169.254/latest",
            lambda web: None,
            "169.254.169.254 is not on the public internet, so it was not read.",
        ),
        ("http://nowhere.example/", lambda web: None, "nowhere.example cannot be reached."),
        (
            "http://file.example/a.pdf",
            lambda web: web.put("file.example/a.pdf", Page(b"%PDF", "application/pdf")),
            "The link to file.example is a file, not a page; use the link of the paper's page instead.",
        ),
        (
            "http://empty.example/",
            lambda web: web.put("empty.example/", Page(b"<p>hello")),
            "The page of empty.example has no title.",
        ),
    ],
)
async def test_what_is_wrong_with_a_link_is_said_and_the_paper_saved(
    database: Database,
    clock: AdjustableClock,
    workspace: int,
    source: str,
    arrange: Callable[[Web], None],
    sentence: str,
) -> None:
    async with internet(database, clock) as (web, finder):
        arrange(web)
        assert await _saved(finder, database, clock, workspace, source) == sentence


async def test_a_saved_paper_has_what_its_source_says(database: Database, clock: AdjustableClock) -> None:
    async with Web() as web:
        fill(web)
        sources = LazySources(lambda: sources_in(web, seconds=20.0))
        finder = MetadataLookup(database, clock, sources)
        draft = Draft("https://arxiv.org/pdf/2401.00001v2", headline="眠る")
        paper = await Drafts(database, clock, finder).complete(draft)
        await finder.close()
        await sources.close()
    assert (paper.title, paper.organization) == (
        "Sleepy Attention: Models That Rest Between Tokens",
        "Institute of Naps",
    )
    assert paper.identifiers == Identifiers(arxiv="2401.00001", doi="10.5555/sleepy.1")
    assert [link.name for link in paper.links] == ["PDF", "arXiv", "PDF", "code"]


async def test_links_to_slow_hosts_hold_up_nobody_but_who_asked_for_them(
    database: Database, clock: AdjustableClock
) -> None:
    async with Web() as web:
        for n in range(20):
            web.serve(f"slow{n}.example", web.silence)
        web.put("good.example/paper", citation("A Good Paper", "Ada Lovelace"))
        sources = LazySources(lambda: sources_in(web, seconds=20.0))
        finder = MetadataLookup(database, clock, sources)
        slow = [asyncio.create_task(finder.look_up(f"http://slow{n}.example/paper", "discord:1")) for n in range(20)]
        async with asyncio.timeout(10):
            while len(web.hosts()) < 4:
                await asyncio.sleep(0.01)
            assert (await finder.look_up("http://good.example/paper", "discord:2")).title == "A Good Paper"
            # from the cache
            assert (await finder.look_up("http://good.example/paper", "discord:1")).title == "A Good Paper"
        assert len([host for host in web.hosts() if host.startswith("slow")]) == 4
        for each in slow:
            each.cancel()
        await asyncio.wait(slow)
        await finder.close()
        await sources.close()


async def test_who_asks_for_what_another_person_waits_for_is_answered_at_once(
    finder: MetadataLookup, source: FakeSource
) -> None:
    source.may_answer.clear()
    links = [f"https://a.example/{n}" for n in range(6)]
    waiting = [asyncio.create_task(finder.look_up(link, "discord:1")) for link in links]
    async with asyncio.timeout(10):
        while len(source.asked) < 4:
            await asyncio.sleep(0)
        waits = next(link for link in links if link not in source.asked)  # the store decides which ones come first
        other = asyncio.create_task(finder.look_up(waits, "discord:2"))
        while len(source.asked) < 5:
            await asyncio.sleep(0)
    assert source.asked[-1] == waits
    source.may_answer.set()
    assert await other == ALL
    assert await asyncio.gather(*waiting) == [ALL] * 6
    assert len(source.asked) == 6
