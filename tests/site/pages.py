"""Built sites in tests: collections as a build reads them, and pages parsed as a browser does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import html5lib

from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Paper
from bot.domain.statistics import CollectionStatistics, Count, Decisions, by_month, by_week
from bot.i18n import Locale
from bot.site.build import Report, build
from bot.site.site import Settings

START = datetime(2026, 11, 1, tzinfo=UTC)
Element = Any
"""An element of html5lib's tree, as of `xml.etree`."""


@dataclass
class Collection:
    """Papers and editions as a build reads them; the last paper is the newest."""

    items: Sequence[Paper] = ()
    issues: Sequence[EditionOutline] = ()
    changes: int = 0
    numbers: CollectionStatistics = field(default_factory=lambda: statistics())
    asked: list[int] = field(default_factory=list)

    async def outlines(self) -> AsyncIterator[list[Outline]]:
        """Yield the papers in outline."""
        yield [outline_of(number, paper) for number, paper in enumerate(self.items)]

    async def papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return the papers of these numbers, and remember which were asked for."""
        self.asked += numbers
        return {number: self.items[number] for number in numbers}

    async def editions(self) -> list[EditionOutline]:
        """Return the editions, newest first."""
        return list(reversed(self.issues))

    async def aliases(self) -> dict[str, tuple[str, ...]]:
        return {}

    async def statistics(self) -> CollectionStatistics:
        """Return the numbers."""
        return self.numbers

    async def state(self) -> str:
        """Return the number of changes."""
        return str(self.changes)


def outline_of(number: int, paper: Paper) -> Outline:
    return Outline(
        number=number,
        id=paper.id,
        headline=paper.headline,
        title=paper.title,
        date=str(paper.date or ""),
        tags=paper.tags,
        authors=paper.authors,
        added_at=paper.added_at or START + timedelta(hours=number),
        added_by=paper.added_by,
        digest=f"{number} {paper!r}",
    )


def statistics(**values: Any) -> CollectionStatistics:
    """Return the numbers of six papers of November, unless others are given."""
    day = START.date()
    numbers = CollectionStatistics(
        day=day,
        papers=6,
        months=by_month({"2026-11-01T00:00": 6}, ZoneInfo("Asia/Tokyo"), day),
        tags=(Count("RAG", 4), Count("評価", 2)),
        venues=(),
        curators=(Count("山田", 6),),
        decisions=Decisions(accepted=3, waiting=2),
        lookups=by_week({"2026-10-28": 12}, day),
        platforms=(),
    )
    return replace(numbers, **values)


def edition(number: int, *papers: int, subscription: str = "weekly") -> EditionOutline:
    return EditionOutline(number, subscription, number, "new", START + timedelta(days=7 * number), papers)


def settings(base_url: str = "", locale: Locale = "ja") -> Settings:
    return Settings(locale, base_url, ZoneInfo("Asia/Tokyo"), UUID(int=1))


async def built(
    folder: Path, collection: Collection, base_url: str = "", locale: Locale = "ja", *, every_file: bool = True
) -> Report:
    return await build(collection, folder, settings(base_url, locale), every_file=every_file)


def html_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def parsed(file: Path) -> Element:
    """Return a page's root element; an error of its markup raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(file.read_bytes(), transport_encoding="utf-8")


def all_of(root: Element, name: str) -> Iterator[Element]:
    yield from root.iter(name)


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def shown(root: Element) -> list[str]:
    """Return the ids of the papers that a page shows, in their order."""
    return [
        each.get("data-paper-id") for each in root.iter() if isinstance(each.tag, str) and each.get("data-paper-id")
    ]


def json_ld(root: Element) -> dict[str, Any]:
    block = next(each for each in root.iter("script") if each.get("type") == "application/ld+json")
    item: dict[str, Any] = json.loads(block.text)
    return item


def local_targets(file: Path, root: Element) -> Iterator[Path]:
    """Yield the files of the site to which a page leads; from the top, that is where the page stands."""
    for each in root.iter():
        for name in ("href", "src", "action"):
            address = urlsplit(each.get(name) or "") if isinstance(each.tag, str) else urlsplit("")
            if address.path and not address.scheme:
                yield (file.parent / unquote(address.path).lstrip("/")).resolve()
