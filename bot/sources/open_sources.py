"""Builds all sources of a process."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sources.http import Fetcher
from bot.sources.lookup import Sources
from bot.sources.network import place_of
from bot.sources.parser import Parser
from bot.sources.rate_limit import ARXIV_INTERVAL, OnRateLimit, SharedTurns


def open_sources(
    *,
    arxiv_url: str,
    arxiv_listing_url: str,
    crossref_url: str,
    doi_url: str,
    openreview_url: str,
    openreview_site_url: str,
    acl_url: str,
    contact: str = "",
    allowed_hosts: Sequence[str] = (),
    interval: float = ARXIV_INTERVAL,
    turns: SharedTurns | None = None,
    on_rate_limit: OnRateLimit | None = None,
) -> Sources:
    """Return all sources behind one call, one per process. arXiv gets one request per `interval` seconds.

    With `turns`, it gets no more than that from all processes together. `on_rate_limit` is told who answered 429.
    """
    slow_hosts = ("arxiv.org", place_of(arxiv_url), place_of(arxiv_listing_url))
    return Sources(
        Fetcher(
            contact=contact,
            allowed_hosts=allowed_hosts,
            slow_hosts=slow_hosts,
            interval=interval,
            turns=turns,
            on_rate_limit=on_rate_limit,
        ),
        Parser(),
        arxiv_url=arxiv_url,
        arxiv_listing_url=arxiv_listing_url,
        crossref_url=crossref_url,
        doi_url=doi_url,
        openreview_url=openreview_url,
        openreview_site_url=openreview_site_url,
        acl_url=acl_url,
    )
