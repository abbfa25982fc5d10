"""Links without a title on their way to papers: what the world knows of them is asked for, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.errors import DayoriError
from bot.domain.paper import Paper, make_paper
from bot.formats.links import Untitled
from bot.i18n import Message, msg
from bot.services.drafts import read_source
from bot.services.ports import MetadataFinder, Progress


async def name_all(
    untitled: Sequence[Untitled], finder: MetadataFinder | None, progress: Progress | None = None
) -> tuple[list[Paper], list[Untitled]]:
    """Return the papers whose title could be found out, and the lines of which it could not."""
    named: list[Paper] = []
    unnamed: list[Untitled] = []
    for n, each in enumerate(untitled, 1):
        paper = await _named(each.source, finder) if finder else None
        if paper:
            named.append(paper)
        else:
            unnamed.append(each)
        if progress:
            progress(n, len(untitled))
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
