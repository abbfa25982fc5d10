"""The end of an edition on Slack: what became known of papers of earlier editions."""

from __future__ import annotations

from bot.domain.digest import Edition, follow_ups_title
from bot.domain.text import clip
from bot.platforms.slack.blocks import Block, section
from bot.platforms.slack.mrkdwn import bold, escape_within, link_within

_LABEL, _ADDRESS, _TEXT = 80, 130, 110  # characters; with these, all follow-ups of an edition fit one section
_PLAIN_LABEL, _PLAIN_TEXT = 40, 60


def follow_up_blocks(edition: Edition) -> list[Block]:
    """Return the blocks below an edition's papers; none without follow-ups."""
    if not edition.follow_ups:
        return []
    lines = [bold(follow_ups_title(edition.locale))]
    for each in edition.follow_ups:
        name = link_within(escape_within(clip(each.paper.heading, _LABEL), _LABEL), each.url, _ADDRESS)
        lines.append(f"{each.update.mark} {name}: {escape_within(each.update.text(edition.locale), _TEXT)}")
    return [{"type": "divider"}, {**section("\n".join(lines)), "block_id": "follow_ups"}]


def follow_up_lines(edition: Edition) -> list[str]:
    """Return the same for the text that notifications and screen readers use instead of the blocks."""
    if not edition.follow_ups:
        return []
    lines = [
        f"{each.update.mark} {escape_within(each.paper.heading, _PLAIN_LABEL)}: "
        f"{escape_within(each.update.text(edition.locale), _PLAIN_TEXT)}"
        for each in edition.follow_ups
    ]
    return [follow_ups_title(edition.locale), *lines]
