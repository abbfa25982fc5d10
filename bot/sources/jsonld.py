"""JSON-LD: a page's description of itself for search engines, in schema.org's vocabulary."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.domain.identifiers import Identifiers, identifiers_in
from bot.domain.metadata import Metadata, date_in, make_metadata
from bot.domain.venues import venue_of
from bot.sources.markup import person, plain, several

# The types that can be a paper, the likeliest first.
_WORKS = (
    "ScholarlyArticle",
    "MedicalScholarlyArticle",
    "Thesis",
    "Report",
    "TechArticle",
    "Article",
    "BlogPosting",
    "NewsArticle",
    "Book",
    "Chapter",
    "Dataset",
    "SoftwareSourceCode",
    "PresentationDigitalDocument",
    "CreativeWork",
)
_MOST_NODES = 2_000
_DEEPEST_CONTAINER = 4  # article, issue, volume, journal


def work_in(scripts: list[str]) -> Metadata:
    """Return the likeliest work in a page's JSON-LD documents; empty metadata if there is none."""
    nodes = list(islice((node for script in scripts for node in _nodes(script)), _MOST_NODES))
    for kind in _WORKS:
        for node in nodes:
            types = node.get("@type")
            if kind in (types if isinstance(types, list) else [types]):
                return _metadata(node, scholarly=kind in _WORKS[:4])
    return Metadata()


def _nodes(script: str) -> Iterator[Mapping[str, Any]]:
    try:
        queue = deque([json.loads(script)])
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not queue:
            return
        value = queue.popleft()
        if isinstance(value, list):
            queue.extendleft(value[_MOST_NODES::-1])
        elif isinstance(value, dict):
            yield value
            queue.extend(value[key] for key in ("@graph", "mainEntity") if key in value)


def _metadata(node: Mapping[str, Any], *, scholarly: bool) -> Metadata:
    authors = _several(node.get("author") or node.get("creator"))
    places = [place for author in authors if isinstance(author, dict) for place in _several(author.get("affiliation"))]
    ids = Identifiers()
    for text in _texts(node, "identifier", "sameAs", "@id"):
        ids = ids | identifiers_in(text)
    return make_metadata(
        title=plain(next(iter(_texts(node, "headline", "name")), "")),
        date=date_in(next(iter(_texts(node, "datePublished", "dateCreated")), None)),
        excerpt=plain(next(iter(_texts(node, "abstract", "description")), "")),
        venue=venue_of(_container(node)) if scholarly else None,
        organization=several([_name(place) for place in places])
        or (None if scholarly else _name(node.get("publisher"))),
        authors=[person(_name(author)) for author in authors],
        identifiers=ids,
    )


def _container(node: Mapping[str, Any]) -> str:
    """Return the name of the journal or book of a work, which may be nested as issue, volume, journal."""
    name = ""
    for _ in range(_DEEPEST_CONTAINER):
        parts = [part for part in _several(node.get("isPartOf")) if isinstance(part, dict)]
        if not parts:
            break
        node = parts[0]
        name = plain(_name(node)) or name
    return name


def _texts(node: Mapping[str, Any], *keys: str) -> list[str]:
    texts = []
    for value in (item for key in keys for item in _several(node.get(key))):
        text = value.get("value") if isinstance(value, dict) else value
        if isinstance(text, str) and text.strip():
            texts.append(text)
    return texts[:20]


def _several(value: object) -> list[Any]:
    return value[:1000] if isinstance(value, list) else [] if value is None else [value]


def _name(value: object) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    if isinstance(name, list):
        name = next(iter(name), "")
    return name if isinstance(name, str) else ""
