"""Asks the feeds that are due for their headers alone; of the others, the store tells how they are."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from bot.domain.errors import SourceBusyError, SourceError
from bot.domain.feed_address import host_of
from bot.i18n import msg
from bot.services.check import Check
from bot.services.doctor.due_feeds import DueFeed
from bot.services.doctor.source_addresses import AddressProbe, unreached
from bot.services.ports import NoteTime

_NOT_OFFERED = (405, 501)  # to a request for the headers alone
_ELSEWHERE = msg("Look up its new address; dayori feeds test URL tries one.")
_WAITS = msg("The bot tries again by itself; if it stays so, look up the feed's new address.")


async def feed_address_checks(due: Sequence[DueFeed], probe: AddressProbe, note_time: NoteTime) -> AsyncIterator[Check]:
    """Yield whether each feed answers; a host is asked for one feed after the other."""
    by_host = defaultdict[str, list[DueFeed]](list)
    for each in due:
        by_host[host_of(each.url)].append(each)

    async def ask(every: Sequence[DueFeed]) -> list[Check]:
        return [await _check(each, probe, note_time) for each in every]

    for checks in asyncio.as_completed(map(ask, by_host.values())):
        for check in await checks:
            yield check


async def _check(feed: DueFeed, probe: AddressProbe, note_time: NoteTime) -> Check:
    name = f"feed {feed.name}"
    try:
        answer = await probe.head(feed.url, feed.headers)
    except SourceBusyError as error:
        return Check(name, "ok", error.message)
    except SourceError as error:
        reason, remedy = unreached(host_of(feed.url), error)
        return Check(name, "warning", msg("The feed {name}: {problem}", name=feed.name, problem=reason), remedy)
    note_time(host_of(feed.url), answer.date)
    if answer.status < 400 or answer.status in _NOT_OFFERED:
        return Check(name, "ok", msg("The feed {name} answers ({status})", name=feed.name, status=answer.status))
    message = msg("The feed {name} answered {status}.", name=feed.name, status=answer.status)
    return Check(name, "warning", message, _ELSEWHERE if answer.status in (404, 410) else _WAITS)
