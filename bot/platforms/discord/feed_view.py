"""Renders feeds, trials of feeds and effects of filters as Discord's embeds; every text from outside is inert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter
from bot.domain.text import clip, join_within
from bot.i18n import Locale, t
from bot.platforms.discord.markdown import escape, escape_within, link
from bot.platforms.discord.render import COLOUR, DESCRIPTION, TITLE
from bot.services.feeds.outcomes import FeedPreview
from bot.services.feeds.status_text import SIGNS, brief_lines, filter_line, status_lines
from bot.services.feeds.statuses import FeedStatus
from bot.services.feeds.trial import FeedTrial
from bot.services.feeds.trial_text import (
    Part,
    address_of_entry,
    counts_of_effect,
    counts_of_trial,
    facts_of,
    parts_of_effect,
    parts_of_trial,
)

Embed = dict[str, Any]
_IN_DETAIL = 10  # feeds of a list that are shown with all lines
_MOST_EMBEDS = 16  # enough for as many feeds as a workspace may have
_LONGEST_NAME, _LONGEST_ADDRESS, _LONGEST_LINE, _LONGEST_BLOCK = 90, 300, 900, 3000


def preview_embed(preview: FeedPreview, locale: Locale) -> Embed:
    """Return what a new feed would bring in, or what another filter would change."""
    if preview.trial:
        return trial_embed(preview.trial, preview.request.url, preview.request.filter, locale)
    assert preview.effect
    head = [
        f"-# {escape_within(filter_line(preview.request.filter, locale), _LONGEST_LINE)}",
        escape(counts_of_effect(preview.effect, locale)),
    ]
    parts = parts_of_effect(preview.effect, locale, _named, escape)
    return _embed(preview.request.name, preview.request.url, head, parts)


def trial_embed(trial: FeedTrial, url: str, filter: FeedFilter, locale: Locale) -> Embed:
    """Return what a feed would bring in, and what is left out by which rule."""
    document = trial.document
    head = [
        f"-# {escape_within(' ・ '.join(facts_of(document, locale)), _LONGEST_LINE)}",
        f"-# {escape_within(filter_line(filter, locale), _LONGEST_LINE)}",
        escape(counts_of_trial(trial, locale)),
    ]
    if document.is_broken:
        head.append(f"⚠️ {t(locale, 'The feed is not valid XML to its end, so entries may be missing.')}")
    parts = parts_of_trial(trial, locale, _named, escape)
    return _embed(document.title or t(locale, "(untitled)"), url, head, parts)


def list_embeds(statuses: Sequence[FeedStatus], now: datetime, locale: Locale) -> list[Embed]:
    """Return one block per feed, in less detail where there are many."""
    is_brief = len(statuses) > _IN_DETAIL
    blocks = [_block(status, now, locale, is_brief=is_brief) for status in statuses]
    pages = join_within([f"{block}\n" for block in blocks], DESCRIPTION)
    return [{"color": COLOUR, "description": page} for page in pages[:_MOST_EMBEDS]]


def _block(status: FeedStatus, now: datetime, locale: Locale, *, is_brief: bool) -> str:
    head = f"{SIGNS[status.status.state]} **{escape(status.feed.name)}**"
    if is_brief:
        lines = brief_lines(status, locale, _moment, escape)
    else:
        head += f" ・ {_address(status.feed.url)}"
        lines = status_lines(status, now, locale, _moment, escape)
    return join_within((head, *(f"-# {line}" for line in lines)), _LONGEST_BLOCK)[0]


def _embed(title: str, url: str, head: Iterable[str], parts: Sequence[Part]) -> Embed:
    lines = [*head]
    for part in parts:
        lines += ["", f"**{escape(part.heading)}**", *part.lines]
    embed: Embed = {"color": COLOUR, "title": escape_within(title, TITLE), "description": _fitting(lines)}
    return embed | ({"url": url} if len(url) <= _LONGEST_ADDRESS else {})


def _fitting(lines: Sequence[str]) -> str:
    """Return as many whole lines as fit, so that no mark-up is cut in two."""
    (text, *more) = join_within(lines, DESCRIPTION - 2) or [""]
    return f"{text}\n…" if more else text


def _named(entry: FeedEntry) -> str:
    name, address = clip(entry.metadata.title or "—", _LONGEST_NAME), address_of_entry(entry)
    return link(name, address) if address and len(address) <= _LONGEST_ADDRESS else escape(name)


def _address(url: str) -> str:
    return f"<{url}>" if len(url) <= _LONGEST_ADDRESS else escape_within(url, _LONGEST_ADDRESS)


def _moment(time: datetime) -> str:
    return f"<t:{int(time.timestamp())}:f>"
