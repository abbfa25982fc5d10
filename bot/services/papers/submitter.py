"""The person who submits a paper, on whatever platform."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.errors import NotCuratorError
from bot.i18n import Locale


class Submitter(NamedTuple):
    """A person's display name, unique id on their platform, language, and whether they are a curator.

    What an assistant submits is a proposal, whoever may add papers.
    """

    name: str | None
    actor: str
    locale: Locale | None
    is_curator: bool
    is_assistant: bool = False

    def require_curator(self) -> None:
        """Raise NotCuratorError unless the person is a curator."""
        if not self.is_curator:
            raise NotCuratorError
