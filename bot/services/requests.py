"""What platforms say of the interaction that they work on; see `store.requests`."""

from __future__ import annotations

from bot.store.requests import Request, begin_request

__all__ = ["Request", "begin_request"]
