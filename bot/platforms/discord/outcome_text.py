"""What becomes of a submitted paper, in words."""

from __future__ import annotations

from bot.domain.candidate import Candidate
from bot.i18n import Locale, t
from bot.platforms.discord.context import Actor
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.proposer_notice import Fate
from bot.services.papers.submission import Saved


def waiting_text(actor: Actor, candidate: Candidate) -> str:
    """Say that a paper waits for a curator already: since when, and by whose proposal."""
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
    """Say that a paper was saved, or was there before."""
    if outcome.is_repeated:
        return t(locale, "This has been saved already.")
    return t(locale, "Saved.") if outcome.is_new else t(locale, "This paper is there already.")


def fate_of(outcome: Saved) -> Fate:
    """Return what becomes of a proposal whose paper was accepted."""
    return "added" if outcome.is_new else "known"
