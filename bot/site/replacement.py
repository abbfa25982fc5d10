"""Puts the next version of a site's files into the places of the old ones, so that every link always leads somewhere.

First come new files, to which no page leads yet; then pages are replaced; last goes what no page leads to any more.
Where most files of a folder are replaced, the new folder gets hard links to the others, and the two change places at
one stroke: renaming ten thousand pages takes half a second, in which a reader, or a crash, would meet both versions.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.site.folder_exchange import exchange

_FEW = 100  # files that are sooner renamed one by one
Exchange = Callable[[Path, Path], bool]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What has to be done, as paths within the site; `exchanged` has the inode of each folder's next version."""

    folders: Sequence[str]
    new: Sequence[str]
    exchanged: Mapping[str, int]
    replaced: Sequence[str]
    removed: Sequence[str]

    def steps(self, staged: Path, final: Path, exchange: Exchange = exchange) -> Iterator[None]:
        """Put the files into place, and yield after each step; what was done before an interruption is passed over."""
        for path in (*self.folders, *self.new):
            put = _link if folder_of(path) in self.exchanged else _move
            put(staged, final, path)
            yield
        for folder, inode in self.exchanged.items():
            if os.stat(final / folder).st_ino != inode and not exchange(staged / folder, final / folder):
                for name in os.listdir(staged / folder):
                    _move(staged, final, f"{folder}/{name}")
                    yield
            yield
        for path in self.replaced:
            _move(staged, final, path)
            yield
        yield from _remove(final, self.removed)


def prepare(staged: Path, final: Path, written: Sequence[str], removed: Sequence[str]) -> Replacement:
    """Find out how files are replaced best, and complete the folders that change places; the site stays as it is."""
    there = {folder: _names(final / folder) for folder in dict.fromkeys(map(folder_of, written))}
    folders = dict.fromkeys(_topmost_new(final, folder) for folder, names in there.items() if names is None)
    new, replaced = list[str](), list[str]()
    for path in written:
        if (names := there[folder_of(path)]) is not None:
            (replaced if path.rpartition("/")[2] in names else new).append(path)
    exchanged = {
        folder: os.stat(staged / folder).st_ino
        for folder, n in Counter(map(folder_of, replaced)).items()
        if n > max(_FEW, len(there[folder] or ()) // 2) and _complete(staged / folder, final / folder)
    }
    rest = [path for path in replaced if folder_of(path) not in exchanged]
    return Replacement([*folders], new, exchanged, rest, removed)


def folder_of(path: str) -> str:
    """Return the folder of a path within the site; empty for the site itself."""
    return path.rpartition("/")[0]


def _names(folder: Path) -> frozenset[str] | None:
    return frozenset(os.listdir(folder)) if folder.is_dir() else None


def _topmost_new(final: Path, folder: str) -> str:
    """Return the topmost part of a missing folder that is missing too."""
    parent = folder_of(folder)
    return folder if not parent or (final / parent).is_dir() else _topmost_new(final, parent)


def _complete(staged: Path, final: Path) -> bool:
    """Give a folder's next version the files that stay; False where that cannot be done, as with folders in it."""
    with os.scandir(final) as entries:
        others = [entry for entry in entries if not (staged / entry.name).exists()]
    try:
        for entry in others:
            os.link(entry.path, staged / entry.name, follow_symlinks=False)
    except OSError:
        return False
    return True


def _link(staged: Path, final: Path, path: str) -> None:
    """Put a file into its place, and leave it in the folder that will change places."""
    try:
        os.link(staged / path, final / path)
    except (FileExistsError, FileNotFoundError):  # placed before the interruption
        return
    except OSError:  # a file system without hard links
        shutil.copyfile(staged / path, final / path)


def _move(staged: Path, final: Path, path: str) -> None:
    try:
        os.replace(f"{staged}/{path}", f"{final}/{path}")
    except FileNotFoundError:  # moved before the interruption
        return


def _remove(final: Path, paths: Sequence[str]) -> Iterator[None]:
    for path in paths:
        (final / path).unlink(missing_ok=True)
        yield
    for folder in sorted({folder_of(path) for path in paths} - {""}, key=len, reverse=True):
        with suppress(OSError):  # there are other files in it
            (final / folder).rmdir()
