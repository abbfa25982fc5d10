"""Chooses the source for a link or an id, and a second one if the first does not know it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote, urlsplit

from bot.domain.arxiv_announcement import Listing
from bot.domain.errors import SourceError, UnknownPaperError
from bot.domain.feed_address import FeedAnswer
from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import Identifiers, identifiers_in, web_address
from bot.domain.metadata import Metadata, make_metadata
from bot.domain.publication import Publication
from bot.domain.text import clean_line
from bot.sources import crossref, webpage
from bot.sources.acl import Acl
from bot.sources.arxiv import Arxiv
from bot.sources.arxiv_listing import ArxivListing
from bot.sources.crossref import Crossref
from bot.sources.feeds import Feeds
from bot.sources.http import LONGEST, Fetcher, Response
from bot.sources.openreview import OpenReview
from bot.sources.parser import Parser
from bot.sources.polls import MayRequest, Polls
from bot.sources.source_errors import another_paper, too_slow, unreadable

_REGISTERED = "doi.org"


class Sources:
    """All sources behind one call. Close it at the end; it also closes the fetcher and the parser."""

    def __init__(
        self,
        fetcher: Fetcher,
        parser: Parser,
        *,
        arxiv_url: str,
        arxiv_listing_url: str,
        crossref_url: str,
        doi_url: str,
        openreview_url: str,
        openreview_site_url: str,
        acl_url: str,
        seconds: float = LONGEST,
    ) -> None:
        self._fetcher, self._parser = fetcher, parser
        self._doi_url, self._seconds = doi_url.rstrip("/"), seconds
        self._arxiv = Arxiv(fetcher, parser, arxiv_url)
        self._listing = ArxivListing(fetcher, parser, arxiv_listing_url)
        self._crossref = Crossref(fetcher, parser, crossref_url)
        self._openreview = OpenReview(fetcher, parser, openreview_url, openreview_site_url)
        self._acl = Acl(fetcher, parser, acl_url)
        self._feeds = Feeds(Polls(fetcher), parser)

    async def look_up(self, source: str) -> Metadata:
        """Return the metadata of a link, an arXiv id or a DOI.

        Raises SourceError with a sentence that says what happened, at the latest after the time limit.
        """
        text = clean_line(source).strip("<>")
        try:
            async with asyncio.timeout(self._seconds):
                return await self._look_up(text, identifiers_in(text))
        except TimeoutError as error:
            raise too_slow(_name_of(text), self._seconds) from error

    async def arxiv_publications(self, ids: Sequence[str]) -> Mapping[str, Publication]:
        """Return what arXiv says of the publication of at most 100 papers, by id. Raises SourceError."""
        return await self._arxiv.publications(ids)

    async def crossref_publication(self, doi: str) -> Publication:
        """Return what Crossref says of the publication of a DOI's work. Raises SourceError."""
        return await self._crossref.publication(doi)

    async def read_feed(self, url: str) -> FeedAnswer:
        """Return an answer with the document that a feed holds now. Raises SourceError."""
        return await self._feeds.read(url)

    async def poll_feed(
        self, url: str, etag: str | None, last_modified: str | None, may_request: MayRequest, seen: str = ""
    ) -> FeedAnswer:
        """Return what the address of a feed answers to a conditional request; a failure is an answer too.

        Entries that were `seen` in an earlier document are left out.
        """
        return await self._feeds.poll(url, etag, last_modified, may_request, seen)

    async def arxiv_listing(self, category: str) -> Listing:
        """Return what arXiv last announced in a category. Raises SourceError."""
        return await self._listing.last(category)

    async def arxiv_recent(self, category: str) -> list[Listing]:
        """Return the new papers of arXiv's last five announcements in a category. Raises SourceError."""
        return await self._listing.recent(category)

    async def arxiv_entries(self, ids: Collection[str]) -> dict[str, FeedEntry]:
        """Return papers as a feed of arXiv would announce them, by id. Raises SourceError."""
        return await self._arxiv.entries(ids)

    async def close(self) -> None:
        """Close all connections and end running parsers."""
        await self._fetcher.close()
        await self._parser.close()

    async def _look_up(self, text: str, ids: Identifiers) -> Metadata:
        if ids.arxiv:
            return await self._arxiv.look_up(ids.arxiv)
        if ids.acl:
            return await self._acl.look_up(ids.acl)
        if ids.openreview:
            return await self._openreview.look_up(ids.openreview)
        if ids.doi:
            return await self._of_doi(ids.doi)
        if url := web_address(text):
            return await self._of_page(url)
        raise unreadable(text[:80])

    async def _of_doi(self, doi: str) -> Metadata:
        try:
            return await self._crossref.look_up(doi)
        except SourceError as first:
            # other agencies (DataCite, JaLC …) answer through doi.org, which otherwise redirects to the paper's page
            try:
                return await self._registered(doi)
            except SourceError as second:
                raise (second if isinstance(first, UnknownPaperError) else first) from first

    async def _registered(self, doi: str) -> Metadata:
        accept = "application/vnd.citationstyles.csl+json, text/html;q=0.5"
        url = f"{self._doi_url}/{quote(doi, safe='/()._-:;')}"
        answer = await self._fetcher.get(url, name=_REGISTERED, accept=accept, own=True)
        if "json" in answer.content_type:
            return await self._parser.one("crossref", answer.body, doi, _REGISTERED, name=_REGISTERED)
        metadata = await self._page(answer)
        if metadata.identifiers.doi not in (None, doi):
            raise another_paper(_name_of(answer.url))
        return make_metadata(links=[f"https://doi.org/{doi}"], identifiers=Identifiers(doi=doi)) | metadata

    async def _of_page(self, url: str) -> Metadata:
        answer = await self._fetcher.get(webpage.page_of(url), page=True, until=_tells_an_id)
        if ids := _of_redirect(answer):
            return await self._look_up(answer.url, ids)
        metadata = await self._page(answer)
        return make_metadata(links=_pages(url, answer.url)) | metadata

    async def _page(self, answer: Response) -> Metadata:
        return await self._parser.one("webpage", answer.body, answer.url, answer.charset, name=_name_of(answer.url))


def _pages(requested: str, final: str) -> list[str]:
    """Return the links of a page: of a file its page and the file, of a short link its target, else the request's."""
    if webpage.page_of(requested) != requested:
        return [final, requested]
    return [requested if urlsplit(requested).hostname == urlsplit(final).hostname else final]


def _tells_an_id(url: str) -> bool:
    return bool(identifiers_in(url).pairs())


def _of_redirect(answer: Response) -> Identifiers | None:
    """Return the ids in the target of a short link that was not followed to its page."""
    return identifiers_in(answer.url) if not answer.body and _tells_an_id(answer.url) else None


def _name_of(text: str) -> str:
    ids = identifiers_in(text)
    names = {"arxiv": "arXiv", "doi": crossref.NAME, "openreview": "OpenReview", "acl": "ACL Anthology"}
    host = urlsplit(web_address(text) or "").hostname
    return next((names[scheme] for scheme, _ in ids.pairs()), host or text[:80])
