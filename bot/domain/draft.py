"""A paper on its way in: what a form says of it, what its source tells without the network, and what both make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers, address_of, canonical_url, identifiers_in, web_address
from bot.domain.metadata import Metadata
from bot.domain.paper import Link, Paper, edited, make_paper
from bot.domain.text import clean_line
from bot.i18n import msg

_ARXIV_MONTH = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.\d{4,5}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form says, as it was typed; tags are separated by commas or spaces.

    A title or a date that is empty is left to the source; a form that shows what that tells meanwhile (`as_form`) and
    comes back with it untouched leaves it so (`filled_in`).
    A form that changes a paper names it and the version that its writer saw (`version`, ISO 8601); one that changes a
    proposal names that; `apart` says that it is another paper than one of the same title.
    """

    source: str
    headline: str = ""
    title: str = ""
    date: str = ""
    comment: str = ""
    tags: str = ""
    paper_id: str = ""
    version: str = ""
    candidate: int = 0
    apart: bool = False

    @property
    def seen(self) -> datetime | None:
        """Return when the version that the writer saw was made."""
        return datetime.fromisoformat(self.version) if self.version else None


def read_source(source: str) -> tuple[Link, Identifiers]:
    """Return the link and ids that an arXiv id or link, a DOI or any web address tells without the network.

    Raises InputError when it is none of them.
    """
    text = clean_line(source).strip("<>")
    ids = identifiers_in(text)
    if url := web_address(text):
        return Link(url), ids
    if pair := next(iter(ids.pairs()), None):
        return Link(address_of(*pair)), ids
    raise InputError(
        msg(
            '"{source}" is neither a link, an arXiv id nor a DOI; write it like https://arxiv.org/abs/1706.03762.',
            source=text[:80],
        )
    )


def begin(source: str) -> Draft:
    """Return the draft of a source. Raises InputError."""
    read_source(source)
    return Draft(source=clean_line(source))


def as_form(draft: Draft, told: Metadata | Paper | None = None) -> Draft:
    """Return a draft as its form shows it: what it leaves to its source as far as that is known."""
    if draft.paper_id or draft.candidate:
        return draft
    date = (told.date if told else None) or _month_of(read_source(draft.source)[1])
    return replace(draft, title=draft.title or (told.title if told else "") or "", date=draft.date or str(date or ""))


def filled_in(draft: Draft, shown: Draft, typed: Mapping[str, str]) -> Draft:
    """Return a draft with what was typed into its form; what stands there as it was shown stays as it was."""
    touched: dict[str, Any] = {name: text for name, text in typed.items() if text != getattr(shown, name)}
    return replace(draft, **touched)


def _month_of(ids: Identifiers) -> PaperDate | None:
    """Return the month that an arXiv number tells."""
    found = _ARXIV_MONTH.fullmatch(ids.arxiv or "")
    return PaperDate(2000 + int(found[1]), int(found[2])) if found else None


def described(draft: Draft, found: Metadata) -> Paper:
    """Return the paper of a draft, what it leaves open filled in from what was found. Raises InputError."""
    link, ids = read_source(draft.source)
    title = draft.title.strip() or found.title or ""
    if not clean_line(title):
        raise InputError(msg("The title is missing; copy it from the paper."))
    return make_paper(
        title=title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else found.date or _month_of(ids | found.identifiers),
        comment=draft.comment,
        excerpt=found.excerpt,
        organization=found.organization,
        authors=found.authors,
        links=[link, *found.links],
        tags=split_tags(draft.tags),
        identifiers=ids | found.identifiers,
    )


def new_link(paper: Paper, source: str) -> Link | None:
    """Return the link of a source that a paper does not have yet, None when it tells nothing new. Raises InputError."""
    link, ids = read_source(source)
    known = {canonical_url(each) for each in (paper.url or "", *(each.url for each in paper.links))}
    is_known = canonical_url(link.url) in known or (
        ids != Identifiers() and ids | paper.identifiers == paper.identifiers
    )
    return None if is_known else link


def change_of(paper: Paper) -> Draft:
    """Return a draft that changes a paper, with what it says today."""
    return Draft(
        source=paper.url or "",
        headline=paper.headline or "",
        title=paper.title,
        date=str(paper.date or ""),
        comment=paper.comment or "",
        tags=_tags_as_typed(paper.tags),
        paper_id=paper.id,
        version=paper.updated_at.isoformat() if paper.updated_at else "",
    )


def changed(paper: Paper, draft: Draft) -> Paper:
    """Return the paper as a draft changes it. Raises InputError when something in the draft cannot be used."""
    return edited(
        paper,
        title=draft.title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else None,
        comment=draft.comment,
        tags=split_tags(draft.tags),
    )


def split_tags(text: str) -> list[str]:
    """Return the tags of a line; they may hold spaces only where commas separate them."""
    parts = re.split(r"[,、，]" if re.search("[,、，]", text) else r"\s+", text)
    return [tag for part in parts if (tag := part.strip().lstrip("#＃"))]


def _tags_as_typed(tags: Sequence[str]) -> str:
    """Return the line that `split_tags` reads as these tags; a single one with a space needs a comma to stay one."""
    return ", ".join(tags) + ("," if len(tags) == 1 and " " in tags[0] else "")
