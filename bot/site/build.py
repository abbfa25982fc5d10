"""Builds the site: makes the pages that differ from their last build, and puts them all into place at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Paper
from bot.domain.statistics import CollectionStatistics
from bot.site import assets, collection_files, feeds, manifest, pictures, search_data, sitemap, templating
from bot.site.catalogue import catalogue_of
from bot.site.files import FilesOnDisk
from bot.site.manifest import Entry, Manifest, Sizes
from bot.site.pages import about, browse, editions, front, lists, papers, statistics
from bot.site.related import Related
from bot.site.site import Page, Settings, Site
from bot.site.staging import Staging, open_staging

_COLLECTION = "collection"
_AT_ONCE = 40  # papers that are in memory at a time
Progress = Callable[[int, int], None]


class Source(Protocol):
    """A collection as it is at one moment."""

    def outlines(self) -> AsyncIterator[list[Outline]]:
        """Yield all papers in outline, some at a time."""
        ...

    async def papers(self, numbers: Sequence[int]) -> dict[int, Paper]:
        """Return the papers of these numbers."""
        ...

    async def editions(self) -> list[EditionOutline]:
        """Return the editions that have arrived, newest first."""
        ...

    async def statistics(self) -> CollectionStatistics:
        """Return the numbers of the collection."""
        ...

    async def aliases(self) -> Mapping[str, Sequence[str]]:
        """Return the words for the same thing, as {name: meanings}."""
        ...

    async def state(self) -> str:
        """Return a text that differs when the collection of another moment does."""
        ...


class Report(NamedTuple):
    """What a build did: how many papers the site shows, and files that it wrote, removed and left as they were."""

    papers: int
    written: int
    removed: int
    kept: int


async def build(source: Source, folder: Path, settings: Settings, progress: Progress | None = None) -> Report:
    """Bring the site in a folder up to date. Raises InputError for a folder that holds other things."""
    with open_staging(folder) as staging:
        work = _Build(source, staging, settings, progress)
        return await work.run()


def state_of(folder: Path) -> str:
    """Return the state of the collection that the site in a folder shows; empty if there is none."""
    return manifest.read(Staging(folder).manifest_path).state


class _Build:
    """One build: the old manifest, the new one, and the pages that wait for their papers."""

    def __init__(self, source: Source, staging: Staging, settings: Settings, progress: Progress | None) -> None:
        self._source, self._staging, self._settings, self._progress = source, staging, settings, progress
        self._old, self._new = manifest.read(staging.manifest_path), Manifest()
        self._disk = FilesOnDisk(staging.folder)
        self._waiting: list[Page] = []
        self._written = self._done = 0

    async def run(self) -> Report:
        self._new.state = state = await self._source.state()
        outlines, _ = await asyncio.gather(self._outlines(), asyncio.to_thread(self._disk.read))
        catalogue = await asyncio.to_thread(catalogue_of, outlines, await self._source.editions())
        numbers = await self._source.statistics()
        site = Site(self._settings, catalogue, numbers, templating.design(), assets.versions())
        related = await asyncio.to_thread(Related, catalogue, self._old.notes.get("related", {}))
        total = 2 * len(outlines) + 1
        pages = _pages(site, related)
        while await asyncio.to_thread(self._gather, pages):
            await self._make_waiting()
            if self._progress:
                self._progress(min(self._done, total), total)
        await self._write_collection_files(site)
        searched = search_data.version(self._new.entries[_COLLECTION].fingerprint)
        for last in (searched, front.pages(site), sitemap.pages(site, self._html_paths)):
            while self._gather(last):
                await self._make_waiting()
        self._new.notes["related"] = related.new_notes
        return self._commit(len(outlines), state)

    async def _outlines(self) -> list[Outline]:
        return [outline async for batch in self._source.outlines() for outline in batch]

    def _gather(self, pages: Iterator[Page]) -> bool:
        """Take pages, keep those that are as they were, and return whether others wait to be made."""
        papers = 0
        for page in pages:
            self._done += 1
            entry = self._old.entries.get(page.key)
            if entry and entry.fingerprint == page.fingerprint and self._disk.has(entry.sizes):
                self._new.entries[page.key] = entry
                continue
            self._waiting.append(page)
            papers += 1 + len(page.numbers)
            if papers > _AT_ONCE:
                break
        return bool(self._waiting)

    async def _make_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        numbers = list(dict.fromkeys(number for page in waiting for number in page.numbers))
        found = await self._source.papers(numbers) if numbers else {}
        await asyncio.to_thread(self._make, waiting, found)

    def _make(self, pages: Sequence[Page], found: Mapping[int, Paper]) -> None:
        for page in pages:
            sizes: Sizes = {}
            for path, file in page.render(found):
                content = file if isinstance(file, bytes) else file.encode("utf-8", "replace")
                self._staging.write(path, content)
                sizes[path] = len(content)
            self._new.entries[page.key] = Entry(page.fingerprint, sizes)
            self._written += len(sizes)

    async def _write_collection_files(self, site: Site) -> None:
        files = (*collection_files.FILES, *search_data.files(await self._source.aliases()))
        papers, old, notes = site.catalogue.papers, self._old.entries.get(_COLLECTION), self._old.notes.get(_COLLECTION)
        fingerprint = site.fingerprint(*(file.tail for file in files), *(paper.digest for paper in papers))
        is_whole = old is not None and self._disk.has(old.sizes)
        if old and is_whole and old.fingerprint == fingerprint:
            self._new.entries[_COLLECTION], self._new.notes[_COLLECTION] = old, notes
            return
        pieces = notes["pieces"] if notes and is_whole and notes["design"] == site.design else []
        place, folder = self._staging.place, self._staging.folder
        sizes, pieces = await collection_files.write(files, papers, self._source, place, folder, pieces)
        self._new.entries[_COLLECTION] = Entry(fingerprint, sizes)
        self._new.notes[_COLLECTION] = {"design": site.design, "pieces": pieces}
        self._written += len(files)

    def _paths(self) -> Iterator[str]:
        return (path for entry in self._new.entries.values() for path in entry.sizes)

    def _html_paths(self) -> list[str]:
        return sorted(path for path in self._paths() if path.endswith(".html"))

    def _commit(self, papers: int, state: str) -> Report:
        paths = set(self._paths())
        removed = [path for entry in self._old.entries.values() for path in entry.sizes if path not in paths]
        if self._written or removed or state != self._old.state:
            self._staging.commit(removed, manifest.dump(self._new))
        return Report(papers, self._written, len(removed), len(paths) - self._written)


def _pages(site: Site, related: Related) -> Iterator[Page]:
    """Return the pages in the order in which they come into place: none leads to one that is not there yet."""
    yield from assets.pages(site)
    yield from papers.pages(site, related)
    yield from lists.pages(site)
    yield from editions.pages(site)
    yield from browse.pages(site)
    yield from about.pages(site)
    yield from statistics.pages(site)
    yield from pictures.pages(site)
    yield from feeds.pages(site)
