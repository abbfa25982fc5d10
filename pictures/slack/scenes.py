"""What is shown of Slack: the digest and answers to commands, as the bot sends them; phones are in the dark theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.domain.digest import Edition
from bot.domain.paper import Paper
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.manifest import UNFURL_DOMAINS
from bot.platforms.slack.render import SlackRenderer
from pictures.album import Album
from pictures.moment import ZONE
from pictures.slack.page import Post, channel, home, modal
from pictures.slack.session import Session, session
from tests.doubles.slack import share

_TIME = "9:00"
_LINK = "https://arxiv.org/abs/1706.03762"
_TYPED = {
    "headline": "すべてのはじまり、注意機構だけの「Transformer」",
    "comment": "再帰も畳み込みも使わず、注意機構だけで翻訳の精度を塗り替えた論文。いまのLLMの土台です。",
    "tags": "Transformer、基礎",
}
_STARTER = Path(__file__).parents[2] / "config/papers.yaml"


async def draw(album: Album, edition: Edition, papers: list[Paper]) -> None:
    """Save Slack's pictures."""
    await _digest(album, edition)
    async with session(_STARTER) as at:
        await _answer(album, at, "slack-paper", "/paper レトネット")
        await _answer(album, at, "slack-papers", "/papers")
        await _subscription(album, at)
        await at.deliver_digest()
        await _addition(album, at)
        await _home(album, at)
        await _preview_of_link(album, at)


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


async def _subscription(album: Album, at: Session) -> None:
    """Save the form that lets a channel receive the digest."""
    form = await at.server.person(2, is_admin=True).ask_modal(at.channel, "/digest subscribe")
    await album.desktop("slack-subscribe", modal(form.content))


async def _addition(album: Album, at: Session) -> None:
    """Save the form for a link, filled in, and the preview of the paper."""
    form = await at.person.ask_modal(at.channel, f"/addpaper {_LINK}")
    await album.desktop("slack-addpaper", modal(_filled(form.content, _TYPED)))
    await at.person.submit(form, **_TYPED)
    preview = await at.person.until_modal(_TYPED["headline"], "#基礎")
    await album.desktop("slack-addpaper-preview", modal(preview.content))
    await at.person.submit(preview)
    await at.person.until_modal("保存しました。")


async def _home(album: Album, at: Session) -> None:
    """Save App Home after an edition, and after its person has added a paper."""
    await at.person.open_home()
    view = await at.person.until_home("最新号", _TYPED["headline"])
    await album.desktop("slack-home", home(view))
    await album.phone("slack-home", home(view, theme="dark", is_phone=True))


async def _preview_of_link(album: Album, at: Session) -> None:
    """Save the card below a link in somebody's message."""
    at.server.unfurl_domains = UNFURL_DOMAINS
    shared = await share(at.person, at.channel, _LINK)
    await at.server.until(lambda: shared.previews)
    text = f"新人の読み会、まずはこれにしませんか？ <{_LINK}>"
    post = Post({"text": text}, "9:12", is_by_person=True, unfurls=tuple(shared.previews.values()))
    await album.desktop("slack-unfurl", channel([post]))


def _filled(view: dict[str, Any], typed: dict[str, str]) -> dict[str, Any]:
    """Return a modal with what somebody types into its inputs. Raises KeyError if it lacks one of them."""
    blocks = {block.get("block_id", str(n)): block for n, block in enumerate(view["blocks"])}
    for name, value in typed.items():
        blocks[name] = blocks[name] | {"element": blocks[name]["element"] | {"initial_value": value}}
    return view | {"blocks": list(blocks.values())}


def _end_of_paper(n: int) -> str:
    """Return the selector of the divider after the edition's paper n; three blocks open the edition."""
    return f".divider:nth-child({4 + 4 * n})"
