"""What a site was made of: for each page a fingerprint of all that is on it, and the sizes of its files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

VERSION = 1
Sizes = dict[str, int]
"""Sizes in bytes of a page's files, by their paths within the site."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as it was last written."""

    fingerprint: str
    sizes: Sizes


@dataclass(slots=True)
class Manifest:
    """The pages of a site by key, notes that the makers of pages leave for the next build, and what it shows."""

    entries: dict[str, Entry] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    state: str = ""


def fingerprint(*parts: str) -> str:
    """Return a short hash of texts."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def read(path: Path) -> Manifest:
    """Return the manifest of a site; an empty one if it is missing, damaged or of another version."""
    try:
        content = json.loads(path.read_bytes())
        if content["version"] != VERSION:
            return Manifest()
        entries = {key: Entry(print_, dict(_pairs(files))) for key, (print_, *files) in content["entries"].items()}
        return Manifest(entries, content["notes"], content["state"])
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def dump(manifest: Manifest) -> bytes:
    """Return the manifest as the bytes of its file."""
    entries = {
        key: [entry.fingerprint, *(part for pair in entry.sizes.items() for part in pair)]
        for key, entry in manifest.entries.items()
    }
    content = {"version": VERSION, "state": manifest.state, "entries": entries, "notes": manifest.notes}
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def _pairs(files: list[Any]) -> Iterable[tuple[str, int]]:
    return zip(files[::2], files[1::2], strict=True)
