"""A trial of a feed shows what would come in and why the rest is left out, and keeps nothing."""

from __future__ import annotations

import pytest

from bot.domain.errors import InputError
from bot.domain.feed_address import FeedAnswer
from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import make_metadata
from bot.domain.paper import Link, make_paper
from bot.services.feeds.trial import FeedTrial, FeedTrials
from bot.services.lazy_sources import LazySources
from bot.services.papers.library import Library
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock


class FakeFeed:
    """A feed with the given entries, which counts how often it is read."""

    def __init__(self, *entries: FeedEntry) -> None:
        self.document, self.reads = FeedDocument("A", "RSS 2.0", entries), 0

    async def read_feed(self, url: str) -> FeedAnswer:
        self.reads += 1
        return FeedAnswer(200, self.document)

    async def close(self) -> None:
        pass


NEW = FeedEntry("1", make_metadata(title="New", links=["https://lab.example/new"]), ("cs.CL",))
SURVEY = FeedEntry("2", make_metadata(title="A Survey", links=["https://lab.example/survey"]), ("cs.CL",))
OTHER = FeedEntry("3", make_metadata(title="Other", links=["https://lab.example/other"]), ("cs.CV",))
REVISED = FeedEntry(
    "4", make_metadata(title="Revised", identifiers=Identifiers(arxiv="2301.00003")), (), "", "replace", 4
)


async def tried(database: Database, workspace: int, feed: FakeFeed, filter: FeedFilter) -> FeedTrial:
    trials = FeedTrials(database, AdjustableClock(), LazySources(lambda: feed))
    return await trials.run(workspace, "https://lab.example/feed", filter)


async def test_each_entry_comes_in_or_has_the_reason_that_leaves_it_out(database: Database, workspace: int) -> None:
    trial = await tried(
        database,
        workspace,
        FakeFeed(NEW, SURVEY, OTHER, REVISED, OTHER),
        FeedFilter(exclude=("survey",), tags=("cs.CL",)),
    )
    assert trial.matched == (NEW,)
    assert list(trial.dropped.items()) == [  # the reason of most entries first
        (SkipReason("tags"), [OTHER, OTHER]),
        (SkipReason("exclude", "survey"), [SURVEY]),
        (SkipReason("revision"), [REVISED]),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        FeedEntry("1", make_metadata(title="A", identifiers=Identifiers(arxiv="2401.00001")), version=3),
        FeedEntry("1", make_metadata(title="A", identifiers=Identifiers(doi="10.5555/a"))),
        FeedEntry("1", make_metadata(title="A", links=["http://www.lab.example/a/?utm_source=feed"])),
    ],
)
async def test_what_the_collection_has_by_any_id_or_link_is_left_out(
    database: Database, workspace: int, library: Library, entry: FeedEntry
) -> None:
    ids = Identifiers(arxiv="2401.00001", doi="10.5555/a")
    await library.add(
        workspace, make_paper(title="Known", links=[Link("https://lab.example/a")], identifiers=ids), by="x"
    )
    trial = await tried(database, workspace, FakeFeed(entry, NEW), FeedFilter())
    assert (trial.matched, [*trial.dropped]) == ((NEW,), [SkipReason("known")])


async def test_a_link_to_code_makes_no_paper_known(database: Database, workspace: int, library: Library) -> None:
    code = "https://github.com/naps/all"
    await library.add(workspace, make_paper(title="Known", links=[Link(code)]), by="x")
    entry = FeedEntry("1", make_metadata(title="Another", links=["https://lab.example/b", code]))
    assert (await tried(database, workspace, FakeFeed(entry), FeedFilter())).matched == (entry,)


async def test_a_wrong_rule_is_told_before_anything_is_requested(database: Database, workspace: int) -> None:
    feed = FakeFeed(NEW)
    with pytest.raises(InputError, match="A bracket is not closed"):
        await tried(database, workspace, feed, FeedFilter(include=("(a",)))
    assert feed.reads == 0
