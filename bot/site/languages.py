"""Tells in which language a text is, so that a page can say so and a browser chooses font, voice and line breaks."""

from __future__ import annotations

import re

_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LATIN = re.compile("[A-Za-z]{2}")


def language_of(text: str, page: str) -> str | None:
    """Return the text's language if it is surely another than the page's."""
    if _KANA.search(text) or _HAN.search(text):
        found = "ja"
    elif _HANGUL.search(text):
        found = "ko"
    elif _LATIN.search(text):
        found = "en"
    else:
        return None
    return found if found != page else None


def language_of_name(name: str, page: str) -> str | None:
    """Return the language of a tag's, a person's or a venue's name; in Latin letters, a name has none of its own."""
    found = language_of(name, page)
    return found if found != "en" else None
