"""What the world says of a paper, before a curator has said anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a source knows; all of it may be unknown."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    date: PaperDate | None = None
    organization: str | None = None
    excerpt: str | None = None
    links: tuple[Link, ...] = ()
    identifiers: Identifiers = field(default_factory=Identifiers)
