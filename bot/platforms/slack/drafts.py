"""The steps after a form: a preview with Save, Edit and Cancel; every step survives a restart.

A button names its draft and the fingerprint of the preview (`ShownDraft`), so only what was shown is saved. All steps
are in one modal; whoever closes it meanwhile gets the next step as a message.

Save is the modal's own button, always in the same place. What asks further (another paper of this title, somebody
else's version) has buttons elsewhere, so that a second click on Save cannot answer it unread.
"""

from __future__ import annotations

import structlog

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft
from bot.domain.errors import DayoriError
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.platforms.components import ShownDraft, draft_token, shown_draft
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.api_errors import TriggerExpiredError
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.card import card_answer, cards_answer
from bot.platforms.slack.context import Client, Interaction
from bot.platforms.slack.draft_form import answers_of, draft_modal, title_of
from bot.platforms.slack.forms import Values
from bot.platforms.slack.inbox_card import NEXT, step_answer
from bot.platforms.slack.mrkdwn import escape
from bot.platforms.slack.proposer_notice import notify_proposer
from bot.platforms.slack.response import Answer
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

SAVE, SAVE_ANOTHER, OVERWRITE, REOPEN, CANCEL = "save", "save_another", "overwrite", "reopen", "cancel"
_log = structlog.get_logger()


async def open_draft(interaction: Interaction, draft: Draft, paper: Paper | None = None) -> None:
    """Open the form of a new draft at once; its source is looked up meanwhile.

    `paper` is the finished paper when the draft edits a proposal.
    """
    actor, token = interaction.actor, draft_token(interaction.key)
    form = await actor.services.previews.open(actor.workspace, token, draft, actor.submitter, paper)
    await _open(interaction, token, form)


async def save_form(interaction: Interaction, values: Values) -> None:
    """Store a form's values, and show the card, or the form again with what is wrong."""
    actor, token = interaction.actor, interaction.argument

    async def announce(source: str) -> None:
        text = t(actor.locale, "Looking up {source} …", source=escape(clip(source, 300)))
        await response.show_in_modal(interaction, Answer(text))

    answers = answers_of(values)
    preview = await actor.services.previews.answer(actor.workspace, token, answers, actor.submitter, announce)
    await _show_preview(interaction, token, preview)


async def save(interaction: Interaction, argument: str) -> None:
    """Save a draft as shown, or propose it if additions are left to curators."""
    await _submit(interaction, shown_draft(argument))


async def save_shown(interaction: Interaction, _values: Values) -> None:
    """Save the draft of the modal whose own button was pressed."""
    await _submit(interaction, shown_draft(interaction.argument))


async def save_as_another(interaction: Interaction, argument: str) -> None:
    """Save a draft as a different paper from the shown one of the same title."""
    await _submit(interaction, shown_draft(argument), allow_same_title=True)


async def reopen(interaction: Interaction, token: str) -> None:
    """Open a draft's form with its values."""
    actor = interaction.actor
    form = await actor.services.previews.form(actor.workspace, token, actor.submitter)
    await _open(interaction, token, form)


async def cancel(interaction: Interaction, token: str) -> None:
    """Discard a draft."""
    actor = interaction.actor
    await actor.services.drafts.discard(actor.workspace, token, actor.id)
    await response.replace_message(interaction, Answer(t(actor.locale, "Not saved.")))


async def show_step(interaction: Interaction, step: ReviewStep, *below: Block) -> None:
    """Show the next candidate in place of the last, and have the last one's proposer told, even if the answer is lost.

    Where the paper was there already, that must be seen: the next one gets a message of its own, or a button in a
    modal.
    """
    try:
        if step.known and step.notice:
            await _show_accepted_duplicate(interaction, step.notice.candidate, step.known)
            if not interaction.view_id:
                await response.send_below(interaction, step_answer(step, interaction.actor))
        else:
            await response.replace_message(interaction, step_answer(step, interaction.actor, *below))
    finally:
        if step.notice:
            await notify_proposer(interaction, *step.notice)


async def _show_accepted_duplicate(interaction: Interaction, candidate: Candidate, accepted: Acceptance) -> None:
    """Tell a curator that an accepted candidate's paper exists already, and offer to copy the candidate's comment.

    If the paper has a comment, both versions are shown.
    """
    actor, locale, known = interaction.actor, interaction.actor.locale, accepted.paper
    papers, buttons = [known], list[Block]()
    if accepted.comment:
        preview = await actor.services.previews.show(actor.workspace, accepted.comment, actor.submitter)
        if isinstance(preview, Preview):
            label = t(locale, "Replace the comment") if known.comment else t(locale, "Add the comment")
            value = str(ShownDraft(accepted.comment, preview.fingerprint))
            buttons.append(kit.button(SAVE, label, value, "primary"))
            papers.append(preview.paper)
    lines = map(actor.say, accepted_duplicate_messages(candidate, has_comment=bool(buttons)))
    answer = cards_answer("\n".join(lines), locale, *papers)
    if interaction.view_id:
        buttons.append(kit.button(NEXT, t(locale, "Next candidate")))
    await _show(interaction, answer, *buttons)


async def update_messages(client: Client) -> None:
    """Redraw the posted messages of edited papers; what fails now is done at the next tick."""
    try:
        await client.message_updates.update()
    except DayoriError as error:
        _log.warning("posted digests are corrected later", reason=str(error))


async def _open(interaction: Interaction, token: str, form: Draft, problem: str = "") -> None:
    """Open a draft's form, or send a button that does, since Slack opens one within three seconds only."""
    try:
        await response.open_modal(interaction, draft_modal(interaction, form, token, problem))
    except TriggerExpiredError:
        locale = interaction.actor.locale
        button = kit.button(REOPEN, t(locale, "Open the form"), token, "primary")
        await _show(interaction, Answer(t(locale, "This took a moment. The form is ready now.")), button)


async def _submit(interaction: Interaction, shown: ShownDraft, *, allow_same_title: bool = False) -> None:
    actor = interaction.actor
    outcome = await actor.services.review.submit(
        actor.workspace,
        shown.token,
        actor.submitter,
        shown.fingerprint,
        allow_same_title=allow_same_title,
        seen=shown.version,
    )
    if isinstance(outcome, ReviewStep):
        await show_step(interaction, outcome)
        return
    await _show_outcome(interaction, shown, outcome)
    if isinstance(outcome, Saved):
        await update_messages(interaction.client)


async def _show_outcome(interaction: Interaction, shown: ShownDraft, outcome: Outcome) -> None:
    actor, locale = interaction.actor, interaction.actor.locale
    text = actor.say(outcome_message(outcome, actor.id))
    match outcome:
        case Saved(paper=paper):
            await response.replace_message(interaction, card_answer(paper, actor, text))
        case Proposed():
            await response.replace_message(interaction, Answer(text))
        case SameTitle(paper=other):
            another = kit.button(SAVE_ANOTHER, t(locale, "Add it as another paper"), str(shown))
            answer = cards_answer(text, locale, other)
            await _show(interaction, answer, another, *_edit_or_cancel(shown.token, locale))
        case Stale():
            await _show_stale(interaction, shown.token, outcome, text)


async def _show_stale(interaction: Interaction, token: str, outcome: Stale, text: str) -> None:
    """Show the current paper beside the edited one; nothing is overwritten."""
    actor, locale = interaction.actor, interaction.actor.locale
    preview = await actor.services.previews.show(actor.workspace, token, actor.submitter)
    current, proposed = outcome.current, outcome.proposed
    if current is None or proposed is None or not isinstance(preview, Preview):
        await _show_preview(interaction, token, preview)
        return
    shown = ShownDraft(token, preview.fingerprint, current.updated_at)
    overwrite = kit.button(OVERWRITE, t(locale, "Overwrite with mine"), str(shown), "danger")
    answer = cards_answer(text, locale, current, proposed)
    await _show(interaction, answer, overwrite, *_edit_or_cancel(token, locale))


async def _show_preview(interaction: Interaction, token: str, preview: Preview | UnfinishedDraft) -> None:
    """Show the paper that a draft would become, or its form with what is wrong."""
    locale = interaction.actor.locale
    if isinstance(preview, UnfinishedDraft):
        await show_problem(interaction, token, preview)
        return
    text = t(locale, "This is how it will look:")
    answer = cards_answer(text, locale, preview.paper)
    save = kit.button(
        SAVE, interaction.actor.save_label(preview.draft), str(ShownDraft(token, preview.fingerprint)), "primary"
    )
    edit, cancel = _edit_or_cancel(token, locale)
    await response.ask(interaction, title_of(preview.draft, locale), answer, save, cancel, edit)


async def show_problem(interaction: Interaction, token: str, preview: UnfinishedDraft) -> None:
    """Show a form again with what is wrong, or in a message the buttons that open or discard it."""
    actor = interaction.actor
    problem = actor.say(preview.problem)
    below_message = Answer(problem, (kit.actions(*_edit_or_cancel(token, actor.locale)),))
    if not interaction.view_id:
        await response.replace_message(interaction, below_message)
        return
    form = await actor.services.previews.form(actor.workspace, token, actor.submitter)
    await response.update_or_send(interaction, draft_modal(interaction, form, token, problem), below_message)


async def _show(interaction: Interaction, answer: Answer, *buttons: Block) -> None:
    """Replace the message or the modal by an answer with buttons."""
    row = (kit.actions(*buttons),) if buttons else ()
    await response.replace_message(interaction, Answer(answer.text, (*answer.blocks, *row), answer.headings))


def _edit_or_cancel(token: str, locale: Locale) -> tuple[Block, Block]:
    return kit.button(REOPEN, t(locale, "Edit"), token), kit.button(CANCEL, t(locale, "Cancel"), token)
