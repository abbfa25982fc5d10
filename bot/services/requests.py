"""The interaction that a platform is working on; see `store.requests`."""

from __future__ import annotations

from bot.store.requests import Request, begin_request

__all__ = ["Request", "begin_request"]
