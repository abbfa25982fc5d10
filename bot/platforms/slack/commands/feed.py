"""/feed: the sources of new papers, their filters, and how they are; for curators.

A feed is added, and a filter changed, in one modal: the form, then a preview whose button saves what it shows. What
draws feeds is imported when it is needed, since most starts have no use for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DayoriError
from bot.domain.numbers import number_in
from bot.domain.text import clip
from bot.i18n import Locale, msg, t
from bot.platforms.components import ShownDraft, draft_token, shown_draft
from bot.platforms.form_fields import FormField, feed_fields
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.api_errors import TriggerExpiredError
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.forms import Values
from bot.platforms.slack.mrkdwn import unescape
from bot.platforms.slack.response import Answer
from bot.platforms.slack.subcommands import Subcommand, serve_subcommand
from bot.services.feeds import feed_messages

if TYPE_CHECKING:
    from bot.services.feeds.outcomes import FeedForm, FeedPreview

FORM, SAVE, REOPEN, CANCEL, REMOVE = "feed", "save_feed", "reopen_feed", "cancel_feed", "remove_feed"
_LONGEST_URL = 2000


async def feed(interaction: Interaction, text: str) -> None:
    """Serve what the first word names."""
    interaction.actor.require_curator()
    await serve_subcommand(interaction, "feed", _SUBCOMMANDS, text)


async def add(interaction: Interaction, url: str) -> None:
    """Open the form of a new feed, with the address that a text holds."""
    await response.open_modal(interaction, _form(interaction, "", {}, "", url))


async def list_(interaction: Interaction, name: str) -> None:
    """Show how all feeds are, or one of them in all detail."""
    from bot.platforms.slack.feed_view import list_lines

    actor, management = interaction.actor, interaction.actor.services.feeds.management
    statuses = await management.statuses(actor.workspace, name)
    lines = list_lines(statuses, management.now(), actor.locale)
    await response.send_lines(interaction, lines or [actor.say(feed_messages.NO_FEEDS)])


async def try_(interaction: Interaction, text: str) -> None:
    """Poll the feed of a name or an address once, and show what its filter does."""
    from bot.platforms.slack.feed_view import trial_answer

    actor, feeds = interaction.actor, interaction.actor.services.feeds
    url, filter = await feeds.management.address_and_filter(actor.workspace, text, {})
    url, trial = await feeds.trials.find(actor.workspace, url, filter)
    await response.send(interaction, trial_answer(trial, url, filter, actor.locale))


async def edit(interaction: Interaction, name: str) -> None:
    """Open the form of a feed's filter."""
    actor, token = interaction.actor, draft_token(interaction.key)
    form = await actor.services.feeds.drafts.open_change(actor.workspace, token, name, actor.submitter)
    await _open(interaction, token, form)


async def remove(interaction: Interaction, name: str) -> None:
    """Ask whether to remove a feed."""
    actor = interaction.actor
    removal = await actor.services.feeds.management.removal(actor.workspace, name)
    button = kit.button(REMOVE, t(actor.locale, "Remove"), removal.feed.id, "danger")
    await response.send(interaction, Answer(actor.say(feed_messages.removal_question(removal)), (kit.actions(button),)))


async def confirm_removal(interaction: Interaction, argument: str) -> None:
    """Remove a feed."""
    actor = interaction.actor
    actor.require_curator()
    removal = await actor.services.feeds.management.remove(actor.workspace, number_in(argument))
    await response.replace_message(interaction, Answer(actor.say(feed_messages.removed_message(removal))))


async def pause(interaction: Interaction, name: str) -> None:
    """Pause a feed."""
    actor = interaction.actor
    paused = await actor.services.feeds.management.pause(actor.workspace, name)
    await response.send(interaction, Answer(actor.say(feed_messages.paused_message(paused))))


async def resume(interaction: Interaction, name: str) -> None:
    """Resume a feed."""
    actor = interaction.actor
    resumed = await actor.services.feeds.management.resume(actor.workspace, name)
    await response.send(interaction, Answer(actor.say(feed_messages.resumed_message(resumed))))


async def answer_form(interaction: Interaction, values: Values) -> None:
    """Show what a form's values would do; the argument is the draft's token, empty for a feed that is new."""
    actor, drafts = interaction.actor, interaction.actor.services.feeds.drafts
    token = interaction.argument or draft_token(interaction.key)
    if interaction.argument:
        preview = await drafts.answer(actor.workspace, token, values, actor.submitter)
    else:
        url = unescape(values.get("url", ""))
        preview = await drafts.begin(actor.workspace, token, url, values, actor.submitter)
    await _show_preview(interaction, token, preview)


def validate(values: Values, locale: Locale) -> dict[str, str]:
    """Return what is wrong with the fields of a form, for its inputs."""
    from bot.domain.feed_filter_text import filter_from
    from bot.domain.feed_request import valid_address, valid_name

    errors = dict[str, str]()
    for name, text in values.items():
        try:
            match name:
                case "url":
                    valid_address(unescape(text))
                case "name" if text.strip():
                    valid_name(text)
                case "include" | "exclude" | "authors" | "tags":
                    filter_from({name: text}).compiled()
        except DayoriError as error:
            errors[name] = clip(error.text(locale), kit.LONGEST_TEXT)
    return errors


async def save(interaction: Interaction, argument: str) -> None:
    """Save a feed or a filter as it was shown."""
    await _save(interaction, shown_draft(argument))


async def save_shown(interaction: Interaction, _values: Values) -> None:
    """Save the draft of the modal whose own button was pressed."""
    await _save(interaction, shown_draft(interaction.argument))


async def reopen(interaction: Interaction, token: str) -> None:
    """Open the form of a draft with its values."""
    actor = interaction.actor
    await _open(interaction, token, await actor.services.feeds.drafts.form(actor.workspace, token, actor.submitter))


async def cancel(interaction: Interaction, token: str) -> None:
    """Discard a draft."""
    actor = interaction.actor
    await actor.services.feeds.drafts.discard(actor.workspace, token, actor.submitter)
    await response.replace_message(interaction, Answer(t(actor.locale, "Nothing was changed.")))


async def _save(interaction: Interaction, shown: ShownDraft) -> None:
    actor = interaction.actor
    saved = await actor.services.feeds.drafts.save(actor.workspace, shown.token, shown.fingerprint, actor.submitter)
    await response.replace_message(interaction, Answer(actor.say(feed_messages.saved_message(saved))))


async def _open(interaction: Interaction, token: str, form: FeedForm) -> None:
    """Open a draft's form, or send a button that does, since Slack opens one within three seconds only."""
    try:
        await response.open_modal(interaction, _form(interaction, form.name, form.texts, token))
    except TriggerExpiredError:
        locale = interaction.actor.locale
        row = kit.actions(kit.button(REOPEN, t(locale, "Open the form"), token, "primary"))
        text = t(locale, "This took a moment. The form is ready now.")
        await response.replace_message(interaction, Answer(text, (row,)))


async def _show_preview(interaction: Interaction, token: str, preview: FeedPreview) -> None:
    """Show what would be saved, with its buttons."""
    from bot.platforms.slack.feed_view import preview_answer

    actor, locale = interaction.actor, interaction.actor.locale
    answer = preview_answer(actor.say(feed_messages.question_message(preview)), preview, locale)
    label = t(locale, "Add") if preview.trial else t(locale, "Save")
    save = kit.button(SAVE, label, str(ShownDraft(token, preview.fingerprint)), "primary")
    edit = kit.button(REOPEN, t(locale, "Edit"), token)
    cancel = kit.button(CANCEL, t(locale, "Cancel"), token)
    await response.ask(interaction, _title(locale, is_new=preview.trial is not None), answer, save, cancel, edit)


def _form(interaction: Interaction, name: str | None, texts: Values, token: str, url: str | None = None) -> Block:
    """Return the form of a feed: its address if that is asked for, its name if it is new, and its filter."""
    locale = interaction.actor.locale
    fields = [field for field in feed_fields(name, texts, locale, kit.LONGEST_TEXT) if field.fits]
    body = [*([_address(url, locale)] if url is not None else []), *map(_input, fields)]
    metadata = interaction.origin.metadata(token)
    title = _title(locale, is_new=name is not None)
    return response.modal(title, body, locale, FORM, metadata, submit=t(locale, "Preview"))


def _address(url: str, locale: Locale) -> Block:
    element = kit.text_input(_LONGEST_URL, clip(url, _LONGEST_URL), placeholder="https://rss.arxiv.org/rss/cs.CL")
    hint = t(locale, "An RSS or Atom feed, or a page that links to one")
    return kit.input_block("url", t(locale, "Address"), element, hint=hint, is_optional=False)


def _input(field: FormField) -> Block:
    element = kit.text_input(field.limit, field.text, is_multiline=field.is_long)
    return kit.input_block(field.name, field.label, element, hint=field.hint)


def _title(locale: Locale, *, is_new: bool) -> str:
    return t(locale, "Add a feed") if is_new else t(locale, "Change the filter")


_SUBCOMMANDS = (
    Subcommand(
        "add", "追加", add, msg("Add a feed, after a look at what it brings"), "https://rss.arxiv.org/rss/cs.CL"
    ),
    Subcommand("list", "一覧", list_, msg("How the feeds are, and what they bring")),
    Subcommand("test", "お試し", try_, msg("See what a feed would bring in; nothing is kept"), "cs.CL"),
    Subcommand("edit", "編集", edit, msg("Change a feed's filter, after a look at the effect"), "cs.CL"),
    Subcommand("remove", "削除", remove, msg("Remove a feed; its candidates stay"), "cs.CL"),
    Subcommand("pause", "一時停止", pause, msg("Do not poll a feed for now"), "cs.CL"),
    Subcommand("resume", "再開", resume, msg("Poll a paused or stopped feed again"), "cs.CL"),
)
