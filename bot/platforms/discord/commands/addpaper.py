"""/addpaper and the message menu "Add to papers": a link, a form, a preview, saved."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.domain.draft import draft_of
from bot.domain.errors import InputError
from bot.domain.identifiers import links_in
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import msg, t
from bot.platforms.discord import response
from bot.platforms.discord.components import PersistentSelect, persistent_view, selected
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.drafts import open_draft, token_for
from bot.platforms.discord.duplicate import show_duplicate
from bot.platforms.discord.localization import both
from bot.services.papers.outcomes import waiting_message

_MOST_LINKS = 25


@app_commands.command(
    name=both("addpaper", "論文追加"), description=both("Add a paper by its link", "リンクから論文を追加する")
)
@app_commands.describe(source=both("A link, an arXiv id or a DOI", "リンク、arXivの番号、DOIのどれか"))
@app_commands.rename(source=both("source", "リンク"))
@app_commands.guild_only()
async def addpaper(interaction: Interaction, source: Range[str, 1, 2000]) -> None:
    """Add a paper by its link."""
    await _begin(interaction, await actor_of(interaction), source)


@app_commands.context_menu(name=both("Add to papers", "論文に追加"))
@app_commands.guild_only()
async def add_from_message(interaction: Interaction, message: discord.Message) -> None:
    """Add the paper that a message links to; ask which link if there are several."""
    actor = await actor_of(interaction)
    links = _links_of(message)
    if not links:
        raise InputError(msg("There is no link in this message."))
    if len(links) == 1:
        await _begin(interaction, actor, links[0])
        return
    tokens = {token_for(interaction, n): link for n, link in enumerate(links[:_MOST_LINKS])}
    drafts = {token: draft_of(link) for token, link in tokens.items()}
    await actor.services.drafts.save_all(actor.workspace, drafts, actor.id)
    options = [discord.SelectOption(label=clip(link, 100), value=token) for token, link in tokens.items()]
    view = persistent_view(Which(options, t(actor.locale, "Choose a link")))
    await response.send(interaction, t(actor.locale, "Which of the links?"), view=view)


class Which(PersistentSelect, name="which"):
    """Asks which of a message's links to add; a choice is the token of the link's draft."""

    async def press(self, interaction: Interaction) -> None:
        """Start with the chosen link."""
        actor = await actor_of(interaction)
        draft, _ = await actor.services.drafts.get(actor.workspace, selected(self.item), actor.id)
        await _begin(interaction, actor, draft.source)


def _links_of(message: discord.Message) -> list[str]:
    """Return the links of a message and of those it forwards; without one, those in the texts of their embeds."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    embeds = [embed for part in parts for embed in part.embeds]
    links = links_in(*(part.content for part in parts), *(embed.url or "" for embed in embeds))
    return links or links_in(*(text or "" for embed in embeds for text in (embed.title, embed.description)))


async def _begin(interaction: Interaction, actor: Actor, source: str) -> None:
    """Show the paper of a source if the collection has it, or open the form for a new one."""
    earlier = await actor.services.submission.find_earlier(actor.workspace, source, actor.submitter)
    if isinstance(earlier, Paper):
        await show_duplicate(interaction, actor, earlier, source)
    elif earlier:
        await response.send(interaction, actor.say(waiting_message(earlier, actor.id)))
    else:
        await open_draft(interaction, actor, draft_of(source))
