"""What follows a form: a look at the card, and Save, Edit, Cancel; every step outlives a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord.ui import View

from bot.domain.errors import InputError, StaleError
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.form import form_of, token_of, typed_in
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton, lasting
from bot.platforms.discord.proposer import tell_proposer
from bot.services.drafts import Draft, change_of, changed, new_token


async def open_form(interaction: Interaction, reader: Reader, draft: Draft) -> None:
    """Open the form of a new draft, at once; what its source tells is looked up meanwhile.

    The draft is kept only then: writing may have to wait for an import, and a form must not.
    """
    token = new_token()
    await interaction.response.send_modal(form_of(draft, token, reader.locale))
    await reader.services.drafts.keep(reader.workspace, draft, token)
    if not draft.paper_id:
        reader.services.drafts.begin_looking(draft.source)


async def take_form(interaction: Interaction) -> None:
    """Keep what a form says, and show the card that it makes or what is wrong with it."""
    reader = await reader_of(interaction)
    token, drafts = token_of(interaction), reader.services.drafts
    draft = replace(await drafts.get(reader.workspace, token), **typed_in(interaction))
    await drafts.keep(reader.workspace, draft, token)
    if not draft.paper_id and not await drafts.is_ready(draft.source):
        await interaction.response.defer(ephemeral=True, thinking=interaction.message is None)
    await _show(interaction, **await _look(draft, token, reader))


class Save(LastingButton, name="save", style=discord.ButtonStyle.success):
    """Saves a draft, or proposes it where additions are the curators'."""

    async def press(self, interaction: Interaction) -> None:
        """Save what the draft says."""
        reader = await reader_of(interaction)
        await _save(interaction, reader, self.about, await reader.services.drafts.get(reader.workspace, self.about))


class Overwrite(LastingButton, name="overwrite", style=discord.ButtonStyle.danger):
    """Saves a change over what somebody else changed meanwhile, after both were shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save over the version that was shown."""
        reader = await reader_of(interaction)
        draft = await reader.services.drafts.get(reader.workspace, self.about)
        await _save(interaction, reader, self.about, draft)


class Edit(LastingButton, name="edit"):
    """Opens a draft's form again."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what was typed."""
        reader = await reader_of(interaction)
        draft = await reader.services.drafts.get(reader.workspace, self.about)
        await interaction.response.send_modal(form_of(draft, self.about, reader.locale))


class Cancel(LastingButton, name="cancel"):
    """Gives a draft up."""

    async def press(self, interaction: Interaction) -> None:
        """Forget what was typed."""
        reader = await reader_of(interaction)
        await reader.services.drafts.give_up(reader.workspace, self.about)
        await _show(interaction, content=t(reader.locale, "Not saved."), embeds=[], view=View())


async def _save(interaction: Interaction, reader: Reader, token: str, draft: Draft) -> None:
    if draft.paper_id:
        await _save_change(interaction, reader, token, draft)
    elif draft.candidate:
        await _save_proposal(interaction, reader, token, draft)
    elif reader.services.additions == "curators" and not reader.is_curator:
        await reader.services.inbox.propose(reader.workspace, draft, reader.name, reader.actor)
        await _done(
            interaction, reader, token, t(reader.locale, "Proposed. You will be told when a curator has decided.")
        )
    else:
        paper = await reader.services.drafts.paper_of(draft)
        if not draft.apart and (twin := await reader.services.library.twin(reader.workspace, paper)):
            await _show_twin(interaction, reader, token, draft, twin)
            return
        added = await reader.services.library.add(reader.workspace, paper, reader.name, actor=reader.actor)
        told = t(reader.locale, "Saved.") if added.is_new else t(reader.locale, "This paper is there already.")
        await _done(interaction, reader, token, told, added.paper)


async def _save_change(interaction: Interaction, reader: Reader, token: str, draft: Draft) -> None:
    reader.require_curator()
    try:
        paper = await reader.services.library.edit(
            reader.workspace, draft.paper_id, reader.name, lambda old: changed(old, draft), actor=reader.actor,
            seen=draft.seen,
        )  # fmt: skip
    except StaleError:
        await _show_both(interaction, reader, token, draft)
    else:
        await _done(interaction, reader, token, t(reader.locale, "Saved."), paper)
        await interaction.client.corrections.correct()


async def _save_proposal(interaction: Interaction, reader: Reader, token: str, draft: Draft) -> None:
    """Accept a proposal as a curator mended it."""
    reader.require_curator()
    await reader.services.inbox.change(reader.workspace, draft.candidate, draft)
    candidate, added = await reader.services.inbox.accept(reader.workspace, draft.candidate, reader.actor)
    await _done(interaction, reader, token, t(reader.locale, "Saved."), added.paper)
    await tell_proposer(interaction, reader, candidate, added.paper, is_accepted=True)


async def _show_both(interaction: Interaction, reader: Reader, token: str, draft: Draft) -> None:
    """Show what the paper says by now and what the draft would make of it; nothing is overwritten."""
    now = await reader.services.lookup.get(reader.workspace, draft.paper_id)
    rebased = replace(draft, version=change_of(now).version)
    await reader.services.drafts.keep(reader.workspace, rebased, token)
    told = t(reader.locale, "Somebody changed this paper meanwhile. First as it is now, then as you wrote it:")
    embeds = [embed_of(now, reader.locale), embed_of(changed(now, draft), reader.locale)]
    view = lasting(Overwrite(token, t(reader.locale, "Save mine over it")), *_edit_or_cancel(token, reader.locale))
    await _show(interaction, content=told, embeds=embeds, view=view)


async def _show_twin(interaction: Interaction, reader: Reader, token: str, draft: Draft, twin: Paper) -> None:
    """Show a paper of the same title, and ask whether this is another one; nothing is merged."""
    await reader.services.drafts.keep(reader.workspace, replace(draft, apart=True), token)
    told = t(reader.locale, "There is a paper of this title already, under other ids. Is yours another one?")
    view = lasting(Save(token, t(reader.locale, "Add it as another paper")), *_edit_or_cancel(token, reader.locale))
    await _show(interaction, content=told, embeds=[embed_of(twin, reader.locale)], view=view)


async def _look(draft: Draft, token: str, reader: Reader) -> dict[str, Any]:
    try:
        paper = replace(await _described(draft, reader), added_by=reader.name if not draft.paper_id else None)
    except InputError as error:
        view = lasting(*_edit_or_cancel(token, reader.locale))
        return {"content": escape(error.text(reader.locale)), "embeds": [], "view": view}
    view = lasting(Save(token, t(reader.locale, "Save")), *_edit_or_cancel(token, reader.locale))
    look = t(reader.locale, "This is how it will look:")
    return {"content": look, "embeds": [embed_of(paper, reader.locale)], "view": view}


async def _described(draft: Draft, reader: Reader) -> Paper:
    if draft.paper_id:
        return changed(await reader.services.lookup.get(reader.workspace, draft.paper_id), draft)
    return await reader.services.drafts.paper_of(draft)


async def _done(interaction: Interaction, reader: Reader, token: str, told: str, paper: Paper | None = None) -> None:
    await reader.services.drafts.give_up(reader.workspace, token)
    embeds = [embed_of(paper, reader.locale)] if paper else []
    view = card_view(paper, reader.locale) if paper else View()
    await _show(interaction, content=told, embeds=embeds, view=view)


async def _show(interaction: Interaction, **message: Any) -> None:
    """Put a message in the place of the one that was pressed, or answer with it."""
    if interaction.response.is_done():
        await interaction.edit_original_response(**message)
    elif interaction.message:
        await interaction.response.edit_message(**message)
    else:
        await interaction.response.send_message(**message, ephemeral=True)


def _edit_or_cancel(token: str, locale: Locale) -> tuple[LastingButton, ...]:
    return Edit(token, t(locale, "Edit")), Cancel(token, t(locale, "Cancel"))
