"""What is held against the log of the simulated hosts and the store after the trial of feeds."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from trials.feed_web import Exchange, FeedWeb
from trials.feed_world import DAY, HOUR, WebFeed

EXCLUDED = "survey"
_ARXIV_INTERVAL = timedelta(seconds=3)
_NUMBER = re.compile(r"No\. (\d{6})")
_FOLLOWED = timedelta(minutes=2)  # of the simulated clock


@dataclass(frozen=True, slots=True)
class Findings:
    """Counts to print, and what is wrong, by name."""

    counts: Mapping[str, int]
    wrong: Mapping[str, list[str]]


def inbox_of(store: Path) -> Counter[int]:
    """Return how often each paper is in the inbox, decided on or not."""
    with closing(sqlite3.connect(store)) as connection:
        titles = [title for (title,) in connection.execute("SELECT paper ->> 'title' FROM candidates")]
    return Counter(int(match[1]) for title in titles if (match := _NUMBER.search(title)))


def audit(
    web: FeedWeb,
    feeds: Sequence[WebFeed],
    excluding: set[str],
    first_read: Mapping[str, datetime],
    known: set[int],
    kills: Sequence[datetime],
    store: Path,
) -> Findings:
    """Return what the trial found; `first_read` are the times of the silent first polls, by address."""
    by_path = defaultdict[WebFeed, list[Exchange]](list)
    for each in web.served:
        by_path[each.feed].append(each)
    inbox = inbox_of(store)
    expected, baselines = set[int](), set[int]()
    for feed in feeds:
        if feed.is_known and (at := first_read.get(feed.url)):
            news, baseline = (_listed if feed.kind == "arxiv" else _announced)(by_path, feed, at)
            expected |= _passing(feed, news, excluding)
            baselines |= _passing(feed, baseline, excluding)
    expected -= known
    wrong = {
        "papers missed": [str(n) for n in sorted(expected - inbox.keys())],
        "papers twice in the inbox": [str(n) for n, times in inbox.items() if times > 1],
        "papers that no feed offers": [str(n) for n in sorted(inbox.keys() - expected - baselines)],
        "papers offered although known": [str(n) for n in sorted(inbox.keys() & known)],
        "published, never served": list(_unserved(feeds, by_path, first_read)),
        "polls too early": [each for served in _direct(web.served, by_path) for each in _too_early(served)],
        "second whole request": list(_repeated(by_path, kills)),
        "after 410": [each for served in by_path.values() for each in _after_gone(served)],
        "before Retry-After": [each for served in by_path.values() for each in _before_wished(served, kills)],
        "hosts twice at once": [host for host, most in web.most_at_once.items() if most > 1],
        "arXiv within three seconds": list(_arxiv_rushed(web.of_arxiv)),
        "cookies and referrers": web.rude,
    }
    statuses = Counter(each.status for each in web.served)
    counts = {
        "feeds": sum(feed.is_known for feed in feeds),
        "hosts": len({feed.host for feed in feeds}),
        "requests": len(web.served),
        "conditional": sum(each.request.is_conditional for each in web.served),
        "feeds that gave validators": len(validated := [each for each in by_path.values() if _gave_validators(each)]),
        "whole requests of these": sum(not each.request.is_conditional for served in validated for each in served),
        "answered 304": statuses[304],
        "answered 200": statuses[200],
        "answered otherwise": sum(n for status, n in statuses.items() if status not in (200, 304)),
        "arXiv's listings": sum("/list/" in path for _, path in web.of_arxiv),
        "arXiv's API": sum("/api/" in path for _, path in web.of_arxiv),
        "papers expected": len(expected),
        "papers in the inbox": len(inbox),
        "most requests of a feed": max(map(len, by_path.values())),
    }
    return Findings(counts, wrong)


def _announced(
    by_path: Mapping[WebFeed, Sequence[Exchange]], feed: WebFeed, first_read: datetime
) -> tuple[set[int], set[int]]:
    """Return what a feed announced after its first poll, wherever redirects led, and what was there at that poll."""
    own = by_path[feed]
    first = [each for each in own if each.papers and each.request.at <= first_read]
    baseline = set(first[-1].papers) if first else set()
    targets = {(each.location, each.request.at) for each in own if each.location}
    later = [each for each in own if each.request.at > first_read]
    for target, since in targets:
        later += [
            each
            for other, served in by_path.items()
            if other.url == target
            for each in served
            if each.request.at >= since
        ]
    return {number for each in later for number in each.papers} - baseline, baseline


def _listed(
    by_path: Mapping[WebFeed, Sequence[Exchange]], feed: WebFeed, first_read: datetime
) -> tuple[set[int], set[int]]:
    """Return what arXiv announced after a feed's first poll, whatever its batches held, and what may be offered too.

    That is the last announcements before that poll, and those shortly before the last one, which may have been cut off.
    """
    last = by_path[feed][-1].request.at
    near = {item.number for item in feed.items if first_read - 5 * DAY < item.published <= last}
    return {item.number for item in feed.items if first_read < item.published < last - 30 * HOUR}, near


def _passing(feed: WebFeed, numbers: Iterable[int], excluding: set[str]) -> set[int]:
    if feed.name not in excluding:
        return set(numbers)
    return {number for number in numbers if number % 4 != 1}  # the titles with the excluded word


def _unserved(
    feeds: Sequence[WebFeed], by_path: Mapping[WebFeed, Sequence[Exchange]], first_read: Mapping[str, datetime]
) -> Iterator[str]:
    """Yield papers that left a feed's document before anybody polled it."""
    for feed in feeds:
        served = by_path[feed]
        whole = [each for each in served if each.papers]
        if (
            feed.kind != "arxiv"
            and feed.url in first_read
            and whole
            and not any(each.status in (301, 302, 308, 410) for each in served)
        ):
            shown = {number for each in whole for number in each.papers}
            last = whole[-1].request.at
            for item in feed.items:
                if first_read[feed.url] < item.published < last - DAY and item.number not in shown:
                    yield f"{feed.kind} {feed.name} {item.number}"


def _direct(every: Sequence[Exchange], by_path: Mapping[WebFeed, Sequence[Exchange]]) -> Iterator[list[Exchange]]:
    """Yield the requests of each address without those that came by a redirect of another one.

    A redirect is followed at once, but waits for arXiv's turns in the same process move the simulated clock meanwhile.
    """
    redirects = defaultdict[str, list[datetime]](list)
    for each in every:
        if each.location:
            redirects[each.location].append(each.request.at)
    for feed, served in by_path.items():
        led = redirects[feed.url]
        yield [each for each in served if not any(at <= each.request.at <= at + _FOLLOWED for at in led)]


def _too_early(served: Sequence[Exchange]) -> Iterator[str]:
    for before, after in pairwise(served):
        gap = after.request.at - before.request.at
        if gap < HOUR:
            yield f"{after.feed.kind} {after.feed.name}: {gap}"
    whole = [each for each in served if not each.request.is_conditional]
    for before, after in pairwise(whole):
        if (gap := after.request.at - before.request.at) < DAY:
            yield f"{after.feed.kind} {after.feed.name}: {gap} (whole)"


def _repeated(by_path: Mapping[WebFeed, Sequence[Exchange]], kills: Sequence[datetime]) -> Iterator[str]:
    """Yield feeds that gave validators and were requested without them again, unless their reader had been killed."""
    for feed, served in by_path.items():
        whole = [each for each in served if not each.request.is_conditional]
        for each in whole[:-1]:
            if each.papers and each.has_validators and not _was_killed(each, kills):
                yield f"{feed.kind} {feed.name}"


def _gave_validators(served: Sequence[Exchange]) -> bool:
    return any(each.has_validators and each.papers for each in served)


def _was_killed(served: Exchange, kills: Sequence[datetime]) -> bool:
    """Return whether the process that received an answer was killed in that minute."""
    return any(timedelta(0) <= kill - served.request.at < timedelta(minutes=2) for kill in kills)


def _after_gone(served: Sequence[Exchange]) -> Iterator[str]:
    gone = next((n for n, each in enumerate(served) if each.status == 410), None)
    if gone is not None and len(served) > gone + 1:
        yield served[0].feed.name


def _before_wished(served: Sequence[Exchange], kills: Sequence[datetime]) -> Iterator[str]:
    """Yield requests before the moment that the last answer named, unless its reader was killed in that minute."""
    for before, after in pairwise(served):
        if _was_killed(before, kills):
            continue
        if before.retry_after.isdigit():
            wished = before.request.at + timedelta(seconds=int(before.retry_after))
        elif before.retry_after:
            wished = before.request.at + 5 * HOUR
        else:
            continue
        if after.request.at < wished - timedelta(seconds=2):
            yield f"{before.feed.name}: {wished - after.request.at} early"


def _arxiv_rushed(requests: Sequence[tuple[datetime, str]]) -> Iterator[str]:
    for (before, _), (after, path) in pairwise(requests):
        if after - before < _ARXIV_INTERVAL - timedelta(milliseconds=1):
            yield f"{path[:40]} {after - before}"
