"""Hugging Face's daily papers (`/api/daily_papers`), a list of papers in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import Identifiers, address_of, arxiv_id
from bot.domain.metadata import date_in, make_metadata
from bot.sources.markup import unwrapped

KIND = "Hugging Face JSON"
_MOST_KEYWORDS = 20


def entry_of(item: object) -> FeedEntry | None:
    """Return the entry of one paper; None for anything else."""
    paper = item.get("paper") if isinstance(item, Mapping) else None
    if not isinstance(paper, Mapping):
        return None
    id = arxiv_id(_text(paper, "id"))
    if id is None or not _text(paper, "title").strip():
        return None
    metadata = make_metadata(
        title=unwrapped(_text(paper, "title")),
        date=date_in(_text(paper, "publishedAt")[:10]),
        excerpt=unwrapped(_text(paper, "summary")),
        authors=[_text(each, "name") for each in _list(paper, "authors") if isinstance(each, Mapping)],
        links=[address_of("arxiv", id), f"https://huggingface.co/papers/{id}", _text(paper, "githubRepo")],
        identifiers=Identifiers(arxiv=id),
    )
    keywords = tuple(each for each in _list(paper, "ai_keywords")[:_MOST_KEYWORDS] if isinstance(each, str))
    return FeedEntry(f"hf:{id}", metadata, keywords)


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _list(values: Mapping[str, Any], key: str) -> list[Any]:
    value = values.get(key)
    return value if isinstance(value, list) else []
