"""Which format a file is in, and reading and writing it by that format's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bot.domain.errors import FileError, InputError
from bot.domain.paper import Paper
from bot.formats import json, yaml
from bot.i18n import msg

READERS: dict[str, Callable[[str, str], list[Paper]]] = {"yaml": yaml.read, "json": json.read}
WRITERS: dict[str, Callable[[Iterable[Paper]], str]] = {"yaml": yaml.write, "json": json.write}
_ENDINGS = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def read_file(path: Path, format: str | None = None) -> list[Paper]:
    """Read the papers of a file. Raises FileError or, for a format that we do not know, InputError."""
    name = format_of(path.name, format, list(READERS))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FileError(msg("cannot be read: {reason}", reason=error.strerror or ""), file=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileError(msg("not UTF-8 text; save it as UTF-8"), file=str(path), line=line) from error
    return READERS[name](text, str(path))


def format_of(file: str, given: str | None, known: Sequence[str]) -> str:
    """Return the format asked for, else the one that the file's ending tells."""
    name = (given or _ENDINGS.get(Path(file).suffix.lower(), "")).lower()
    if name not in known:
        raise InputError(
            msg(
                'The format of "{file}" is not known; give one with --format: {known}.',
                file=file,
                known=", ".join(known),
            )
        )
    return name
