"""Feeds: fetched by the one fetcher, with its limits and rates, and read in the parsing process."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.errors import SourceError, UnknownPaperError
from bot.domain.feed_entry import FeedDocument
from bot.i18n import msg

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, application/json;q=0.8, */*;q=0.1"


class Feeds:
    """Reads feeds."""

    def __init__(self, fetcher: Fetcher, parser: Parser) -> None:
        self._fetcher, self._parser = fetcher, parser

    async def read(self, url: str) -> FeedDocument:
        """Return what a feed holds now. Raises SourceError with a sentence that says what happened."""
        name = urlsplit(url).hostname or url[:80]
        try:
            answer = await self._fetcher.get(url, accept=_ACCEPT)
        except UnknownPaperError as error:
            raise SourceError(msg("{source} has no feed at this address.", source=name)) from error
        return await self._parser.feed(answer.body, answer.url, answer.charset, name=name)
