"""arXiv: papers by id from its API; simultaneous look-ups share one request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.domain.errors import SourceBusyError, SourceError, UnknownPaperError
from bot.domain.identifiers import Identifiers, address_of, arxiv_id, doi, identifiers_in
from bot.domain.metadata import Metadata, date_in, make_metadata
from bot.domain.paper import Link
from bot.domain.venues import venue_in
from bot.i18n import msg
from bot.sources.markup import unwrapped
from bot.sources.source_errors import another_paper, unreadable

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

NAME = "arXiv"
_MOST_BYTES, _MOST_IDS = 1_000_000, 100
_MONTH = re.compile(r"\d\d(?:0[1-9]|1[0-2])")
_CODE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|codeberg\.org)/[\w.~/-]*\w")


class Arxiv:
    """arXiv's API; `url` is its address, with or without the path `/api/query`."""

    def __init__(self, fetcher: Fetcher, parser: Parser, url: str) -> None:
        self._fetcher, self._parser = fetcher, parser
        self._url = re.sub(r"/(?:api(?:/query)?)?$", "", url) + "/api/query"
        self._waiting: dict[str, asyncio.Future[Metadata | SourceError]] = {}
        self._one = asyncio.Lock()

    async def look_up(self, id: str) -> Metadata:
        """Return arXiv's metadata of an id without version. Raises SourceError."""
        if not _MONTH.match(id.rpartition("/")[2]):
            raise _unknown(id)  # an impossible id makes arXiv refuse the whole batch
        future = self._waiting.setdefault(id, asyncio.get_running_loop().create_future())
        async with self._one:
            while not future.done():
                await self._ask()
        if isinstance(answer := future.result(), SourceError):
            raise answer
        return answer

    async def _ask(self) -> None:
        batch = {id: self._waiting.pop(id) for id in [*self._waiting][:_MOST_IDS]}
        answers: Mapping[str, Metadata] = {}
        # the error for waiting callers if this task is cancelled
        failure: SourceError | None = SourceError(msg("{source} did not answer.", source=NAME))
        try:
            query = urlencode({"id_list": ",".join(map(_api_id, batch)), "max_results": len(batch)}, safe=",/")
            answer = await self._fetcher.get(
                f"{self._url}?{query}", name=NAME, accept="application/atom+xml", most=_MOST_BYTES, own=True
            )
            answers = await self._parser.all("arxiv", answer.body, name=NAME)
        except SourceError as error:
            failure = error
        else:
            failure = another_paper(NAME) if answers and not {*answers} & {*map(_api_id, batch)} else None
        finally:
            for id, future in batch.items():
                future.set_result(answers.get(_api_id(id)) or failure or _unknown(id))


def parse(body: bytes) -> dict[str, Metadata]:
    """Return the papers of an Atom answer by id, without version and without the subject class of old ids.

    Raises SourceError when it is not such an answer, or is an error of arXiv.
    """
    if body.strip()[:20].lower().startswith(b"rate exceeded"):  # arXiv sends this with status 200
        raise SourceBusyError(msg("{source} is getting too many requests just now.", source=NAME), 60)
    feed = _read(body)
    if not feed.get("version"):
        raise unreadable(NAME)
    papers = {}
    for entry in feed.get("entries", ()):
        address = str(entry.get("id", ""))
        if "/api/errors" in address:
            raise SourceError(
                msg(
                    "{source} answered with an error: {reason}",
                    source=NAME,
                    reason=unwrapped(str(entry.get("summary", "")))[:200],
                )
            )
        if (id := identifiers_in(address).arxiv or arxiv_id(address)) and entry.get("title"):
            papers[_api_id(id)] = _metadata(id, entry)
    return papers


def _read(body: bytes) -> Mapping[str, Any]:
    import feedparser  # slow to import, and not needed to start

    try:
        # Given text or bytes, feedparser may take them for an address or a file name.
        feed: Mapping[str, Any] = feedparser.parse(BytesIO(body))
    except Exception as error:  # whatever feedparser's own parsers raise
        raise unreadable(NAME) from error
    return feed


def _metadata(id: str, entry: Mapping[str, Any]) -> Metadata:
    excerpt = unwrapped(str(entry.get("summary", "")))
    page = Link(address_of("arxiv", id))
    code = _CODE.findall(f"{entry.get('arxiv_comment', '')} {excerpt}")
    return make_metadata(
        title=str(entry["title"]),
        date=date_in(str(entry.get("published", ""))),
        excerpt=excerpt,
        venue=unwrapped(str(entry.get("arxiv_journal_ref") or "")) or venue_in(str(entry.get("arxiv_comment") or "")),
        organization=str(entry.get("arxiv_affiliation") or ""),
        authors=[str(author.get("name", "")) for author in entry.get("authors", ())],
        links=[page, page.url.replace("/abs/", "/pdf/"), *code],
        identifiers=Identifiers(arxiv=id, doi=doi(str(entry.get("arxiv_doi", "")))),
    )


def _api_id(id: str) -> str:
    return re.sub(r"\.[A-Z]{2}/", "/", id)


def _unknown(id: str) -> UnknownPaperError:
    return UnknownPaperError(msg("{source} does not know the paper {id}.", source=NAME, id=id))
