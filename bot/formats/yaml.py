"""The YAML format of a collection, which a team keeps in git and edits by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from bot.domain.paper import Paper
from bot.formats.entries import read_entries
from bot.formats.json import columns_of
from bot.formats.positions import read_yaml

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]

_WIDTH = 2**31 - 1


def read(text: str, file: str) -> list[Paper]:
    """Read a collection. Raises FileError with line and column."""
    return read_entries(read_yaml(text, file))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a collection; unknown values are left out."""
    head = "papers:\n"
    for paper in papers:  # one by one: dumping all at once takes 10 kB of memory per paper
        text = yaml.dump([_entry(paper)], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
        yield f"{head}{text}"
        head = ""
    if head:
        yield "papers: []\n"


def _entry(paper: Paper) -> dict[str, Any]:
    columns = {name: value for name, value in columns_of(paper).items() if value and name != "updated_at"}
    columns["links"] = [link if link["label"] else link["url"] for link in columns.get("links", [])]
    return {name: value for name, value in columns.items() if value}
