"""Failures on demand: which method fails, how often, and before or after its effect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Fault:
    """A failure of one method of the Web API, in one channel or all of them.

    It affects the `nth` matching request and those after it, `times` in all (None: always). With `applied`, the request
    takes effect before it fails, and with `late` so many seconds after it has failed. An `error` is answered as Slack's
    own, a `status` as a proxy's page, a `retry_after` alone as Slack's 429. A `delay` (seconds) alone only delays the
    request.
    """

    method: str
    channel: str | None = None
    nth: int = 1
    times: int | None = 1
    applied: bool = False
    late: float | None = None
    delay: float = 0.0
    drop: bool = False
    malformed: bool = False
    status: int | None = None
    error: str | None = None
    retry_after: float | None = None
    seen: int = 0
    hits: int = 0

    def catches(self, method: str, channel: str | None) -> bool:
        """Return whether this request is affected, and count it."""
        if method != self.method or self.channel not in (None, channel):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    @property
    def lets_through(self) -> bool:
        """Return whether the request is only delayed."""
        return not (self.drop or self.malformed or self.status or self.error or self.retry_after is not None)
