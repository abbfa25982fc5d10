"""What is shown of Slack: the digest and answers to commands, as the bot sends them; phones are in the dark theme."""

from __future__ import annotations

from pathlib import Path

from bot.domain.digest import Edition
from bot.domain.paper import Paper
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.render import SlackRenderer
from pictures.album import Album
from pictures.moment import ZONE
from pictures.slack.page import Post, channel
from pictures.slack.session import Session, session

_TIME = "9:00"
_STARTER = Path(__file__).parents[2] / "config/papers.yaml"


async def draw(album: Album, edition: Edition, papers: list[Paper]) -> None:
    """Save Slack's pictures."""
    await _digest(album, edition)
    async with session(_STARTER) as at:
        await _answer(album, at, "slack-paper", "/paper レトネット")
        await _answer(album, at, "slack-papers", "/papers")


async def _digest(album: Album, edition: Edition) -> None:
    payloads = SlackRenderer(ZONE, CommandNames("dayori")).edition(edition, lambda n: f"q7m2k4x{n}")
    digest = [Post(payload, _TIME) for payload in payloads]
    desktop, phone = channel(digest), channel(digest, theme="dark", is_phone=True)
    await album.desktop("slack-digest", desktop, _end_of_paper(3))
    await album.phone("slack-digest", phone, _end_of_paper(2))
    await album.desktop("slack-digest-whole", desktop)


async def _answer(album: Album, at: Session, name: str, line: str) -> None:
    """Save the answer to a command, which only the asker sees."""
    answer = await at.person.ask(at.channel, line)
    await album.desktop(name, channel([Post({"blocks": answer.blocks}, _TIME, is_private=True)]))


def _end_of_paper(n: int) -> str:
    """Return the selector of the divider after the edition's paper n; three blocks open the edition."""
    return f".divider:nth-child({4 + 4 * n})"
