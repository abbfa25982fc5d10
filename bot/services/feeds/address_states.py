"""How an address is when it is requested, after it was read, and after it failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.feed_address import FeedAddress, FeedAnswer, host_of
from bot.domain.feed_schedule import (
    FURTHEST,
    HOUR,
    after_failure,
    after_reading,
    earliest,
    retry_moment,
    rhythm_after,
    without_future,
)
from bot.services.feeds.verification import Verification

_GONE = 410


def postponed(address: FeedAddress, now: datetime) -> FeedAddress | None:
    """Return an address that may not be requested now; None for one that may."""
    limit = earliest(address, now)
    if limit > now:
        return replace(without_future(address, now), next_poll_at=limit)
    if address.stopped_at or now < address.next_poll_at <= now + FURTHEST:  # a 429 postponed the whole host
        return address
    return None


def requested(address: FeedAddress, now: datetime) -> FeedAddress:
    """Return an address that is requested now."""
    unconditional_at = address.unconditional_at if address.is_conditional else now
    address = replace(address, requested_at=now, unconditional_at=unconditional_at)
    return replace(address, next_poll_at=earliest(address, now))  # for the case that this is the end


def read(
    address: FeedAddress,
    answer: FeedAnswer,
    verification: Verification,
    now: datetime,
    moved: str | None,
    *,
    is_news: bool,
) -> FeedAddress:
    """Return an address that was read, and moved for good to another place where `moved` tells one."""
    address = _moved(address, moved)
    etag, last_modified = _validators(address, answer)
    after = replace(
        address,
        etag=etag,
        last_modified=last_modified,
        title=(answer.document.title if answer.document else None) or address.title,
        rhythm=rhythm_after(address, answer, now, is_news=is_news),
        read_at=now,
        news_at=now if is_news else address.news_at,
        failing_since=None,
        failures=0,
        trouble=None,
        status=verification.status,
    )
    return replace(after, next_poll_at=after_reading(after, now) if verification.is_whole else now + HOUR)


def failed(before: FeedAddress, address: FeedAddress, answer: FeedAnswer, now: datetime) -> FeedAddress:
    """Return an address that could not be read; it was as `before` when it was requested."""
    if answer.is_postponed:
        return replace(address, next_poll_at=earliest(address, now))
    if not answer.was_sent:
        address = replace(address, unconditional_at=before.unconditional_at)
    if not answer.was_sent and (free := retry_moment(answer.retry_after, now)):  # it is not its turn: no failure
        return replace(address, requested_at=before.requested_at, next_poll_at=free)
    address = replace(
        address,
        failures=address.failures + 1,
        failing_since=address.failing_since or now,
        trouble=answer.failure,
        stopped_at=now if answer.status == _GONE else None,
    )
    return replace(address, next_poll_at=after_failure(address, answer, now))


def _moved(address: FeedAddress, place: str | None) -> FeedAddress:
    if place is None:
        return address
    return replace(address, location=None if place == address.url else place, host=host_of(place))


def _validators(address: FeedAddress, answer: FeedAnswer) -> tuple[str | None, str | None]:
    """Return the validators to keep: the answer's, or the old ones where a 304 or a part of a document has none."""
    if answer.document and not answer.document.is_broken:
        return answer.etag, answer.last_modified
    return answer.etag or address.etag, answer.last_modified or address.last_modified
