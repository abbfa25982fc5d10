"""Where a paper came from, and where it was posted."""

from __future__ import annotations

from bot.domain.paper import Paper
from bot.i18n import Message, WebAddress, msg


def provenance(paper: Paper, digest_url: str | None) -> list[Message]:
    """Return when and by whom a paper was added, and the digest that it was in; the values hold a datetime."""
    messages = []
    if paper.added_at and paper.added_by:
        messages.append(msg("Added {when} by {name}.", when=paper.added_at, name=paper.added_by))
    elif paper.added_at:
        messages.append(msg("Added {when}.", when=paper.added_at))
    if digest_url:
        messages.append(msg("It was in this digest: {url}", url=WebAddress(digest_url)))
    return messages
