"""Builds the site: makes the pages that differ from their last build, and puts them all into place at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Paper
from bot.domain.statistics import CollectionStatistics
from bot.site import assets, collection_files, manifest, search_data, sitemap, templating
from bot.site.build_scope import common_of, editions_of, scope_of
from bot.site.catalogue import catalogue_of
from bot.site.collection_files import Pieces
from bot.site.files import FilesOnDisk
from bot.site.manifest import Entry, Sizes
from bot.site.manifest_update import ManifestUpdate
from bot.site.page_groups import PageGroup, alone, groups_of, number_of_groups
from bot.site.pages import front
from bot.site.related import Related
from bot.site.site import Page, Settings, Site
from bot.site.staging import Staging, open_staging

_COLLECTION = "collection"
_LAST = {"robots", "sitemap"}  # they are made when all other pages are known
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


async def build(
    source: Source, folder: Path, settings: Settings, progress: Progress | None = None, *, every_file: bool = True
) -> Report:
    """Bring the site in a folder up to date. Raises InputError for a folder that holds other things.

    Without `every_file`, the files that are there already are looked at only where a folder was changed since the last
    build, and once a day.
    """
    with open_staging(folder) as staging:
        work = _Build(source, staging, settings, progress, every_file=every_file)
        return await work.run()


def state_of(folder: Path) -> str:
    """Return the state of the collection that the site in a folder shows; empty if there is none."""
    return manifest.read_state(Staging(folder).manifest_path)


class _Batch(NamedTuple):
    """Groups that are looked at together, with what became of their pages so far, and the pages to be made."""

    groups: list[tuple[PageGroup, dict[str, Entry]]]
    waiting: list[tuple[dict[str, Entry], Page]]


class _Build:
    """One build, from reading the last one's manifest to putting the new files into place."""

    def __init__(
        self, source: Source, staging: Staging, settings: Settings, progress: Progress | None, *, every_file: bool
    ) -> None:
        self._source, self._staging, self._settings, self._progress = source, staging, settings, progress
        self._every_file = every_file
        self._update = ManifestUpdate(manifest.read(staging.manifest_path))
        self._old, self._new = self._update.old, self._update.new
        self._disk, self._damaged = FilesOnDisk(staging.folder, staging.folders_path), set[str]()
        self._written = self._done = 0

    async def run(self) -> Report:
        self._new.state = await self._source.state()
        numbers = await self._source.statistics()
        outlines, _ = await asyncio.gather(self._outlines(), asyncio.to_thread(self._look, str(numbers.day)))
        catalogue = await asyncio.to_thread(catalogue_of, outlines, await self._source.editions())
        site = Site(self._settings, catalogue, numbers, templating.design(), assets.versions())
        scope = await asyncio.to_thread(scope_of, site, self._old, self._damaged)
        related = await asyncio.to_thread(Related, catalogue, scope.features, scope.papers)
        total = number_of_groups(site, scope)
        await self._bring_up_to_date(groups_of(site, scope, related), total)
        collection = await self._write_collection_files(site)
        last = chain(search_data.version(collection.fingerprint), front.pages(site))
        await self._bring_up_to_date(map(alone, last), total)
        self._update.forget(scope.groups - _LAST)
        addresses = sitemap.pages(site, self._update.pages_version(), self._update.pages)
        await self._bring_up_to_date(map(alone, addresses), total)
        self._update.forget(scope.groups)
        self._new.notes |= {"common": common_of(site), "editions": editions_of(site)}
        return self._commit(len(outlines))

    async def _outlines(self) -> list[Outline]:
        return [outline async for batch in self._source.outlines() for outline in batch]

    def _look(self, day: str) -> None:
        """Find the groups of which files are missing."""
        last = self._old.notes.get("looked")
        if self._every_file or last != day or not self._disk.are_untouched():
            self._damaged, last = self._disk.damaged(self._old), day
        self._new.notes["looked"] = last

    async def _bring_up_to_date(self, groups: Iterator[PageGroup], total: int) -> None:
        """Make the pages of groups that are not as they were, some at a time."""
        while (batch := await asyncio.to_thread(self._next, groups)).groups:
            numbers = list(dict.fromkeys(number for _, page in batch.waiting for number in page.numbers))
            found = await self._source.papers(numbers) if numbers else {}
            await asyncio.to_thread(self._make, batch, found)
            if self._progress:
                self._progress(min(self._done, total), total)

    def _next(self, groups: Iterator[PageGroup]) -> _Batch:
        """Take groups until enough of their pages have to be made, and keep those that are as they were."""
        batch, papers = _Batch([], []), 0
        while papers <= _AT_ONCE and (group := next(groups, None)):
            old, new = self._old.pages(group.name), dict[str, Entry]()
            batch.groups.append((group, new))
            for page in group.pages:
                entry = old.get(page.key)
                if entry and entry.fingerprint == page.fingerprint and group.name not in self._damaged:
                    new[page.key] = entry
                else:
                    batch.waiting.append((new, page))
                    papers += 1 + len(page.numbers)
        return batch

    def _make(self, batch: _Batch, found: Mapping[int, Paper]) -> None:
        for new, page in batch.waiting:
            sizes: Sizes = {}
            for path, file in page.render(found):
                content = file if isinstance(file, bytes) else file.encode("utf-8", "replace")
                self._staging.write(path, content)
                sizes[path] = len(content)
            new[page.key] = Entry(page.fingerprint, sizes)
            self._written += len(sizes)
        for group, new in batch.groups:
            self._update.put(group.name, group.note, new)
            self._done += 1

    async def _write_collection_files(self, site: Site) -> Entry:
        files = (*collection_files.FILES, *search_data.files(await self._source.aliases()))
        papers, old = site.catalogue.papers, self._old.pages(_COLLECTION).get(_COLLECTION)
        fingerprint = site.fingerprint(*(file.tail for file in files), *(paper.digest for paper in papers))
        note, is_whole = self._old.notes.get(_COLLECTION), _COLLECTION not in self._damaged
        entry = old if old and is_whole and old.fingerprint == fingerprint else None
        if entry is None:
            pieces = Pieces(*note["pieces"]) if note and is_whole and note["design"] == site.design else Pieces()
            place, folder = self._staging.place, self._staging.folder
            sizes, pieces = await collection_files.write(files, papers, self._source, place, folder, pieces)
            entry, note = (
                Entry(fingerprint, sizes),
                {"design": site.design, "pieces": [pieces.numbers, pieces.digests, pieces.lengths]},
            )
            self._written += len(files)
        self._new.notes[_COLLECTION] = note
        self._update.put(_COLLECTION, (), {_COLLECTION: entry})
        return entry

    def _commit(self, papers: int) -> Report:
        removed, total, folders = self._update.removed(), self._update.total(), self._update.folders()
        if self._written or removed or self._new != self._old:
            self._staging.commit(removed, manifest.dump(self._new))
        self._disk.note_folders(folders)
        return Report(papers, self._written, len(removed), total - self._written)
