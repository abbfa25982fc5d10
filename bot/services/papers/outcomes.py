"""What became of a draft, a submitted paper or a candidate, and the sentences that say so on every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.i18n import Locale, Message, Say, msg, t

if TYPE_CHECKING:
    from bot.domain.draft import Draft
    from bot.services.papers.decision_text import ReviewResult
    from bot.services.papers.proposal import Proposal


class Preview(NamedTuple):
    """The paper that a draft would become; a button with the fingerprint saves the draft only as it was shown."""

    draft: Draft
    paper: Paper
    fingerprint: str


class UnfinishedDraft(NamedTuple):
    """A draft that cannot become a paper yet, and what is wrong with it."""

    draft: Draft
    problem: Message


class Saved(NamedTuple):
    """The paper as the collection has it: added or changed by this, or already there (`is_new` is false).

    `is_repeated` means that the draft had been saved before; `candidate` is the proposal that was decided on, and
    `comment` the token of a draft that would copy the proposal's comment.
    """

    paper: Paper
    is_new: bool = True
    is_repeated: bool = False
    candidate: Candidate | None = None
    comment: str = ""

    @property
    def acceptance(self) -> Acceptance:
        """Return what became of the candidate that was accepted by this."""
        return Acceptance(self.paper, self.is_new, self.comment)


class Proposed(NamedTuple):
    """The number of the proposal; `is_repeated` means that the paper had been proposed before.

    `waiting` is the earlier proposal for the same work; then nothing was written.
    """

    number: int
    is_repeated: bool = False
    waiting: Candidate | None = None


class SameTitle(NamedTuple):
    """Another paper of this title with other ids; nothing was written."""

    paper: Paper


class Stale(NamedTuple):
    """The submitted version is outdated; nothing was written. Holds the current paper and the draft's version of it."""

    current: Paper | None
    proposed: Paper | None


Outcome: TypeAlias = Saved | Proposed | SameTitle | Stale


class Acceptance(NamedTuple):
    """The paper of an accepted candidate as the collection has it: new, or already there.

    `comment` is the token of a draft that puts the candidate's comment into the paper that was already there; empty
    where there is nothing to copy.
    """

    paper: Paper
    is_new: bool
    comment: str = ""

    @property
    def result(self) -> ReviewResult:
        """Return what the proposer is told."""
        return "added" if self.is_new else "known"


class ProposerNotice(NamedTuple):
    """A decision on a candidate, to be told to its proposer."""

    candidate: Candidate
    paper: Paper
    decision: ReviewResult


class ReviewStep(NamedTuple):
    """What a curator is shown: what was done or why nothing was, and the next candidate, None when none waits.

    `undoable` is the number of the candidate on which they decided last, 0 if there is none. `known` is the paper that
    an accepted candidate met in the collection, instead of a message. `is_refused` means that nothing was done.
    """

    message: Message | None
    proposal: Proposal | None
    undoable: int = 0
    notice: ProposerNotice | None = None
    known: Acceptance | None = None
    is_refused: bool = False

    def text(self, locale: Locale, say: Say) -> str:
        """Return what is said above the candidate and its buttons."""
        done = [say(self.message, locale)] if self.message else []
        coming = self.proposal.text(locale, say) if self.proposal else t(locale, "The inbox is empty.")
        return ("\n\n" if self.proposal else "\n").join([*done, coming])


def outcome_message(outcome: Outcome, actor: str) -> Message:
    """Return what became of the paper that this person submitted."""
    match outcome:
        case Saved(is_repeated=True):
            return msg("This has been saved already.")
        case Saved(is_new=True):
            return msg("Saved.")
        case Saved():
            return msg("This paper is in the collection already.")
        case Proposed(waiting=Candidate() as waiting):
            return waiting_message(waiting, actor)
        case Proposed(is_repeated=True):
            return _PROPOSED_BEFORE
        case Proposed():
            return msg("Proposed. You will be told when a curator has decided.")
        case SameTitle():
            return msg("The collection has a paper with this title already, under other ids. Is yours a different one?")
        case Stale():
            return msg("Somebody changed this paper meanwhile. First as it is now, then as you wrote it:")


def waiting_message(candidate: Candidate, actor: str) -> Message:
    """Return that a proposal for the paper waits already: since when, and by whom; its values hold a datetime."""
    if candidate.proposer == actor:
        return _PROPOSED_BEFORE
    return msg(
        "{name} proposed this paper already, on {when}; a curator will decide on it.",
        name=candidate.proposed_by or "?",
        when=candidate.proposed_at,
    )


def accepted_duplicate_messages(candidate: Candidate, *, has_comment: bool) -> list[Message]:
    """Return that an accepted candidate's paper existed already; with a comment to copy, both versions follow."""
    name = candidate.proposed_by or "?"
    if candidate.is_find:
        message = msg("This paper is in the collection already, so nothing was added.")
        return [message, msg("First as it is now, then with your comment:")] if has_comment else [message]
    message = msg("This paper is in the collection already, so nothing of {name}'s proposal was added.", name=name)
    return [message, msg("First as it is now, then with the proposal's comment:")] if has_comment else [message]


_PROPOSED_BEFORE = msg("You have proposed this already; you will be told when a curator has decided.")
