"""A feed is added, and a filter changed, exactly as it was shown, and once."""

from __future__ import annotations

import pytest

from bot.config_sections import FeedSettings
from bot.domain.entry_identity import keys_of
from bot.domain.errors import ConflictError, DayoriError, InputError, NotAllowedError, NotFoundError, StaleError
from bot.domain.feed_address import FeedAnswer
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.domain.metadata import make_metadata
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.services.feeds.drafts import MOST_FEEDS, FeedDrafts
from bot.services.feeds.management import FeedManagement
from bot.services.feeds.polling import Polling
from bot.services.feeds.trial import FeedTrials
from bot.services.lazy_sources import LazySources
from bot.services.papers.drafts import Drafts
from bot.services.papers.submitter import Submitter
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.database import Database
from bot.store.feed_entries import News
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.doubles.finder import FakeFinder
from tests.services.feeds.feed_source import FakeSource
from tests.services.feeds.test_trial import NEW, OTHER, SURVEY, FakeFeed

URL = "https://lab.example/feed"
HANAKO = Submitter("花子", "discord:1", "ja", is_curator=True)
JIRO = Submitter("次郎", "discord:2", "ja", is_curator=True)
READER = Submitter("太郎", "discord:3", "ja", is_curator=False)
FILTER = FeedFilter(exclude=("survey",))
TEXTS = {"exclude": "survey"}


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed(NEW, SURVEY, OTHER)


@pytest.fixture
def drafts(database: Database, clock: AdjustableClock, feed: FakeFeed) -> FeedDrafts:
    return restarted(database, clock, feed)


def restarted(database: Database, clock: AdjustableClock, feed: FakeFeed) -> FeedDrafts:
    trials = FeedTrials(database, clock, LazySources(lambda: feed))
    return FeedDrafts(database, clock, trials, Polling(database, clock, TOKYO, LazySources(FakeSource)))


async def names(database: Database, workspace: int) -> dict[str, FeedFilter]:
    async with database.read() as connection:
        return {each.name: each.filter for each in await feeds.all_of(connection, workspace)}


async def added(database: Database, workspace: int, clock: AdjustableClock, name: str = "lab", url: str = URL) -> None:
    async with database.write() as connection:
        await feeds.add(connection, workspace, name, url, FILTER, clock())


async def logged(database: Database, *entries: FeedEntry) -> None:
    """Write entries into the log of the one address, as a poll does."""
    async with database.write() as connection:
        every = list(zip(entries, keys_of(entries), strict=True))
        await feed_entries.add(connection, [News(1, "2026-11-27", every)], AdjustableClock()())


async def test_what_was_shown_is_what_is_added(
    drafts: FeedDrafts, database: Database, workspace: int, feed: FakeFeed
) -> None:
    preview = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    assert preview.trial
    assert preview.trial.matched == (NEW, OTHER)
    assert preview.trial.dropped == {SkipReason("exclude", "survey"): [SURVEY]}
    assert await names(database, workspace) == {}
    saved = await drafts.save(workspace, "t", preview.fingerprint, HANAKO)
    assert (saved.feed.name, saved.feed.url, saved.is_new) == ("A", URL, True)
    assert await names(database, workspace) == {"A": FILTER}
    assert feed.reads == 1


async def test_pressing_twice_adds_once_and_after_a_restart_too(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock, feed: FakeFeed
) -> None:
    preview = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    first = await restarted(database, clock, feed).save(workspace, "t", preview.fingerprint, HANAKO)
    second = await restarted(database, clock, feed).save(workspace, "t", preview.fingerprint, HANAKO)
    assert first == second
    assert len(await names(database, workspace)) == 1


async def test_a_button_of_an_older_preview_saves_nothing(
    drafts: FeedDrafts, database: Database, workspace: int
) -> None:
    older = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    newer = await drafts.answer(workspace, "t", {"exclude": "", "name": "lab"}, HANAKO)
    with pytest.raises(StaleError, match="not what was shown"):
        await drafts.save(workspace, "t", older.fingerprint, HANAKO)
    await drafts.save(workspace, "t", newer.fingerprint, HANAKO)
    assert await names(database, workspace) == {"lab": FeedFilter()}


async def test_trying_several_filters_polls_once(drafts: FeedDrafts, workspace: int, feed: FakeFeed) -> None:
    await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    preview = await drafts.answer(workspace, "t", {"tags": "cs.CV"}, HANAKO)
    assert preview.trial
    assert preview.trial.matched == (OTHER,)
    assert feed.reads == 1


async def test_a_form_with_a_wrong_rule_opens_again_with_what_was_typed(drafts: FeedDrafts, workspace: int) -> None:
    await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    with pytest.raises(InputError, match="not closed"):
        await drafts.answer(workspace, "t", {"include": "(a", "exclude": "survey"}, HANAKO)
    assert (await drafts.form(workspace, "t", HANAKO)).texts | TEXTS == {
        "include": "(a",
        "exclude": "survey",
        "authors": "",
        "tags": "",
    }


async def test_a_wrong_rule_or_name_and_a_known_feed_are_told_before_anything_is_requested(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock, feed: FakeFeed
) -> None:
    await added(database, workspace, clock)
    for url, texts, says in (
        ("https://a.example/", {"include": "(a"}, "not closed"),
        ("https://a.example/", {"name": "a b"}, "no spaces"),
        ("https://a.example/", {"name": "lab"}, "Another feed"),
        ("http://www.lab.example/feed/", {}, 'as "lab"'),
        ("lab", {}, "not the address"),
    ):
        with pytest.raises(DayoriError, match=says):
            await drafts.begin(workspace, "t", url, texts, HANAKO)
    assert feed.reads == 0


async def test_a_feed_that_moved_for_good_is_known_at_its_new_address(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await added(database, workspace, clock)
    async with database.write() as connection:
        await feed_addresses.save(connection, 1, location="https://new.example/feed")
    with pytest.raises(ConflictError, match='as "lab"'):
        await drafts.begin(workspace, "t", "https://new.example/feed", {}, HANAKO)


async def test_another_workspace_may_have_the_same_feed(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    from bot.store.workspaces import find_or_add

    other, _ = await find_or_add(database, "discord:2", clock())
    await added(database, other, clock)
    preview = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    await drafts.save(workspace, "t", preview.fingerprint, HANAKO)
    assert list(await names(database, workspace)) == ["A"]
    with pytest.raises(NotFoundError, match="no feeds yet"):
        await drafts.open_change(workspace + 99, "u", "lab", HANAKO)


async def test_a_feed_that_was_added_meanwhile_is_not_added_again(
    drafts: FeedDrafts, database: Database, workspace: int
) -> None:
    mine = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    yours = await drafts.begin(workspace, "u", URL, TEXTS, JIRO)
    await drafts.save(workspace, "u", yours.fingerprint, JIRO)
    with pytest.raises(ConflictError, match='as "A"'):
        await drafts.save(workspace, "t", mine.fingerprint, HANAKO)


async def test_a_workspace_has_at_most_a_hundred_feeds(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    for n in range(MOST_FEEDS):
        await added(database, workspace, clock, f"f{n}", f"https://lab.example/{n}")
    with pytest.raises(ConflictError, match="100"):
        await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)


async def test_only_curators_and_only_whoever_began_go_on(drafts: FeedDrafts, workspace: int) -> None:
    with pytest.raises(NotAllowedError):
        await drafts.begin(workspace, "t", URL, TEXTS, READER)
    preview = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    with pytest.raises(NotAllowedError, match="another person's"):
        await drafts.save(workspace, "t", preview.fingerprint, JIRO)
    with pytest.raises(NotFoundError, match="no longer exists"):
        await drafts.save(workspace + 1, "t", preview.fingerprint, HANAKO)


async def test_a_cancelled_draft_is_gone(drafts: FeedDrafts, database: Database, workspace: int) -> None:
    preview = await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    await drafts.discard(workspace, "t", HANAKO)
    with pytest.raises(NotFoundError):
        await drafts.save(workspace, "t", preview.fingerprint, HANAKO)
    assert await names(database, workspace) == {}


async def test_a_new_filter_is_held_against_the_last_entries_before_it_is_saved(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await added(database, workspace, clock)
    await logged(database, NEW, SURVEY, OTHER)
    form = await drafts.open_change(workspace, "t", "LAB", HANAKO)
    assert (form.name, form.texts["exclude"]) == (None, "survey")
    preview = await drafts.answer(workspace, "t", {"exclude": "", "tags": "cs.CL"}, HANAKO)
    effect = preview.effect
    assert effect
    assert (effect.entries, effect.before, effect.after) == (3, 2, 2)
    assert effect.newly_in == (SURVEY,)
    assert effect.newly_out == {SkipReason("tags"): [OTHER]}
    assert (await names(database, workspace))["lab"] == FILTER
    saved = await drafts.save(workspace, "t", preview.fingerprint, HANAKO)
    assert (saved.is_new, saved.feed.filter) == (False, FeedFilter(tags=("cs.CL",)))


async def test_the_effect_looks_at_the_last_two_hundred_entries(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await added(database, workspace, clock)
    many = [FeedEntry(f"{n}", make_metadata(title=f"Paper {n}"), ()) for n in range(230)]
    await logged(database, *many)
    await drafts.open_change(workspace, "t", "lab", HANAKO)
    effect = (await drafts.answer(workspace, "t", {"include": "3"}, HANAKO)).effect
    assert effect
    assert (effect.entries, effect.before, effect.after) == (200, 200, 0)


async def test_a_filter_that_somebody_changed_meanwhile_is_not_overwritten(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await added(database, workspace, clock)
    await drafts.open_change(workspace, "t", "lab", HANAKO)
    mine = await drafts.answer(workspace, "t", {"include": "rag"}, HANAKO)
    await drafts.open_change(workspace, "u", "lab", JIRO)
    yours = await drafts.answer(workspace, "u", {"include": "llm"}, JIRO)
    await drafts.save(workspace, "u", yours.fingerprint, JIRO)
    with pytest.raises(StaleError, match="meanwhile"):
        await drafts.save(workspace, "t", mine.fingerprint, HANAKO)
    assert (await names(database, workspace))["lab"].include == ("llm",)


async def test_a_feed_before_its_first_poll_has_nothing_to_try_on(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await added(database, workspace, clock)
    await drafts.open_change(workspace, "t", "lab", HANAKO)
    effect = (await drafts.answer(workspace, "t", {"include": "rag"}, HANAKO)).effect
    assert effect == (0, 0, 0, (), {})


async def test_a_page_that_names_its_feed_is_followed(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    class Page(FakeFeed):
        async def read_feed(self, url: str) -> FeedAnswer:
            from bot.domain.errors import FeedElsewhereError
            from bot.i18n import msg

            if url == "https://lab.example/":
                raise FeedElsewhereError(msg("A page."), URL)
            return await super().read_feed(url)

    drafts = restarted(database, clock, Page(NEW))
    preview = await drafts.begin(workspace, "t", "https://lab.example/", {}, HANAKO)
    assert preview.request.url == URL


async def test_what_a_chat_changed_of_a_feed_of_the_settings_stays_until_the_settings_change(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    configured, settings = FeedSettings(name="lab", url=URL, exclude=("survey",)), ConfiguredFeeds(database, clock)
    await settings.follow(workspace, [configured])
    await drafts.open_change(workspace, "t", "lab", HANAKO)
    preview = await drafts.answer(workspace, "t", {"exclude": "review"}, HANAKO)
    await drafts.save(workspace, "t", preview.fingerprint, HANAKO)
    await FeedManagement(database, clock, TOKYO).pause(workspace, "lab")
    await settings.follow(workspace, [configured])
    async with database.read() as connection:
        (kept,) = await feeds.all_of(connection, workspace)
    assert (kept.filter.exclude, kept.paused_at is not None) == (("review",), True)
    await settings.follow(workspace, [configured.model_copy(update={"include": ("rag",)})])
    assert (await names(database, workspace))["lab"] == FeedFilter(("rag",), ("survey",))


async def test_a_draft_of_a_feed_is_no_draft_of_a_paper(
    drafts: FeedDrafts, database: Database, workspace: int, clock: AdjustableClock
) -> None:
    await drafts.begin(workspace, "t", URL, TEXTS, HANAKO)
    papers = Drafts(database, clock, FakeFinder())
    for asking in (papers.get(workspace, "t", HANAKO.actor), papers.discard(workspace, "t", HANAKO.actor)):
        with pytest.raises(NotFoundError, match="no longer exists"):
            await asking
    assert (await drafts.form(workspace, "t", HANAKO)).texts["exclude"] == "survey"
