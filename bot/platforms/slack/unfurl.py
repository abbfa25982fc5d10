"""Recognises links to papers in people's messages: shows the team's card, or offers the poster to add the paper.

Slack sends only links to the domains in the app's manifest, also while somebody still writes (the source is then
`composer`), and from channels where the bot is not: there it shows cards, but says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import structlog

from bot.domain.identifiers import canonical_url
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.commands.addpaper import START
from bot.platforms.slack.context import Client, Json, actor_of, user_of
from bot.platforms.slack.mrkdwn import ago, escape_within, link_within
from bot.platforms.slack.render import card_blocks
from bot.platforms.slack.response import LOST, Answer

_MOST_LINKS, _LONGEST_ADDRESS = 5, 2000  # links of a message, characters of one
_TOTAL = 9_950  # characters of all cards of a message as JSON, as in `render`
_log = structlog.get_logger()


async def recognize_links(client: Client, body: Json) -> None:
    """Show the card of each paper that a message links to, and offer its poster to add the others."""
    event = body["event"]
    # The team's comments are not for the other company of a shared channel.
    if not client.unfurls or body.get("is_ext_shared_channel"):
        return
    if (await client.people.get(user_of(body))).is_bot:
        return
    links = {unescape(url): url for url in _links_of(event)}
    recognized = await client.services.shared_links.recognize(client.workspace, list(links))
    if recognized.papers:
        shown = {links[link]: paper for link, paper in recognized.papers.items()}
        await _unfurl(client, event, _cards(shown, client.services.locale))
    if recognized.unknown and event.get("source") != "composer" and event.get("is_bot_user_member"):
        await _offer(client, body, recognized.unknown)


def _links_of(event: Json) -> list[str]:
    links = event.get("links")
    urls = [each.get("url") for each in links if isinstance(each, Mapping)] if isinstance(links, list) else []
    return [url for url in urls if isinstance(url, str)][:_MOST_LINKS]


def _cards(papers: Mapping[str, Paper], locale: Locale) -> dict[str, Block]:
    """Return the previews by their links, as many as fit."""
    cards, size = dict[str, Block](), 0
    for url, paper in papers.items():
        # who added it stands below the card, with the time
        blocks = [*card_blocks(replace(paper, added_by=None), locale), *_added(paper, locale)]
        size += len(json.dumps(blocks, ensure_ascii=False))
        if size <= _TOTAL:
            cards[url] = {"blocks": blocks}
    return cards


def _added(paper: Paper, locale: Locale) -> list[Block]:
    if paper.added_at is None:
        return []
    when = ago(paper.added_at)
    if not paper.added_by:
        return [kit.context(t(locale, "In our papers, added {ago}", ago=when))]
    name = escape_within(paper.added_by, 80)
    return [kit.context(t(locale, "In our papers, added {ago} by {name}", ago=when, name=name))]


async def _unfurl(client: Client, event: Json, cards: Mapping[str, Any]) -> None:
    names: tuple[str, ...] = ("unfurl_id", "source")
    if not all(event.get(name) for name in names):  # in an Enterprise organization
        names = ("channel", "message_ts")
    place: dict[str, Any] = {name.removeprefix("message_"): event.get(name) for name in names}
    try:
        await client.web.chat_unfurl(unfurls=dict(cards), **place)
    except LOST as error:  # the message was deleted, or an admin has blocked previews of that domain
        _log.info("a link was not unfurled", reason=str(error))


async def _offer(client: Client, body: Json, links: Sequence[str]) -> None:
    """Offer the poster to add the papers behind these links, each once."""
    actor, event = await actor_of(client, body), body["event"]
    links = await client.services.shared_links.claim_offers(actor.id, links)
    if not links:
        return
    names = [escape_within(canonical_url(each), 80) for each in links]
    rows = [
        kit.section(
            link_within(name, url, _LONGEST_ADDRESS), kit.button(f"{START}.{n}", t(actor.locale, "Add to papers"), url)
        )
        for n, (name, url) in enumerate(zip(names, links, strict=True))
    ]
    answer = Answer(t(actor.locale, "Not among our papers yet:"), tuple(rows), tuple(names))
    try:
        await client.web.chat_postEphemeral(
            channel=event["channel"], user=actor.user, thread_ts=event.get("thread_ts"), **answer.message()
        )
    except LOST as error:
        _log.info("nobody was offered to add a paper", reason=str(error))
