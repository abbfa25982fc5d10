"""Renders cards and editions in Slack's Block Kit, within its documented and undocumented limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.card import Card, card_of, removal_line, tags_line
from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, Payload, explain, feeds_line
from bot.domain.paper import Paper
from bot.i18n import Locale, Message, t, tn
from bot.platforms.slack.blocks import Block, context, header, section
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.follow_ups import follow_up_blocks, follow_up_lines
from bot.platforms.slack.mrkdwn import escape_within, link, link_within, quote, strike
from bot.platforms.slack.table_of_contents import contents_block, with_new_heading

EVENT_TYPE = "ronbun_dayori"
MOST_BLOCKS = 50
# Characters of a message's blocks as JSON, without the id that marks the first one. Slack refuses somewhere above
# 11,000, which is undocumented.
_TOTAL = 9_950
# Bytes of a message's text: an update takes 4,000 "characters", which are bytes according to some reports, and a longer
# post without blocks becomes several messages.
TEXT = 3_900
_TITLE, _FACTS, _ADDRESS, _COMMENT, _EXCERPT, _LINKS, _TAGS, _FOOTER, _HEADLINE = (
    256,
    300,
    700,
    1600,
    160,
    900,
    200,
    150,
    150,
)
_AUTHORS = 2
_UPDATE = 120
_LISTED = 4  # papers from which on an edition lists them first: three cards are soon seen, even on a phone
_BETWEEN = " ・ "


class SlackRenderer:
    """Renders editions; dates are in the team's timezone."""

    def __init__(self, zone: ZoneInfo, names: CommandNames) -> None:
        self._zone, self._names = zone, names

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        """Return the edition's messages: the opening, then its papers, as many per message as fit, then its follow-ups.

        A message is recognised by its metadata and by the id of its first block. What does not fit goes on in a further
        message and not in a thread, whose replies notify nobody and are a tap away; a usual week is one message.
        """
        opening, head = self._opening(edition), _title(edition)
        summary = f"{head}: {explain(edition, self._names.name)}"
        packs = _packed(edition, opening, summary)
        messages = []
        for n, papers in enumerate(packs):
            title = head if n == 0 else f"{head} ({n + 1}/{len(packs)})"
            above = opening if n == 0 else [context(title)]
            blocks = [*above, *(block for paper in papers for block in _with_divider(paper, edition.locale))]
            lines = [title if n else summary, *map(_line, papers)]
            if n == len(packs) - 1:
                blocks, lines = [*blocks, *follow_up_blocks(edition)], [*lines, *follow_up_lines(edition)]
            messages.append(_message(lines, blocks, marker_of(n)))
        return tuple(messages)

    def redrawn(
        self, payload: Payload, paper: Paper, place: int, locale: Locale, *, is_removed: bool = False
    ) -> Payload | None:
        """Return an edition's message with the current version of its paper at that place; None if nothing changes.

        A message in which the new version does not fit stays unchanged.
        """
        blocks, lines, shown = payload["blocks"], payload["text"].split("\n"), papers_of(payload)
        if paper.id in shown:
            mine = [n for n, block in enumerate(blocks) if _paper_of(block) == paper.id]
            card = [_removed_block(paper, locale)] if is_removed else card_blocks(paper, locale)
            blocks = [*blocks[: mine[0]], *card, *blocks[mine[-1] + 1 :]]
            lines[1 + shown.index(paper.id)] = _line(paper, is_removed=is_removed)
        redrawn = [with_new_heading(block, paper, place, is_removed=is_removed) for block in blocks]
        new = {**payload, "text": "\n".join(lines), "blocks": redrawn}
        return new if new != payload and _fits(redrawn, lines) else None

    def notice(self, message: Message, paper: Paper, locale: Locale) -> Payload:
        """Return a message to one person with a paper's card."""
        text = self._names.say(message, locale)
        blocks = [section(text), *card_blocks(paper, locale)]
        return {"text": f"{text}\n{_line(paper)}", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}

    def _opening(self, edition: Edition) -> list[Block]:
        day = edition.composed_at.astimezone(self._zone).date()
        date = PaperDate(day.year, day.month, day.day).text(edition.locale)
        more = tn(
            edition.locale,
            "{n} more paper will be in the next edition.",
            "{n} more papers will be in the next edition.",
            edition.remaining,
        )
        lines = [date, explain(edition, self._names.name), feeds_line(edition), more if edition.remaining else ""]
        contents = [contents_block(edition.papers)] if len(edition.papers) >= _LISTED else []
        return [header(_title(edition)), context("\n".join(filter(None, lines))), *contents]


def card_blocks(paper: Paper, locale: Locale) -> list[Block]:
    """Return one paper's blocks: heading and title, comment and excerpt, and in small print facts, links and tags.

    Each block id contains the paper's. The facts are not below the title, since they would be as large as it there.
    """
    card = card_of(paper, locale, most_authors=_AUTHORS)
    excerpt = quote(escape_within(card.excerpt, _EXCERPT)) if card.excerpt else ""
    comment = escape_within(card.comment, _COMMENT) if card.comment else ""
    warnings = "\n".join(f"*{escape_within(line, _UPDATE)}*" for line in card.warnings)
    updates = "\n".join(escape_within(line, _UPDATE) for line in card.updates)
    marks = _joined(_BETWEEN, escape_within(tags_line(card.tags), _TAGS), escape_within(card.footer, _FOOTER))
    parts = (
        _paragraph(_joined("\n", _heading(card), warnings, escape_within(card.subtitle or "", _TITLE))),
        _paragraph(_joined("\n", comment, excerpt)),
        context(_joined("\n", _facts(card), updates, _links_line(card), marks)),
    )
    shown = [part for part in parts if part]
    return [{**block, "block_id": f"paper:{n}:{paper.id}"} for n, block in enumerate(shown)]


def _removed_block(paper: Paper, locale: Locale) -> Block:
    heading = strike(escape_within(paper.heading, _TITLE))
    return {**section(f"{heading}\n{removal_line(locale)}"), "block_id": f"paper:0:{paper.id}"}


def papers_of(payload: Payload) -> list[str]:
    """Return the ids of the papers in a message, in order."""
    return list(dict.fromkeys(id for block in payload["blocks"] if (id := _paper_of(block))))


def headings_of(payload: Mapping[str, Any]) -> list[str]:
    """Return the linked headings of the papers in a message."""
    firsts = (block for block in payload["blocks"] if block.get("block_id", "").startswith("paper:0:"))
    return [block["text"]["text"].split("\n")[0] for block in firsts]


def metadata(marker: str) -> dict[str, Any]:
    """Return the metadata by which a message is recognised."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": marker}}


def _paper_of(block: Block) -> str:
    kind, _, rest = block.get("block_id", "").partition(":")
    return rest.partition(":")[2] if kind == "paper" else ""


def _message(lines: Sequence[str], blocks: list[Block], marker: str) -> Payload:
    blocks = [{**blocks[0], "block_id": f"message:{marker}"}, *blocks[1:]]
    return {
        "text": "\n".join(lines),
        "blocks": blocks,
        "metadata": metadata(marker),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _packed(edition: Edition, opening: list[Block], summary: str) -> list[list[Paper]]:
    """Divide the papers into messages: a paper is added as long as the message with the opening fits.

    The last message has room for the follow-ups; if none with papers has, it has none of these.
    """
    packs: list[list[Paper]] = [[]]
    blocks, lines = opening, [summary]
    for paper in edition.papers:
        more = _with_divider(paper, edition.locale)
        if packs[-1] and not _fits([*blocks, *more], [*lines, _line(paper)]):
            packs.append([])
            blocks, lines = opening, [summary]
        packs[-1].append(paper)
        blocks, lines = [*blocks, *more], [*lines, _line(paper)]
    if packs[-1] and not _fits([*blocks, *follow_up_blocks(edition)], [*lines, *follow_up_lines(edition)]):
        packs.append([])
    return packs


def _fits(blocks: Sequence[Block], lines: Sequence[str]) -> bool:
    is_short = len(json.dumps(blocks, ensure_ascii=False)) <= _TOTAL
    return is_short and len(blocks) <= MOST_BLOCKS and len("\n".join(lines).encode()) <= TEXT


def _with_divider(paper: Paper, locale: Locale) -> list[Block]:
    return [{"type": "divider"}, *card_blocks(paper, locale)]


def _title(edition: Edition) -> str:
    return t(edition.locale, "📮 論文だより no. {number}", number=edition.number)


def _line(paper: Paper, *, is_removed: bool = False) -> str:
    """Return a paper's line in the text that notifications and screen readers use instead of the blocks."""
    heading = escape_within(paper.heading, _HEADLINE)
    return f"• {strike(heading) if is_removed else heading}"


def _heading(card: Card) -> str:
    return f"*{link_within(escape_within(card.heading, _TITLE), card.url, _ADDRESS)}*"


def _facts(card: Card) -> str:
    return escape_within(_BETWEEN.join(card.facts), _FACTS)


def _links_line(card: Card) -> str:
    line = ""
    for each in card.links:
        named = link(escape_within(each.name, 60), each.url)
        if len(line) + len(named) + len(_BETWEEN) <= _LINKS:
            line = _joined(_BETWEEN, line, named)
    return line


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


def _paragraph(text: str) -> Block | None:
    return section(text) if text else None
