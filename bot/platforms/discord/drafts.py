"""What follows a form: a look at the card, and Save, Edit, Cancel; every step outlives a restart.

A button names its draft and the look beside which it stands (`TOKEN.MARK`): only what was shown is saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
from discord.ui import View

from bot.domain.draft import Draft, as_form, changed, filled_in
from bot.domain.errors import DayoriError, DuplicateError, InputError
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.discord import answer
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.context import Interaction, Reader, reader_of
from bot.platforms.discord.form import as_typed, details_of, form_of, token_of, typed_in
from bot.platforms.discord.markdown import escape
from bot.platforms.discord.press import LastingButton, lasting, unknown_press
from bot.platforms.discord.proposer import Fate, tell_proposer
from bot.services.drafts import mark_of
from bot.services.submission import Outcome, Proposed, SameTitle, Saved, Stale
from bot.store.inbox import Candidate


async def open_form(interaction: Interaction, reader: Reader, draft: Draft, paper: Paper | None = None) -> None:
    """Open the form of a new draft, at once; what its source tells is looked up meanwhile.

    `paper` is the finished paper that the draft changes where that is a proposal's.
    """
    token = token_for(interaction)
    await reader.services.drafts.begin(reader.workspace, token, draft, reader.actor, paper)
    if not (draft.paper_id or draft.candidate):
        reader.services.drafts.begin_looking(draft.source, reader.actor)
    await _open(interaction, reader, token, as_form(draft, paper))


def token_for(interaction: Interaction, n: int = 0) -> str:
    """Return the token of a draft that an interaction begins, which is the same in every process that gets it."""
    return hashlib.blake2b(f"{interaction.token}:{n}".encode(), digest_size=12).hexdigest()


async def take_form(interaction: Interaction) -> None:
    """Keep what a form says, and show the card that it makes or what is wrong with it; nothing typed is lost."""
    reader = await reader_of(interaction)
    typed = typed_in(interaction)
    try:
        await _take(interaction, reader, token_of(interaction), typed)
    except DuplicateError:
        raise
    except DayoriError as error:
        await answer.send(
            interaction, reader.names.say(error.message, reader.locale), file=as_typed(typed, reader.locale)
        )


async def _take(interaction: Interaction, reader: Reader, token: str, typed: Mapping[str, Any]) -> None:
    drafts = reader.services.drafts
    draft, paper = await drafts.get(reader.workspace, token, reader.actor)
    _require_right(reader, draft)
    draft = filled_in(draft, as_form(draft, await _known(reader, draft, paper)), typed)
    if not (draft.paper_id or draft.candidate) and not await drafts.is_ready(draft.source):
        await drafts.keep(reader.workspace, token, draft, reader.actor)
        await _show_work(interaction, reader, draft)
    await _show_look(interaction, reader, token, draft, paper)


async def _show_work(interaction: Interaction, reader: Reader, draft: Draft) -> None:
    """Say that the source is asked, in the place of the message whose button or menu opened the form."""
    if interaction.message is None:
        await answer.defer(interaction)
        return
    told = t(reader.locale, "Looking up {source} …", source=escape(clip(draft.source, 300)))
    await answer.replace(interaction, content=told, embeds=[], view=View())


async def _known(reader: Reader, draft: Draft, paper: Paper | None) -> Paper | None:
    """Return the paper that a draft changes as it is today, or the one that was made of it."""
    return await reader.services.lookup.get(reader.workspace, draft.paper_id) if draft.paper_id else paper


class Save(LastingButton, name="save", style=discord.ButtonStyle.success):
    """Saves a draft as it was shown, or proposes it where additions are the curators'."""

    async def press(self, interaction: Interaction) -> None:
        """Save what the draft says."""
        token, mark, _ = _parts(self.about)
        await _submit(interaction, token, mark)


class Apart(LastingButton, name="apart", style=discord.ButtonStyle.success):
    """Saves a draft as another paper than the one of the same title that was shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save what the draft says."""
        token, mark, _ = _parts(self.about)
        await _submit(interaction, token, mark, apart=True)


class Overwrite(LastingButton, name="overwrite", style=discord.ButtonStyle.danger):
    """Saves a change over what somebody else changed meanwhile, after both were shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save over the version that was shown."""
        token, mark, version = _parts(self.about)
        await _submit(interaction, token, mark, seen=version)


class Edit(LastingButton, name="edit"):
    """Opens a draft's form again."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what was typed."""
        reader = await reader_of(interaction)
        draft, paper = await reader.services.drafts.get(reader.workspace, self.about, reader.actor)
        _require_right(reader, draft)
        await _open(interaction, reader, self.about, as_form(draft, paper))


class Details(LastingButton, name="details"):
    """Opens a draft's second form: links, authors, organization."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what was typed, else with what the paper says."""
        reader = await reader_of(interaction)
        draft, paper = await reader.services.drafts.get(reader.workspace, self.about, reader.actor)
        _require_right(reader, draft)
        shown = as_form(draft, await _known(reader, draft, paper))
        if not await answer.open_form(interaction, details_of(shown, self.about, reader.locale)):
            view = lasting(Details(self.about, t(reader.locale, "Open the form")))
            await answer.send(interaction, t(reader.locale, "This took a moment. The form is ready now."), view=view)


class Cancel(LastingButton, name="cancel"):
    """Gives a draft up."""

    async def press(self, interaction: Interaction) -> None:
        """Forget what was typed."""
        reader = await reader_of(interaction)
        await reader.services.drafts.give_up(reader.workspace, self.about, reader.actor)
        await answer.replace(interaction, content=t(reader.locale, "Not saved."), embeds=[], view=View())


async def _open(interaction: Interaction, reader: Reader, token: str, draft: Draft) -> None:
    """Open a draft's form, or offer to when the answer had to be deferred: a form can only be a first answer."""
    if not await answer.open_form(interaction, form_of(draft, token, reader.locale)):
        view = lasting(Edit(token, t(reader.locale, "Open the form")))
        await answer.send(interaction, t(reader.locale, "This took a moment. The form is ready now."), view=view)


async def _submit(interaction: Interaction, token: str, mark: str, *, apart: bool = False,
                  seen: datetime | None = None) -> None:  # fmt: skip
    reader = await reader_of(interaction)
    submission = reader.services.submission
    outcome = await submission.submit(reader.workspace, token, reader.submitter, mark, apart=apart, seen=seen)
    await _show_outcome(interaction, reader, token, mark, outcome)
    if isinstance(outcome, Saved) and outcome.candidate:
        await tell_proposer(interaction, reader, outcome.candidate, outcome.paper, _fate(outcome))
    elif isinstance(outcome, Saved):
        await interaction.client.corrections.correct()


async def _show_outcome(interaction: Interaction, reader: Reader, token: str, mark: str, outcome: Outcome) -> None:
    locale = reader.locale
    match outcome:
        case Saved(paper=paper, is_new=False, candidate=Candidate() as candidate, comment=comment):
            await show_there_already(interaction, reader, paper, candidate, comment)
        case Saved(paper=paper):
            view = card_view(paper, locale)
            await answer.replace(
                interaction, content=_saved(outcome, locale), embeds=[embed_of(paper, locale)], view=view
            )
        case Proposed(waiting=Candidate() as waiting):
            await answer.replace(interaction, content=waits(reader, waiting), view=View())
        case Proposed(is_again=is_again):
            told = t(locale, "You have proposed this already; you will be told when a curator has decided.")
            if not is_again:
                told = t(locale, "Proposed. You will be told when a curator has decided.")
            await answer.replace(interaction, content=told, embeds=[], view=View())
        case SameTitle(twin=twin):
            told = t(locale, "There is a paper of this title already, under other ids. Is yours another one?")
            another = Apart(f"{token}.{mark}", t(locale, "Add it as another paper"))
            view = lasting(another, Edit(token, t(locale, "Edit")), Cancel(token, t(locale, "Cancel")))
            await answer.replace(interaction, content=told, embeds=[embed_of(twin, locale)], view=view)
        case Stale():
            await _show_stale(interaction, reader, token, outcome)


async def show_there_already(
    interaction: Interaction, reader: Reader, known: Paper, candidate: Candidate, comment: str
) -> None:
    """Tell a curator that an accepted proposal's paper was there, and offer to take its comment over.

    `comment` is the token of the draft that does, empty where the proposal says nothing new. A comment that the paper
    has is shown beside what would replace it.
    """
    locale, name = reader.locale, escape(candidate.proposed_by or "?")
    told = t(locale, "This paper is there already, so nothing of {name}'s proposal was added.", name=name)
    embeds, items = [embed_of(known, locale)], []
    if comment:
        draft, _ = await reader.services.drafts.get(reader.workspace, comment, reader.actor)
        label = t(locale, "Replace the comment") if known.comment else t(locale, "Add the comment")
        items = [Save(f"{comment}.{mark_of(draft, None)}", label)]
        embeds.append(embed_of(changed(known, draft), locale))
        told += "\n" + t(locale, "First as it is now, then with the proposal's comment:")
    await answer.replace(interaction, content=told, embeds=embeds, view=lasting(*items))


def waits(reader: Reader, candidate: Candidate) -> str:
    """Say that a paper waits for a curator already: since when, and by whose proposal."""
    if candidate.proposer == reader.actor:
        return t(reader.locale, "You have proposed this already; you will be told when a curator has decided.")
    when, name = f"<t:{int(candidate.proposed_at.timestamp())}:D>", escape(candidate.proposed_by or "?")
    return t(reader.locale, "{name} proposed this paper already, on {when}; a curator will decide on it.", name=name,
             when=when)  # fmt: skip


def _saved(outcome: Saved, locale: Locale) -> str:
    if outcome.is_again:
        return t(locale, "This has been saved already.")
    return t(locale, "Saved.") if outcome.is_new else t(locale, "This paper is there already.")


def _fate(outcome: Saved) -> Fate:
    return "added" if outcome.is_new else "known"


async def _show_stale(interaction: Interaction, reader: Reader, token: str, outcome: Stale) -> None:
    """Show what would be written by now, and what is there; nothing is overwritten."""
    draft, paper = await reader.services.drafts.get(reader.workspace, token, reader.actor)
    now = outcome.now
    if now is None or now.updated_at is None or outcome.mine is None:
        await _show_look(interaction, reader, token, draft, paper)
        return
    told = t(reader.locale, "Somebody changed this paper meanwhile. First as it is now, then as you wrote it:")
    embeds = [embed_of(now, reader.locale), embed_of(outcome.mine, reader.locale)]
    about = f"{token}.{mark_of(draft, paper)}.{now.updated_at.isoformat()}"
    view = lasting(
        Overwrite(about, t(reader.locale, "Overwrite with mine")), *_edit_or_cancel(token, draft, reader.locale)
    )
    await answer.replace(interaction, content=told, embeds=embeds, view=view)


async def _show_look(interaction: Interaction, reader: Reader, token: str, draft: Draft, paper: Paper | None) -> None:
    """Keep a draft with the finished paper, and show how that looks or what is wrong with it."""
    drafts, locale = reader.services.drafts, reader.locale
    try:
        shown = await _finished(reader, draft, paper)
    except InputError as error:
        await drafts.keep(reader.workspace, token, draft, reader.actor, paper if draft.candidate else None)
        view = lasting(*_edit_or_cancel(token, draft, locale))
        await answer.replace(interaction, content=reader.names.say(error.message, locale), embeds=[], view=view)
        return
    kept = None if draft.paper_id else shown
    await drafts.keep(reader.workspace, token, draft, reader.actor, kept)
    save = Save(f"{token}.{mark_of(draft, kept)}", t(locale, "Save"))
    look = shown if draft.paper_id else replace(shown, added_by=await _adder(reader, draft))
    view, told = lasting(save, *_edit_or_cancel(token, draft, locale)), t(locale, "This is how it will look:")
    await answer.replace(interaction, content=told, embeds=[embed_of(look, locale)], view=view)


async def _adder(reader: Reader, draft: Draft) -> str | None:
    """Return in whose name a new paper is added: its proposer's, also where a curator mends it."""
    if draft.candidate:
        return (await reader.services.inbox.get(reader.workspace, draft.candidate)).proposed_by
    return reader.name


async def _finished(reader: Reader, draft: Draft, paper: Paper | None) -> Paper:
    if draft.paper_id:
        return changed(await reader.services.lookup.get(reader.workspace, draft.paper_id), draft)
    if draft.candidate and paper:
        return changed(paper, draft)
    return await reader.services.drafts.paper_of(draft, reader.actor)


def _require_right(reader: Reader, draft: Draft) -> None:
    if draft.paper_id or draft.candidate:
        reader.require_curator()


def _parts(about: str) -> tuple[str, str, datetime | None]:
    """Return the token, the mark and the version that a button carries. Raises InputError."""
    token, _, rest = about.partition(".")
    mark, _, version = rest.partition(".")
    try:
        return token, mark, datetime.fromisoformat(version) if version else None
    except ValueError:
        raise unknown_press() from None


def _edit_or_cancel(token: str, draft: Draft, locale: Locale) -> tuple[LastingButton, ...]:
    details = Details(token, t(locale, "Edit the links")) if draft.paper_id or draft.candidate else None
    ways = (Edit(token, t(locale, "Edit")), details, Cancel(token, t(locale, "Cancel")))
    return tuple(way for way in ways if way)
