"""The decision on a candidate, as its proposer and the curators are told."""

from __future__ import annotations

from typing import Literal, TypeAlias

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Message, msg

ReviewResult: TypeAlias = Literal["added", "known", "rejected"]
"""`known` means that the proposal was accepted, but the collection had its paper already."""
ReviewAction: TypeAlias = Literal["accepted", "rejected", "put off"]

_MESSAGES: dict[ReviewResult, Message] = {
    "added": msg("Your proposal was added to the papers:"),
    "known": msg("The paper that you proposed was in the collection already:"),
    "rejected": msg("Your proposal was not added this time:"),
}
_LONGEST_TITLE = 100


def decision_message(decision: ReviewResult) -> Message:
    """Return what a proposer is told, to be followed by the paper."""
    return _MESSAGES[decision]


def action_message(action: ReviewAction, paper: Paper) -> Message:
    """Return what a curator has just done."""
    title = clip(paper.heading, _LONGEST_TITLE)
    if action == "accepted":
        return msg('Accepted "{title}".', title=title)
    return msg('Rejected "{title}".', title=title) if action == "rejected" else msg('Put "{title}" off.', title=title)


def undo_message(candidate: Candidate, paper: Paper) -> Message:
    """Return what a curator has just taken back on a candidate, given as it was before."""
    title = clip(paper.heading, _LONGEST_TITLE)
    if candidate.decision == "accepted":
        return msg('"{title}" is no longer accepted; it waits again.', title=title)
    if candidate.decision == "rejected":
        return msg('"{title}" is no longer rejected; it waits again.', title=title)
    return msg('"{title}" is no longer put off.', title=title)


def decided_message(candidate: Candidate, paper: Paper, actor: str) -> Message:
    """Return that a candidate was decided on already: what, and by whom."""
    title, name = clip(paper.heading, _LONGEST_TITLE), candidate.decided_by or "?"
    if candidate.decision == "expired":
        return msg('"{title}" is no longer in the inbox, because nobody decided on it in time.', title=title)
    if candidate.decider == actor:
        if candidate.decision == "accepted":
            return msg('You have accepted "{title}" already.', title=title)
        return msg('You have rejected "{title}" already.', title=title)
    if candidate.decision == "accepted":
        return msg('{name} has accepted "{title}" already.', title=title, name=name)
    return msg('{name} has rejected "{title}" already.', title=title, name=name)


def undecided_message(candidate: Candidate, paper: Paper, actor: str) -> Message:
    """Return why nothing on a candidate can be taken back."""
    if candidate.decision:
        return decided_message(candidate, paper, actor)
    return msg('Nobody has decided on "{title}", so there is nothing to undo.', title=clip(paper.heading, 100))
