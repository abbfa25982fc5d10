"""A large feed is parsed, written and held in short steps, so that people do not wait for it."""

from __future__ import annotations

from bot.domain.feed_filter import FeedFilter
from bot.services.feeds.offering import Offering
from bot.services.feeds.polling import Polling
from bot.services.lazy_sources import LazySources
from bot.sources.parser import Parser
from bot.store import feed_entries, feeds
from bot.store.database import Database
from bot.store.feed_entries import News
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.growth import longest_step
from tests.services.feeds.feed_source import FakeSource, document, entry

URL = "https://lab.example/feed"
_LONGEST_STEP = 0.02  # seconds


def rss(entries: int) -> bytes:
    items = "".join(
        f"<item><title>Paper {n}</title><link>https://lab.example/{n}</link><guid>{n}</guid>"
        f"<description>{'We study something at length. ' * 40}</description></item>"
        for n in range(entries)
    )
    return f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>".encode()


async def test_a_parsed_document_is_read_in_short_steps() -> None:
    parser = Parser(seconds=20.0)
    body = rss(2000)
    documents = []

    async def parse() -> None:
        documents.append(await parser.feed(body, URL, None, name="lab.example"))

    assert await longest_step(parse) < _LONGEST_STEP
    await parser.close()
    titles = [each.metadata.title for each in documents[0].entries]
    assert titles == [f"Paper {n}" for n in range(2000)]


async def test_a_large_poll_is_written_and_held_in_short_steps(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    source, filter = FakeSource(), FeedFilter(include=("(diffusion OR 拡散) -survey", "Paper 7"), exclude=("Paper 9",))
    polling = Polling(database, clock, TOKYO, LazySources(lambda: source))
    async with database.write() as connection:
        await feeds.add(connection, workspace, "lab", URL, filter, clock())
    source.answers[URL] = document()
    await polling.poll_due()
    source.answers[URL] = document(*(entry(f"Paper {n}") for n in range(4000)))
    clock.advance(hours=2)
    assert await longest_step(polling.poll_due) < _LONGEST_STEP
    async with database.read() as connection:
        assert await feeds.behind(connection) == []


async def test_a_first_look_at_a_full_log_is_taken_in_short_steps(
    database: Database, workspace: int, clock: AdjustableClock
) -> None:
    async with database.write() as connection:
        feed = await feeds.add(connection, workspace, "lab", URL, FeedFilter(), clock())
        entries = [(entry(f"Paper {n}"), [str(n)]) for n in range(300)]
        await feed_entries.add(connection, [News(feed.address_id, "2024-01-22", entries)], clock())
    assert await longest_step(lambda: Offering(database, clock).catch_up(feed)) < _LONGEST_STEP
