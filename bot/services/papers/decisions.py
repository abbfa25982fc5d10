"""The decision on a proposal, as its proposer is told."""

from __future__ import annotations

from typing import Literal, TypeAlias

from bot.i18n import Message, msg

Decision: TypeAlias = Literal["added", "known", "rejected"]
"""`known` means that the proposal was accepted, but the collection had its paper already."""

_MESSAGES: dict[Decision, Message] = {
    "added": msg("Your proposal was added to the papers:"),
    "known": msg("The paper that you proposed was in the collection already:"),
    "rejected": msg("Your proposal was not added this time:"),
}


def acceptance(*, is_new: bool) -> Decision:
    """Return the decision on an accepted proposal, whose paper was new or known."""
    return "added" if is_new else "known"


def decision_message(decision: Decision) -> Message:
    """Return what a proposer is told, to be followed by the paper."""
    return _MESSAGES[decision]
