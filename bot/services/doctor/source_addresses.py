"""Asks each source of metadata once whether it answers, at the pace that it wants."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from bot.domain.errors import DayoriError, SourceBusyError, SourceError
from bot.i18n import Message, msg
from bot.services.check import Check
from bot.services.ports import Clock, NoteTime
from bot.sources.connection_errors import reason_of, remedy_of
from bot.sources.network import place_of
from bot.sources.probe import ProbeAnswer

# What is requested below each address: something small that each of them has, as these addresses' owners document.
_PATHS = {
    "arxiv_url": "?id_list=1706.03762&max_results=1",
    "arxiv_listing_url": "/cs.CL/new",
    "crossref_url": "/works/10.1038/nature14539/agency",
    "doi_url": "/10.1038/nature14539",
}
_ARXIV = ("arxiv_url", "arxiv_listing_url")
_REFUSES_STRANGERS = "openreview_url"  # answers 403 to whoever has not logged in; its pages are read instead
_LONGEST_WAIT = 5.0  # seconds until arXiv may be asked
_WAITS = msg("Nothing needs to be done if it answers again later; until then papers are not looked up there.")


class AddressProbe(Protocol):
    """Requests an address for no more than its status. Raises SourceError."""

    async def get(self, url: str) -> ProbeAnswer:
        """Return what an address of the settings answers."""

    async def head(self, url: str, headers: Mapping[str, str]) -> ProbeAnswer:
        """Return what an address answers when asked for its headers alone."""


class SourceAddresses:
    """The addresses of the settings, by the setting's name."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        probe: AddressProbe,
        clock: Clock,
        note_time: NoteTime,
        arxiv_busy_until: datetime | None,
    ) -> None:
        self._addresses, self._probe, self._clock = addresses, probe, clock
        self._note_time, self._arxiv_busy_until = note_time, arxiv_busy_until

    async def checks(self) -> AsyncIterator[Check]:
        """Yield whether each address answers."""
        by_place = defaultdict[str, list[tuple[str, str]]](list)
        for setting, url in self._addresses.items():
            by_place[place_of(url)].append((setting, url))
        for checks in asyncio.as_completed(map(self._at_place, by_place.values())):
            for check in await checks:
                yield check

    async def _at_place(self, addresses: Sequence[tuple[str, str]]) -> list[Check]:
        """Ask for one address of a host after the other."""
        return [await self._check(*each) for each in addresses]

    async def _check(self, setting: str, url: str) -> Check:
        name, host = f"source {setting}", urlsplit(url).hostname or url
        if setting in _ARXIV and (until := await self._arxiv_pause()):
            message = msg("{host} wants no request until {time}, so it was not asked.", host=host, time=until)
            return Check(name, "ok", message)
        try:
            answer = await self._probe.get(url.rstrip("/") + _PATHS.get(setting, "/"))
        except SourceBusyError as error:
            return Check(name, "ok", error.message)
        except SourceError as error:
            return Check(name, "warning", *unreached(host, error))
        self._note_time(host, answer.date)
        if answer.status < 400 or (setting == _REFUSES_STRANGERS and answer.status == 403):
            return Check(name, "ok", msg("{host} answers ({status})", host=host, status=answer.status))
        message = msg("{host} answered {status}.", host=host, status=answer.status)
        correct = msg("Correct sources.{setting}, or remove it for the usual address.", setting=setting)
        return Check(name, "warning", message, correct if answer.status in (404, 410) else _WAITS)

    async def _arxiv_pause(self) -> str:
        """Wait for a turn at arXiv; return until when it wants no request, if that is longer."""
        until = self._arxiv_busy_until
        seconds = (until - self._clock()).total_seconds() if until else 0.0
        if until and seconds > _LONGEST_WAIT:
            return f"{until:%Y-%m-%d %H:%M} UTC"
        await asyncio.sleep(max(0.0, seconds))
        return ""


def unreached(host: str, error: SourceError) -> tuple[Message, Message]:
    """Return that a host could not be asked, why, and the one thing to do."""
    cause = error.__cause__
    if cause is None or isinstance(cause, DayoriError):
        return error.message, msg("Correct the address in the settings.")
    return msg("{host} cannot be reached: {reason}.", host=host, reason=reason_of(cause)), remedy_of(cause)
