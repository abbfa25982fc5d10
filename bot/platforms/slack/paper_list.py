"""Answers a look-up: the card of a single match, a list with pages, or what is near."""

from __future__ import annotations

from bot.domain.numbers import number_in
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import t, tn
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.card import card_answer, heading_of
from bot.platforms.slack.context import Actor, Interaction
from bot.platforms.slack.mrkdwn import escape_within, link_within
from bot.platforms.slack.response import Answer
from bot.services.papers.results import Result, Results

PAGE = 10
OPEN, TURN = "open", "page"
LONGEST_QUERY = 500
BETWEEN = " ・ "


async def look_up(interaction: Interaction, query: str) -> None:
    """Answer a query: the card of a single match, a list of several, or what is near."""
    await response.send(interaction, await _answer(interaction.actor, query, 0))


async def open_paper(interaction: Interaction, id: str) -> None:
    """Show a paper of a list."""
    actor = interaction.actor
    await response.send(interaction, card_answer(await actor.services.lookup.get(actor.workspace, id), actor))


async def turn_page(interaction: Interaction, argument: str) -> None:
    """Replace the shown page by another one; the argument is `OFFSET:QUERY`."""
    offset, _, query = argument.partition(":")
    await response.replace_message(interaction, await _answer(interaction.actor, query, number_in(offset)))


async def _answer(actor: Actor, query: str, offset: int) -> Answer:
    query, lookup = query[:LONGEST_QUERY], actor.services.lookup
    results = await lookup.look_up(actor.workspace, query, limit=PAGE, offset=offset)
    if offset and not results.results:  # the list became shorter
        offset = max(0, results.total - 1) // PAGE * PAGE
        results = await lookup.look_up(actor.workspace, query, limit=PAGE, offset=offset)
    if results.total == 1:
        return card_answer(results.papers[0], actor, escape_within(results.hint(actor.locale), 300))
    answer = list_answer(results, actor, offset)
    below = _turning(results, actor, query, offset)
    return Answer(answer.text, (*answer.blocks, *below), answer.headings)


def list_answer(results: Results, actor: Actor, offset: int = 0, *, action: str = OPEN, label: str = "") -> Answer:
    """Return a list with a button beside each paper: `action` is what it does, and `label` says so."""
    label = label or t(actor.locale, "Open")
    rows = [
        kit.section(_line(result, n, actor), kit.button(f"{action}.{n}", label, result.paper.id))
        for n, result in enumerate(results.results or results.near, offset + 1)
    ]
    return Answer(list_heading(results, actor), tuple(rows), tuple(map(heading_of, results.papers)))


def list_heading(results: Results, actor: Actor) -> str:
    """Return the heading of a list, and below it a hint if there is one."""
    hint = escape_within(results.hint(actor.locale), 300) if results.results else ""
    return "\n".join(filter(None, (actor.say(results.heading()), hint)))


def _line(result: Result, n: int, actor: Actor) -> str:
    paper = result.paper
    title = clip(paper.title, 80) if paper.headline else ""
    facts = [result.reason(actor.locale), paper.date.text(actor.locale) if paper.date else "", title]
    below = escape_within(BETWEEN.join(fact for fact in facts if fact), 200)
    return f"*{n}.* {linked(paper)}" + (f"\n{below}" if below else "")


def linked(paper: Paper) -> str:
    """Return a paper's heading in bold, linked to its page."""
    return f"*{link_within(escape_within(clip(paper.heading, 100), 200), paper.url, 200)}*"


def _turning(results: Results, actor: Actor, query: str, offset: int) -> list[Block]:
    """Return which part of the results is shown, and the buttons to the other parts."""
    if not results.results:
        return []
    last = offset + len(results.results)
    if last - offset == results.total:
        return [kit.context(tn(actor.locale, "{n} paper in all", "{n} papers in all", results.total))]
    shown = t(actor.locale, "{first}-{last} of {total}", first=offset + 1, last=last, total=results.total)
    buttons = []
    if offset:
        buttons.append(kit.button(f"{TURN}.back", t(actor.locale, "◀ Previous"), f"{max(0, offset - PAGE)}:{query}"))
    if last < results.total:
        buttons.append(kit.button(f"{TURN}.on", t(actor.locale, "Next ▶"), f"{last}:{query}"))
    return [kit.context(shown), kit.actions(*buttons)]
