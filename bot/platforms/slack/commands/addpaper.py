"""/addpaper and the message shortcut "Add to papers": a link, a form, a preview, saved; all of it in one modal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.draft import draft_of
from bot.domain.errors import InputError
from bot.domain.identifiers import links_in
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import msg, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction, Json
from bot.platforms.slack.drafts import open_draft
from bot.platforms.slack.duplicate import show_duplicate
from bot.platforms.slack.forms import Values
from bot.platforms.slack.mrkdwn import escape, unescape
from bot.services.papers.outcomes import waiting_message

ADD, ASK, START = "addpaper", "source", "add"
_LONGEST_SOURCE = 2000
_MOST_LINKS = 25
_ADDRESSES = ("from_url", "title_link", "original_url")  # of what a message's attachment shows


async def addpaper(interaction: Interaction, text: str) -> None:
    """Add a paper by its link, and take further words for the comment; without a link, ask for it."""
    links = links_in(text) if len(text.split()) > 1 else []
    if len(links) == 1:
        await _start(interaction, links[0], comment=" ".join(text.replace(links[0], " ").split()))
    elif links:
        await _ask_which(interaction, links)
    elif text:
        await start(interaction, text)
    else:
        await _ask_for_link(interaction)


async def _ask_for_link(interaction: Interaction) -> None:
    locale = interaction.actor.locale
    link = kit.text_input(_LONGEST_SOURCE, placeholder="https://arxiv.org/abs/1706.03762")
    field = kit.input_block("source", t(locale, "A link, an arXiv id or a DOI"), link, is_optional=False)
    metadata = interaction.origin.metadata()
    view = response.modal(t(locale, "Add a paper"), [field], locale, ASK, metadata, submit=t(locale, "Next"))
    await response.open_modal(interaction, view)


async def start_with_answer(interaction: Interaction, values: Values) -> None:
    """Start with the link that somebody typed into the modal."""
    await start(interaction, unescape(values.get("source", "")))


async def add_from_message(interaction: Interaction, body: Json) -> None:
    """Add the paper that a message links to; ask which link if there are several."""
    links = _links_of(body.get("message") or {})
    if not links:
        raise InputError(msg("There is no link in this message."))
    if len(links) == 1:
        await start(interaction, links[0])
    else:
        await _ask_which(interaction, links)


async def _ask_which(interaction: Interaction, links: Sequence[str]) -> None:
    locale = interaction.actor.locale
    rows = [
        kit.section(escape(clip(link, 300)), kit.button(f"{START}.{n}", t(locale, "Add"), link))
        for n, link in enumerate(links[:_MOST_LINKS])
    ]
    body = [kit.section(t(locale, "Which of the links?")), *rows]
    metadata = interaction.origin.metadata()
    view = response.modal(t(locale, "Add a paper"), body, locale, response.ANSWER, metadata)
    await response.open_modal(interaction, view)


async def start(interaction: Interaction, source: str) -> None:
    """Show the paper of a source if the collection has it, or open the form for a new one."""
    await _start(interaction, source)


async def _start(interaction: Interaction, source: str, comment: str = "") -> None:
    actor = interaction.actor
    earlier = await actor.services.submission.find_earlier(actor.workspace, source, actor.submitter)
    if isinstance(earlier, Paper):
        await show_duplicate(interaction, earlier, source)
    elif earlier:
        await response.send(interaction, response.Answer(actor.say(waiting_message(earlier, actor.id))))
    else:
        await open_draft(interaction, replace(draft_of(source), comment=comment))


def _links_of(message: Json) -> list[str]:
    """Return the addresses in a message's text, in the messages that it shares, and of other pages that it shows.

    The address of a shared message is Slack's own and no paper's. Without any, those in what an attachment says count.
    """
    attachments = message.get("attachments")
    shown = [each for each in (attachments if isinstance(attachments, list) else ()) if isinstance(each, Mapping)]
    shared = [each for each in shown if each.get("is_msg_unfurl")]
    pages = [str(each.get(name) or "") for each in shown if each not in shared for name in _ADDRESSES]
    links = links_in(_text_of(message), *map(_text_of, shared), *pages)
    messages = links_in(*(str(each.get("from_url") or "") for each in shared))
    return [link for link in links if link not in messages] or links_in(*map(_text_of, shown))


def _text_of(message: Json) -> str:
    return unescape(str(message.get("text") or ""))
