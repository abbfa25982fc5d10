"""The steps after a form: a preview with Save, Edit and Cancel; every step survives a restart.

A button names its draft and the fingerprint of the preview (`TOKEN.MARK`), so only what was shown is saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
from discord.ui import View

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft, apply_draft, prefilled, with_answers
from bot.domain.errors import DayoriError, DuplicateError, InputError
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.discord import response
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.components import PersistentButton, persistent_view, unknown_component
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.modal import details_modal, draft_modal, inputs_file, inputs_of, token_of
from bot.platforms.discord.outcome_text import fate_of, saved_text, waiting_text
from bot.platforms.discord.proposer_notice import notify_proposer
from bot.services.papers.drafts import fingerprint
from bot.services.papers.submission import Outcome, Proposed, SameTitle, Saved, Stale


async def open_draft(interaction: Interaction, actor: Actor, draft: Draft, paper: Paper | None = None) -> None:
    """Open the form of a new draft at once; its source is looked up meanwhile.

    `paper` is the finished paper when the draft edits a proposal.
    """
    token = token_for(interaction)
    await actor.services.drafts.begin(actor.workspace, token, draft, actor.id, paper)
    if not (draft.paper_id or draft.candidate):
        actor.services.drafts.start_lookup(draft.source, actor.id)
    await _open(interaction, actor, token, prefilled(draft, paper))


def token_for(interaction: Interaction, n: int = 0) -> str:
    """Return the token of a draft that an interaction starts; every process with the interaction computes the same."""
    return hashlib.blake2b(f"{interaction.token}:{n}".encode(), digest_size=12).hexdigest()


async def save_form(interaction: Interaction) -> None:
    """Store a form's values, and show the card or what is wrong; on an error, send the values back as a file."""
    actor = await actor_of(interaction)
    typed = inputs_of(interaction)
    try:
        await _save_inputs(interaction, actor, token_of(interaction), typed)
    except DuplicateError:
        raise
    except DayoriError as error:
        await response.send(
            interaction, actor.names.say(error.message, actor.locale), file=inputs_file(typed, actor.locale)
        )


async def _save_inputs(interaction: Interaction, actor: Actor, token: str, typed: Mapping[str, Any]) -> None:
    drafts = actor.services.drafts
    draft, paper = await drafts.get(actor.workspace, token, actor.id)
    _require_right(actor, draft)
    draft = with_answers(draft, prefilled(draft, await _known(actor, draft, paper)), typed)
    if not (draft.paper_id or draft.candidate) and not await drafts.is_ready(draft.source):
        await drafts.save(actor.workspace, token, draft, actor.id)
        await _show_lookup(interaction, actor, draft)
    await show_preview(interaction, actor, token, draft, paper)


async def _show_lookup(interaction: Interaction, actor: Actor, draft: Draft) -> None:
    """Say that the source is being looked up, replacing the message whose button or menu opened the form."""
    if interaction.message is None:
        await response.defer(interaction)
        return
    text = t(actor.locale, "Looking up {source} …", source=escape(clip(draft.source, 300)))
    await response.replace(interaction, content=text, embeds=[], view=View())


async def _known(actor: Actor, draft: Draft, paper: Paper | None) -> Paper | None:
    """Return the current version of the paper that a draft edits, or the draft's finished paper."""
    return await actor.services.lookup.get(actor.workspace, draft.paper_id) if draft.paper_id else paper


class Save(PersistentButton, name="save", style=discord.ButtonStyle.success):
    """Saves a draft as shown, or proposes it if additions are left to curators."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        token, mark, _ = _parse_argument(self.argument)
        await _submit(interaction, token, mark)


class SaveAsAnother(PersistentButton, name="apart", style=discord.ButtonStyle.success):
    """Saves a draft as a different paper from the shown one of the same title."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        token, mark, _ = _parse_argument(self.argument)
        await _submit(interaction, token, mark, allow_same_title=True)


class Overwrite(PersistentButton, name="overwrite", style=discord.ButtonStyle.danger):
    """Saves an edit over another person's later edit, after both were shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save over the version that was shown."""
        token, mark, version = _parse_argument(self.argument)
        await _submit(interaction, token, mark, seen=version)


class Edit(PersistentButton, name="edit"):
    """Reopens a draft's form."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the draft's values."""
        actor = await actor_of(interaction)
        draft, paper = await actor.services.drafts.get(actor.workspace, self.argument, actor.id)
        _require_right(actor, draft)
        await _open(interaction, actor, self.argument, prefilled(draft, paper))


class Details(PersistentButton, name="details"):
    """Reopens a draft's second form: links, authors, venue, organization."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the draft's values, or else the paper's."""
        actor = await actor_of(interaction)
        draft, paper = await actor.services.drafts.get(actor.workspace, self.argument, actor.id)
        _require_right(actor, draft)
        form = prefilled(draft, await _known(actor, draft, paper))
        if not await response.open_form(interaction, details_modal(form, self.argument, actor.locale)):
            view = persistent_view(Details(self.argument, t(actor.locale, "Open the form")))
            await response.send(interaction, t(actor.locale, "This took a moment. The form is ready now."), view=view)


class Cancel(PersistentButton, name="cancel"):
    """Discards a draft."""

    async def press(self, interaction: Interaction) -> None:
        """Discard the draft."""
        actor = await actor_of(interaction)
        await actor.services.drafts.discard(actor.workspace, self.argument, actor.id)
        await response.replace(interaction, content=t(actor.locale, "Not saved."), embeds=[], view=View())


async def _open(interaction: Interaction, actor: Actor, token: str, draft: Draft) -> None:
    """Open a draft's form, or send a button that does: a form must be the first answer to an interaction."""
    if not await response.open_form(interaction, draft_modal(draft, token, actor.locale)):
        view = persistent_view(Edit(token, t(actor.locale, "Open the form")))
        await response.send(interaction, t(actor.locale, "This took a moment. The form is ready now."), view=view)


async def _submit(
    interaction: Interaction, token: str, mark: str, *, allow_same_title: bool = False, seen: datetime | None = None
) -> None:
    actor = await actor_of(interaction)
    submission = actor.services.submission
    outcome = await submission.submit(
        actor.workspace, token, actor.submitter, mark, allow_same_title=allow_same_title, seen=seen
    )
    await _show_outcome(interaction, actor, token, mark, outcome)
    if isinstance(outcome, Saved) and outcome.candidate:
        await notify_proposer(interaction, actor, outcome.candidate, outcome.paper, fate_of(outcome))
    elif isinstance(outcome, Saved):
        await interaction.client.message_updates.update()


async def _show_outcome(interaction: Interaction, actor: Actor, token: str, mark: str, outcome: Outcome) -> None:
    locale = actor.locale
    match outcome:
        case Saved(paper=paper, is_new=False, candidate=Candidate() as candidate, comment=comment):
            await show_accepted_duplicate(interaction, actor, paper, candidate, comment)
        case Saved(paper=paper):
            view = card_view(paper, locale)
            await response.replace(
                interaction, content=saved_text(outcome, locale), embeds=[embed_of(paper, locale)], view=view
            )
        case Proposed(waiting=Candidate() as waiting):
            await response.replace(interaction, content=waiting_text(actor, waiting), view=View())
        case Proposed(is_repeated=is_again):
            text = t(locale, "You have proposed this already; you will be told when a curator has decided.")
            if not is_again:
                text = t(locale, "Proposed. You will be told when a curator has decided.")
            await response.replace(interaction, content=text, embeds=[], view=View())
        case SameTitle(paper=other):
            text = t(locale, "There is a paper of this title already, under other ids. Is yours another one?")
            another = SaveAsAnother(f"{token}.{mark}", t(locale, "Add it as another paper"))
            view = persistent_view(another, Edit(token, t(locale, "Edit")), Cancel(token, t(locale, "Cancel")))
            await response.replace(interaction, content=text, embeds=[embed_of(other, locale)], view=view)
        case Stale():
            await _show_stale(interaction, actor, token, outcome)


async def show_accepted_duplicate(
    interaction: Interaction, actor: Actor, known: Paper, candidate: Candidate, comment: str
) -> None:
    """Tell a curator that an accepted proposal's paper exists already, and offer to copy the proposal's comment.

    `comment` is the token of the draft that copies it, empty where there is nothing to copy. If the paper has a
    comment, both versions are shown.
    """
    locale, name = actor.locale, escape(candidate.proposed_by or "?")
    text = t(locale, "This paper is there already, so nothing of {name}'s proposal was added.", name=name)
    embeds, items = [embed_of(known, locale)], []
    if comment:
        draft, _ = await actor.services.drafts.get(actor.workspace, comment, actor.id)
        label = t(locale, "Replace the comment") if known.comment else t(locale, "Add the comment")
        items = [Save(f"{comment}.{fingerprint(draft, None)}", label)]
        embeds.append(embed_of(apply_draft(known, draft), locale))
        text += "\n" + t(locale, "First as it is now, then with the proposal's comment:")
    await response.replace(interaction, content=text, embeds=embeds, view=persistent_view(*items))


async def _show_stale(interaction: Interaction, actor: Actor, token: str, outcome: Stale) -> None:
    """Show the current paper beside the edited one; nothing is overwritten."""
    draft, paper = await actor.services.drafts.get(actor.workspace, token, actor.id)
    now = outcome.current
    if now is None or now.updated_at is None or outcome.proposed is None:
        await show_preview(interaction, actor, token, draft, paper)
        return
    text = t(actor.locale, "Somebody changed this paper meanwhile. First as it is now, then as you wrote it:")
    embeds = [embed_of(now, actor.locale), embed_of(outcome.proposed, actor.locale)]
    about = f"{token}.{fingerprint(draft, paper)}.{now.updated_at.isoformat()}"
    view = persistent_view(
        Overwrite(about, t(actor.locale, "Overwrite with mine")), *_edit_or_cancel(token, draft, actor.locale)
    )
    await response.replace(interaction, content=text, embeds=embeds, view=view)


async def show_preview(interaction: Interaction, actor: Actor, token: str, draft: Draft, paper: Paper | None) -> None:
    """Store a draft with its finished paper, and show the paper or what is wrong with it."""
    drafts, locale = actor.services.drafts, actor.locale
    try:
        result = await _complete(actor, draft, paper)
    except InputError as error:
        await drafts.save(actor.workspace, token, draft, actor.id, paper if draft.candidate else None)
        view = persistent_view(*_edit_or_cancel(token, draft, locale))
        await response.replace(interaction, content=actor.names.say(error.message, locale), embeds=[], view=view)
        return
    kept = None if draft.paper_id else result
    await drafts.save(actor.workspace, token, draft, actor.id, kept)
    save = Save(f"{token}.{fingerprint(draft, kept)}", t(locale, "Save"))
    look = result if draft.paper_id else replace(result, added_by=await _added_by(actor, draft))
    view, text = persistent_view(save, *_edit_or_cancel(token, draft, locale)), t(locale, "This is how it will look:")
    await response.replace(interaction, content=text, embeds=[embed_of(look, locale)], view=view)


async def _added_by(actor: Actor, draft: Draft) -> str | None:
    """Return the name under which a new paper is added: the proposer's, even after a curator edited it."""
    if draft.candidate:
        return (await actor.services.inbox.get(actor.workspace, draft.candidate)).proposed_by
    return actor.name


async def _complete(actor: Actor, draft: Draft, paper: Paper | None) -> Paper:
    if draft.paper_id:
        return apply_draft(await actor.services.lookup.get(actor.workspace, draft.paper_id), draft)
    if draft.candidate and paper:
        return apply_draft(paper, draft)
    return await actor.services.drafts.complete(draft, actor.id)


def _require_right(actor: Actor, draft: Draft) -> None:
    if draft.paper_id or draft.candidate:
        actor.require_curator()


def _parse_argument(about: str) -> tuple[str, str, datetime | None]:
    """Return the token, the mark and the version in a button's id. Raises InputError."""
    token, _, rest = about.partition(".")
    mark, _, version = rest.partition(".")
    try:
        return token, mark, datetime.fromisoformat(version) if version else None
    except ValueError:
        raise unknown_component() from None


def _edit_or_cancel(token: str, draft: Draft, locale: Locale) -> tuple[PersistentButton, ...]:
    details = Details(token, t(locale, "Edit the links")) if draft.paper_id or draft.candidate else None
    buttons = (Edit(token, t(locale, "Edit")), details, Cancel(token, t(locale, "Cancel")))
    return tuple(button for button in buttons if button)
