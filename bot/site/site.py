"""What all pages of a site share: its languages, addresses, time and catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain.dates import PaperDate
from bot.domain.paper import Paper
from bot.domain.statistics import CollectionStatistics
from bot.i18n import LOCALES, Locale
from bot.site.catalogue import Catalogue
from bot.site.manifest import fingerprint

File = tuple[str, str | bytes]
"""A file's path within the site, and its text or its bytes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a site is made: its first language, the address where it will stand (if known), and the team's timezone.

    The ids of its feeds are made of `identity`.
    """

    locale: Locale
    base_url: str
    zone: ZoneInfo
    identity: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Files that are made together: `render` gets the papers of these numbers and returns the files.

    A page whose `fingerprint` is that of its last build is not made again; `key` is its name in the manifest.
    """

    key: str
    fingerprint: str
    render: Callable[[Mapping[int, Paper]], Iterable[File]]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Site:
    """The site that is being built; `design` is a fingerprint of templates, style and program.

    `frames` and `lines` are what many pages share, filled once: by language and folder what is around their content,
    and papers as lists show them.
    """

    settings: Settings
    catalogue: Catalogue
    statistics: CollectionStatistics
    design: str
    assets: Mapping[str, str] = field(default_factory=dict)
    frames: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    lines: dict[tuple[Locale, str, int], Markup] = field(default_factory=dict)

    @property
    def locales(self) -> tuple[Locale, ...]:
        """Return the languages, the settings' first; it stands at the top, the others in a folder of their own."""
        first = self.settings.locale
        return (first, *(locale for locale in LOCALES if locale != first))

    def folder(self, locale: Locale) -> str:
        """Return the folder of a language's pages, empty or ended by a slash."""
        return "" if locale == self.settings.locale else f"{locale}/"

    def fingerprint(self, *parts: str) -> str:
        """Return the fingerprint of a page that shows these texts."""
        return fingerprint(self._common, *parts)

    def absolute(self, path: str) -> str:
        """Return the address of a path; empty if the site's own is not known."""
        base = self.settings.base_url
        return f"{base.rstrip('/')}/{path.removesuffix('index.html')}" if base else ""

    def day(self, moment: datetime) -> PaperDate:
        """Return the day of a moment in the team's timezone."""
        local = moment.astimezone(self.settings.zone)
        return PaperDate(local.year, local.month, local.day)

    @cached_property
    def _common(self) -> str:
        settings = self.settings
        assets = ",".join(f"{name}={version}" for name, version in sorted(self.assets.items()))
        return fingerprint(self.design, settings.locale, settings.base_url, str(settings.zone), assets)


def root_of(path: str) -> str:
    """Return the way from a page to the top of the site."""
    return "../" * path.count("/")
