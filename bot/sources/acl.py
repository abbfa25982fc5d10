"""ACL Anthology: a paper's page, which has more than its BibTeX and no LaTeX."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.domain.identifiers import Identifiers, address_of, identifiers_in
from bot.domain.metadata import Metadata, make_metadata
from bot.sources import webpage
from bot.sources.html_meta import text_after
from bot.sources.markup import decoded, plain
from bot.sources.source_errors import another_paper

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

NAME = "ACL Anthology"


class Acl:
    """The Anthology at `url`."""

    def __init__(self, fetcher: Fetcher, parser: Parser, url: str) -> None:
        self._fetcher, self._parser, self._url = fetcher, parser, url.rstrip("/")

    async def look_up(self, id: str) -> Metadata:
        """Return the Anthology's metadata of an id. Raises SourceError."""
        answer = await self._fetcher.get(f"{self._url}/{quote(id)}/", name=NAME, page=True, own=True)
        return await self._parser.one("acl", answer.body, id, name=NAME)


def parse(body: bytes, id: str) -> Metadata:
    """Return the paper of an Anthology page. Raises SourceError when it is not one, or is of another paper."""
    address = address_of("acl", id)
    metadata = webpage.parse_citation(body, address, "utf-8", NAME)
    others = [other for link in metadata.links if (other := identifiers_in(link.url).acl)]
    if any(other.lower() != id.lower() for other in others):
        raise another_paper(NAME)
    # The page's description is a line of names and the volume; the abstract is in a box below.
    abstract = text_after(decoded(body, "utf-8"), r'<div class="?[^"<>]{0,80}\bacl-abstract\b[^<>]{0,80}>', "</div")
    facts = make_metadata(
        excerpt=plain(abstract.replace("</h5>", "\n")) if abstract else None,
        links=[address],
        identifiers=Identifiers(acl=id),
    )
    return facts | replace(metadata, excerpt=None)
