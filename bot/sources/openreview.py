"""OpenReview: a submission from its API, or from its page if the API refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.domain.dates import PaperDate
from bot.domain.errors import SourceError
from bot.domain.identifiers import Identifiers, address_of
from bot.domain.metadata import Metadata, make_metadata
from bot.domain.venues import venue_of
from bot.sources.source_errors import another_paper, unreadable

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

NAME = "OpenReview"


class OpenReview:
    """OpenReview's API (version 2) at `url`, and its pages at `site_url`."""

    def __init__(self, fetcher: Fetcher, parser: Parser, url: str, site_url: str) -> None:
        self._fetcher, self._parser = fetcher, parser
        self._url, self._site_url = url.rstrip("/").removesuffix("/notes"), site_url.rstrip("/")

    async def look_up(self, id: str) -> Metadata:
        """Return OpenReview's metadata of a forum. Raises SourceError when neither API nor page has it."""
        try:
            answer = await self._fetcher.get(
                f"{self._url}/notes?id={quote(id)}", name=NAME, accept="application/json", own=True
            )
            return await self._parser.one("openreview", answer.body, id, name=NAME)
        except SourceError as refused:
            try:
                return await self._from_page(id)
            except SourceError:
                raise refused from None  # the page often answers with a browser check; the API's error says why

    async def _from_page(self, id: str) -> Metadata:
        page = await self._fetcher.get(f"{self._site_url}/forum?id={quote(id)}", name=NAME, page=True, own=True)
        metadata = await self._parser.one("citation", page.body, page.url, page.charset, NAME, name=NAME)
        return _with_ids(metadata, id)


def parse(body: bytes, id: str) -> Metadata:
    """Return the submission of a JSON answer. Raises SourceError when it is not one, or is of another paper."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable(NAME) from error
    notes = document.get("notes") if isinstance(document, dict) else None
    note = notes[0] if isinstance(notes, list) and notes else None
    if not isinstance(note, dict) or not isinstance(content := note.get("content"), dict):
        raise unreadable(NAME)
    if id not in (note.get("id"), note.get("forum")):
        raise another_paper(NAME)
    if not (title := _text(content, "title")):
        raise unreadable(NAME)
    names = _value(content, "authors")
    metadata = make_metadata(
        title=title,
        date=next((date for key in ("pdate", "odate", "cdate", "tcdate") if (date := _day(note.get(key)))), None),
        venue=venue_of(_text(content, "venue")),
        excerpt=_text(content, "abstract") or _text(content, "TL;DR"),
        authors=[name for name in names if isinstance(name, str)] if isinstance(names, list) else [],
        links=[url for key in ("code", "code_url", "github") if (url := _text(content, key))],
    )
    return _with_ids(metadata, id)


def _with_ids(metadata: Metadata, id: str) -> Metadata:
    page = address_of("openreview", id)
    facts = make_metadata(links=[page, page.replace("/forum?", "/pdf?")], identifiers=Identifiers(openreview=id))
    return facts | metadata


def _value(content: Mapping[str, Any], key: str) -> object:
    value = content.get(key)  # API version 2 wraps each value, version 1 did not
    return value.get("value") if isinstance(value, dict) else value


def _text(content: Mapping[str, Any], key: str) -> str:
    value = _value(content, key)
    return value if isinstance(value, str) else ""


def _day(milliseconds: object) -> PaperDate | None:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)  # type: ignore[operator]
        return PaperDate(moment.year, moment.month, moment.day)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
