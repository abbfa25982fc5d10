"""What happened to a paper after it was added: a new version, a venue, a retraction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from bot.domain.dates import PaperDate
from bot.domain.errors import InputError
from bot.domain.identifiers import web_address
from bot.domain.text import clean_line, clip
from bot.i18n import Locale, msg, t

UpdateKind = Literal["version", "venue", "published", "code", "correction", "concern", "retraction"]
KINDS: tuple[UpdateKind, ...] = get_args(UpdateKind)
MOST_UPDATES = 50  # of one paper; the oldest leave first
_VALUE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Update:
    """Something that happened to a paper, with the day on which it was noticed; make one with `make_update`.

    `value` is a version (`v3`), a venue, or where code is; empty where there is nothing to name.
    """

    kind: UpdateKind
    date: PaperDate
    value: str = ""
    url: str | None = None

    @property
    def is_retraction(self) -> bool:
        """Return whether the paper must no longer be relied on."""
        return self.kind == "retraction"

    @property
    def is_warning(self) -> bool:
        """Return whether a reader has to be warned: the paper was retracted, or its publisher doubts it."""
        return self.kind in ("retraction", "concern")

    @property
    def mark(self) -> str:
        """Return the sign before the update."""
        return "⚠️" if self.is_warning else "🔄"

    def event(self, locale: Locale) -> str:
        """Return what happened, without its day."""
        match self.kind:
            case "version":
                return t(locale, "{version} is out", version=self.value)
            case "venue":
                return t(locale, "It has a venue: {venue}", venue=self.value)
            case "published" if self.value:
                return t(locale, "Published: {venue}", venue=self.value)
            case "published":
                return t(locale, "Published")
            case "code":
                return t(locale, "Code is out: {place}", place=self.value)
            case "correction":
                return t(locale, "A correction was published")
            case "concern":
                return t(locale, "An expression of concern was published")
            case "retraction":
                return t(locale, "Retracted")

    def text(self, locale: Locale) -> str:
        """Return what happened, with its day."""
        return t(locale, "{event} ({date})", event=self.event(locale), date=self.date.text(locale))


def make_update(kind: str, date: PaperDate, value: str = "", url: str | None = None) -> Update:
    """Make an update from the values of a source or a file: cleaned, without an address that is none.

    Raises InputError for an unknown kind.
    """
    if kind not in KINDS:
        raise InputError(msg('"{kind}" is not a kind of update; there are {kinds}', kind=kind, kinds=", ".join(KINDS)))
    return Update(kind, date, clip(clean_line(value), _VALUE_LENGTH), web_address(url) if url else None)


def joined(*several: Iterable[Update]) -> tuple[Update, ...]:
    """Return updates from several places in the order of their days, each once; only the newest if they are many."""
    distinct = dict.fromkeys(update for updates in several for update in updates)
    return tuple(sorted(distinct, key=lambda update: update.date))[-MOST_UPDATES:]
