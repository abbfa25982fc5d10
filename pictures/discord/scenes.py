"""What is shown of Discord: the digest, a card and a list, as the bot sends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from discord.ui import View

from bot.domain.digest import Edition
from bot.domain.paper import Paper
from bot.i18n import t
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.paper_list import Pick, options
from bot.platforms.discord.render import DiscordRenderer, list_embed
from bot.search.results import Hit
from bot.services.papers.results import Result, Results
from pictures.album import Album
from pictures.discord.page import Shown, page
from pictures.moment import ZONE

_WHOLE = "discord-messages"


async def draw(album: Album, edition: Edition, papers: list[Paper]) -> None:
    """Save Discord's pictures."""
    retnet = next(paper for paper in papers if paper.id == "retnet")
    digest = [Shown(payload) for payload in DiscordRenderer(ZONE).edition(edition, lambda n: f"q7m2k4x{n}")]
    time = f"{edition.composed_at.astimezone(ZONE):%Y/%m/%d %H:%M}"
    for name, messages, desktop_end, phone_end in (
        ("digest", digest, "discord-embed:nth-of-type(2)", "discord-embed:nth-of-type(1)"),
        ("digest-whole", digest, _WHOLE, _WHOLE),
        ("paper", [_card(retnet)], _WHOLE, _WHOLE),
        ("papers", [_list(papers)], _WHOLE, _WHOLE),
    ):
        await album.desktop(name, page(messages, time, is_phone=False), desktop_end)
        await album.phone(name, page(messages, time, is_phone=True), phone_end)


def _card(paper: Paper) -> Shown:
    shared = replace(paper, added_by="みどり")
    return Shown(_payload("", embed_of(shared, "ja").to_dict(), card_view(shared, "ja")), "paper")


def _list(papers: list[Paper]) -> Shown:
    results = tuple(Result(paper, Hit(n, 1.0, None)) for n, paper in enumerate(papers))
    listing = Results("", len(results), None, results, ())
    view = View(timeout=None)
    view.add_item(Pick(options(papers), t("ja", "Choose a paper to open")))
    return Shown(_payload(t("ja", "All papers, last added first"), list_embed(listing, "ja", 0), view), "papers")


def _payload(content: str, embed: Any, view: View) -> dict[str, Any]:
    return {"content": content, "embeds": [embed], "components": view.to_components()}
