"""The manifest of a build, made from that of the last one: groups that are not looked at stay as they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.site.manifest import Entry, Manifest, fingerprint
from bot.site.pages import not_found
from bot.site.replacement import folder_of


class ManifestUpdate:
    """The last build's manifest and the next one, which begins as its copy; each group is put or forgotten once."""

    def __init__(self, old: Manifest) -> None:
        self.old, self.new = old, Manifest(lines=dict(old.lines))
        self._before, self._after = set[str](), set[str]()
        self._groups = set[str]()

    def put(self, name: str, note: Sequence[str], pages: Mapping[str, Entry]) -> None:
        """Set a group: what the next build needs to know of it, and its pages by key."""
        self._groups.add(name)
        self._before.update(_paths(self.old.pages(name)))
        self._after.update(_paths(pages))
        self.new.put(name, note, pages)

    def forget(self, names: Iterable[str]) -> None:
        """Leave out those of these groups that this build did not put: they are not there any more."""
        for name in {*names} - self._groups:
            self._before.update(_paths(self.old.pages(name)))
            self.new.lines.pop(name, None)

    def removed(self) -> list[str]:
        """Return the files that belong to no page any more."""
        return sorted(self._before - self._after)

    def total(self) -> int:
        """Return the number of files, and note it for the next build."""
        total: int = self.old.notes.get("files", 0) - len(self._before) + len(self._after)
        self.new.notes["files"] = total
        return total

    def folders(self) -> list[str]:
        """Return the folders of all files, and note them for the next build; one may be empty now."""
        folders = sorted({*self.old.notes.get("folders", ()), *map(folder_of, self._after)})
        self.new.notes["folders"] = folders
        return folders

    def pages_version(self) -> str:
        """Return a text that differs when the paths of all pages do, and note it for the next build."""
        version = self.old.notes.get("paths")
        if version is None or {*filter(_is_page, self._before)} != {*filter(_is_page, self._after)}:
            version = fingerprint(*self.pages())
        self.new.notes["paths"] = version
        return str(version)

    def pages(self) -> list[str]:
        """Return the paths of all pages that an address leads to."""
        return sorted(path for _, files in self.new.files() for path, _ in files if _is_page(path))


def _paths(pages: Mapping[str, Entry]) -> Iterable[str]:
    return (path for entry in pages.values() for path in entry.sizes)


def _is_page(path: str) -> bool:
    return path.endswith(".html") and path != not_found.PATH
