"""A waiting candidate as a curator sees it, and the draft with which its form begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft, edit_draft
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, Message, Say, msg, t, tn

_LONGEST_NAMES = 300  # of the feeds that found one paper; a message has no room for a hundred


class Proposal(NamedTuple):
    """A waiting candidate: the paper in its proposer's name, and how many `others` wait.

    `same_title` is a paper of that title which the collection has under other ids.
    """

    candidate: Candidate
    paper: Paper
    others: int
    same_title: Paper | None

    def text(self, locale: Locale, say: Say) -> str:
        """Return the lines above the paper."""
        return "\n".join(self._lines(locale, say))

    def _lines(self, locale: Locale, say: Say) -> Iterator[str]:
        candidate = self.candidate
        if not candidate.is_find:
            yield say(msg("Proposed by {name}.", name=candidate.proposed_by or "?"), locale)
        if candidate.feeds:
            names = clip(t(locale, " and ").join(candidate.feeds), _LONGEST_NAMES)
            yield say(msg("Found by {feeds}.", feeds=names), locale)
        elif candidate.is_find:
            yield say(msg("Found by a feed that has been removed since."), locale)
        if candidate.score is not None:
            yield say(_score_message(candidate), locale)
        if candidate.later_at:
            yield say(msg("It was put off on {when}.", when=candidate.later_at), locale)
        if self.others:
            yield tn(locale, "{n} more is waiting.", "{n} more are waiting.", self.others)
        if self.same_title:
            id = self.same_title.id
            yield say(msg("The collection has a paper with this title already, under other ids: {id}", id=id), locale)


def _score_message(candidate: Candidate) -> Message:
    """Return how likely the team accepts a find, with what speaks for it and, after a minus, against it."""
    percent = round(100 * (candidate.score or 0))
    pros = ", ".join(each.text for each in candidate.reasons if each.is_for)
    cons = ", ".join(f"−{each.text}" for each in candidate.reasons if not each.is_for)
    if reasons := f"{pros} ({cons})" if pros and cons else pros or cons:
        return msg("Recommended {percent}%: {reasons}", percent=percent, reasons=reasons)
    return msg("Recommended {percent}%", percent=percent)


def candidate_draft(candidate: Candidate, paper: Paper) -> Draft:
    """Return a draft that changes the paper of a candidate, filled with the candidate's values."""
    source = str(candidate.form.get("source") or paper.url or "")
    draft = replace(edit_draft(paper), source=source, paper_id="", version="")
    return replace(draft, candidate=candidate.number, is_find=candidate.is_find)
