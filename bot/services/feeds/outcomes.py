"""What curators are shown of a feed before and after they change something."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.feed import Feed
from bot.domain.feed_request import FeedRequest
from bot.services.feeds.filter_effect import FilterEffect
from bot.services.feeds.trial import FeedTrial


class FeedPreview(NamedTuple):
    """What is about to be saved: a new feed with its `trial`, or another filter with its `effect`.

    A button with the fingerprint saves nothing else than what was shown.
    """

    request: FeedRequest
    fingerprint: str
    trial: FeedTrial | None = None
    effect: FilterEffect | None = None


class FeedForm(NamedTuple):
    """What a form shows: the name of a new feed, None for one whose filter changes, and the texts of its filter."""

    name: str | None
    texts: dict[str, str]


class SavedFeed(NamedTuple):
    """A feed that was added, or whose filter was changed."""

    feed: Feed
    is_new: bool


class RemovedFeed(NamedTuple):
    """A feed that is gone, and how many of its finds still wait in the inbox."""

    feed: Feed
    waiting: int
