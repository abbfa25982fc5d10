"""The files of a site as they are: one that is missing, or has another size than was written, is made again.

Whoever adds, removes or renames a file changes the time of its folder, and so do editors that write beside a file and
rename. Looking at 74,000 files takes a fifth of a second, at a dozen folders nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.site.manifest import Manifest


class FilesOnDisk:
    """The files in a folder, and a note of how its folders were after the last build."""

    def __init__(self, folder: Path, note: Path) -> None:
        self._folder, self._note = folder, note

    def are_untouched(self) -> bool:
        """Return whether nobody added, removed or renamed a file since `note_folders`."""
        try:
            times = json.loads(self._note.read_bytes())
            return bool(times) and all(self._time(folder) == time for folder, time in times.items())
        except (OSError, ValueError, AttributeError):
            return False

    def note_folders(self, folders: Iterable[str]) -> None:
        """Remember these folders, those that are there, as they are now."""
        times = {folder: self._time(folder) for folder in folders if (self._folder / folder).is_dir()}
        self._note.write_text(json.dumps(times))

    def damaged(self, manifest: Manifest) -> set[str]:
        """Return the groups of which a file is not there, or not as large as it was written."""
        there = set(self._sizes())
        return {name for name, files in manifest.files() if not there.issuperset(files)}

    def _time(self, folder: str) -> int:
        return os.stat(self._folder / folder).st_mtime_ns

    def _sizes(self) -> Iterator[tuple[str, str]]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._folder / folder) as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{path}/")
                    else:
                        yield path, str(entry.stat().st_size)
