"""The steps after a form: a preview with Save, Edit and Cancel; every step survives a restart.

A button names its draft and the fingerprint of the preview (`ShownDraft`), so only what was shown is saved.
"""

from __future__ import annotations

import discord
from discord.ui import View

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft
from bot.domain.errors import DayoriError, DuplicateError
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.components import ShownDraft, draft_token, shown_draft
from bot.platforms.discord import response
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.inbox_card import step_message
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.modal import details_modal, draft_modal, inputs_file, inputs_of, token_of
from bot.platforms.discord.proposer_notice import notify_proposer
from bot.services.papers.outcomes import (
    Acceptance,
    Outcome,
    Preview,
    Proposed,
    ReviewStep,
    SameTitle,
    Saved,
    Stale,
    UnfinishedDraft,
    accepted_duplicate_messages,
    outcome_message,
)


async def open_draft(interaction: Interaction, actor: Actor, draft: Draft, paper: Paper | None = None) -> None:
    """Open the form of a new draft at once; its source is looked up meanwhile.

    `paper` is the finished paper when the draft edits a proposal.
    """
    token = token_for(interaction)
    form = await actor.services.previews.open(actor.workspace, token, draft, actor.submitter, paper)
    await _open(interaction, actor, token, form)


def token_for(interaction: Interaction, n: int = 0) -> str:
    """Return the token of the nth draft that an interaction starts."""
    return draft_token(interaction.token, n)


async def save_form(interaction: Interaction) -> None:
    """Store a form's values, and show the card or what is wrong; on an error, send the values back as a file."""
    actor = await actor_of(interaction)
    inputs, token = inputs_of(interaction), token_of(interaction)

    async def announce(source: str) -> None:
        await _show_lookup(interaction, actor, source)

    try:
        preview = await actor.services.previews.answer(actor.workspace, token, inputs, actor.submitter, announce)
        await _show_preview(interaction, actor, token, preview)
    except DuplicateError:
        raise
    except DayoriError as error:
        await response.send(interaction, actor.say(error.message), file=inputs_file(inputs, actor.locale))


async def _show_lookup(interaction: Interaction, actor: Actor, source: str) -> None:
    """Say that the source is being looked up, replacing the message whose button or menu opened the form."""
    if interaction.message is None:
        await response.defer(interaction)
        return
    text = t(actor.locale, "Looking up {source} …", source=escape(clip(source, 300)))
    await response.replace(interaction, content=text, embeds=[], view=View())


class Save(PersistentButton, name="save", style=discord.ButtonStyle.success):
    """Saves a draft as shown, or proposes it if additions are left to curators."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        await _submit(interaction, shown_draft(self.argument))


class SaveAsAnother(PersistentButton, name="apart", style=discord.ButtonStyle.success):
    """Saves a draft as a different paper from the shown one of the same title."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        await _submit(interaction, shown_draft(self.argument), allow_same_title=True)


class Overwrite(PersistentButton, name="overwrite", style=discord.ButtonStyle.danger):
    """Saves an edit over another person's later edit, after both were shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save over the version that was shown."""
        await _submit(interaction, shown_draft(self.argument))


class Edit(PersistentButton, name="edit"):
    """Reopens a draft's form."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the draft's values."""
        actor = await actor_of(interaction)
        form = await actor.services.previews.form(actor.workspace, self.argument, actor.submitter)
        await _open(interaction, actor, self.argument, form)


class Details(PersistentButton, name="details"):
    """Reopens a draft's second form: links, authors, venue, organization."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the draft's values, or else the paper's."""
        actor = await actor_of(interaction)
        form = await actor.services.previews.form(actor.workspace, self.argument, actor.submitter)
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


async def _submit(interaction: Interaction, shown: ShownDraft, *, allow_same_title: bool = False) -> None:
    actor = await actor_of(interaction)
    outcome = await actor.services.review.submit(
        actor.workspace,
        shown.token,
        actor.submitter,
        shown.fingerprint,
        allow_same_title=allow_same_title,
        seen=shown.version,
    )
    if isinstance(outcome, ReviewStep):
        await show_step(interaction, actor, outcome)
        return
    await _show_outcome(interaction, actor, shown, outcome)
    if isinstance(outcome, Saved):
        await interaction.client.message_updates.update()


async def _show_outcome(interaction: Interaction, actor: Actor, shown: ShownDraft, outcome: Outcome) -> None:
    locale, token = actor.locale, shown.token
    text = actor.say(outcome_message(outcome, actor.id))
    match outcome:
        case Saved(paper=paper):
            view = card_view(paper, locale)
            await response.replace(interaction, content=text, embeds=[embed_of(paper, locale)], view=view)
        case Proposed(waiting=Candidate()):
            await response.replace(interaction, content=text, view=View())
        case Proposed():
            await response.replace(interaction, content=text, embeds=[], view=View())
        case SameTitle(paper=other):
            another = SaveAsAnother(str(shown), t(locale, "Add it as another paper"))
            view = persistent_view(another, Edit(token, t(locale, "Edit")), Cancel(token, t(locale, "Cancel")))
            await response.replace(interaction, content=text, embeds=[embed_of(other, locale)], view=view)
        case Stale():
            await _show_stale(interaction, actor, token, outcome)


async def show_step(interaction: Interaction, actor: Actor, step: ReviewStep) -> None:
    """Show the next candidate in place of the last, and have the last one's proposer told.

    The next one gets a message of its own where the paper was there already, since that must be seen.
    """
    if step.known and step.notice:
        await _show_accepted_duplicate(interaction, actor, step.notice.candidate, step.known)
        await response.send(interaction, **step_message(step, actor))
    else:
        await response.replace(interaction, **step_message(step, actor))
    if step.notice:
        await notify_proposer(interaction, actor, *step.notice)


async def _show_accepted_duplicate(
    interaction: Interaction, actor: Actor, candidate: Candidate, accepted: Acceptance
) -> None:
    """Tell a curator that an accepted candidate's paper exists already, and offer to copy the candidate's comment.

    If the paper has a comment, both versions are shown.
    """
    paper, comment = accepted.paper, accepted.comment
    locale, embeds, items = actor.locale, [embed_of(paper, actor.locale)], []
    if comment:
        preview = await actor.services.previews.show(actor.workspace, comment, actor.submitter)
        if isinstance(preview, Preview):
            label = t(locale, "Replace the comment") if paper.comment else t(locale, "Add the comment")
            items = [Save(ShownDraft(comment, preview.fingerprint), label)]
            embeds.append(embed_of(preview.paper, locale))
    lines = map(actor.say, accepted_duplicate_messages(candidate, has_comment=bool(items)))
    await response.replace(interaction, content="\n".join(lines), embeds=embeds, view=persistent_view(*items))


async def _show_stale(interaction: Interaction, actor: Actor, token: str, outcome: Stale) -> None:
    """Show the current paper beside the edited one; nothing is overwritten."""
    preview = await actor.services.previews.show(actor.workspace, token, actor.submitter)
    current, proposed = outcome.current, outcome.proposed
    if current is None or proposed is None or not isinstance(preview, Preview):
        await _show_preview(interaction, actor, token, preview)
        return
    shown = ShownDraft(token, preview.fingerprint, current.updated_at)
    overwrite = Overwrite(shown, t(actor.locale, "Overwrite with mine"))
    await response.replace(
        interaction,
        content=actor.say(outcome_message(outcome, actor.id)),
        embeds=[embed_of(current, actor.locale), embed_of(proposed, actor.locale)],
        view=persistent_view(overwrite, *_edit_or_cancel(token, preview.draft, actor.locale)),
    )


async def _show_preview(interaction: Interaction, actor: Actor, token: str, preview: Preview | UnfinishedDraft) -> None:
    """Show the paper that a draft would become, or what is wrong with the draft."""
    locale, buttons = actor.locale, _edit_or_cancel(token, preview.draft, actor.locale)
    if isinstance(preview, UnfinishedDraft):
        view = persistent_view(*buttons)
        await response.replace(interaction, content=actor.say(preview.problem), embeds=[], view=view)
        return
    view = persistent_view(Save(ShownDraft(token, preview.fingerprint), actor.save_label(preview.draft)), *buttons)
    text, embed = t(locale, "This is how it will look:"), embed_of(preview.paper, locale)
    await response.replace(interaction, content=text, embeds=[embed], view=view)


def _edit_or_cancel(token: str, draft: Draft, locale: Locale) -> tuple[PersistentButton, ...]:
    edit, cancel = Edit(token, t(locale, "Edit")), Cancel(token, t(locale, "Cancel"))
    return (edit, cancel) if draft.is_addition else (edit, Details(token, t(locale, "Edit the links")), cancel)
