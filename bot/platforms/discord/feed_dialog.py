"""What /feed answers: previews with their buttons, the list, and what was done.

A button names its draft and the fingerprint of the preview (`ShownDraft`), so only what was shown is saved, also after
a restart. What draws feeds is imported when it is needed, since most starts have no use for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord
from discord.ui import View

from bot.domain.errors import DayoriError, DuplicateError
from bot.domain.numbers import number_in
from bot.i18n import t
from bot.platforms.components import ShownDraft, shown_draft
from bot.platforms.discord import response
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, curator_of
from bot.platforms.discord.modal import feed_modal, inputs_of, token_of
from bot.services.feeds import feed_messages

if TYPE_CHECKING:
    from bot.services.feeds.outcomes import FeedForm, FeedPreview


async def begin(interaction: Interaction, actor: Actor, token: str, url: str, texts: Mapping[str, str]) -> None:
    """Try a new feed, and ask whether to add it."""
    await response.defer(interaction)
    preview = await actor.services.feeds.drafts.begin(actor.workspace, token, url, texts, actor.submitter)
    await _show_preview(interaction, actor, token, preview)


async def open_change(interaction: Interaction, actor: Actor, token: str, name: str) -> None:
    """Open the form of a feed's filter."""
    form = await actor.services.feeds.drafts.open_change(actor.workspace, token, name, actor.submitter)
    await _open(interaction, actor, token, form)


async def answer_form(interaction: Interaction) -> None:
    """Show what a form's values would do, or what is wrong with them."""
    actor, token, texts = await curator_of(interaction), token_of(interaction), inputs_of(interaction)
    await response.defer(interaction)
    try:
        preview = await actor.services.feeds.drafts.answer(actor.workspace, token, texts, actor.submitter)
    except DuplicateError:
        raise
    except DayoriError as error:
        view = persistent_view(*_edit_or_cancel(actor, token))
        await response.replace(interaction, content=actor.say(error.message), embeds=[], view=view)
    else:
        await _show_preview(interaction, actor, token, preview)


async def show_list(interaction: Interaction, actor: Actor, name: str | None) -> None:
    """Show how all feeds are, or one of them in all detail."""
    from bot.platforms.discord.feed_view import list_embeds

    management = actor.services.feeds.management
    statuses = await management.statuses(actor.workspace, name)
    if not statuses:
        await response.send(interaction, actor.say(feed_messages.NO_FEEDS))
        return
    for embed in list_embeds(statuses, management.now(), actor.locale):
        await response.send(interaction, embed=discord.Embed.from_dict(embed))


async def try_feed(interaction: Interaction, actor: Actor, feed: str, texts: Mapping[str, str]) -> None:
    """Poll a feed once and show what its filter does; `texts` stand in for parts of the filter."""
    from bot.platforms.discord.feed_view import trial_embed

    feeds = actor.services.feeds
    url, filter = await feeds.management.address_and_filter(actor.workspace, feed, texts)
    await response.defer(interaction)
    url, trial = await feeds.trials.find(actor.workspace, url, filter)
    await response.send(interaction, embed=discord.Embed.from_dict(trial_embed(trial, url, filter, actor.locale)))


async def ask_to_remove(interaction: Interaction, actor: Actor, name: str) -> None:
    """Ask whether to remove a feed."""
    removal = await actor.services.feeds.management.removal(actor.workspace, name)
    view = persistent_view(RemoveFeed(removal.feed.id, t(actor.locale, "Remove")))
    await response.send(interaction, actor.say(feed_messages.removal_question(removal)), view=view)


async def pause(interaction: Interaction, actor: Actor, name: str) -> None:
    """Pause a feed."""
    feed = await actor.services.feeds.management.pause(actor.workspace, name)
    await response.send(interaction, actor.say(feed_messages.paused_message(feed)))


async def resume(interaction: Interaction, actor: Actor, name: str) -> None:
    """Resume a feed."""
    feed = await actor.services.feeds.management.resume(actor.workspace, name)
    await response.send(interaction, actor.say(feed_messages.resumed_message(feed)))


class AddFeed(PersistentButton, name="addfeed", style=discord.ButtonStyle.success):
    """Adds a feed as it was shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        await _save(interaction, await curator_of(interaction), shown_draft(self.argument))


class ChangeFilter(PersistentButton, name="changefilter", style=discord.ButtonStyle.success):
    """Changes a feed's filter as it was shown."""

    async def press(self, interaction: Interaction) -> None:
        """Save the draft."""
        await _save(interaction, await curator_of(interaction), shown_draft(self.argument))


class ReopenFeed(PersistentButton, name="reopenfeed"):
    """Opens the form of a draft again."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with the draft's values."""
        await _reopen(interaction, await curator_of(interaction), self.argument)


class CancelFeed(PersistentButton, name="cancelfeed"):
    """Discards a draft."""

    async def press(self, interaction: Interaction) -> None:
        """Discard the draft."""
        actor = await curator_of(interaction)
        await actor.services.feeds.drafts.discard(actor.workspace, self.argument, actor.submitter)
        text = t(actor.locale, "Nothing was changed.")
        await response.replace(interaction, content=text, embeds=[], view=View())


class RemoveFeed(PersistentButton, name="removefeed", style=discord.ButtonStyle.danger):
    """Removes a feed."""

    async def press(self, interaction: Interaction) -> None:
        """Remove the feed."""
        await _remove(interaction, await curator_of(interaction), number_in(self.argument))


async def _save(interaction: Interaction, actor: Actor, shown: ShownDraft) -> None:
    saved = await actor.services.feeds.drafts.save(actor.workspace, shown.token, shown.fingerprint, actor.submitter)
    text = actor.say(feed_messages.saved_message(saved))
    await response.replace(interaction, content=text, embeds=[], view=View())


async def _reopen(interaction: Interaction, actor: Actor, token: str) -> None:
    form = await actor.services.feeds.drafts.form(actor.workspace, token, actor.submitter)
    await _open(interaction, actor, token, form)


async def _remove(interaction: Interaction, actor: Actor, feed_id: int) -> None:
    removal = await actor.services.feeds.management.remove(actor.workspace, feed_id)
    text = actor.say(feed_messages.removed_message(removal))
    await response.replace(interaction, content=text, embeds=[], view=View())


async def _open(interaction: Interaction, actor: Actor, token: str, form: FeedForm) -> None:
    """Open a draft's form, or send a button that does: a form must be the first answer to an interaction."""
    locale = actor.locale
    title = t(locale, "Change the filter") if form.name is None else t(locale, "Add a feed")
    modal = feed_modal(title, token, form.name, form.texts, locale)
    if not await response.open_form(interaction, modal):
        view = persistent_view(ReopenFeed(token, t(locale, "Open the form")))
        await response.send(interaction, t(locale, "This took a moment. The form is ready now."), view=view)


async def _show_preview(interaction: Interaction, actor: Actor, token: str, preview: FeedPreview) -> None:
    """Show what would be saved, with its buttons."""
    from bot.platforms.discord.feed_view import preview_embed

    locale, shown = actor.locale, ShownDraft(token, preview.fingerprint)
    save = AddFeed(shown, t(locale, "Add")) if preview.trial else ChangeFilter(shown, t(locale, "Save"))
    await response.replace(
        interaction,
        content=actor.say(feed_messages.question_message(preview)),
        embeds=[discord.Embed.from_dict(preview_embed(preview, locale))],
        view=persistent_view(save, *_edit_or_cancel(actor, token)),
    )


def _edit_or_cancel(actor: Actor, token: str) -> tuple[PersistentButton, PersistentButton]:
    return ReopenFeed(token, t(actor.locale, "Edit")), CancelFeed(token, t(actor.locale, "Cancel"))
