"""Tells the log once that the database's server is lost, and once that it is back, however many ask meanwhile."""

from __future__ import annotations

from time import monotonic

import structlog

from bot.i18n import Message

_log = structlog.get_logger()


class Outage:
    """The times without a server; `place` is how messages call the database."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._since: float | None = None

    def note(self, reason: Message | str) -> None:
        """Note that the server is lost."""
        if self._since is None:
            self._since = monotonic()
            _log.error("the database's server is lost; what waits goes on when it is back", **self._lost(reason))

    def end(self) -> None:
        """Note that the server answers."""
        if self._since is not None:
            seconds, self._since = round(monotonic() - self._since, 1), None
            _log.info("the database's server is back", database=self._place, seconds=seconds)

    def _lost(self, reason: Message | str) -> dict[str, str]:
        return {"database": self._place, "reason": reason if isinstance(reason, str) else reason.text("en")}
