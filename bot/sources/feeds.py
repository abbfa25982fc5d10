"""Feeds: fetched by the one fetcher, with its limits and rates, and read in the parsing process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.domain.errors import SourceBusyError, SourceError, SourceSettingError
from bot.domain.feed_address import FeedAnswer
from bot.domain.feed_entry import FeedDocument
from bot.i18n import Message, msg
from bot.sources.http import UnsentError
from bot.sources.parser import Parser
from bot.sources.polls import MayRequest, PollResponse, Polls, PostponedError

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_LONGEST_VALIDATOR = 1000
_UNSENT = (UnsentError, SourceSettingError)
_ENDS = (b"</rss>", b"</feed>", b"</rdf:rdf>")


class Feeds:
    """Reads feeds."""

    def __init__(self, polls: Polls, parser: Parser) -> None:
        self._polls, self._parser = polls, parser

    async def read(self, url: str) -> FeedAnswer:
        """Return an answer with the document that a feed holds now.

        Raises SourceError with a sentence that says what happened.
        """
        poll = await self._polls.poll(url, _ACCEPT, {}, _anywhere)
        if poll.status != 200:
            raise SourceError(_failure(poll.status, _name_of(poll)))
        return _answer(poll, await self._document(poll))

    async def poll(
        self, url: str, etag: str | None, last_modified: str | None, may_request: MayRequest, seen: str = ""
    ) -> FeedAnswer:
        """Return what an address answers when asked only for what changed since these validators were given out.

        Entries that were `seen` in an earlier document are left out.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in validators.items() if value}
        try:
            poll = await self._polls.poll(url, _ACCEPT, headers, may_request)
        except SourceBusyError as error:
            return FeedAnswer(failure=error.message, retry_after=str(int(error.seconds) + 1), was_sent=False)
        except PostponedError as error:
            return FeedAnswer(failure=error.message, is_postponed=True)
        except SourceError as error:
            return FeedAnswer(failure=error.message, was_sent=not isinstance(error, _UNSENT))
        return await self._read(poll, seen)

    async def _read(self, poll: PollResponse, seen: str) -> FeedAnswer:
        if poll.status == 304:
            return _answer(poll)
        if poll.status != 200:
            retry_after = poll.headers.get("Retry-After")
            return FeedAnswer(poll.status, failure=_failure(poll.status, _name_of(poll)), retry_after=retry_after)
        try:
            document = await self._document(poll, seen)
        except SourceError as error:  # without its validators, so that the next answer is not "not modified"
            return FeedAnswer(poll.status, failure=error.message)
        return _answer(poll, document)

    async def _document(self, poll: PollResponse, seen: str = "") -> FeedDocument:
        response = poll.response
        return await self._parser.feed(response.body, response.url, response.charset, name=_name_of(poll), seen=seen)


async def _anywhere(host: str) -> bool:
    return True


def _name_of(poll: PollResponse) -> str:
    return urlsplit(poll.response.url).hostname or poll.response.url[:80]


def _answer(poll: PollResponse, document: FeedDocument | None = None) -> FeedAnswer:
    if document and document.is_broken and not poll.response.body.rstrip().lower().endswith(_ENDS):
        # it ended early, so its validators are left out too
        return FeedAnswer(poll.status, document, max_age=_max_age(poll.headers), moved=poll.moved)
    return FeedAnswer(
        poll.status,
        document,
        etag=_validator(poll.headers, "ETag"),
        last_modified=_validator(poll.headers, "Last-Modified"),
        max_age=_max_age(poll.headers),
        moved=poll.moved,
    )


def _validator(headers: Mapping[str, str], name: str) -> str | None:
    """Return a validator as it came; one that no header could carry back is as good as none."""
    value = headers.get(name) or ""
    is_usable = value.isprintable() and len(value) <= _LONGEST_VALIDATOR
    return value or None if is_usable else None


def _max_age(headers: Mapping[str, str]) -> int | None:
    match = _MAX_AGE.search(headers.get("Cache-Control", "")[:_LONGEST_VALIDATOR])
    return int(match[1]) if match else None


def _failure(status: int, name: str) -> Message:
    if status == 410:
        return msg("{source} answered that this feed is gone for good (410).", source=name)
    if status == 404:
        return msg("{source} has no feed at this address.", source=name)
    if status == 429:
        return msg("{source} wants fewer requests (429).", source=name)
    if status >= 500:
        return msg("{source} is out of order ({status}).", source=name, status=status)
    return msg("{source} refused to answer ({status}).", source=name, status=status)
