"""Finds the ids and links in a query, in any form in which people paste them, and returns their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.identifiers import arxiv_id, canonical_url, doi, identifiers_in, is_url
from bot.domain.text import normalized

# Characters around a pasted link: Discord's <…> hides a preview; **, __, ~~, || and ` are Markdown.
_AROUND = "<>()[]{}「」『』【】〈〉《》*_~`|\"'“”‘’,.;:!?、。…"
_ADDRESS = re.compile(r"https?:/{1,2}[!-;=?-_a-{}~]+", re.IGNORECASE)  # ASCII without < > ` |
_MARK = re.compile("[/.:]")  # every link contains one, and every id except short ones
_MARKDOWN = re.compile(r"\]\(<?")  # [text](address)
_PREFIX = re.compile(r"arxiv[.:]", re.IGNORECASE)
_MOST_WORDS = 12  # words of a query that are tried as ids or links


def identifier_keys(text: str) -> list[str]:
    """Return the keys of the ids and links that a query consists of or contains."""
    words = normalized("NFKC", text).split()
    if len(words) == 1:
        return _unique(_keys(words[0]))
    return _unique(key for word in words[:_MOST_WORDS] if _MARK.search(word) for key in _keys_among_words(word))


def words_in_link(text: str) -> str:
    """Return the words of a query; for a link, its address without the parts that all links share."""
    address = next(filter(is_url, _shapes(text)), None) if "/" in text else None
    return canonical_url(address).lower() if address else text


def _keys(word: str) -> Iterator[str]:
    for shape in _shapes(word):
        yield from (f"{scheme}:{shape.lower()}" for scheme in ("openreview", "acl"))
        if _MARK.search(shape):
            yield from _keys_of_identifier(shape)


def _keys_among_words(word: str) -> Iterator[str]:
    """Yield the keys of one word among several, which counts only if it clearly is an id or a link."""
    for shape in _shapes(word):
        if is_url(shape) or arxiv_id(shape) or doi(shape) or ("/" in shape and shape.lower().startswith("www.")):
            yield from _keys_of_identifier(shape)


def _keys_of_identifier(name: str) -> Iterator[str]:
    address = name if is_url(name) else f"https://{name}"
    for form in (name, address):
        yield from (f"{scheme}:{value.lower()}" for scheme, value in identifiers_in(form).pairs())
    if is_url(address):
        yield f"url:{canonical_url(address).lower()}"


def _shapes(word: str) -> Iterator[str]:
    """Yield a word as it was typed, and without the characters around or before the id or link in it."""
    yield word
    if word.isalnum():
        return
    inner = _MARKDOWN.split(word)[-1]
    match = _ADDRESS.search(inner)
    for shape in (match[0] if match else inner, _PREFIX.sub("", word, count=1)):
        if shape != word:
            yield shape
        if (bare := shape.strip(_AROUND)) not in ("", word, shape):
            yield bare


def _unique(keys: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(keys))
