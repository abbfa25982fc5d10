"""The person behind a command or a button, as every chat platform knows them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.draft import Draft
from bot.i18n import Locale, t
from bot.services.bundle import Services
from bot.services.papers.submitter import Submitter
from bot.services.rate_limit import COST


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who uses the bot; `id` is unique over all platforms (`discord:…`)."""

    services: Services
    workspace: int
    locale: Locale
    name: str
    id: str
    is_curator: bool

    @property
    def submitter(self) -> Submitter:
        """Return the person as a submitter of papers."""
        return Submitter(self.name, self.id, self.locale, self.is_curator)

    def spend(self, cost: float = COST) -> None:
        """Take an interaction's cost from the person's budget of this minute. Raises RateLimitError."""
        self.services.rate_limit.spend(self.id, cost)

    def save_label(self, draft: Draft) -> str:
        """Return what the button is called that saves a draft: it proposes a paper that will wait for a curator."""
        proposes = draft.is_addition and self.services.submission.proposes(self.submitter)
        return t(self.locale, "Propose") if proposes else t(self.locale, "Save")

    def require_curator(self) -> None:
        """Raise NotAllowedError unless the person is a curator."""
        self.submitter.require_curator()
