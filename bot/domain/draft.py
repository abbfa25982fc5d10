"""A draft of a paper: a form's values, what its source says without the network, and the paper made from both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers, address_of, canonical_url, identifiers_in, web_address
from bot.domain.metadata import Metadata
from bot.domain.paper import Link, Paper, make_paper, with_changes
from bot.domain.text import clean_line
from bot.i18n import msg

_ARXIV_MONTH = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.\d{4,5}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A form's values as typed; tags are separated by commas or spaces.

    An empty title or date is taken from the source. A form may show the source's value (`prefilled`); if it is
    submitted unchanged, the draft's field stays empty (`with_answers`). Links (each after its name) and authors are one
    per line; None means that the field was not opened, so the paper's value stays.

    A draft that edits a paper holds its id and the version that was shown (`version`, ISO 8601); one that edits a
    candidate holds the number of that. `allow_same_title` confirms that another paper has the same title. `is_find`
    means that the candidate is a feed's find, whose form accepts it as typed.
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
    allow_same_title: bool = False
    links: str | None = None
    authors: str | None = None
    organization: str | None = None
    venue: str | None = None
    is_find: bool = False

    @property
    def is_addition(self) -> bool:
        """Return whether it adds a paper, rather than editing one or a candidate."""
        return not (self.paper_id or self.candidate)

    @property
    def version_seen(self) -> datetime | None:
        """Return the time of the version that was shown."""
        return datetime.fromisoformat(self.version) if self.version else None


# Former names of fields, which stored drafts and the fingerprints on buttons of sent messages still use.
_STORED_NAMES = {"allow_same_title": "apart"}
_NEWER = frozenset({"is_find"})  # fields that are left out while empty, so that those fingerprints stay as they are


def form_of(draft: Draft) -> dict[str, Any]:
    """Return a draft as JSON values."""
    form = asdict(draft).items()
    return {_STORED_NAMES.get(name, name): value for name, value in form if value or name not in _NEWER}


def draft_from(form: Mapping[str, Any]) -> Draft:
    """Return the draft from JSON values."""
    return Draft(**{name: form[key] for name in Draft.__slots__ if (key := _STORED_NAMES.get(name, name)) in form})


def read_source(source: str) -> tuple[Link, Identifiers]:
    """Return the link and the ids in an arXiv id or link, a DOI or any web address, without the network.

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


def draft_of(source: str) -> Draft:
    """Return the draft of a source. Raises InputError."""
    read_source(source)
    return Draft(source=clean_line(source))


def bare_paper(source: str) -> Paper:
    """Return a paper that has only a source's link and ids, to find the same work by. Raises InputError."""
    link, ids = read_source(source)
    return Paper(id="bare", title=link.url, links=(link,), identifiers=ids)


def prefilled(draft: Draft, values: Metadata | Paper | None = None) -> Draft:
    """Return a draft as its form shows it, with the source's values as far as they are known."""
    if not draft.is_addition:
        return _with_details(draft, values) if isinstance(values, Paper) and not draft.is_find else draft
    date = (values.date if values else None) or _month_of(read_source(draft.source)[1])
    return replace(
        draft, title=draft.title or (values.title if values else "") or "", date=draft.date or str(date or "")
    )


def with_answers(draft: Draft, form: Draft, answers: Mapping[str, str]) -> Draft:
    """Return a draft with the answers to its form; values that are as the form showed them change nothing."""
    changes: dict[str, Any] = {name: text for name, text in answers.items() if text != getattr(form, name)}
    return replace(draft, **changes)


def _with_details(draft: Draft, paper: Paper) -> Draft:
    """Return a draft with its unopened fields of the second form set to the paper's values."""
    details: dict[str, Any] = {
        "links": "\n".join(" ".join(filter(None, (link.label, link.url))) for link in paper.links),
        "authors": "\n".join(paper.authors),
        "organization": paper.organization or "",
        "venue": paper.venue or "",
    }
    return replace(draft, **{name: text for name, text in details.items() if getattr(draft, name) is None})


def _month_of(ids: Identifiers) -> PaperDate | None:
    """Return the month in an arXiv id."""
    match = _ARXIV_MONTH.fullmatch(ids.arxiv or "")
    return PaperDate(2000 + int(match[1]), int(match[2])) if match else None


def complete(draft: Draft, metadata: Metadata) -> Paper:
    """Return the paper of a draft, with its empty fields filled from the metadata. Raises InputError."""
    link, ids = read_source(draft.source)
    title = draft.title.strip() or metadata.title or ""
    if not clean_line(title):
        raise InputError(msg("The title is missing; copy it from the paper."))
    return make_paper(
        title=title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else metadata.date or _month_of(ids | metadata.identifiers),
        comment=draft.comment,
        excerpt=metadata.excerpt,
        venue=metadata.venue,
        organization=metadata.organization,
        authors=metadata.authors,
        links=[link, *metadata.links],
        tags=split_tags(draft.tags),
        identifiers=ids | metadata.identifiers,
    )


def new_link(paper: Paper, source: str) -> Link | None:
    """Return a source's link if the paper does not have it yet, else None. Raises InputError."""
    link, ids = read_source(source)
    addresses = {canonical_url(each) for each in (paper.url or "", *(each.url for each in paper.links))}
    is_known = canonical_url(link.url) in addresses or (
        ids != Identifiers() and ids | paper.identifiers == paper.identifiers
    )
    return None if is_known else link


def edit_draft(paper: Paper) -> Draft:
    """Return a draft that edits a paper, filled with its current values."""
    return Draft(
        source=paper.url or "",
        headline=paper.headline or "",
        title=paper.title,
        date=str(paper.date or ""),
        comment=paper.comment or "",
        tags=join_tags(paper.tags),
        paper_id=paper.id,
        version=paper.updated_at.isoformat() if paper.updated_at else "",
    )


def apply_draft(paper: Paper, draft: Draft) -> Paper:
    """Return the paper with a draft's changes. Raises InputError when a value is invalid."""
    new: dict[str, Any] = {}
    if draft.links is not None:
        paper = with_links(paper, read_links(draft.links))
    if draft.authors is not None:
        new["authors"] = draft.authors.splitlines()
    if draft.organization is not None:
        new["organization"] = draft.organization
    if draft.venue is not None:
        new["venue"] = draft.venue
    return with_changes(
        paper,
        **new,
        title=draft.title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else None,
        comment=draft.comment,
        tags=paper.tags if draft.tags == join_tags(paper.tags) else split_tags(draft.tags),
    )


def with_links(paper: Paper, links: Sequence[Link]) -> Paper:
    """Return the paper with other links, without the ids that only the removed links contained. Raises InputError."""
    old, new = (
        {pair for link in links_before_or_after for pair in identifiers_in(link.url).pairs()}
        for links_before_or_after in (paper.links, links)
    )
    removals = {scheme: None for scheme, name in paper.identifiers.pairs() if (scheme, name) in old - new}
    return with_changes(paper, links=links, identifiers=replace(paper.identifiers, **removals))


def read_links(text: str) -> list[Link]:
    """Return the links in a text, one per line: an optional name, then the address. Raises InputError."""
    return [_read_link(line) for line in text.splitlines() if line.strip()]


def _read_link(line: str) -> Link:
    *label, address = clean_line(line).split(" ")
    if url := web_address(address.strip("<>")):
        return Link(url, " ".join(label) or None)
    raise InputError(
        msg(
            '"{line}" is not a link; write one per line, after its name: code https://github.com/microsoft/unilm',
            line=clean_line(line)[:80],
        )
    )


def split_tags(text: str) -> list[str]:
    """Return the tags in a line; they may contain spaces only if commas separate them."""
    parts = re.split(r"[,、，]" if re.search("[,、，]", text) else r"\s+", text)
    return [tag for part in parts if (tag := part.strip().lstrip("#＃"))]


def join_tags(tags: Sequence[str]) -> str:
    """Return the line that `split_tags` reads as these tags; a single tag with a space gets a comma."""
    return ", ".join(tags) + ("," if len(tags) == 1 and " " in tags[0] else "")
