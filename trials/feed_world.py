"""Two hundred feeds on a simulated clock: when each has something new, how it answers, and what it gets wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import count
from random import Random

from tests.doubles.web.answers import Page
from trials import feed_arxiv
from trials.feed_arxiv import CATEGORIES, announcements
from trials.feed_documents import BOMB, CROWD, Item, atom, rss

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
DAYS = 30
END = START + timedelta(days=DAYS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_PAGE = b"<!DOCTYPE html><html><head><title>Back soon</title></head><body>Maintenance</body></html>"
_RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What a feed's host received."""

    at: datetime
    etag: str | None
    last_modified: str | None

    @property
    def is_conditional(self) -> bool:
        """Return whether it asks only for what changed."""
        return bool(self.etag or self.last_modified)


Serve = Callable[["WebFeed", Request], Page | str]
"""Answers a request with a page, or with the name of a fault of the web double."""


@dataclass(slots=True, eq=False)
class WebFeed:
    """A feed of the simulated web. `window` is how long an entry stays in its document."""

    name: str
    host: str
    kind: str
    items: Sequence[Item]
    serve: Serve
    window: timedelta = timedelta(days=4)
    is_known: bool = True
    path: str = ""
    since: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path = self.path or f"/{self.name}.xml"
        self.since = [item.published for item in self.items]

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self.host}{self.path}"

    def shown(self, at: datetime) -> list[Item]:
        """Return what its document holds at a time, newest first: the last days, and ten entries at least."""
        end = bisect_right(self.since, at)
        start = min(bisect_right(self.since, at - self.window), max(end - 10, 0))
        return list(self.items[start:end])[::-1]


def conditional(body: bytes, request: Request, changed: datetime, *, etag: bool = True, kind: str = _RSS) -> Page:
    """Answer with a body and its validators, or with 304; odd validators go back byte for byte or are no match."""
    tag = f'W/"{sha256(body).hexdigest()[:12]}é, x"' if etag else None
    modified = format_datetime(changed).replace("+0000", "GMT")
    headers = {"ETag": tag} if tag else {"Last-Modified": modified}
    is_same = request.etag == tag if tag else request.last_modified == modified
    return Page(b"", None, 304, headers) if is_same else Page(body, kind, 200, headers)


def plain(feed: WebFeed, request: Request) -> Page:
    """Answer as a good feed does."""
    shown = feed.shown(request.at)
    return conditional(
        rss(shown, feed.host), request, shown[0].published if shown else START, etag=len(feed.name) % 2 == 0
    )


def of_atom(feed: WebFeed, request: Request) -> Page:
    """Answer in Atom, with a max-age."""
    shown = feed.shown(request.at)
    page = conditional(atom(shown, feed.host), request, START, kind="application/atom+xml")
    return Page(page.body, page.kind, page.status, page.headers | {"Cache-Control": "public, max-age=7200"})


def without_validators(feed: WebFeed, request: Request) -> Page:
    """Answer always in full."""
    return Page(rss(feed.shown(request.at), feed.host), _RSS)


def wishing(feed: WebFeed, request: Request) -> Page:
    """Answer with a ttl of three hours, of a year in every second feed, and with new validators on each 304."""
    ttl = "<ttl>525600</ttl>" if len(feed.items) % 2 else "<ttl>180</ttl>"
    shown = feed.shown(request.at)
    tag = f'"{shown[0].number if shown else 0}"'
    headers = {"ETag": tag, "Last-Modified": format_datetime(request.at).replace("+0000", "GMT")}
    if request.etag == tag:
        return Page(b"", None, 304, headers)
    return Page(rss(shown, feed.host, head=ttl), _RSS, 200, headers)


def of_arxiv(feed: WebFeed, request: Request) -> Page:
    """Answer with the batch of the day, empty on weekends, and with arXiv's failures."""
    body, midnight = feed_arxiv.document(feed, request.at)
    return conditional(body, request, midnight)


def changing_guids(feed: WebFeed, request: Request) -> Page:
    """Answer with other guids every time."""
    body = rss(feed.shown(request.at), feed.host, guids=f"#{request.at.timestamp()}")
    return Page(body, _RSS, 200, {"ETag": f'"{request.at.timestamp()}"'})


def in_the_future(feed: WebFeed, request: Request) -> Page:
    """Answer with dates that are a month ahead."""
    return conditional(rss(feed.shown(request.at), feed.host, ahead=timedelta(days=30)), request, START)


def with_outages(feed: WebFeed, request: Request) -> Page | str:
    """Fail for some hours in every two days, each time in another way."""
    hours = int((request.at - START) / HOUR) + len(feed.host) * 7
    if hours % 48 < 9 and request.at < END:
        return _outage(hours // 48 % 6, feed, request)
    return plain(feed, request)


def _outage(kind: int, feed: WebFeed, request: Request) -> Page | str:
    whole = rss(feed.shown(request.at), feed.host)
    retry = format_datetime(request.at + 5 * HOUR).replace("+0000", "GMT")
    outages: list[Page | str] = [
        Page(_PAGE, "text/html", 503, {"Retry-After": "7200"}),
        Page(b"slow down", "text/plain", 429, {"Retry-After": "14400" if int(feed.name[1:]) % 2 else retry}),
        Page(_PAGE, "text/html"),  # 200, and no feed
        Page(whole[: len(whole) * 2 // 3], _RSS, 200, {"ETag": '"cut"'}),
        "broken",
        Page(_PAGE, "text/html", 404),
    ]
    return outages[kind]


def gone_after(days: float) -> Serve:
    """Answer well, and with 410 after some days."""

    def serve(feed: WebFeed, request: Request) -> Page:
        return Page(b"", "text/plain", 410) if request.at > START + days * DAY else plain(feed, request)

    return serve


def moved_after(days: float, target: WebFeed, status: int = 301) -> Serve:
    """Answer well, and after some days with a redirect to another feed's address."""

    def serve(feed: WebFeed, request: Request) -> Page:
        if request.at > START + days * DAY:
            return Page(b"", None, status, {"Location": target.url})
        return plain(feed, request)

    return serve


def fault(name: str) -> Serve:
    """Answer with a fault of the web double."""
    return lambda feed, request: name


def body(content: bytes) -> Serve:
    """Answer always with one body."""
    return lambda feed, request: Page(content, _RSS)


def times(dice: Random, gap: timedelta) -> list[datetime]:
    """Return moments with about that gap, from some days before the start to the end."""
    moments, at = [], START - 12 * gap - DAY
    while at < END:
        moments.append(at.replace(microsecond=0))
        at += gap * dice.uniform(0.3, 1.7)
    return moments


def make_world(dice: Random, part: int) -> list[WebFeed]:
    """Return two hundred feeds, or a part of each kind; the bot does not know those to which some move."""
    world = _World(dice, part)
    blogs = world.add("blog", 48, plain, 30 * HOUR, 20)
    world.add("busy", 12, plain, 4 * HOUR, 6)
    world.add("atom", 20, of_atom, 20 * HOUR, 10)
    world.add("journal", 15, plain, 7 * DAY, 5, window=timedelta(days=20))
    world.add("always whole", 15, without_validators, 20 * HOUR, 8)
    world.add("wishes", 16, wishing, 15 * HOUR, 8)
    world.add("other guids", 8, changing_guids, 25 * HOUR, 4)
    world.add("future dates", 6, in_the_future, 25 * HOUR, 3)
    world.add("outages", 20, with_outages, 18 * HOUR, 10)
    world.add("gone", 4, gone_after(8.3), 20 * HOUR, 4)
    for n in range(max(4 // part, 1)):
        new = world.add("new place", 1, plain, 20 * HOUR, 1, number=n, is_known=False)[0]
        world.add("moved", 1, moved_after(6.2 + n, new), 20 * HOUR, 1, number=n)
        world.add("onto another", 1, moved_after(9.1 + n, blogs[-n - 1], 308), 20 * HOUR, 1, number=n)
        world.add("on the way", 1, moved_after(2.5, blogs[n], 302), 20 * HOUR, 1, number=n)
    for name, serve in _TROUBLES.items():
        world.add(name, 1, serve, 20 * HOUR, 1)
    world.add("nowhere", 1, plain, 20 * HOUR, 1, host="nowhere.example")
    world.add_arxiv(7)
    world.add_planets(11)
    return world.feeds


_TROUBLES: dict[str, Serve] = {
    "flood": fault("flood"),
    "gzip bomb": fault("bomb"),
    "slow bytes": fault("drip"),
    "silence": fault("silence"),
    "entity bomb": body(BOMB),
    "crowd": body(CROWD),
}


class _World:
    def __init__(self, dice: Random, part: int) -> None:
        self.feeds: list[WebFeed] = []
        self._dice, self._part, self._numbers = dice, part, count(1)

    def add(
        self,
        kind: str,
        many: int,
        serve: Serve,
        gap: timedelta,
        hosts: int,
        *,
        number: int = 0,
        host: str = "",
        window: timedelta = timedelta(days=4),
        is_known: bool = True,
    ) -> list[WebFeed]:
        """Add feeds of one kind on some hosts."""
        made = list[WebFeed]()
        for n in range(number, number + max(many // self._part, 1)):
            items = [Item(next(self._numbers), at) for at in times(self._dice, gap)]
            place = host or f"{kind.replace(' ', '-')}{n % max(hosts, number + 1)}.example"
            made.append(WebFeed(f"f{len(self.feeds) + len(made):03}", place, kind, items, serve, window, is_known))
        self.feeds.extend(made)
        return made

    def add_arxiv(self, many: int) -> None:
        """Add arXiv's categories, a fifth of whose papers is listed in the next one too, and a feed of two of them."""
        categories, crossed = CATEGORIES[: max(many // self._part, 2)], list[Item]()
        for category in categories:
            own = [Item(next(self._numbers), at) for at in announcements(self._dice, 12, START, DAYS)]
            self._add_of_arxiv(category, [*own, *crossed])
            crossed = own[::5]
        both = {item.number: item for feed in self.feeds[-2:] for item in feed.items}
        self._add_of_arxiv("+".join(categories[-2:]), both.values())

    def _add_of_arxiv(self, names: str, items: Iterable[Item]) -> None:
        number = len(self.feeds)
        host = "rss.arxiv.org" if number % 2 else "export.arxiv.org"
        by_time = sorted(items, key=lambda item: item.published)
        self.feeds.append(WebFeed(f"f{number:03}", host, "arxiv", by_time, of_arxiv, path=f"/rss/{names}"))

    def add_planets(self, many: int) -> None:
        """Add feeds that repeat what blogs have, some hours later."""
        blogs = [feed for feed in self.feeds if feed.kind == "blog"]
        for n in range(max(many // self._part, 1)):
            chosen = self._dice.sample(blogs, 4)
            late = timedelta(hours=n)
            repeated = [Item(item.number, item.published + late) for feed in chosen for item in feed.items]
            items = sorted(repeated, key=lambda item: item.published)
            self.feeds.append(WebFeed(f"f{len(self.feeds):03}", f"planet{n % 5}.example", "planet", items, plain))
