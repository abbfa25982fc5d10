"""What templates show of papers and editions: texts in the page's language, and paths within the language's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import DayoriError
from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t, tn
from bot.site import templating
from bot.site.catalogue import NAMED_AUTHORS, edition_path, key_of, paper_path
from bot.site.inert import address, inert
from bot.site.languages import language_of, language_of_name
from bot.site.site import Site

_URL = re.compile(r"(https?://[^\s<>\u3000-\u303f\uff00-\uffef]+)")
_AFTER_SENTENCE = re.compile("(?<=[。！？]) ")
_CLIPPED = 200  # characters of a comment on a card
_MOST_LINES = 20_000  # in memory, of some 700 bytes each


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its language, if that is another than the page's."""

    text: str
    lang: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """A date for machines and for people."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name that leads to a page of the site; without a path it leads nowhere."""

    name: str
    path: str | None = None
    count: int = 0
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A paper in a list."""

    id: str
    path: str
    heading: Text
    title: Text | None
    date: Day | None
    authors: Text


@dataclass(frozen=True, slots=True)
class CardView:
    """A paper on a card, with its comment in paragraphs."""

    id: str
    path: str
    heading: Text
    title: Text | None
    date: Day | None
    facts: Sequence[Text]
    comment: Sequence[Markup]
    comment_lang: str | None
    excerpt: Text | None
    tags: Sequence[Place]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition in a list."""

    path: str
    number: str
    subscription: str
    day: Day
    count: str
    headings: Sequence[Text]
    rest: str


def text_in(text: str, locale: Locale) -> Text:
    """Return a text with its language."""
    return Text(text, language_of(text, locale))


def name_in(name: str, locale: Locale) -> Text:
    """Return a name, or several in a row, with their language."""
    return Text(name, language_of_name(name, locale))


def line_of(site: Site, paper: Outline, locale: Locale, home: str) -> Markup:
    """Return a paper as lists show it: those of its year, tags and authors, and beside related papers."""
    key = (locale, home, paper.number)
    if key not in site.lines:
        if len(site.lines) >= _MOST_LINES:
            site.lines.clear()
        site.lines[key] = templating.part("line.html", paper=_line(paper, locale), home=home)
    return site.lines[key]


def _line(paper: Outline, locale: Locale) -> Line:
    return Line(
        id=paper.id,
        path=paper_path(paper),
        heading=text_in(paper.heading, locale),
        title=title_in(paper, locale),
        date=day_of(paper.date, locale),
        authors=name_in(people(paper.authors, locale), locale),
    )


def title_in(paper: Paper | Outline, locale: Locale) -> Text | None:
    """Return a paper's title if it is shown below another heading."""
    return text_in(paper.title, locale) if paper.headline and paper.headline != paper.title else None


def card_of(site: Site, paper: Paper, outline: Outline, locale: Locale, *, whole: bool) -> CardView:
    """Return a paper as a card shows it; `whole` with all of its comment, and its excerpt."""
    comment, authors = paper.comment or "", people(paper.authors, locale)
    return CardView(
        id=paper.id,
        path=paper_path(outline),
        heading=text_in(paper.heading, locale),
        title=title_in(paper, locale),
        date=day_of(outline.date, locale),
        facts=[name_in(fact, locale) for fact in (paper.venue, paper.organization, authors) if fact],
        comment=prose(comment if whole else clip(_in_a_row(comment), _CLIPPED)),
        comment_lang=language_of(comment, locale),
        excerpt=text_in(paper.excerpt, locale) if whole and paper.excerpt else None,
        tags=tags_of(site, paper.tags, locale),
        warnings=[update.event(locale) for update in paper.updates if update.is_warning],
    )


def edition_of(site: Site, edition: EditionOutline, locale: Locale, most: int = 0) -> EditionView:
    """Return an edition as a list shows it, with the headings of its first papers."""
    papers = [site.catalogue.by_number[number] for number in edition.papers]
    date = site.day(edition.composed_at)
    return EditionView(
        path=edition_path(edition),
        number=t(locale, "No. {n}", n=edition.number),
        subscription=edition.subscription,
        day=Day(str(date), date.text(locale)),
        count=papers_text(len(papers), locale),
        headings=[text_in(paper.heading, locale) for paper in papers[:most]],
        rest=tn(locale, "and {n} more", "and {n} more", len(papers) - most) if most and len(papers) > most else "",
    )


def papers_text(n: int, locale: Locale) -> str:
    """Return a number of papers in words."""
    return tn(locale, "{count} paper", "{count} papers", n, count=f"{n:,}")


def tags_of(site: Site, tags: Iterable[str], locale: Locale) -> list[Place]:
    """Return a paper's tags with the paths of their pages."""
    shelves = [(tag, site.catalogue.tags.get(key_of(tag))) for tag in tags]
    return [place_in(tag, f"tags/{shelf.file}.html", locale) for tag, shelf in shelves if shelf]


def place_in(name: str, path: str | None, locale: Locale, count: int = 0) -> Place:
    """Return a name that leads to a page, with its language."""
    return Place(name, path, count, language_of_name(name, locale))


def day_of(date: str, locale: Locale) -> Day | None:
    """Return a paper's date; None if it is not known."""
    return Day(date, text) if date and (text := _date_text(date, locale)) else None


def people(authors: Sequence[str], locale: Locale) -> str:
    """Return the first authors, and that there are more."""
    names = ", ".join(authors[:NAMED_AUTHORS])
    if len(authors) <= NAMED_AUTHORS:
        return names
    return t(locale, "{names} et al.", names=names)


def prose(text: str) -> list[Markup]:
    """Return the paragraphs of a text, with its addresses as links."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return [_lines(part) for part in paragraphs if part]


def _in_a_row(text: str) -> str:
    """Return a text without breaks; Japanese needs no space where a sentence ends."""
    return _AFTER_SENTENCE.sub("", " ".join(text.split()))


def _lines(paragraph: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in paragraph.split("\n"))


def _linked(text: str) -> Markup:
    parts = _URL.split(inert(text))
    return Markup("").join(_anchor(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def _anchor(text: str) -> Markup:
    url = address(text)
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, text) if url else escape(text)


@lru_cache(maxsize=8192)
def _date_text(date: str, locale: Locale) -> str:
    try:
        parsed: PaperDate = parse_date(date)
    except DayoriError:
        return ""
    return parsed.text(locale)
