"""A paper on its way in: from a link to a form, from the form to a paper, kept between the two."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass

from bot.domain.dates import parse_date
from bot.domain.errors import InputError, NotFoundError
from bot.domain.identifiers import Identifiers, address_of, identifiers_in, web_address
from bot.domain.paper import Link, Paper, make_paper
from bot.domain.text import clean_line
from bot.i18n import msg
from bot.services.library import known_as
from bot.services.ports import Clock
from bot.store import drafts
from bot.store.database import Database

_ARXIV_MONTH = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.\d{4,5}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form says, as it was typed; tags are separated by commas or spaces."""

    source: str
    headline: str = ""
    title: str = ""
    date: str = ""
    comment: str = ""
    tags: str = ""


class Drafts:
    """Begins drafts, keeps them and makes papers of them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def known(self, workspace_id: int, source: str) -> Paper | None:
        """Return the paper that the collection has of that source already. Raises InputError when it is no source."""
        link, ids = read_source(source)
        probe = Paper(id="probe", title=link.url, links=(link,), identifiers=ids)
        async with self._database.read() as connection:
            return await known_as(connection, workspace_id, probe)

    async def keep(self, workspace_id: int, draft: Draft, token: str | None = None) -> str:
        """Keep a draft and return its token."""
        token = token or secrets.token_urlsafe(12)
        async with self._database.write() as connection:
            await drafts.save(connection, workspace_id, token, asdict(draft), self._clock())
        return token

    async def get(self, workspace_id: int, token: str) -> Draft:
        """Return a kept draft. Raises NotFoundError."""
        async with self._database.read() as connection:
            typed = await drafts.get(connection, workspace_id, token)
        if typed is None:
            raise NotFoundError(msg("This draft is no longer kept; start again with /addpaper."))
        return Draft(**typed)

    async def give_up(self, workspace_id: int, token: str) -> None:
        """Forget a draft."""
        async with self._database.write() as connection:
            await drafts.remove(connection, workspace_id, token)


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


def paper_of(draft: Draft) -> Paper:
    """Make the paper that a draft describes. Raises InputError when something in it cannot be used."""
    link, ids = read_source(draft.source)
    if not clean_line(draft.title):
        raise InputError(msg("The title is missing; copy it from the paper."))
    return make_paper(
        title=draft.title,
        headline=draft.headline,
        date=parse_date(draft.date) if draft.date.strip() else None,
        comment=draft.comment,
        links=[link],
        tags=split_tags(draft.tags),
        identifiers=ids,
    )


def split_tags(text: str) -> list[str]:
    """Return the tags of a line; they may hold spaces only where commas separate them."""
    parts = re.split(r"[,、，]" if re.search("[,、，]", text) else r"\s+", text)
    return [tag for part in parts if (tag := part.strip().lstrip("#＃"))]
