"""What became of a submitted paper, as text."""

from __future__ import annotations

from bot.domain.candidate import Candidate
from bot.i18n import Locale, t
from bot.platforms.discord.context import Actor
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.proposer_notice import Fate
from bot.services.papers.submission import Saved


def waiting_text(actor: Actor, candidate: Candidate) -> str:
    """Return that a paper already waits for a curator: since when, and by whose proposal."""
    if candidate.proposer == actor.id:
        return t(actor.locale, "You have proposed this already; you will be told when a curator has decided.")
    when, name = f"<t:{int(candidate.proposed_at.timestamp())}:D>", escape(candidate.proposed_by or "?")
    return t(
        actor.locale,
        "{name} proposed this paper already, on {when}; a curator will decide on it.",
        name=name,
        when=when,
    )


def saved_text(outcome: Saved, locale: Locale) -> str:
    """Return that a paper was saved, or existed before."""
    if outcome.is_repeated:
        return t(locale, "This has been saved already.")
    return t(locale, "Saved.") if outcome.is_new else t(locale, "This paper is there already.")


def fate_of(outcome: Saved) -> Fate:
    """Return what happened to a proposal that was accepted."""
    return "added" if outcome.is_new else "known"
