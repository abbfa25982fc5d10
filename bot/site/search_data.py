"""The papers for the search in the page: their texts as they are, which the page's script folds as the bot does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.domain.paper import Paper, identity_keys, link_keys
from bot.site.collection_files import CollectionFile
from bot.site.names import file_name


def file(aliases: Mapping[str, Sequence[str]]) -> CollectionFile:
    """Return the file: a script, because a page from a file may not read other files."""
    tail = f"\n];\nself.dayoriSearch.aliases = {json.dumps(aliases, ensure_ascii=False)};\n"
    return CollectionFile("assets/search-papers.js", _row, "self.dayoriSearch.papers = [\n", ",\n", tail)


def _row(paper: Paper) -> str:
    """Return a paper's fields in the order in which assets/search/documents.js names them."""
    row = (
        paper.id,
        f"papers/{file_name(paper.id)}.html",
        paper.headline or "",
        paper.title,
        str(paper.date or ""),
        paper.authors,
        paper.tags,
        paper.venue or "",
        paper.organization or "",
        paper.comment or "",
        paper.excerpt or "",
        (*identity_keys(paper), *link_keys(paper)),
        any(link.is_code for link in paper.links),
    )
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
