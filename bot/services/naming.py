"""Links without a title on their way to papers: what the world knows of them is asked for, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.domain.draft import read_source
from bot.domain.errors import DayoriError
from bot.domain.paper import Paper, make_paper
from bot.formats.links import Untitled
from bot.i18n import Message, msg
from bot.services.ports import MetadataFinder, Progress

_AT_ONCE = 50  # arXiv answers for many in one request


async def name_all(
    untitled: Sequence[Untitled], finder: MetadataFinder, progress: Progress | None = None
) -> tuple[list[Paper], list[Untitled]]:
    """Return the papers whose title could be found out, and the lines of which it could not."""
    named: list[Paper] = []
    unnamed: list[Untitled] = []
    for start in range(0, len(untitled), _AT_ONCE):
        some = untitled[start : start + _AT_ONCE]
        papers = await asyncio.gather(*(_named(each.source, finder) for each in some))
        named += [paper for paper in papers if paper]
        unnamed += [each for each, paper in zip(some, papers, strict=True) if paper is None]
        if progress:
            progress(start + len(some), len(untitled))
    return named, unnamed


def nameless(line: Untitled) -> Message:
    """Say what a person can do about a line whose title nobody knows."""
    return msg("the title of {source} is not known; write it behind the link", source=line.source)


async def _named(source: str, finder: MetadataFinder) -> Paper | None:
    try:
        link, ids = read_source(source)
        known = await finder.look_up(source)
        return make_paper(
            title=known.title or "", authors=known.authors, date=known.date, organization=known.organization,
            excerpt=known.excerpt, links=[link, *(each for each in known.links if each.url != link.url)],
            identifiers=ids | known.identifiers,
        )  # fmt: skip
    except DayoriError:
        return None
