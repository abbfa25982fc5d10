"""arXiv: papers by id from its API; simultaneous look-ups share one request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.domain.errors import SourceBusyError, SourceError, UnknownPaperError
from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import Identifiers, address_of, arxiv_id, doi, identifiers_in, web_address
from bot.domain.metadata import Metadata, date_in, make_metadata
from bot.domain.paper import Link
from bot.domain.publication import Notice, Publication
from bot.domain.venues import venue_in
from bot.i18n import msg
from bot.sources.markup import unwrapped
from bot.sources.source_errors import another_paper, unreadable

if TYPE_CHECKING:
    from bot.sources.http import Fetcher, Response
    from bot.sources.parser import Parser

NAME = "arXiv"
_MOST_IDS = 100
_ERRORS = "/api/errors"
_OWN_DOIS = "10.48550/"
_LONGEST_REMARK = 500  # characters of a comment or an abstract in which a withdrawal is looked for
_VERSION = re.compile(r"v(\d{1,4})$")
# Not "withdrawn from a conference".
_WITHDRAWN = re.compile(
    r"^\W*(?:this|the) (?:paper|submission|article|manuscript|preprint|work) (?:has been|is|was) withdrawn(?! from)"
    r"|\b(?:paper|submission|article|manuscript|preprint|work) (?:has been|is|was) withdrawn by (?:the |its )?"
    r"(?:authors?|arxiv|submitter)",
    re.IGNORECASE,
)
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

    async def publications(self, ids: Sequence[str]) -> Mapping[str, Publication]:
        """Return what arXiv says of the publication of at most 100 papers, by id; unknown ones are missing.

        Raises SourceError.
        """
        known = {_api_id(id): id for id in ids if _MONTH.match(id.rpartition("/")[2])}
        if not known:
            return {}
        async with self._one:
            answer = await self._answer_of(known)
        found = await self._parser.publications("arxiv_publications", answer.body, name=NAME)
        if found and not {*found} & {*known}:
            raise another_paper(NAME)
        return {known[id]: publication for id, publication in found.items() if id in known}

    async def entries(self, ids: Collection[str]) -> dict[str, FeedEntry]:
        """Return at most 100 papers as a feed would announce them, by id; what arXiv does not know is missing.

        Raises SourceError.
        """
        answer = await self._answer_of(ids)
        document = await self._parser.feed(answer.body, answer.url, answer.charset, name=NAME)
        found = {_api_id(each.metadata.identifiers.arxiv or ""): each for each in document.entries}
        if not found.keys() & set(map(_api_id, ids)) and document.entries:
            first = document.entries[0]
            raise _refused(first.metadata.excerpt or "") if _ERRORS in first.guid else another_paper(NAME)
        return {id: found[_api_id(id)] for id in ids if _api_id(id) in found}

    async def _ask(self) -> None:
        batch = {id: self._waiting.pop(id) for id in [*self._waiting][:_MOST_IDS]}
        answers: Mapping[str, Metadata] = {}
        # the error for waiting callers if this task is cancelled
        failure: SourceError | None = SourceError(msg("{source} did not answer.", source=NAME))
        try:
            answer = await self._answer_of(batch)
            answers = await self._parser.all("arxiv", answer.body, name=NAME)
        except SourceError as error:
            failure = error
        else:
            failure = another_paper(NAME) if answers and not {*answers} & {*map(_api_id, batch)} else None
        finally:
            for id, future in batch.items():
                future.set_result(answers.get(_api_id(id)) or failure or _unknown(id))

    async def _answer_of(self, ids: Collection[str]) -> Response:
        query = urlencode({"id_list": ",".join(map(_api_id, ids)), "max_results": len(ids)}, safe=",/")
        return await self._fetcher.get(f"{self._url}?{query}", name=NAME, accept="application/atom+xml", own=True)


def parse(body: bytes) -> dict[str, Metadata]:
    """Return the papers of an Atom answer by id, without version and without the subject class of old ids.

    Raises SourceError when it is not such an answer, or is an error of arXiv.
    """
    return {_api_id(id): _metadata(id, entry) for id, entry in _entries(body)}


def parse_publications(body: bytes) -> dict[str, Publication]:
    """Return what an Atom answer says of its papers' publication, by the same ids. Raises SourceError."""
    return {_api_id(id): _publication(id, entry) for id, entry in _entries(body)}


def _entries(body: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries of an Atom answer with their ids. Raises SourceError."""
    if body.strip()[:20].lower().startswith(b"rate exceeded"):  # arXiv sends this with status 200
        raise SourceBusyError(msg("{source} is getting too many requests just now.", source=NAME), 60)
    feed = _read(body)
    if not feed.get("version"):
        raise unreadable(NAME)
    for entry in feed.get("entries", ()):
        address = str(entry.get("id", ""))
        if _ERRORS in address:
            raise _refused(unwrapped(str(entry.get("summary", ""))))
        if (id := identifiers_in(address).arxiv or arxiv_id(address)) and entry.get("title"):
            yield id, entry


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
    code = _code(entry)
    return make_metadata(
        title=str(entry["title"]),
        date=date_in(str(entry.get("published", ""))),
        excerpt=excerpt,
        venue=_venue(entry),
        organization=str(entry.get("arxiv_affiliation") or ""),
        authors=[str(author.get("name", "")) for author in entry.get("authors", ())],
        links=[page, page.url.replace("/abs/", "/pdf/"), *code],
        identifiers=Identifiers(arxiv=id, doi=doi(str(entry.get("arxiv_doi", "")))),
    )


def _publication(id: str, entry: Mapping[str, Any]) -> Publication:
    page, version = address_of("arxiv", id), _VERSION.search(str(entry.get("id", "")))
    remarks = (str(entry.get("arxiv_comment") or ""), unwrapped(str(entry.get("summary", "")))[:_LONGEST_REMARK])
    withdrawn = any(_WITHDRAWN.search(unwrapped(remark)[:_LONGEST_REMARK]) for remark in remarks)
    published = doi(str(entry.get("arxiv_doi", "")))
    return Publication(
        version=int(version[1]) if version else 0,
        venue=make_metadata(venue=_venue(entry)).venue,
        doi=None if published and published.startswith(_OWN_DOIS) else published,
        code=next((url for url in _code(entry) if Link(url).is_code and web_address(url) == url), None),
        notices=(Notice("retraction", page),) if withdrawn else (),
    )


def _venue(entry: Mapping[str, Any]) -> str | None:
    remark = str(entry.get("arxiv_comment") or "")
    return unwrapped(str(entry.get("arxiv_journal_ref") or "")) or venue_in(remark)


def _code(entry: Mapping[str, Any]) -> list[str]:
    return _CODE.findall(f"{entry.get('arxiv_comment', '')} {unwrapped(str(entry.get('summary', '')))}")


def _refused(reason: str) -> SourceError:
    return SourceError(msg("{source} answered with an error: {reason}", source=NAME, reason=reason[:200]))


def _api_id(id: str) -> str:
    return re.sub(r"\.[A-Z]{2}/", "/", id)


def _unknown(id: str) -> UnknownPaperError:
    return UnknownPaperError(msg("{source} does not know the paper {id}.", source=NAME, id=id))
