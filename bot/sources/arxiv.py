"""arXiv: papers by id from its API; simultaneous look-ups share one request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.domain.errors import SourceError, UnknownPaperError
from bot.domain.feed_entry import FeedEntry
from bot.domain.metadata import Metadata
from bot.domain.publication import Publication
from bot.i18n import msg
from bot.sources.arxiv_answer import ERRORS, NAME, api_id, refused
from bot.sources.source_errors import another_paper

if TYPE_CHECKING:
    from bot.sources.http import Fetcher, Response
    from bot.sources.parser import Parser

_MOST_IDS = 100
_MONTH = re.compile(r"\d\d(?:0[1-9]|1[0-2])")


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
        known = {api_id(id): id for id in ids if _MONTH.match(id.rpartition("/")[2])}
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
        found = {api_id(each.metadata.identifiers.arxiv or ""): each for each in document.entries}
        if not found.keys() & set(map(api_id, ids)) and document.entries:
            first = document.entries[0]
            raise refused(first.metadata.excerpt or "") if ERRORS in first.guid else another_paper(NAME)
        return {id: found[api_id(id)] for id in ids if api_id(id) in found}

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
            failure = another_paper(NAME) if answers and not {*answers} & {*map(api_id, batch)} else None
        finally:
            for id, future in batch.items():
                future.set_result(answers.get(api_id(id)) or failure or _unknown(id))

    async def _answer_of(self, ids: Collection[str]) -> Response:
        query = urlencode({"id_list": ",".join(map(api_id, ids)), "max_results": len(ids)}, safe=",/")
        return await self._fetcher.get(f"{self._url}?{query}", name=NAME, accept="application/atom+xml", own=True)


def _unknown(id: str) -> UnknownPaperError:
    return UnknownPaperError(msg("{source} does not know the paper {id}.", source=NAME, id=id))
