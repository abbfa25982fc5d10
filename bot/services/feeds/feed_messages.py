"""What curators are told after they changed a feed; each platform inserts names and commands its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.i18n import CommandName, Message, msg

if TYPE_CHECKING:
    from bot.domain.feed import Feed
    from bot.services.feeds.outcomes import FeedPreview, RemovedFeed, SavedFeed

NO_FEEDS = msg("There are no feeds yet; add one with {command}.", command=CommandName("feed add"))


def question_message(preview: FeedPreview) -> Message:
    """Return the question above a preview."""
    if preview.trial:
        return msg('Add this feed as "{name}"?', name=preview.request.name)
    return msg('Change the filter of "{name}" like this?', name=preview.request.name)


def saved_message(saved: SavedFeed, *, is_served: bool = True) -> Message:
    """Return what was saved, and what comes next; at a prompt, nothing polls by itself."""
    name = saved.feed.name
    if not saved.is_new:
        return msg('The filter of "{name}" was saved; it holds for what comes from now on.', name=name)
    if saved.feed.entry_id is not None:
        if is_served:
            return msg(
                'Added "{name}". Up to five of the latest that pass are in the inbox now; '
                "from now on, whatever is new comes in.",
                name=name,
            )
        return msg(
            'Added "{name}". Up to five of the latest that pass are in the inbox now; '
            "a running bot, or dayori feeds poll, brings whatever is new.",
            name=name,
        )
    if is_served:
        return msg(
            'Added "{name}". It is polled within minutes: up to five of the latest that pass come into the inbox, '
            "and later whatever is new.",
            name=name,
        )
    return msg('Added "{name}". A running bot polls it within minutes, and dayori feeds poll at once.', name=name)


def removal_question(removal: RemovedFeed) -> Message:
    """Return the question before a feed is removed, with what becomes of its finds."""
    if removal.waiting:
        return msg(
            'Remove "{name}"? Its counts go; what it found stays in the inbox ({n} waiting).',
            name=removal.feed.name,
            n=removal.waiting,
        )
    return msg('Remove "{name}"? Its counts go; what it found stays.', name=removal.feed.name)


def removed_message(removal: RemovedFeed) -> Message:
    """Return that a feed was removed, and what became of its finds."""
    if removal.waiting:
        return msg(
            'Removed "{name}". In the inbox, {n} of its finds still wait.', name=removal.feed.name, n=removal.waiting
        )
    return msg('Removed "{name}". What it found stays.', name=removal.feed.name)


def paused_message(feed: Feed) -> Message:
    """Return that a feed is paused, and how it goes on."""
    return msg(
        '"{name}" is paused; {command} goes on where it stopped.', name=feed.name, command=CommandName("feed resume")
    )


def resumed_message(feed: Feed) -> Message:
    """Return that a feed goes on."""
    return msg('"{name}" is polled again.', name=feed.name)
