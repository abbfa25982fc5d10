"""Chooses an edition's papers; it goes by the papers already sent, not by a date, so none is lost or sent twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.paper import Paper
from bot.domain.paper_update import Update
from bot.domain.schedule import Schedule
from bot.domain.text import clean_line
from bot.i18n import Locale, Message, NameCommand, t, tn

Payload = dict[str, Any]

WhenEmpty = Literal["revisit", "notice", "skip"]
MOST_REVISITED = 3
MOST_FOLLOW_UPS = 8  # per edition; further ones wait for the next


class Reason(StrEnum):
    """Why an edition has these papers."""

    FIRST = "first"
    NEW = "new"
    FOLLOW_UPS = "follow_ups"
    REVISIT = "revisit"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel that receives the digest; `channel` is `platform:…` in the platform's own notation.

    A paused subscription is retried automatically. Papers up to the number `starts_after` existed at its first edition.
    """

    id: int
    workspace_id: int
    name: str
    channel: str
    schedule: Schedule
    tags: tuple[str, ...]
    locale: Locale
    created_at: datetime
    paused_reason: Message | None = None
    tried_again_at: datetime | None = None
    starts_after: int = 0

    @property
    def platform(self) -> str:
        """Return the platform's name, the channel's first part."""
        return self.channel.partition(":")[0]


class Policy(NamedTuple):
    """How editions are composed: their size, what to do when nothing is new, how late a missed one may still go out."""

    max_papers: int
    when_empty: WhenEmpty
    catch_up: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became known of a paper after its channel had received it."""

    paper: Paper
    update: Update

    @property
    def url(self) -> str | None:
        """Return the page to open: of what became known, such as the new version, or else of the paper."""
        return self.update.url or self.paper.url


@dataclass(frozen=True, slots=True)
class Choice:
    """A new edition's papers, as numbers in reading order; `remaining` is how many wait for the next edition."""

    numbers: tuple[int, ...]
    reason: Reason
    remaining: int = 0


class FeedCounts(NamedTuple):
    """What feeds brought since the last edition, which may be a week ago, and how many cannot be read now."""

    seen: int
    matched: int
    accepted: int
    broken: int = 0
    is_week: bool = True


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated number of a digest, ready to be rendered; `follow_ups` stand at its end.

    `feeds` is None where the workspace has none.
    """

    subscription: str
    number: int
    composed_at: datetime
    reason: Reason
    papers: tuple[Paper, ...]
    remaining: int
    locale: Locale
    id: int = 0
    follow_ups: tuple[FollowUp, ...] = ()
    feeds: FeedCounts | None = None


def choose(
    unseen: Sequence[int],
    waiting: int,
    seen: Sequence[int],
    *,
    first: bool,
    when_empty: WhenEmpty,
    follows_up: bool = False,
) -> Choice | None:
    """Choose an edition's papers; None when it is to be skipped.

    `waiting` is the number of papers that this channel never received. `unseen` are those for this edition: the newest
    for the `first` one, which counts the others as seen, and otherwise the oldest additions. `seen` are papers to show
    again when nothing is new. All of them pass the subscription's filter. An edition that `follows_up` on earlier
    papers is not empty.
    """
    if unseen:
        remaining = 0 if first else waiting - len(unseen)
        return Choice(tuple(unseen), Reason.FIRST if first else Reason.NEW, remaining)
    if follows_up:
        return Choice((), Reason.FOLLOW_UPS)
    if when_empty == "skip":
        return None
    if when_empty == "revisit" and seen:
        return Choice(tuple(seen), Reason.REVISIT)
    return Choice((), Reason.NOTICE)


def explain(edition: Edition, name_command: NameCommand) -> str:
    """Return a sentence on how many papers the edition has and why; `name_command` names commands for the platform."""
    locale, n = edition.locale, len(edition.papers)
    match edition.reason:
        case Reason.FIRST:
            return tn(
                locale,
                "The first edition: the newest paper of the collection.",
                "The first edition: the {n} newest papers of the collection.",
                n,
            )
        case Reason.NEW:
            return tn(locale, "{n} paper added since the last edition.", "{n} papers added since the last edition.", n)
        case Reason.FOLLOW_UPS:
            return tn(
                locale,
                "No new papers this time, but news of a paper from an earlier edition.",
                "No new papers this time, but news of {n} papers from earlier editions.",
                len({each.paper.id for each in edition.follow_ups}),
            )
        case Reason.REVISIT:
            return tn(
                locale,
                "Nothing new this time, so here is a paper worth reading again.",
                "Nothing new this time, so here are {n} papers worth reading again.",
                n,
            )
        case Reason.NOTICE:
            return t(
                locale, "No new papers this time. Add one with {command}.", command=name_command("addpaper", locale)
            )


def follow_ups_title(locale: Locale) -> str:
    """Return the heading above what became known of earlier papers."""
    return t(locale, "Follow-ups")


def feeds_line(edition: Edition) -> str:
    """Return a sentence on what the feeds brought; empty where there are none."""
    counts, locale = edition.feeds, edition.locale
    if counts is None:
        return ""
    when = t(locale, "This week") if counts.is_week else t(locale, "Since the last edition")
    broken = tn(locale, "{n} feed cannot be read", "{n} feeds cannot be read", counts.broken) if counts.broken else ""
    numbers = {name: f"{getattr(counts, name):,}" for name in ("seen", "matched", "accepted")}
    if counts.seen or counts.accepted:
        line = t(locale, "{when}: looked at {seen}, {matched} matched, {accepted} accepted", when=when, **numbers)
    else:
        line = t(locale, "{when}: the feeds brought nothing new", when=when)
    return t(locale, "{line} ({remark})", line=line, remark=broken) if broken else line


def passes_filter(paper_tags: Sequence[str], filter_tags: Sequence[str]) -> bool:
    """Return whether a paper with these tags passes a subscription's filter; an empty filter accepts all."""
    folded = {clean_line(tag).casefold() for tag in paper_tags}
    return not filter_tags or any(clean_line(tag).casefold() in folded for tag in filter_tags)
