"""Where a paper was published, as sources tell it in passing: a conference or a journal, and nothing else."""

from __future__ import annotations

import re

from bot.domain.text import clean_line

_LONGEST = 1_000  # characters of a remark that are read; arXiv's own are shorter
_ANNOUNCED = re.compile(
    r"\b(?:accepted|published|appear(?:s|ed|ing)?|presented|proceedings)\b(?:[^\S\n](?!(?:at|by|in|to|of)\b)\w{1,20}){0,4}"
    r" (?:at|by|in|to|of) (?:the )?(?=[A-Z0-9])(?P<venue>[^.;,(\n]{2,120})",
    re.IGNORECASE,
)
_ACRONYM = re.compile(
    r"(?<![\w-])(?P<venue>(?!arXiv\b)[A-Z][A-Za-z]{0,10}[A-Z][A-Za-z]{0,10}(?:[ -]|\s?'|\s?’)(?:20)?\d\d)(?!\w)"
)
_REVIEW = re.compile(r"submitted|submission|under review|withdrawn|desk reject|rejected", re.IGNORECASE)
_PREPRINT = re.compile(r"arxiv|corr\b|(?:bio|med|chem)rxiv|preprints?\b|ssrn", re.IGNORECASE)


def venue_in(remark: str) -> str | None:
    """Return the venue that an author's remark names (`12 pages, accepted at ICML 2024 (oral)`), if it names one."""
    text = clean_line(remark)[:_LONGEST]
    found = _ANNOUNCED.search(text) or (None if _REVIEW.search(text) else _ACRONYM.search(text))
    return venue_of(found["venue"]) if found else None


def venue_of(text: str) -> str | None:
    """Return a container's name where it is one that publishes; a preprint server and a review are none."""
    name = clean_line(text)
    return name if name and not _PREPRINT.match(name) and not _REVIEW.search(name) else None
