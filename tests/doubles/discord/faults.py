"""Failures on demand: which request fails, how often, and before or after its effect."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .limits import Refusal


@dataclass
class Fault:
    """A failure of one kind of request.

    It affects the `nth` matching request and those after it, `times` in all (None: always). With `applied`, the request
    takes effect before it fails. A `status` is answered as a proxy's page, or with a `code` as Discord's JSON. A fault
    with nothing but a `delay` (seconds) delays the request. A 429 `by_proxy` is as nirn-proxy makes one itself.
    """

    method: str
    path: str
    nth: int = 1
    times: int | None = 1
    applied: bool = False
    delay: float = 0.0
    drop: bool = False
    status: int | None = None
    code: int | None = None
    malformed: bool = False
    rate_limit: str | None = None
    retry_after: float = 0.1
    via: bool = True
    by_proxy: bool = False
    seen: int = 0
    hits: int = 0
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pattern = re.compile(self.path)

    def catches(self, method: str, path: str) -> bool:
        """Return whether this request is affected, and count it."""
        if self.method not in (method, "*") or not self._pattern.search(path):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    @property
    def refusal(self) -> Refusal | None:
        """Return the 429 of this fault, if it is one."""
        return None if self.rate_limit is None else Refusal(self.retry_after, self.rate_limit)
