"""Figures of the collection that people look at."""

from __future__ import annotations

from collections.abc import Iterator

from bot.site.site import Page, Site


def pages(_: Site) -> Iterator[Page]:
    """Return the pages of statistics; there are none yet."""
    yield from ()
