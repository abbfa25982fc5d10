"""Writes feeds, trials of feeds and effects of filters for Slack; every text from outside is inert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter
from bot.domain.text import clip, join_within
from bot.i18n import Locale, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.mrkdwn import bold, day_and_time, escape, escape_within, link_within
from bot.platforms.slack.response import Answer
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

_IN_DETAIL = 10  # feeds of a list that are shown with all lines
_MOST_SECTIONS = 3
_LONGEST_NAME, _LONGEST_ADDRESS, _LONGEST_TITLE, _LONGEST_LINE = 90, 300, 200, 900


def preview_answer(question: str, preview: FeedPreview, locale: Locale) -> Answer:
    """Return an escaped question and what a new feed would bring in, or what another filter would change."""
    request = preview.request
    if preview.trial:
        return trial_answer(preview.trial, request.url, request.filter, locale, question)
    assert preview.effect
    above = [kit.context(escape_within(filter_line(request.filter, locale), _LONGEST_LINE))]
    lines = [escape(counts_of_effect(preview.effect, locale))]
    return _answer(question, above, lines, parts_of_effect(preview.effect, locale, _named, escape))


def trial_answer(trial: FeedTrial, url: str, filter: FeedFilter, locale: Locale, question: str = "") -> Answer:
    """Return what a feed would bring in, and what is left out by which rule, below an escaped sentence."""
    document = trial.document
    title = escape_within(document.title or t(locale, "(untitled)"), _LONGEST_TITLE)
    facts = "\n".join((" ・ ".join(facts_of(document, locale)), filter_line(filter, locale)))
    above = [
        kit.section(bold(link_within(title, url, _LONGEST_ADDRESS))),
        kit.context(escape_within(facts, _LONGEST_LINE)),
    ]
    lines = [escape(counts_of_trial(trial, locale))]
    if document.is_broken:
        lines.append(f"⚠️ {t(locale, 'The feed is not valid XML to its end, so entries may be missing.')}")
    return _answer(question, above, lines, parts_of_trial(trial, locale, _named, escape))


def list_lines(statuses: Sequence[FeedStatus], now: datetime, locale: Locale) -> list[str]:
    """Return one text per feed, in less detail where there are many."""
    is_brief = len(statuses) > _IN_DETAIL
    return [_block(status, now, locale, is_brief=is_brief) for status in statuses]


def _block(status: FeedStatus, now: datetime, locale: Locale, *, is_brief: bool) -> str:
    name = bold(escape(status.feed.name))
    if is_brief:
        lines = brief_lines(status, locale, day_and_time, escape)
    else:
        url = status.feed.url
        name += f" ・ {link_within(escape(clip(url, 80)), url, _LONGEST_ADDRESS)}"
        lines = status_lines(status, now, locale, day_and_time, escape)
    return "\n".join((f"{SIGNS[status.status.state]} {name}", *(f"> {line}" for line in lines)))


def _answer(question: str, above: Sequence[Block], lines: Sequence[str], parts: Sequence[Part]) -> Answer:
    every = [*lines]
    for part in parts:
        every += ["", bold(escape(part.heading)), *part.lines]
    texts = join_within(every, kit.LONGEST_TEXT)
    return Answer(question, (*above, *map(kit.section, texts[:_MOST_SECTIONS])), (lines[0],))


def _named(entry: FeedEntry) -> str:
    name = escape(clip(entry.metadata.title or "—", _LONGEST_NAME))
    return link_within(name, address_of_entry(entry), _LONGEST_ADDRESS)
