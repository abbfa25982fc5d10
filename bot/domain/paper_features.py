"""What a paper says of itself that may please a team or not: its words, authors, venue and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from bot.domain.folding import LONGEST_WORD, fold
from bot.domain.paper import Paper
from bot.domain.text import IDEOGRAPHS, clip, normalized

AUTHOR = "author:"
_MOST_AUTHORS = 50  # a collaboration of thousands says little about each of them
_MOST_SHOWN = 30  # characters
_HANGUL = ("\uac00\ud7a3",)
_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_NO_NAME = re.compile(r"[\W\d_]+")
# Words that stand in any text say nothing, yet among twenty decisions some of them look telling.
_EMPTY_WORDS = """
about above after all also although among an and any are as at be because been being between both but by can
could do does due during each either et etc for from had has have here how however if in into is it its itself
may might more most much must no nor not of on one only or other our over own per shall she should since so some
such than that the their them then there therefore these they this those through thus to towards two under until
up upon use used uses using via was we well were what when where whether which while who whose why will with
within without would yet you your abstract al based can paper propose proposed show shows
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


def features_of(paper: Paper) -> dict[str, str]:
    """Return the features of a paper: the key by which each is counted, and the feature as the paper writes it.

    Words are compared as search compares them; runs of kanji are taken apart into pairs of neighbours.
    """
    text = "\n".join(filter(None, (paper.title, paper.headline, paper.excerpt, paper.comment)))
    features = dict(_words(text))
    for author in paper.authors[:_MOST_AUTHORS]:
        features[author_key(author)] = clip(author, _MOST_SHOWN)
    if paper.venue and (venue := " ".join(_NO_NAME.sub(" ", fold(paper.venue)).split())):
        features[f"venue:{venue}"] = clip(paper.venue, _MOST_SHOWN)
    for tag in paper.tags:
        features[f"tag:{fold(tag)}"] = clip(tag, _MOST_SHOWN)
    return features


def author_key(name: str) -> str:
    """Return the key of an author's name; its order and punctuation do not count."""
    return AUTHOR + " ".join(sorted(_NO_NAME.sub(" ", fold(name)).split()))


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a text, the last ones first, so that each is shown as it is written first."""
    if text.isascii():
        for word in reversed(_ASCII_WORD.findall(text)):
            if _counts(key := word.lower()[:LONGEST_WORD]):
                yield key, word[:LONGEST_WORD]
        return
    for match in reversed(list(_any_word().finditer(normalized("NFKC", text)))):
        word = match[0]
        if match.lastgroup == "pairs":
            shown = clip(word, 8)
            yield from ((first + second, shown) for first, second in pairwise(word))
        elif match.lastgroup == "word" and _counts(key := fold(word)[:LONGEST_WORD]):
            yield key, clip(word, _MOST_SHOWN)


def _counts(word: str) -> bool:
    return len(word) > 1 and word not in _EMPTY and not word.isdigit()


@cache
def _any_word() -> re.Pattern[str]:
    """Return the pattern of a word in any script; hiragana, which is grammar, is in neither group."""
    pairs, kana = ("".join(map("-".join, each)) for each in ((*IDEOGRAPHS, *_HANGUL), (("\u3041", "\u309f"),)))
    return re.compile(
        f"(?P<pairs>[{pairs}]+)|[{kana}]+|(?P<word>[\u30a1-\u30fa][\u30a1-\u30fa\u30fc-\u30fe]*"
        f"|[^\\W_{pairs}{kana}\u30a1-\u30fe]+)"
    )
