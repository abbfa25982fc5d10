"""Turns links without a title into papers by looking up their metadata, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.draft import read_source
from bot.domain.errors import DayoriError, SourceError, UnknownPaperError
from bot.domain.paper import Paper, make_paper, with_changes
from bot.i18n import Message, msg
from bot.services.ports import MetadataFinder, Progress

if TYPE_CHECKING:
    from bot.formats.links import Untitled

_AT_ONCE = 50  # arXiv answers for many papers in one request
_FIELDS = ("headline", "date", "comment", "excerpt", "venue", "organization", "authors", "tags")


@dataclass(slots=True)
class TitledPapers:
    """The papers whose title was found, and the lines without one, each with its error."""

    papers: list[Paper] = field(default_factory=list)
    untitled: list[tuple[Untitled, DayoriError]] = field(default_factory=list)

    def reasons(self, file: str) -> list[tuple[str, Message, int]]:
        """Return (place, what a person can do, how many lines); a source that cannot be reached is reported once."""
        reasons: list[tuple[str, Message, int]] = []
        groups: dict[str, list[tuple[Untitled, DayoriError]]] = {}
        for line, error in self.untitled:
            if isinstance(error, SourceError) and not isinstance(error, UnknownPaperError):
                groups.setdefault(error.text("en"), []).append((line, error))
            else:
                reasons.append((f"{file}:{line.line}", unknown_title(line), 1))
        for group in groups.values():
            first, error = group[0]
            why = msg(
                "{n} titles could not be looked up: {reason} Import the file again later, or write the titles "
                "into the file.",
                n=len(group),
                reason=error.message,
            )
            reasons.append((f"{file}:{first.line}", why, len(group)))
        return reasons


async def look_up_titles(
    untitled: Sequence[Untitled], finder: MetadataFinder, progress: Progress | None = None
) -> TitledPapers:
    """Look up the titles of lines that have none."""
    titled_papers = TitledPapers()
    for start in range(0, len(untitled), _AT_ONCE):
        batch = untitled[start : start + _AT_ONCE]
        for line, result in zip(batch, await asyncio.gather(*(_titled(each, finder) for each in batch)), strict=True):
            if isinstance(result, Paper):
                titled_papers.papers.append(result)
            else:
                titled_papers.untitled.append((line, result))
        if progress:
            progress(start + len(batch), len(untitled))
    return titled_papers


def unknown_title(line: Untitled) -> Message:
    """Return what a person can do about a line whose title is unknown."""
    return msg("the title of {source} is not known; write it after the link", source=line.source)


async def _titled(line: Untitled, finder: MetadataFinder) -> Paper | DayoriError:
    try:
        link, ids = read_source(line.source)
        metadata = await finder.look_up(line.source)
        paper = make_paper(
            title=metadata.title or "",
            authors=metadata.authors,
            date=metadata.date,
            venue=metadata.venue,
            organization=metadata.organization,
            excerpt=metadata.excerpt,
            links=[link, *(each for each in metadata.links if each.url != link.url)],
            identifiers=ids | metadata.identifiers,
        )
        return _with_metadata(paper, line.paper) if line.paper else paper
    except DayoriError as error:
        return error.__cause__ if isinstance(error.__cause__, SourceError) else error


def _with_metadata(paper: Paper, metadata: Paper) -> Paper:
    """Return the paper with the values of its file; they take precedence over those of its source."""
    values = {name: value for name in _FIELDS if (value := getattr(metadata, name))}
    links = [*metadata.links, *(link for link in paper.links if link.url not in {each.url for each in metadata.links})]
    return with_changes(paper, **values, links=links, identifiers=metadata.identifiers | paper.identifiers)
