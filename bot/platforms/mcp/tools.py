"""The tools themselves: each calls one service and answers with JSON values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.candidate import proposed_paper
from bot.domain.draft import draft_of
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.formats.json import columns_of
from bot.i18n import Locale, Message, msg
from bot.platforms.mcp.arguments import (
    GetArguments,
    ProposeArguments,
    RecentEditionsArguments,
    SearchArguments,
)
from bot.services.bundle import Services
from bot.services.digests.past_editions import PastEdition
from bot.services.papers.outcomes import SameTitle, Saved
from bot.services.papers.submitter import Submitter
from bot.services.rate_limit import ADDITION_COST, COST

_LONGEST_TEXT, _MOST_AUTHORS = 1_000, 30  # in a list of papers; `get` tells all
Answer = dict[str, Any]


class Tools:
    """What an assistant may do in one workspace, in the name of `assistant`, who is no curator."""

    def __init__(self, services: Services, workspace: int, assistant: str, actor: str) -> None:
        self._services, self._workspace = services, workspace
        self._by = Submitter(assistant, actor, services.locale, is_curator=False, is_assistant=True)

    async def search(self, arguments: SearchArguments) -> Answer:
        """Search the collection."""
        self._spend(COST)
        lookup, limit, offset = self._services.lookup, arguments.limit, arguments.offset
        results = await lookup.find(self._workspace, arguments.query, limit=limit, offset=offset)
        return {
            "query": results.query,
            "total": results.total,
            "suggestion": results.suggestion,
            "results": [_short(each.paper) | {"score": round(each.hit.score, 4)} for each in results.results],
        }

    async def get(self, arguments: GetArguments) -> Answer:
        """Return one paper whole. Raises NotFoundError."""
        self._spend(COST)
        return columns_of(await self._services.lookup.get(self._workspace, arguments.id))

    async def recent_editions(self, arguments: RecentEditionsArguments) -> Answer:
        """Return the newest editions that the team received."""
        self._spend(COST)
        editions = await self._services.past_editions.newest(self._workspace, arguments.limit)
        return {"editions": [_edition(each, self._services.zone) for each in editions]}

    async def propose(self, arguments: ProposeArguments) -> Answer:
        """Put a paper into the inbox, where a curator decides. Raises InputError where it cannot be completed."""
        self._spend(ADDITION_COST)
        submission, draft = self._services.submission, draft_of(arguments.source)
        earlier = await submission.find_earlier(self._workspace, arguments.source, self._by)
        if isinstance(earlier, Paper):
            return self._outcome("known", None, _KNOWN, earlier)
        if earlier:
            return self._outcome("waiting", earlier.number, _WAITING, proposed_paper(earlier))
        texts = arguments.model_dump(include={"headline", "comment", "title", "date"})
        draft = replace(draft, tags=",".join([*arguments.tags, ""]) if arguments.tags else "", **texts)
        paper = await self._services.drafts.complete(draft, self._by.actor)
        outcome = await submission.add(self._workspace, draft, paper, self._by)
        match outcome:
            case Saved():
                return self._outcome("known", None, _KNOWN, outcome.paper)
            case SameTitle():
                return self._outcome("same_title", None, _SAME_TITLE, outcome.paper)
            case _ if outcome.waiting:
                return self._outcome("waiting", outcome.number, _WAITING, proposed_paper(outcome.waiting))
        return self._outcome("proposed", outcome.number, _PROPOSED, paper)

    def _outcome(self, outcome: str, number: int | None, message: Message, paper: Paper) -> Answer:
        locale: Locale = self._services.locale
        return {"outcome": outcome, "number": number, "message": message.text(locale), "paper": columns_of(paper)}

    def _spend(self, cost: float) -> None:
        self._services.rate_limit.spend(self._by.actor, cost)


_PROPOSED = msg("It waits in the inbox until a curator decides.")
_WAITING = msg("It was proposed already and waits in the inbox until a curator decides.")
_KNOWN = msg("This paper is in the collection already.")
_SAME_TITLE = msg("The collection has a paper with this title already, under other ids; a person has to look at it.")


def _short(paper: Paper) -> Answer:
    """Return a paper's JSON values for a list, long texts and lists of authors cut."""
    columns = columns_of(paper)
    for name in ("comment", "excerpt"):
        columns[name] = columns[name] and clip(columns[name], _LONGEST_TEXT)
    if len(paper.authors) > _MOST_AUTHORS:
        columns["authors"] = [*paper.authors[:_MOST_AUTHORS], "…"]
    return columns


def _edition(edition: PastEdition, zone: ZoneInfo) -> Answer:
    return {
        "subscription": edition.outline.subscription,
        "edition": edition.outline.number,
        "date": edition.outline.composed_at.astimezone(zone).date().isoformat(),
        "reason": edition.outline.reason,
        "papers": [_short(paper) for paper in edition.papers],
    }
