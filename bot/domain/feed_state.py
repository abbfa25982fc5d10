"""How a feed is: fresh, quiet, stale, failing, stopped or paused, since when, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, Status
from bot.domain.feed_schedule import DAY, is_arxiv, usual_gap
from bot.i18n import Message, msg

_FRESH = timedelta(hours=36)
_FAR, _LEAST = 4, timedelta(days=7)  # usual gaps without news after which a feed is stale, and the least time for it
_UNKNOWN = timedelta(days=60)  # the same for a feed whose rhythm is not known
_WEEKEND = (5, 6)


def status_of(feed: Feed, address: FeedAddress, now: datetime, *, passes: bool = True) -> Status:
    """Return the status of a feed, whose address is `address`.

    Without `passes`, its filter let nothing through recently although the address brought something.
    """
    if feed.paused_at:
        return Status("paused", feed.paused_at, msg("It is paused, so it is not polled."))
    if address.stopped_at:
        reason = msg("{host} answered that this feed is gone for good (410), so it is not polled.", host=address.host)
        return Status("stopped", address.stopped_at, reason)
    if address.failing_since:
        return Status("failing", address.failing_since, address.trouble or msg("It could not be read."))
    if address.read_at is None:
        return Status("quiet", feed.created_at, msg("It was not polled yet."))
    if address.status:
        return address.status
    status = _by_news(address, now)
    if status.state == "fresh" and not passes:
        return Status("quiet", status.since, msg("There are new entries, but the filter lets none of them through."))
    return status


def _by_news(address: FeedAddress, now: datetime) -> Status:
    since = address.news_at or address.read_at or now
    silence, gap = now - since, usual_gap(address.rhythm)
    limit = max(gap * _FAR, _LEAST) if gap else _UNKNOWN
    if silence > limit:
        return Status("stale", since, _unusual(silence, gap))
    if silence < _FRESH and address.news_at:
        return Status("fresh", since, msg("It brings new entries."))
    skipped = address.rhythm.skip_days or (_WEEKEND if is_arxiv(address) else ())
    if now.weekday() in skipped or (now - DAY).weekday() in skipped:
        return Status("quiet", since, msg("It brings nothing new on weekends or other days that it names."))
    if gap is None:
        return Status("quiet", since, msg("Nothing new has come since; how often it changes is not known yet."))
    return Status("quiet", since, msg("Nothing new has come since, which is usual for it."))


def _unusual(silence: timedelta, gap: timedelta | None) -> Message:
    if gap is None:
        return msg("Nothing new has come for {days} days.", days=silence.days)
    usual = max(1, round(gap / DAY))
    return msg(
        "Nothing new has come for {days} days; usually something comes every {usual} days or more often.",
        days=silence.days,
        usual=usual,
    )
