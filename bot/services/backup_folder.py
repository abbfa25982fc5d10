"""The names of the copies in the folder of backups, known without the services that make them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_FILE = re.compile(r"(?:dayori|papers)-(\d{4}-\d\d-\d\d)(?:-[\w.-]+)?\.(?:db|yaml)")


def newest_copy(folder: Path) -> Path | None:
    """Return the newest copy of the database in a folder of backups."""
    return max((each for each in copies(folder) if each.suffix == ".db"), default=None)


def copies(folder: Path) -> Iterator[Path]:
    """Yield the copies of the database and of the collections; files of other names are not ours."""
    return (each for each in folder.glob("*-*") if _FILE.fullmatch(each.name))


def copy_of(folder: Path, day: str) -> Path:
    """Return where the database's copy of a day is kept."""
    return folder / f"dayori-{day}.db"


def day_of(file: Path) -> str:
    """Return the day of a copy."""
    match = _FILE.fullmatch(file.name)
    return match[1] if match else ""
