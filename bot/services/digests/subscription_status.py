"""A subscription in words: what was asked for, its newest edition, what is being delivered, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.domain.digest import Subscription
from bot.i18n import LANGUAGES, Locale, NameCommand, t, tn

if TYPE_CHECKING:
    from bot.store.editions import LastEdition

FormatTime: TypeAlias = Callable[[datetime], str]
"""Writes a time for a platform."""


class SubscriptionStatus(NamedTuple):
    """A subscription, its newest edition, how many papers wait for the next one, and when that is due.

    For a paused subscription, `due` is when it is tried again. `older` is how many papers a first edition will count as
    seen.
    """

    subscription: Subscription
    last: LastEdition | None
    papers: int
    due: datetime
    older: int = 0

    def lines(
        self, locale: Locale, format_time: FormatTime, name_command: NameCommand, escape: Callable[[str], str] = str
    ) -> list[str]:
        """Return one sentence per line; the functions write times, commands and texts from outside for the platform."""
        past = self._past(locale, format_time, escape)
        if reason := self.subscription.paused_reason:
            return [past, *paused_lines(escape(reason.text(locale)), format_time(self.due), locale, name_command)]
        return [past, self.next_line(locale, format_time)]

    def next_line(self, locale: Locale, format_time: FormatTime) -> str:
        """Return when the next edition is due and what it has so far; the subscription must not be paused."""
        return t(locale, "Next: {time}, {papers}", time=format_time(self.due), papers=self._coming(locale))

    def _coming(self, locale: Locale) -> str:
        if not self.papers:
            return t(locale, "nothing new so far")
        if self.last:
            return tn(locale, "{n} new paper so far", "{n} new papers so far", self.papers)
        newest = tn(locale, "the newest paper", "the {n} newest papers", self.papers)
        if not self.older:
            return newest
        older = tn(locale, "{n} older paper counts as sent", "{n} older papers count as sent", self.older)
        return t(locale, "{newest}; {older}", newest=newest, older=older)

    def _past(self, locale: Locale, format_time: FormatTime, escape: Callable[[str], str]) -> str:
        last = self.last
        if last is None:
            return t(locale, "No edition yet")
        if last.done_at:
            messages = tn(locale, "{n} message", "{n} messages", last.messages)
            return t(
                locale,
                "Last: no. {number}, {time}, {messages}",
                number=last.number,
                time=format_time(last.done_at),
                messages=messages,
            )
        if self.subscription.paused_reason:
            return tn(
                locale,
                "No. {number} waits: {arrived} of {n} message has arrived",
                "No. {number} waits: {arrived} of {n} messages have arrived",
                last.messages,
                number=last.number,
                arrived=last.sent,
            )
        line = tn(
            locale,
            "No. {number} has been on its way since {time}: {arrived} of {n} message has arrived",
            "No. {number} has been on its way since {time}: {arrived} of {n} messages have arrived",
            last.messages,
            number=last.number,
            time=format_time(last.composed_at),
            arrived=last.sent,
        )
        return f"{line} ({escape(last.trouble.text(locale))})" if last.trouble else line


def subscription_facts(
    subscription: Subscription,
    due: datetime,
    locale: Locale,
    usual: Locale,
    format_time: FormatTime,
    escape: Callable[[str], str],
) -> list[str]:
    """Return a subscription's schedule, its next edition, its language if that is not the usual one, and its tags."""
    facts = [escape(subscription.schedule.describe(locale))]
    if not subscription.paused_reason:
        facts.append(t(locale, "next edition {time}", time=format_time(due)))
    if subscription.locale != usual:
        facts.append(LANGUAGES[subscription.locale])
    return [*facts, *([escape(" ".join(f"#{tag}" for tag in subscription.tags))] if subscription.tags else [])]


def paused_lines(reason: str, again: str, locale: Locale, name_command: NameCommand) -> list[str]:
    """Return why a subscription is paused and how it resumes."""
    return [
        t(locale, "Paused: {reason}", reason=reason),
        t(
            locale,
            "The bot will try again at {time}, and go on once the problem is solved; {command} resumes it at once.",
            time=again,
            command=name_command("digest subscribe", locale),
        ),
    ]
