"""A paper on its way in: from a link to a form, from the form to a paper, kept between the two."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from bot.domain.dates import parse_date
from bot.domain.errors import InputError, NotFoundError, SourceError
from bot.domain.identifiers import Identifiers, address_of, canonical_url, identifiers_in, web_address
from bot.domain.metadata import Metadata
from bot.domain.paper import Link, Paper, edited, make_paper
from bot.domain.text import clean_line
from bot.i18n import Message, msg
from bot.services.library import known_as
from bot.services.ports import Clock, MetadataFinder
from bot.store import drafts
from bot.store.database import Database

_ARXIV_MONTH = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.\d{4,5}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form says, as it was typed; tags are separated by commas or spaces.

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


class Drafts:
    """Begins drafts, keeps them and makes papers of them."""

    def __init__(self, database: Database, clock: Clock, metadata: MetadataFinder) -> None:
        self._database, self._clock, self._metadata = database, clock, metadata
        self._being_kept: dict[tuple[int, str], Draft] = {}
        self._looking: dict[str, asyncio.Task[tuple[Metadata, Message | None]]] = {}

    async def known(self, workspace_id: int, source: str) -> Paper | None:
        """Return the paper that the collection has of that source already. Raises InputError when it is no source."""
        link, ids = read_source(source)
        probe = Paper(id="probe", title=link.url, links=(link,), identifiers=ids)
        async with self._database.read() as connection:
            return await known_as(connection, workspace_id, probe)

    async def keep(self, workspace_id: int, draft: Draft, token: str | None = None) -> str:
        """Keep a draft and return its token."""
        token = token or new_token()
        self._being_kept[workspace_id, token] = draft
        try:
            async with self._database.write() as connection:
                await drafts.save(connection, workspace_id, token, asdict(draft), self._clock())
        finally:
            if self._being_kept.get((workspace_id, token)) is draft:
                del self._being_kept[workspace_id, token]
        return token

    def begin_looking(self, source: str) -> None:
        """Look up meanwhile what a source tells of its paper, so that it is there when the form comes back."""
        if source not in self._looking:
            self._looking[source] = asyncio.create_task(self._found(source))
            self._looking[source].add_done_callback(lambda _: self._looking.pop(source, None))

    async def close(self) -> None:
        """Ask no more; what was being asked is given up."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def is_ready(self, source: str) -> bool:
        """Tell whether what a source tells is at hand, without the network."""
        return source not in self._looking and await self._metadata.cached(source) is not None

    async def prefilled(self, source: str) -> tuple[Draft, Message | None]:
        """Return a draft with what its source tells, and what went wrong in asking it. Raises InputError."""
        draft = begin(source)
        found, problem = await self._found(draft.source)
        date = str(found.date) if found.date else draft.date
        return replace(draft, title=found.title or "", date=date), problem

    async def paper_of(self, draft: Draft) -> Paper:
        """Return the paper of a draft, with what its source tells where the draft leaves it open.

        Raises InputError when something in it cannot be used, or its title is known from nowhere.
        """
        looking = self._looking.get(draft.source)
        found, problem = await (asyncio.shield(looking) if looking else self._found(draft.source))
        if problem and not draft.title.strip():
            raise InputError(msg("{problem} Please type the title yourself.", problem=problem))
        return described(draft, found)

    async def _found(self, source: str) -> tuple[Metadata, Message | None]:
        try:
            return await self._metadata.look_up(source), None
        except SourceError as error:
            return Metadata(), error.message

    async def get(self, workspace_id: int, token: str) -> Draft:
        """Return a kept draft. Raises NotFoundError."""
        if draft := self._being_kept.get((workspace_id, token)):
            return draft
        async with self._database.read() as connection:
            typed = await drafts.get(connection, workspace_id, token)
        if typed is None:
            raise NotFoundError(msg("This draft is no longer kept; start again with /addpaper."))
        return Draft(**typed)

    async def give_up(self, workspace_id: int, token: str) -> None:
        """Forget a draft."""
        async with self._database.write() as connection:
            await drafts.remove(connection, workspace_id, token)


def new_token() -> str:
    """Return a token for a draft that is to be kept."""
    return secrets.token_urlsafe(12)


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
    """Return a draft with what the source itself tells: an arXiv number holds its month. Raises InputError."""
    _, ids = read_source(source)
    found = _ARXIV_MONTH.fullmatch(ids.arxiv or "")
    return Draft(source=clean_line(source), date=f"20{found[1]}-{found[2]}" if found else "")


def described(draft: Draft, found: Metadata) -> Paper:
    """Return the paper of a draft, what it leaves open filled in from what was found. Raises InputError."""
    link, ids = read_source(draft.source)
    title = draft.title.strip() or found.title or ""
    if not clean_line(title):
        raise InputError(msg("The title is missing; copy it from the paper."))
    return make_paper(
        title=title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else found.date,
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
