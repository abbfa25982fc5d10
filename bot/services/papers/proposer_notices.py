"""Tells proposers what became of their proposals: each on their own platform, wherever it was decided."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bot.domain.candidate import Candidate
from bot.domain.errors import DayoriError, RetryLaterError, UnknownOutcomeError
from bot.domain.paper import Paper
from bot.i18n import Locale, Message, closest, msg
from bot.services.papers.decision_text import ReviewResult, decision_message
from bot.services.ports import Publisher, Renderer

PAUSES = (1.0, 4.0)  # seconds between the attempts at one notice
_LONGEST_PAUSE = 30.0  # seconds that a platform may ask to wait; the curator is told after a longer one
_log = structlog.get_logger()


class ProposerNotices:
    """Direct messages to proposers, through the platforms that are connected in this process."""

    def __init__(self, locale: Locale, renderers: Mapping[str, Renderer], pauses: Sequence[float] = PAUSES) -> None:
        self._locale, self._renderers, self._pauses = locale, renderers, pauses
        self._publishers: dict[str, Publisher] = {}

    def connect(self, platform: str, publisher: Publisher) -> None:
        """Tell the proposers of a platform through this publisher from now on."""
        self._publishers[platform] = publisher

    def disconnect(self, platform: str) -> None:
        """Stop telling the proposers of a platform."""
        self._publishers.pop(platform, None)

    async def tell(self, candidate: Candidate, paper: Paper, decision: ReviewResult) -> Message | None:
        """Tell a proposer of a decision in their language; return that they were not told, None if they were.

        A proposer who belongs to no chat platform is not told.
        """
        platform = candidate.platform
        if platform not in self._renderers:
            return None
        if platform not in self._publishers:
            return untold(candidate, msg("There is no connection to {platform} here.", platform=platform.capitalize()))
        try:
            await self._send(candidate, paper, decision)
        except DayoriError as error:
            _log.info("a proposer was not told", proposer=candidate.proposer, reason=str(error))
            if isinstance(error, UnknownOutcomeError):
                return msg(
                    "{name} may not have been told: {reason}", name=candidate.proposed_by or "?", reason=error.message
                )
            return untold(candidate, error.message)
        return None

    async def _send(self, candidate: Candidate, paper: Paper, decision: ReviewResult) -> None:
        """Send the notice; it is sent again only where the platform surely drops a second one."""
        publisher = self._publishers[candidate.platform]
        locale = closest(candidate.locale or "", self._locale)
        payload = self._renderers[candidate.platform].notice(decision_message(decision), paper, locale)
        for pause in self._pauses:
            try:
                await publisher.tell(candidate.proposer or "", payload, f"{decision} {candidate.number}")
                return
            except RetryLaterError as error:
                if error.is_global or error.seconds > _LONGEST_PAUSE:
                    raise
                await asyncio.sleep(error.seconds)
            except UnknownOutcomeError:
                if not publisher.nonce_memory:
                    raise
                await asyncio.sleep(pause)
        await publisher.tell(candidate.proposer or "", payload, f"{decision} {candidate.number}")


def untold(candidate: Candidate, reason: Message) -> Message:
    """Return that a proposer was not told, and why."""
    return msg("{name} was not told: {reason}", name=candidate.proposed_by or "?", reason=reason)
