"""When an address is polled: as often as it changes and its host allows, at most hourly, without validators daily.

Every limit holds across restarts, because it follows from times that are written before a request leaves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from statistics import median

from bot.domain.arxiv_announcement import ZONE as ARXIV_ZONE
from bot.domain.feed_address import FeedAddress, FeedAnswer, Rhythm, host_of

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FURTHEST = timedelta(days=8)  # no poll is further ahead, unless a clock that ran ahead wrote it
_DELAY = timedelta(seconds=15)  # a request leaves at most so long after it is written
_MOST_GAPS = 8
_SHARE = 4  # polls in a usual gap between two changes
_JITTER = 0.1
_SPREAD = 40 * 60  # seconds over which addresses are spread that would otherwise be polled at one moment


def earliest(address: FeedAddress, now: datetime) -> datetime:
    """Return when the address may be requested: an hour after the last time if that is conditional, else a day.

    A time in the future was written by a clock that ran ahead, and counts as now.
    """
    address = without_future(address, now)
    moments = [now]
    if address.requested_at:
        moments.append(address.requested_at + HOUR + _DELAY)
    if address.unconditional_at and not address.is_conditional:
        moments.append(address.unconditional_at + DAY + _DELAY)
    return max(moments)


def without_future(address: FeedAddress, now: datetime) -> FeedAddress:
    """Return an address that was requested now at the latest."""
    moments = {name: getattr(address, name) for name in ("requested_at", "unconditional_at")}
    return replace(address, **{name: min(moment, now) for name, moment in moments.items() if moment})


def after_reading(address: FeedAddress, now: datetime) -> datetime:
    """Return when to poll an address that was just read; `address` is as it was afterwards."""
    if is_arxiv(address) and address.news_at and address.news_at >= _announcement_before(now):
        moment = _announcement_after(now) + _own_part(address.id) * timedelta(seconds=_SPREAD)
    else:
        moment = now + max(HOUR if is_arxiv(address) else _interval(address, now), _wish(address.rhythm))
    return max(min(_past_skipped(moment, address), now + DAY), earliest(address, now))


def after_failure(address: FeedAddress, answer: FeedAnswer, now: datetime) -> datetime:
    """Return when to poll an address that failed: ever later, up to a day, or when its host wishes, up to a week."""
    if wanted := retry_moment(answer.retry_after, now):
        return max(wanted, now + HOUR, earliest(address, now))
    doubled = HOUR * (1 << min(max(address.failures - 1, 0), 5))
    return max(now + min(max(doubled * _jitter(address.id), HOUR), DAY), earliest(address, now))


def retry_moment(retry_after: str | None, now: datetime) -> datetime | None:
    """Return the moment that a Retry-After header names (seconds or a date), at most a week from now."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), WEEK)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(now, min(moment, now + WEEK))


def rhythm_after(address: FeedAddress, answer: FeedAnswer, now: datetime, *, is_news: bool) -> Rhythm:
    """Return the rhythm of an address after an answer that was read."""
    rhythm = replace(address.rhythm, max_age=answer.max_age)
    if document := answer.document:
        rhythm = replace(rhythm, ttl=document.ttl, skip_days=document.skip_days)
    if is_news and address.news_at and now > address.news_at:
        gap = int((now - address.news_at).total_seconds())
        rhythm = replace(rhythm, gaps=(*rhythm.gaps, gap)[-_MOST_GAPS:])
    return rhythm


def usual_gap(rhythm: Rhythm) -> timedelta | None:
    """Return the usual time between two changes; None while fewer than three are known."""
    return timedelta(seconds=median(rhythm.gaps)) if len(rhythm.gaps) >= 3 else None


def is_arxiv(address: FeedAddress) -> bool:
    """Return whether arXiv serves the address: it changes once a day, at a known moment."""
    host = host_of(address.place).partition(":")[0]
    return host == "arxiv.org" or host.endswith(".arxiv.org")


def _interval(address: FeedAddress, now: datetime) -> timedelta:
    gaps, silence = address.rhythm.gaps, now - (address.news_at or now)
    expected = max(timedelta(seconds=median(gaps)) if gaps else timedelta(0), silence)
    return min(max(expected / _SHARE * _jitter(address.id), HOUR), DAY)


def _wish(rhythm: Rhythm) -> timedelta:
    return min(max(timedelta(minutes=rhythm.ttl or 0), timedelta(seconds=rhythm.max_age or 0)), DAY)


def _past_skipped(moment: datetime, address: FeedAddress) -> datetime:
    """Return the moment, or the beginning of the next day that is not skipped."""
    skipped = set(address.rhythm.skip_days)
    if moment.weekday() not in skipped or len(skipped) >= 7:
        return moment
    day = moment.astimezone(UTC).date()
    while day.weekday() in skipped:
        day += DAY
    return datetime.combine(day, time(), UTC) + _own_part(address.id) * timedelta(seconds=_SPREAD)


def _announcement_before(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ARXIV_ZONE).date(), time(), ARXIV_ZONE).astimezone(UTC)


def _announcement_after(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ARXIV_ZONE).date() + DAY, time(), ARXIV_ZONE).astimezone(UTC)


def _own_part(id: int) -> float:
    """Return a number from 0 to 1 that is always the same for an address, and spread evenly over addresses."""
    return int.from_bytes(blake2b(str(id).encode(), digest_size=4).digest()) / 2**32


def _jitter(id: int) -> float:
    return 1 + _JITTER * (2 * _own_part(id) - 1)
