"""The files of a site as they are: one that is missing, or has another size than was written, is made again."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from bot.site.manifest import Sizes


class FilesOnDisk:
    """The sizes of all files in a folder, read at the first question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, sizes: Sizes) -> bool:
        """Return whether all of these files are there, and as large as that."""
        return all(self._sizes.get(path) == size for path, size in sizes.items())

    @cached_property
    def _sizes(self) -> Sizes:
        sizes: Sizes = {}
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._folder / folder) as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                    else:
                        sizes[path] = entry.stat().st_size
        return sizes
