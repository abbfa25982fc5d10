"""Links without a title on their way to papers: what the world knows of them is asked for, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.draft import read_source
from bot.domain.errors import DayoriError, SourceError, UnknownPaperError
from bot.domain.paper import Paper, edited, make_paper
from bot.i18n import Message, msg
from bot.services.ports import MetadataFinder, Progress

if TYPE_CHECKING:
    from bot.formats.links import Untitled

_AT_ONCE = 50  # arXiv answers for many in one request
_SAID = ("headline", "date", "comment", "excerpt", "organization", "authors", "tags")


@dataclass(slots=True)
class Named:
    """The papers whose title could be found out, and the lines of which it could not: each with what went wrong."""

    papers: list[Paper] = field(default_factory=list)
    unnamed: list[tuple[Untitled, DayoriError]] = field(default_factory=list)

    def reasons(self, file: str) -> list[tuple[str, Message, int]]:
        """Return (place, what a person can do, how many lines): a source that cannot be reached is told once."""
        told: list[tuple[str, Message, int]] = []
        failed: dict[str, list[tuple[Untitled, DayoriError]]] = {}
        for line, error in self.unnamed:
            if isinstance(error, SourceError) and not isinstance(error, UnknownPaperError):
                failed.setdefault(error.text("en"), []).append((line, error))
            else:
                told.append((f"{file}:{line.line}", nameless(line), 1))
        for several in failed.values():
            first, error = several[0]
            why = msg("{n} titles could not be looked up: {reason} Import the file again later, or write the titles "
                      "into the file.", n=len(several), reason=error.message)  # fmt: skip
            told.append((f"{file}:{first.line}", why, len(several)))
        return told


async def name_all(untitled: Sequence[Untitled], finder: MetadataFinder, progress: Progress | None = None) -> Named:
    """Look up the titles of lines that have none."""
    named = Named()
    for start in range(0, len(untitled), _AT_ONCE):
        some = untitled[start : start + _AT_ONCE]
        for line, found in zip(some, await asyncio.gather(*(_named(each, finder) for each in some)), strict=True):
            if isinstance(found, Paper):
                named.papers.append(found)
            else:
                named.unnamed.append((line, found))
        if progress:
            progress(start + len(some), len(untitled))
    return named


def nameless(line: Untitled) -> Message:
    """Say what a person can do about a line whose title nobody knows."""
    return msg("the title of {source} is not known; write it behind the link", source=line.source)


async def _named(line: Untitled, finder: MetadataFinder) -> Paper | DayoriError:
    try:
        link, ids = read_source(line.source)
        known = await finder.look_up(line.source)
        paper = make_paper(
            title=known.title or "", authors=known.authors, date=known.date, organization=known.organization,
            excerpt=known.excerpt, links=[link, *(each for each in known.links if each.url != link.url)],
            identifiers=ids | known.identifiers,
        )  # fmt: skip
        return _with(paper, line.paper) if line.paper else paper
    except DayoriError as error:
        return error.__cause__ if isinstance(error.__cause__, SourceError) else error


def _with(paper: Paper, said: Paper) -> Paper:
    """Return the paper with what its file says of it, which goes before what its source says."""
    told = {name: value for name in _SAID if (value := getattr(said, name))}
    links = [*said.links, *(link for link in paper.links if link.url not in {each.url for each in said.links})]
    return edited(paper, **told, links=links, identifiers=said.identifiers | paper.identifiers)
