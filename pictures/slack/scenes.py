"""What is shown of Slack: the digest, as the bot sends it; phones are shown in the dark theme."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.digest import Edition
from bot.domain.paper import Paper
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.render import SlackRenderer
from pictures.album import Album
from pictures.slack.page import Post, channel

_ZONE = ZoneInfo("Asia/Tokyo")


async def draw(album: Album, edition: Edition, papers: list[Paper]) -> None:
    """Save Slack's pictures."""
    payloads = SlackRenderer(_ZONE, CommandNames("dayori")).edition(edition, lambda n: f"q7m2k4x{n}")
    digest = [Post(payload, "9:00") for payload in payloads]
    desktop, phone = channel(digest), channel(digest, theme="dark", is_phone=True)
    await album.desktop("slack-digest", desktop, _end_of_paper(3))
    await album.phone("slack-digest", phone, _end_of_paper(2))
    await album.desktop("slack-digest-whole", desktop)


def _end_of_paper(n: int) -> str:
    """Return the selector of the divider after the edition's paper n."""
    return f".divider:nth-child({3 + 4 * n})"
