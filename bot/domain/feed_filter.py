"""Filters of feeds: which entries become candidates, and by which rule the others are dropped.

A rule of `include` or `exclude` is a word or a phrase, or an expression in the words of a search:

    拡散モデル                      large language model
    (diffusion OR 拡散) -survey     "chain of thought" author:Wei venue:ACL

A Latin word matches whole words only, Japanese text anywhere; case, width, kana and long vowels do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_rule import Rule, Text, is_named, parse_rule
from bot.domain.folding import fold, normalize


class SkipReason(NamedTuple):
    """Why an entry is not offered: `include`, `authors`, `tags`, or the excluding `rule`; outside of filters, that the
    collection has the paper (`known`), that the feed announces a `revision` of an earlier one, that curators have
    `decided` on it, that it is `earlier` than the feed, or that its content had `expired` when its feed was resumed.
    """

    kind: Literal["known", "revision", "include", "exclude", "authors", "tags", "decided", "earlier", "expired"]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What an entry must be to be offered; an empty list asks for nothing. Raises InputError when a rule is wrong."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def compiled(self) -> CompiledFilter:
        """Return the filter ready for many entries. Raises InputError."""
        return CompiledFilter(
            tuple(map(parse_rule, self.include)),
            tuple((each, parse_rule(each)) for each in self.exclude),
            tuple(filter(None, map(normalize, self.authors))),
            frozenset(fold(tag) for tag in self.tags),
        )


@dataclass(frozen=True, slots=True)
class CompiledFilter:
    """A filter whose rules are parsed."""

    include: tuple[Rule, ...]
    exclude: tuple[tuple[str, Rule], ...]
    authors: tuple[str, ...]
    tags: frozenset[str]

    def reason_against(self, entry: FeedEntry) -> SkipReason | None:
        """Return why the filter drops an entry; None for an entry that passes."""
        text = text_of(entry)
        if self.tags and self.tags.isdisjoint(text.tags):
            return SkipReason("tags")
        if self.authors and not any(is_named(author, name) for name in self.authors for author in text.authors):
            return SkipReason("authors")
        if self.include and not any(rule.holds(text) for rule in self.include):
            return SkipReason("include")
        return next((SkipReason("exclude", source) for source, rule in self.exclude if rule.holds(text)), None)


def text_of(entry: FeedEntry) -> Text:
    """Return what an entry's rules are held against."""
    about = entry.metadata
    return Text.of(
        "\n".join(filter(None, (about.title, about.excerpt, entry.comment))),
        authors=about.authors,
        venue=about.venue or "",
        tags=entry.categories,
    )
