"""Discord's rate limits: a global one per bot, and a bucket for each route and channel."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from hashlib import sha1

from .errors import Json

Rate = tuple[int, float]
CHANNEL_RATE: Rate = (5, 5.0)
WEBHOOK_RATE: Rate = (5, 2.0)
GLOBAL_RATE: Rate = (50, 1.0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request came too early: the wait, and the scope (global, user or shared)."""

    retry_after: float
    scope: str

    def body(self) -> Json:
        """Return the JSON of a 429."""
        return {
            "message": "You are being rate limited.",
            "retry_after": round(self.retry_after, 3),
            "global": self.scope == "global",
        }

    def headers(self) -> dict[str, str]:
        """Return the headers of a 429."""
        headers = {"Retry-After": str(int(self.retry_after) + 1), "X-RateLimit-Scope": self.scope}
        return headers | ({"X-RateLimit-Global": "true"} if self.scope == "global" else {})


class Bucket:
    """Count requests in a window that opens with the first of them."""

    def __init__(self, name: str, rate: Rate) -> None:
        self.name = name
        self.limit, self.window = rate
        self.remaining = self.limit
        self.resets = 0.0

    def take(self) -> Refusal | None:
        """Let a request pass, or return when to come back."""
        now = time.monotonic()
        if now >= self.resets:
            self.remaining, self.resets = self.limit, now + self.window
        if self.remaining == 0:
            return Refusal(self.resets - now, "user")
        self.remaining -= 1
        return None

    def headers(self) -> dict[str, str]:
        """Return the headers that describe the bucket's state."""
        seconds = max(self.resets - time.monotonic(), 0.0)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{time.time() + seconds:.3f}",
            "X-RateLimit-Reset-After": f"{seconds:.3f}",
            "X-RateLimit-Bucket": self.name,
        }


class RateLimits:
    """Keep all limits of one bot; None for a rate switches that limit off."""

    def __init__(self, global_rate: Rate | None, channel_rate: Rate | None, webhook_rate: Rate | None) -> None:
        self.global_rate = global_rate
        self.channel_rate = channel_rate
        self.webhook_rate = webhook_rate
        self.sent: Counter[str] = Counter()
        self.invalid = 0
        self._recent: deque[float] = deque()
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take_global(self) -> Refusal | None:
        """Count a request against the global limit."""
        if self.global_rate is None:
            return None
        limit, window = self.global_rate
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - window:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return self.refuse(Refusal(self._recent[0] + window - now, "global"))
        self._recent.append(now)
        return None

    def bucket(self, method: str, template: str, major: str) -> Bucket | None:
        """Return the bucket of a route in one channel or webhook; most routes have none here."""
        rate = self._rate(method, template)
        if rate is None:
            return None
        route = f"{method} {template}"
        key = (route, major)
        if key not in self._buckets:
            self._buckets[key] = Bucket(sha1(route.encode()).hexdigest()[:32], rate)
        return self._buckets[key]

    def refuse(self, refusal: Refusal) -> Refusal:
        """Count a 429 that goes out, by scope."""
        self.sent[refusal.scope] += 1
        return refusal

    def _rate(self, method: str, template: str) -> Rate | None:
        if template.startswith("/webhooks/{webhook_id}/{token}"):
            return self.webhook_rate if method in ("POST", "PATCH") else None
        posts = ("POST", "/channels/{channel_id}/messages"), ("PATCH", "/channels/{channel_id}/messages/{message_id}")
        return self.channel_rate if (method, template) in posts else None
