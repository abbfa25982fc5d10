"""The papers for the search in the page: their texts as they are, which the page's script folds as the bot does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.paper import Paper, identity_keys, link_keys
from bot.site.collection_files import CollectionFile
from bot.site.manifest import fingerprint
from bot.site.names import file_name
from bot.site.site import Page


def files(aliases: Mapping[str, Sequence[str]]) -> tuple[CollectionFile, CollectionFile]:
    """Return what lists show of papers, which is searched at once, and their texts, which are read afterwards.

    They are scripts, because a page from a file may not read other files.
    """
    tail = f"\n];\nself.dayoriSearch.aliases = {json.dumps(aliases, ensure_ascii=False)};\n"
    return (
        CollectionFile("assets/search-papers.js", row, "self.dayoriSearch.papers = [\n", ",\n", tail),
        CollectionFile("assets/search-texts.js", texts, "self.dayoriSearch.texts = [\n", ",\n", "\n];\n"),
    )


def version(*fingerprints: str) -> Iterator[Page]:
    """Return the file with the version of the others, by which browsers keep them; it is asked for anew each time."""
    name = fingerprint(*fingerprints)
    file = ("assets/search-version.js", f'self.dayoriSearchVersion = "{name[:8]}";\n')
    yield Page("search version", name, lambda _: (file,))


def row(paper: Paper) -> str:
    """Return the fields of a paper in the order in which assets/search/documents.js takes them."""
    return _compact(
        paper.id,
        f"papers/{file_name(paper.id)}.html",
        paper.headline or "",
        paper.title,
        str(paper.date or ""),
        paper.authors,
        paper.tags,
        paper.venue or "",
        paper.organization or "",
        (*identity_keys(paper), *link_keys(paper)),
        any(link.is_code for link in paper.links),
    )


def texts(paper: Paper) -> str:
    """Return the id, the comment and the excerpt of a paper."""
    return _compact(paper.id, paper.comment or "", paper.excerpt or "")


def _compact(*values: object) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
