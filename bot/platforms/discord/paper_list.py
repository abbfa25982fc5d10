"""Answers a look-up: the card of a single match, a list with pages and a menu, or what is near."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import discord
from discord.ui import Button, DynamicItem, Item, View

from bot.domain.numbers import number_in
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.discord import response
from bot.platforms.discord.card import send_card
from bot.platforms.discord.components import Component, PersistentButton, PersistentSelect, selected
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.markdown import escape_within
from bot.platforms.discord.render import list_embed

if TYPE_CHECKING:
    from bot.services.papers.results import Results

PAGE = 10
_LONGEST_QUERY = 80


async def look_up(interaction: Interaction, actor: Actor, query: str) -> None:
    """Answer a query: the card of a single match, a list of several, or what is near."""
    results = await actor.services.lookup.look_up(actor.workspace, query, limit=PAGE)
    if results.total > PAGE and len(query) > _LONGEST_QUERY:
        query = query[:_LONGEST_QUERY]  # the page buttons hold the query in their id of 100 characters
        results = await actor.services.lookup.look_up(actor.workspace, query, limit=PAGE)
    if results.total == 1:
        await send_card(interaction, actor, results.results[0].paper, escape_within(results.hint(actor.locale), 300))
    else:
        content, embed, view = _list(results, actor, query, 0)
        await response.send(interaction, content, embed=embed, view=view)


_PAGE = re.compile(r"dayori:page:(?P<offset>[^:]*):(?P<query>.*)", re.DOTALL)


class Page(Component, DynamicItem[Button[Any]], template=_PAGE):
    """Turns to another page of a list."""

    pattern = _PAGE

    def __init__(self, offset: int | str, query: str, label: str = "", disabled: bool = False) -> None:
        custom_id = f"dayori:page:{offset}:{query}"
        super().__init__(Button(label=label or "…", custom_id=custom_id, disabled=disabled))
        self.offset, self.query = str(offset), query

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Return the button that was pressed."""
        return cls(match["offset"], match["query"])

    async def press(self, interaction: Interaction) -> None:
        """Replace the page by another one."""
        await turn_page(interaction, await actor_of(interaction), self.query, number_in(self.offset))


class Pick(PersistentSelect, name="pick"):
    """Opens the paper that was chosen in a list."""

    async def press(self, interaction: Interaction) -> None:
        """Show the card."""
        actor = await actor_of(interaction)
        await send_card(interaction, actor, await actor.services.lookup.get(actor.workspace, selected(self.item)))


class Waiting(PersistentButton, name="waiting"):
    """Lists the papers that wait for the next edition."""

    async def press(self, interaction: Interaction) -> None:
        """Show the list."""
        await show_waiting(interaction, await actor_of(interaction), number_in(self.argument))


async def turn_page(interaction: Interaction, actor: Actor, query: str, offset: int) -> None:
    """Replace the shown page by another one."""
    results = await actor.services.lookup.look_up(actor.workspace, query, limit=PAGE, offset=offset)
    if offset and not results.results:  # the list became shorter
        offset = max(0, results.total - 1) // PAGE * PAGE
        results = await actor.services.lookup.look_up(actor.workspace, query, limit=PAGE, offset=offset)
    content, embed, view = _list(results, actor, query, offset)
    if not results.papers:  # nothing of the page that was shown stays
        await response.replace(interaction, content=content, embeds=[], view=View())
        return
    await response.replace(interaction, content=content, embed=embed, view=view)


async def show_waiting(interaction: Interaction, actor: Actor, edition: int) -> None:
    """List the papers that wait for the edition after that one."""
    numbers = await actor.services.digests.waiting_papers(actor.workspace, edition)
    results = await actor.services.lookup.by_numbers(actor.workspace, numbers, limit=25)
    if not results.results:
        await response.send(interaction, t(actor.locale, "No papers are waiting any more."))
        return
    view = _list_view(results.papers, actor.locale, query="", offset=0, size=results.total, total=results.total)
    embed = discord.Embed.from_dict(list_embed(results, actor.locale, 0))
    await response.send(interaction, embed=embed, view=view)


def _list_view(papers: tuple[Paper, ...], locale: Locale, *, query: str, offset: int, size: int, total: int) -> View:
    """Return the components below one page of a list: the menu, and page buttons if there are several pages."""
    view = View(timeout=None)
    view.add_item(Pick(options(papers, offset + 1), t(locale, "Choose a paper to open")))
    if total > size:
        back, on = max(0, offset - size), offset + size
        view.add_item(Page(back, query, t(locale, "◀ Previous"), disabled=offset == 0))
        view.add_item(Page(on, query, t(locale, "Next ▶"), disabled=on >= total))
    return view


def _list(results: Results, actor: Actor, query: str, offset: int) -> tuple[str, discord.Embed, View]:
    content = list_heading(results, actor)
    if not results.papers:
        return content, discord.utils.MISSING, discord.utils.MISSING
    embed = discord.Embed.from_dict(list_embed(results, actor.locale, offset))
    view = _list_view(results.papers, actor.locale, query=query, offset=offset, size=PAGE, total=results.total)
    return content, embed, view


def list_heading(results: Results, actor: Actor) -> str:
    """Return the heading of a list, and below it a hint if there is one."""
    hint = escape_within(results.hint(actor.locale), 300) if results.results else ""
    return "\n".join(filter(None, (actor.say(results.heading()), hint)))


def options(papers: Iterable[Paper], first: int = 1) -> list[discord.SelectOption]:
    """Return papers as the choices of a menu, numbered from `first` on."""
    return [_option(paper, n) for n, paper in enumerate(papers, first)]


def _option(paper: Paper, n: int) -> discord.SelectOption:
    about = clip(paper.title, 100) if paper.headline else None
    return discord.SelectOption(label=clip(f"{n}. {paper.heading}", 100), value=paper.id, description=about)
