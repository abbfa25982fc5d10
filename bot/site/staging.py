"""Replaces a site by its next version, so that whoever reads it, or a crash, never meets half a page.

New files are written beside the site, into `.dayori-site/new`. Only when all are there, a journal is written and they
are moved into their places, which takes moments (`replacement.py`); a build that was stopped while it wrote leaves the
old site as it was, and one that was stopped while it moved is finished by the next, as the journal says.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bot.domain.errors import ConflictError, InputError
from bot.domain.os_errors import os_reason
from bot.i18n import msg
from bot.site.replacement import Replacement, folder_of, prepare

_OURS = ".dayori-site"
_BINARY = getattr(os, "O_BINARY", 0)  # Windows


class Staging:
    """The folder of a site and the next version of its files; make one with `open_staging`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ours = folder / _OURS
        self._new = self._ours / "new"
        self._journal = self._ours / "journal.json"
        self._folders: set[str] = set()
        self._written: list[str] = []

    @property
    def manifest_path(self) -> Path:
        """Return the place of the site's manifest."""
        return self._ours / "manifest.txt"

    @property
    def folders_path(self) -> Path:
        """Return the place of the note of how the site's folders were after its last build."""
        return self._ours / "folders.json"

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the next version."""
        file = os.open(self.place(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o666)
        try:
            while content:
                content = content[os.write(file, content) :]
        finally:
            os.close(file)

    def place(self, path: str) -> str:
        """Return where to write a file of the next version; its folder exists."""
        parent = folder_of(path)
        if parent not in self._folders:
            (self._new / parent).mkdir(parents=True, exist_ok=True)
            self._folders.add(parent)
        self._written.append(path)
        return f"{self._new}/{path}"

    def commit(self, removed: Sequence[str], manifest: Iterable[bytes]) -> None:
        """Put the new files into their places, of equals in the order in which they were written, and remove others."""
        _write_whole(self._ours / "manifest.next.txt", manifest)
        replacement = prepare(self._new, self.folder, self._written, removed)
        _write_whole(self._journal, [json.dumps(asdict(replacement)).encode()])
        self._finish(replacement)

    def recover(self) -> None:
        """Finish what a build did not finish moving, and forget what one did not finish writing."""
        try:
            replacement = Replacement(**json.loads(self._journal.read_bytes()))
        except FileNotFoundError:
            shutil.rmtree(self._new, ignore_errors=True)
        else:
            self._finish(replacement)

    def _finish(self, replacement: Replacement) -> None:
        for _ in replacement.steps(self._new, self.folder):
            pass
        next_manifest = self._ours / "manifest.next.txt"
        if next_manifest.exists():
            os.replace(next_manifest, self.manifest_path)
        self._journal.unlink(missing_ok=True)
        shutil.rmtree(self._new, ignore_errors=True)


@contextmanager
def open_staging(folder: Path) -> Iterator[Staging]:
    """Open a folder for the next version of its site, for one build at a time.

    Raises InputError for a folder with other things in it or that cannot be written, and ConflictError while another
    build runs.
    """
    try:
        _require_ours(folder)
        (folder / _OURS).mkdir(parents=True, exist_ok=True)
        with _locked(folder / _OURS / "lock"):
            staging = Staging(folder)
            staging.recover()
            yield staging
    except OSError as error:
        raise InputError(
            msg('"{file}" cannot be written: {reason}', file=str(folder), reason=os_reason(error))
        ) from error


def _require_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(msg('"{file}" is a file; name a folder for the site.', file=str(folder)))
    if folder.is_dir() and not (folder / _OURS).is_dir() and any(folder.iterdir()):
        raise InputError(
            msg(
                '"{file}" holds other files than a site of 論文だより; name an empty or a new folder.', file=str(folder)
            )
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system releases when the process ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(msg("Another build of this site is running; try again when it has ended.")) from error
        yield


def _write_whole(path: Path, lines: Iterable[bytes]) -> None:
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
