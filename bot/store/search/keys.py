"""The keys that a query may name a paper by: an id or a link."""

from __future__ import annotations

import unicodedata

from bot.domain.identifiers import canonical_url, identifiers_in, is_url


def name_keys(text: str) -> list[str]:
    """Return the keys of the ids and links that a whole query may be, in any of their shapes."""
    text = unicodedata.normalize("NFKC", text)
    if " " in text and not text.lower().startswith(("arxiv:", "doi:")):
        return []
    keys = [f"{scheme}:{text.lower()}" for scheme in ("openreview", "acl")]
    if not any(mark in text for mark in "/.:"):
        return keys
    address = text if is_url(text) else f"https://{text}"
    for said in (text, address):
        keys += [f"{scheme}:{name.lower()}" for scheme, name in identifiers_in(said).pairs()]
    if is_url(address):
        keys.append(f"url:{canonical_url(address).lower()}")
    return keys


def words_of_link(text: str) -> str:
    """Return what of a query is words: of a link, those of the address without what is the same in all."""
    return canonical_url(text).lower() if is_url(text) else text
