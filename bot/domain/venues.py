"""Finds a paper's venue, a conference or a journal, in remarks and names of sources."""

from __future__ import annotations

import re

from bot.domain.text import clean_line

_LONGEST = 1_000  # characters of a remark that are read; arXiv's own are shorter
_ANNOUNCED = re.compile(
    r"\b(?i:accepted|published|appear(?:s|ed|ing)?|presented|proceedings)\b"
    r"(?:[^\S\n](?!(?:at|by|in|to|of)\b)\w{1,20}){0,4}"
    r" (?:at|by|in|to|of) (?:[Tt]he )?(?!(?:Section|Table|Fig|Appendix|Chapter)\b)"
    r"(?=[A-Z]|\d{1,3}(?:st|nd|rd|th)\b)(?P<venue>[^.;,(\n]{2,120})"
)
# An acronym and a year, so that ResNet-50 and LLaMA 13B are none.
_ACRONYM = re.compile(
    r"(?<![\w-])(?P<venue>(?!arXiv\b)[A-Z][A-Za-z]{0,10}[A-Z][A-Za-z]{0,10}(?:[ -](?:19|20)\d\d|\s?['’]\d\d))(?!\w)"
)
_REVIEW = re.compile(r"submitted|submission|under review|withdrawn|desk reject|rejected", re.IGNORECASE)
_PREPRINT = re.compile(r"arxiv|corr\b|(?:bio|med|chem)rxiv|preprints?\b|ssrn", re.IGNORECASE)


def venue_in(remark: str) -> str | None:
    """Return the venue in an author's remark (`12 pages, accepted at ICML 2024 (oral)`), or None."""
    text = clean_line(remark)[:_LONGEST]
    match = _ANNOUNCED.search(text) or (None if _REVIEW.search(text) else _ACRONYM.search(text))
    return venue_of(match["venue"]) if match else None


def venue_of(text: str) -> str | None:
    """Return a container's name if it is a venue; preprint servers and reviews are not."""
    name = clean_line(text)
    return name if name and not _PREPRINT.match(name) and not _REVIEW.search(name) else None
