"""A paper's card: which parts are shown and in which order, before a platform renders it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.identifiers import address_of, canonical_url
from bot.domain.paper import Link, Paper
from bot.domain.paper_update import Update
from bot.domain.text import clean_line
from bot.i18n import Locale, t, tn

_MOST_AUTHORS = 4
_MOST_UPDATES = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A paper in the reader's language; texts are unescaped and uncut, which is left to the platform.

    `subtitle` is the paper's title if the heading is its headline; `facts` are date, venue, organisation and authors.
    `warnings` say that the paper was retracted or doubted, `updates` what else became known of it later.
    """

    id: str
    heading: str
    url: str | None
    subtitle: str | None
    facts: tuple[str, ...]
    comment: str | None
    excerpt: str | None
    links: tuple[Link, ...]
    tags: tuple[str, ...]
    footer: str
    warnings: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()


def card_of(paper: Paper, locale: Locale, *, most_authors: int = _MOST_AUTHORS) -> Card:
    """Return a paper's card, naming at most `most_authors` authors."""
    authors = authors_line(paper.authors, locale, most_authors)
    facts = (paper.date.text(locale) if paper.date else None, paper.venue, paper.organization, authors)
    by = t(locale, "added by {name}", name=paper.added_by) if paper.added_by else None
    return Card(
        id=paper.id,
        heading=paper.heading,
        url=paper.url,
        subtitle=paper.title if paper.headline and clean_line(paper.headline) != paper.title else None,
        facts=tuple(fact for fact in facts if fact),
        comment=paper.comment,
        excerpt=paper.excerpt,
        links=links_of(paper, locale),
        tags=paper.tags,
        footer=" ・ ".join(part for part in (paper.id, by) if part),
        warnings=_newest([each for each in paper.updates if each.is_warning], locale),
        updates=_newest([each for each in paper.updates if not each.is_warning], locale),
    )


def _newest(updates: Sequence[Update], locale: Locale) -> tuple[str, ...]:
    return tuple(f"{update.mark} {update.text(locale)}" for update in updates[-_MOST_UPDATES:])


def authors_line(authors: tuple[str, ...], locale: Locale, most: int = _MOST_AUTHORS) -> str | None:
    """Return the first authors and the number of further ones; a single further author is named instead."""
    if len(authors) <= most + 1:
        return ", ".join(authors) or None
    names = ", ".join(authors[:most])
    return tn(locale, "{names} and {n} more", "{names} and {n} more", len(authors) - most, names=names)


def removal_line(locale: Locale) -> str:
    """Return what stands in a posted edition instead of a paper that was removed since."""
    return t(locale, "🗑️ This paper was removed from the collection.")


def tags_line(tags: tuple[str, ...]) -> str:
    """Return the tags in one line, separated by dots because a tag may contain spaces."""
    return " ・ ".join(f"#{tag}" for tag in tags)


def links_of(paper: Paper, locale: Locale) -> tuple[Link, ...]:
    """Return the pages of the paper's ids, then its own links; of two links to one page, the one with a label."""
    id_links = [Link(address_of(scheme, name)) for scheme, name in paper.identifiers.pairs()]
    if paper.identifiers.arxiv:
        id_links.append(Link(f"https://arxiv.org/pdf/{paper.identifiers.arxiv}"))
    unique: dict[str, Link] = {}
    for link in (*id_links, *paper.links):
        page = canonical_url(link.url)
        if page not in unique or link.label:
            unique[page] = link
    return tuple(Link(link.url, _label(link.name, locale)) for link in unique.values())


def _label(name: str, locale: Locale) -> str:
    return t(locale, "code") if name == "code" else name
