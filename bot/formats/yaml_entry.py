"""Writes one paper as YAML like a person would: short lists in one line, long texts as blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from bot.domain.identifiers import Identifiers, identifiers_in
from bot.domain.paper import Paper
from bot.formats.json import columns_of

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]

_FORM: dict[str, Any] = {"Dumper": _Dumper, "allow_unicode": True, "sort_keys": False, "width": 2**31 - 1}


def values_of(paper: Paper) -> dict[str, Any]:
    """Return an entry's values without empty ones, and without ids that its links contain."""
    columns = {key: value for key, value in columns_of(paper).items() if value and key != "updated_at"}
    ids = Identifiers()
    for link in paper.links:
        ids = ids | identifiers_in(link.url)
    if ids == paper.identifiers:
        columns.pop("identifiers", None)
    return columns


def lines_of(entry: Paper | Mapping[str, Any], indent: int) -> list[str]:
    """Return a paper as a list item with its dash at that column, or some keys' lines at that indent."""
    if isinstance(entry, Paper):
        first, *rest = lines_of(values_of(entry), indent + 2)
        return [" " * indent + "- " + first.lstrip(" "), *rest]
    return [line and " " * indent + line for key, value in entry.items() for line in _lines(key, value)]


def _lines(key: str, value: Any) -> list[str]:
    if key == "links":
        items = (link["url"] if not link["label"] else {"label": link["label"], "url": link["url"]} for link in value)
        return ["links:", *(f"  - {_inline(item)}" for item in items)]
    if isinstance(value, list | dict):
        return [f"{key}: {_inline(value)}"]
    if key == "date":
        return [f"date: {value}"]
    if key in ("comment", "excerpt") and "\n" in value:
        text = yaml.dump(value, default_style="|", **_FORM)
        if text.startswith("|"):
            first, *rest = text.removesuffix("\n").split("\n")
            return [f"{key}: {first}", *rest]
    return [f"{key}: {_inline(value)}"]


def _inline(value: Any) -> str:
    """Return a value in one line, quoted if needed, which is more often inside brackets than after a key."""
    if isinstance(value, str) and "\n" not in value:
        item: str = yaml.dump([value], default_flow_style=False, **_FORM)
        return item.rstrip("\n")[2:]
    text: str = yaml.dump([value], default_flow_style=True, **_FORM)
    return text.rstrip("\n")[1:-1]
