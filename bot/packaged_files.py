"""The files that come with the program: the settings with their explanations, and the starter collection."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def packaged_file(name: str) -> Path:
    """Return the place of a file of `config/`, within the installed package or else in the working copy."""
    installed = _PACKAGE / "config_files" / name
    return installed if installed.exists() else _PACKAGE.parent / "config" / name
