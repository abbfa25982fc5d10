"""Failures on demand: which request they hit, how often, and before or after the work is done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .limits import Refusal


@dataclass
class Fault:
    """Describe one failure of one kind of request.

    It hits the `nth` matching request and the ones after it, `times` in all (None: for ever). With `applied` the
    work is done before it fails. A `status` is answered as a proxy's page, or with a `code` as Discord's JSON. A fault
    with nothing but a `delay` (in seconds) lets the request through late.
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
    seen: int = 0
    hits: int = 0
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pattern = re.compile(self.path)

    def catches(self, method: str, path: str) -> bool:
        """Tell whether this request is hit, and count it."""
        if self.method not in (method, "*") or not self._pattern.search(path):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    @property
    def refusal(self) -> Refusal | None:
        """Give the 429 that this fault answers, if that is what it does."""
        return None if self.rate_limit is None else Refusal(self.retry_after, self.rate_limit)
