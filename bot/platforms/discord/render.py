"""Renders cards, lists and editions as Discord's embeds and messages, within all of Discord's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.domain.card import Card, card_of, removal_line, tags_line
from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, FollowUp, explain, feeds_line, follow_ups_title
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import Locale, Message, t, tn
from bot.platforms.discord.command_names import CommandNames
from bot.platforms.discord.markdown import escape_within, link, quote

if TYPE_CHECKING:
    from bot.services.papers.results import Result, Results

Embed = dict[str, Any]
Payload = dict[str, Any]

COLOUR, RETRACTED, REMOVED = 0x3F6FB5, 0xC0392B, 0x80848E
TITLE, DESCRIPTION, CONTENT, EMBEDS, EMBED_TOTAL = 256, 4096, 2000, 10, 6000
_COMMENT, _EXCERPT, _LINKS, _TAGS, _FACTS = 1600, 700, 900, 200, 300
_DIGEST_EXCERPT, _DIGEST_AUTHORS, _AUTHORS = 160, 2, 4  # a digest is skimmed, mostly on a phone
_BETWEEN = " ・ "
_CONTENTS_LABEL, _FOOTER, _ENTRY = 60, 150, 140
_UPDATE, _FOLLOW_UP, _ADDRESS = 120, 240, 120  # with these, all follow-ups of an edition fit one embed


class DiscordRenderer:
    """Renders editions; dates are in the team's timezone."""

    def __init__(self, zone: ZoneInfo, names: CommandNames | None = None) -> None:
        self._zone, self._names = zone, names or CommandNames()

    def edition(self, edition: Edition, marker_of: Callable[[int], str]) -> tuple[Payload, ...]:
        """Return the edition's messages: the opening as content, then one embed per paper, as many as fit each.

        The last embed tells what became known of earlier papers, if anything did. An empty marker is left out.
        """
        embeds = [_digest_card(paper, edition.locale) for paper in edition.papers]
        if edition.follow_ups:
            embeds.append(_follow_ups(edition.follow_ups, edition.locale))
        packs = _packed(embeds) or [[]]
        messages = tuple(_message(pack, marker_of(n)) for n, pack in enumerate(packs))
        room = CONTENT - len(messages[0]["content"])
        messages[0]["content"] = _opening(edition, self._zone, room, self._names) + messages[0]["content"]
        if edition.remaining and edition.id:
            messages[0]["components"] = [_remaining_button(edition)]
        return messages

    def redrawn(
        self, payload: Payload, paper: Paper, place: int, locale: Locale, *, is_removed: bool = False
    ) -> Payload | None:
        """Return an edition's message with the current version of its paper at that place; None if nothing changes.

        A card that no longer fits stays unchanged.
        """
        card = _removed_card(paper, locale) if is_removed else _digest_card(paper, locale)
        last = payload["embeds"][-1:]
        marker = _footer(last[0])[-1] if last else ""
        embeds = [_redrawn(embed, card, marker if embed is last[0] else "") for embed in payload["embeds"]]
        if sum(map(embed_length, embeds)) > EMBED_TOTAL:
            embeds = payload["embeds"]
        content = _with_new_heading(payload["content"], paper, place, is_removed=is_removed)
        new = {**payload, "content": content, "embeds": embeds}
        return None if new == payload else new

    def notice(self, message: Message, paper: Paper, locale: Locale) -> Payload:
        """Return a message to one person with a paper's card."""
        text = self._names.say(message, locale)
        return {"content": text, "embeds": [card_embed(paper, locale)], "allowed_mentions": {"parse": []}}


def _redrawn(embed: Embed, card: Embed, marker: str) -> Embed:
    """Return the card in place of the same paper's, with the marker if it is a message's last; else the embed."""
    if _footer(embed)[0] != _footer(card)[0]:
        return embed
    text = card["footer"]["text"] + (_BETWEEN + marker if marker.startswith("#") else "")
    return {**card, "footer": {"text": text}}


def _digest_card(paper: Paper, locale: Locale) -> Embed:
    return card_embed(paper, locale, excerpt=_DIGEST_EXCERPT, authors=_DIGEST_AUTHORS)


def _removed_card(paper: Paper, locale: Locale) -> Embed:
    return {
        "title": _struck(paper.heading, TITLE),
        "color": REMOVED,
        "description": removal_line(locale),
        "footer": {"text": paper.id},
    }


def _struck(text: str, limit: int) -> str:
    return f"~~{escape_within(text, limit - 4)}~~"


def shows(payload: Payload, id: str) -> bool:
    """Return whether a message of an edition shows the paper of that id."""
    return any(_footer(embed)[0] == id for embed in payload.get("embeds", ()))


def _footer(embed: Embed) -> list[str]:
    """Return the parts of a card's footer: the paper's id, and in a message's last card also the marker."""
    text: str = embed["footer"]["text"]
    return text.split(_BETWEEN)


def card_embed(paper: Paper, locale: Locale, *, excerpt: int = _EXCERPT, authors: int = _AUTHORS) -> Embed:
    """Return one paper as an embed, with at most `excerpt` characters of its excerpt and `authors` names."""
    card = card_of(paper, locale, most_authors=authors)
    facts = escape_within(" ・ ".join(card.facts), _FACTS)
    lead = [f"**{escape_within(card.subtitle, TITLE)}**" if card.subtitle else "", f"-# {facts}" if facts else ""]
    updates = [f"-# {escape_within(line, _UPDATE)}" for line in card.updates]
    parts = [
        "\n".join(f"**{escape_within(line, _UPDATE)}**" for line in card.warnings),
        "\n".join(part for part in (*lead, *updates) if part),
        escape_within(card.comment, _COMMENT) if card.comment else "",
        quote(escape_within(card.excerpt, excerpt)) if card.excerpt else "",
        "\n".join(part for part in (_links_line(card), _tags_line(card)) if part),
    ]
    embed: Embed = {
        "title": escape_within(card.heading, TITLE),
        "color": RETRACTED if card.warnings else COLOUR,
        "description": "\n\n".join(part for part in parts if part)[:DESCRIPTION],
        "footer": {"text": clip(card.footer, _FOOTER)},
    }
    return embed | ({"url": card.url} if card.url else {})


def _follow_ups(follow_ups: Sequence[FollowUp], locale: Locale) -> Embed:
    """Return what became known of earlier papers as an embed; its footer is no paper's id, as it has spaces."""
    lines = []
    for each in follow_ups:
        label, url = clip(each.paper.heading, _CONTENTS_LABEL), each.url
        name = link(label, url) if url and len(url) <= _ADDRESS else escape_within(label, 2 * _CONTENTS_LABEL)
        lines.append(f"{each.update.mark} {name}: {escape_within(each.update.text(locale), _FOLLOW_UP)}")
    return {
        "title": follow_ups_title(locale),
        "color": COLOUR,
        "description": "\n".join(lines),
        "footer": {"text": "📰 " + t(locale, "about papers of earlier editions")},
    }


def list_embed(results: Results, locale: Locale, offset: int) -> Embed:
    """Return one page of search results, numbered like the menu below it, in as much detail as fits."""
    numbered = tuple(enumerate(results.results or results.near, offset + 1))
    variants = (
        "\n\n".join(_entry(n, result, locale) for n, result in numbered),
        "\n".join(f"**{n}.** {_linked(result.paper)}" for n, result in numbered),
        "\n".join(f"**{n}.** {escape_within(result.paper.heading, _ENTRY)}" for n, result in numbered),
    )
    description = next((text for text in variants if len(text) <= DESCRIPTION), variants[-1][:DESCRIPTION])
    embed: Embed = {"color": COLOUR, "description": description}
    return embed | ({"footer": {"text": _shown(results, locale, offset)}} if results.results else {})


def _entry(n: int, result: Result, locale: Locale) -> str:
    paper = result.paper
    title = clip(paper.title, 80) if paper.headline else ""
    facts = [result.reason(locale), paper.date.text(locale) if paper.date else "", title]
    below = escape_within(" ・ ".join(fact for fact in facts if fact), 200)
    return f"**{n}.** {_linked(paper)}" + (f"\n-# {below}" if below else "")


def _linked(paper: Paper) -> str:
    name = clip(paper.heading, 100)
    return link(name, paper.url) if paper.url and len(paper.url) <= 200 else escape_within(name, 200)


def _shown(results: Results, locale: Locale, offset: int) -> str:
    last = offset + len(results.results)
    if len(results.results) == results.total:
        return tn(locale, "{n} paper in all", "{n} papers in all", results.total)
    return t(locale, "{first}-{last} of {total}", first=offset + 1, last=last, total=results.total)


def embed_length(embed: Embed) -> int:
    """Return how many code points of an embed count towards its message's limit."""
    fields = embed.get("fields", ())
    texts = [embed.get("title"), embed.get("description"), embed.get("footer", {}).get("text")]
    return sum(len(text) for text in texts if text) + sum(len(f["name"]) + len(f["value"]) for f in fields)


def _packed(embeds: Sequence[Embed]) -> list[list[Embed]]:
    packs: list[list[Embed]] = []
    room = 0
    for embed in embeds:
        size = embed_length(embed) + _FOOTER  # the marker is added to the footer of a message's last embed
        if not packs or len(packs[-1]) == EMBEDS or size > room:
            packs.append([])
            room = EMBED_TOTAL
        packs[-1].append(embed)
        room -= embed_length(embed)
    return packs


def _message(embeds: list[Embed], marker: str) -> Payload:
    payload: Payload = {"content": "", "embeds": embeds, "allowed_mentions": {"parse": []}}
    if not marker:
        return payload
    if embeds:
        footer = embeds[-1]["footer"]
        footer["text"] += f"{_BETWEEN}#{marker}"
    else:
        payload["content"] = f"\n-# #{marker}"
    return payload


def _opening(edition: Edition, zone: ZoneInfo, room: int, names: CommandNames) -> str:
    locale = edition.locale
    day = edition.composed_at.astimezone(zone).date()
    date = PaperDate(day.year, day.month, day.day).text(locale)
    lines = [
        f"## {t(locale, '📮 論文だより no. {number}', number=edition.number)}",
        f"-# {date}",
        explain(edition, names.name),
        *([f"-# {line}"] if (line := feeds_line(edition)) else []),
    ]
    more = _more_line(edition)
    room -= sum(len(line) + 1 for line in lines) + len(more) + 1
    for position, paper in enumerate(edition.papers, 1):
        line = _contents_line(position, paper)
        if len(line) + 3 > room:
            lines.append("…")
            break
        lines.append(line)
        room -= len(line) + 1
    return "\n".join([*lines, more] if more else lines)


def _contents_line(position: int, paper: Paper) -> str:
    label = clip(paper.heading, _CONTENTS_LABEL)
    if paper.url and len(paper.url) <= 120:
        return f"{position}. {link(label, paper.url)}"
    return f"{position}. {escape_within(label, 2 * _CONTENTS_LABEL)}"


def _with_new_heading(content: str, paper: Paper, place: int, *, is_removed: bool) -> str:
    """Return a digest's text with the new heading of the paper at that place, if its table of contents lists it."""
    lines, number = content.split("\n"), f"{place}. "
    at = next((n for n, line in enumerate(lines) if line.startswith(number)), None)
    if at is None:
        return content
    struck = number + _struck(clip(paper.heading, _CONTENTS_LABEL), 2 * _CONTENTS_LABEL)
    room, line = CONTENT - len(content) + len(lines[at]), struck if is_removed else _contents_line(place, paper)
    if len(line) > room:
        line = number + escape_within(clip(paper.heading, _CONTENTS_LABEL), room - len(number))
    return "\n".join([*lines[:at], line, *lines[at + 1 :]])


def _more_line(edition: Edition) -> str:
    if not edition.remaining:
        return ""
    more = tn(
        edition.locale,
        "{n} more paper will be in the next edition.",
        "{n} more papers will be in the next edition.",
        edition.remaining,
    )
    return f"-# {more}"


def _remaining_button(edition: Edition) -> dict[str, Any]:
    label = tn(edition.locale, "See the waiting paper", "See the {n} waiting papers", edition.remaining)
    button = {"type": 2, "style": 2, "label": label, "custom_id": f"dayori:waiting:{edition.id}"}
    return {"type": 1, "components": [button]}


def _links_line(card: Card) -> str:
    line = ""
    for each in card.links:
        entry = f"[{escape_within(clip(each.name, 40), 80)}]({each.url})"
        if len(line) + len(entry) + 3 > _LINKS:
            break
        line += (" ・ " if line else "") + entry
    return line


def _tags_line(card: Card) -> str:
    line = escape_within(tags_line(card.tags), _TAGS)
    return f"-# {line}" if line else ""
