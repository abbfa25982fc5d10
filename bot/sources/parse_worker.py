"""A process that parses sources' answers; unlike a thread or a running regular expression, it can be killed."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.domain.arxiv_announcement import Listing, json_of_listing
from bot.domain.errors import FeedElsewhereError, SourceBusyError, SourceError, UnknownPaperError
from bot.domain.feed_entry import FeedDocument, json_of_document
from bot.domain.metadata import Metadata, json_of
from bot.domain.publication import Publication, json_of_publication
from bot.framing import framed, frames
from bot.process_priority import lower_priority
from bot.sources import acl, arxiv_answer, arxiv_listing, crossref, feed_document, openreview, webpage

Parse = Callable[..., Metadata | Mapping[str, Metadata] | Mapping[str, Publication] | FeedDocument | list[Listing]]
SECONDS, MEMORY = 5.0, 2**29
ENTRIES = 50  # of a feed in one part of an answer
_GRACE = 1.0  # seconds after which it ends by itself, in case its parent is gone
PARSERS: Mapping[str, Parse] = {
    "acl": acl.parse,
    "arxiv": arxiv_answer.parse,
    "arxiv-listing": arxiv_listing.parse,
    "arxiv_publications": arxiv_answer.parse_publications,
    "citation": webpage.parse_citation,
    "crossref": crossref.parse,
    "crossref_publication": crossref.parse_publication,
    "feed": feed_document.parse,
    "openreview": openreview.parse,
    "webpage": webpage.parse,
}


def serve(parsers: Mapping[str, Parse] = PARSERS, seconds: float = SECONDS + _GRACE) -> None:
    """Parse one answer after another until the input ends, each within a time limit and all within a memory limit."""
    lower_priority()
    _limit_memory()
    stream = frames(sys.stdin.buffer)
    for request in stream:
        kind, arguments = json.loads(request)
        body = next(stream)
        _limit_time(seconds)
        answer = b"".join(framed(json.dumps(part).encode()) for part in _parts(_answer(parsers[kind], body, arguments)))
        _limit_time(0)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _parts(answer: dict[str, Any]) -> Iterator[Any]:
    """Yield an answer; a feed's entries follow in batches, since reading them all at once would block whoever reads."""
    if "feed" not in answer:
        yield answer
        return
    entries = answer["feed"].pop("entries")
    batches = [entries[start : start + ENTRIES] for start in range(0, len(entries), ENTRIES)]
    yield answer | {"batches": len(batches)}
    yield from batches


def _answer(parse: Parse, body: bytes, arguments: list[str | None]) -> dict[str, Any]:
    try:
        content = parse(body, *arguments)
    except SourceError as error:
        busy = error.seconds if isinstance(error, SourceBusyError) else None
        elsewhere = error.address if isinstance(error, FeedElsewhereError) else None
        is_unknown = isinstance(error, UnknownPaperError)
        return {"failure": error.message.columns(), "busy": busy, "unknown": is_unknown, "elsewhere": elsewhere}
    except Exception as error:  # any exception here is caused by the page
        return {"fault": f"{type(error).__name__}: {error}"[:300]}
    if isinstance(content, FeedDocument):
        return {"feed": json_of_document(content)}
    if isinstance(content, list):
        return {"listings": [json_of_listing(each) for each in content]}
    if isinstance(content, Metadata):
        return {"papers": {"": json_of(content)}}
    publications = {id: json_of_publication(each) for id, each in content.items() if isinstance(each, Publication)}
    papers = {id: json_of(each) for id, each in content.items() if isinstance(each, Metadata)}
    return {"publications": publications} if publications else {"papers": papers}


def _limit_time(seconds: float) -> None:
    """Let the system end this process after some seconds, whatever it is doing; 0 removes the limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no resource limits
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most), most))


if __name__ == "__main__":
    serve()
