"""Why a feed's entry is left out, in words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.text import clip
from bot.i18n import Locale, Message, msg, t

LONGEST_RULE = 60
_REASONS: Mapping[str, Message] = {
    "known": msg("already in the collection"),
    "revision": msg("a new version of an earlier paper"),
    "include": msg("none of the included words"),
    "authors": msg("none of the authors"),
    "tags": msg("none of the categories"),
    "decided": msg("decided on before"),
    "earlier": msg("there before the feed was added"),
    "expired": msg("no longer kept when the feed was resumed"),
}


def reason_text(kind: str, rule: str, locale: Locale) -> str:
    """Return a reason in words; an excluding rule is named."""
    if kind == "exclude":
        return t(locale, 'excluded by "{rule}"', rule=clip(rule, LONGEST_RULE))
    return _REASONS[kind].text(locale)
