"""A stand-in for the sources: addresses answer what a test puts there, and every request is written down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.domain.errors import SourceError
from bot.domain.feed_address import FeedAnswer, host_of
from bot.domain.feed_entry import Announcement, FeedDocument, FeedEntry
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import date_in, make_metadata
from bot.i18n import msg


class Asked(NamedTuple):
    """A request."""

    url: str
    etag: str | None
    last_modified: str | None
    seen: str = ""


class FakeSource:
    """Answers polls; `hold` keeps every answer back until it is set."""

    def __init__(self) -> None:
        self.answers: dict[str, FeedAnswer | Exception] = {}
        self.asked: list[Asked] = []
        self.redirects: dict[str, str] = {}  # by address: where it leads at the moment
        self.hold = asyncio.Event()
        self.hold.set()
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()

    async def poll_feed(
        self,
        url: str,
        etag: str | None,
        last_modified: str | None,
        may_request: Callable[[str], Awaitable[bool]],
        seen: str = "",
    ) -> FeedAnswer:
        self.asked.append(Asked(url, etag, last_modified, seen))
        host = host_of(url)
        self._at_once[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._at_once[host])
        try:
            await asyncio.sleep(0)
            await self.hold.wait()
            target = self.redirects.get(url)
            if target and not await may_request(host_of(target)):
                return FeedAnswer(
                    failure=msg("{source} is being polled by another process.", source=target), is_postponed=True
                )
            answer = self.answers[url]
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self._at_once[host] -= 1

    async def read_feed(self, url: str) -> FeedAnswer:
        answer = await self.poll_feed(url, None, None, _anywhere)
        if answer.failure:
            raise SourceError(answer.failure)
        return answer

    async def close(self) -> None:
        pass


async def _anywhere(host: str) -> bool:
    return True


def entry(name: str, *, guid: str = "", date: str = "", announcement: Announcement = "new", **ids: str) -> FeedEntry:
    """Make an entry; its name is its title and its page."""
    metadata = make_metadata(
        title=name,
        date=date_in(date),
        authors=["Ada Núñez"],
        links=[f"https://lab.example/{name.replace(' ', '-')}"],
        identifiers=Identifiers(**ids),
    )
    return FeedEntry(guid or f"guid-{name}", metadata, ("cs.CL",), "", announcement)


def document(*entries: FeedEntry, etag: str | None = '"a"', moved: str | None = None, seen: str = "") -> FeedAnswer:
    """Answer with a whole document, newest entry first."""
    return FeedAnswer(200, FeedDocument("The Lab", "RSS 2.0", entries, seen=seen), etag=etag, moved=moved)


UNCHANGED = FeedAnswer(304)
BROKEN = FeedAnswer(500, failure=msg("{source} is out of order ({status}).", source="lab.example", status=500))
