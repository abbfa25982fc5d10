"""/feed: the sources of new papers, their filters, and how they are; for curators."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.domain.text import clip
from bot.platforms.discord import feed_dialog
from bot.platforms.discord.context import Interaction, actor_of, curator_of
from bot.platforms.discord.drafts import token_for
from bot.platforms.discord.localization import both

feed = app_commands.Group(
    name=both("feed", "フィード"), description=both("Sources of new papers", "新着論文の取得元"), guild_only=True
)
_NAME = both("name", "名前")
_WHICH = both("Which feed", "どのフィードか")
_FILTER_TEXTS = {
    "include": both(
        "At least one of these, between commas: RAG, (diffusion OR 拡散) -survey",
        "どれかを含む（カンマ区切り。例: RAG、(diffusion OR 拡散) -survey）",
    ),
    "exclude": both(
        "None of these, between commas: survey, benchmark", "どれも含まない（カンマ区切り。例: survey、サーベイ）"
    ),
    "authors": both("At least one of these authors: LeCun, Jonathan Ho", "この著者の誰か（例: LeCun、Jonathan Ho）"),
    "tags": both("At least one of these categories: cs.CL, cs.LG", "このカテゴリーのどれか（例: cs.CL、cs.LG）"),
}
_FILTER_NAMES = {
    "include": both("include", "含む"),
    "exclude": both("exclude", "除く"),
    "authors": both("authors", "著者"),
    "tags": both("tags", "カテゴリー"),
}
_Rules = Range[str, 1, 1000]


@feed.command(
    name=both("add", "追加"),
    description=both("Add a feed, after a look at what it brings", "中身を確かめてからフィードを追加する"),
)
@app_commands.describe(
    url=both(
        "An RSS or Atom feed, or its site: https://rss.arxiv.org/rss/cs.CL",
        "RSSやAtom、またはそのサイト（例: https://rss.arxiv.org/rss/cs.CL）",
    ),
    name=both("What to call it, in one word", "フィードの名前（空白なし）"),
    **_FILTER_TEXTS,
)
@app_commands.rename(url=both("url", "アドレス"), name=_NAME, **_FILTER_NAMES)
async def add(
    interaction: Interaction,
    url: Range[str, 1, 2000],
    include: _Rules | None = None,
    exclude: _Rules | None = None,
    authors: _Rules | None = None,
    tags: _Rules | None = None,
    name: Range[str, 1, 80] | None = None,
) -> None:
    """Try a feed, and ask whether to add it."""
    actor = await curator_of(interaction)
    texts = _given(name=name, include=include, exclude=exclude, authors=authors, tags=tags)
    await feed_dialog.begin(interaction, actor, token_for(interaction), url, texts)


@feed.command(
    name=both("list", "一覧"), description=both("How the feeds are, and what they bring", "フィードの状態と成果を見る")
)
@app_commands.describe(name=_WHICH)
@app_commands.rename(name=_NAME)
async def list_(interaction: Interaction, name: str | None = None) -> None:
    """Show how all feeds are, or one."""
    await feed_dialog.show_list(interaction, await curator_of(interaction), name)


@feed.command(
    name=both("test", "お試し"),
    description=both("See what a feed would bring in; nothing is kept", "何が候補になるかを試す（保存はしません）"),
)
@app_commands.describe(
    feed=both(
        "A feed's name, or an address: https://rss.arxiv.org/rss/cs.CL",
        "フィードの名前かアドレス（例: https://rss.arxiv.org/rss/cs.CL）",
    ),
    **_FILTER_TEXTS,
)
@app_commands.rename(feed=both("feed", "フィード"), **_FILTER_NAMES)
async def try_(
    interaction: Interaction,
    feed: Range[str, 1, 2000],
    include: _Rules | None = None,
    exclude: _Rules | None = None,
    authors: _Rules | None = None,
    tags: _Rules | None = None,
) -> None:
    """Poll a feed once and show what its filter, or another one, does."""
    actor = await curator_of(interaction)
    texts = _given(include=include, exclude=exclude, authors=authors, tags=tags)
    await feed_dialog.try_feed(interaction, actor, feed, texts)


@feed.command(
    name=both("edit", "編集"),
    description=both("Change a feed's filter, after a look at the effect", "効果を確かめてからフィードの条件を変える"),
)
@app_commands.describe(name=_WHICH)
@app_commands.rename(name=_NAME)
async def edit(interaction: Interaction, name: str) -> None:
    """Open the form of a feed's filter."""
    await feed_dialog.open_change(interaction, await curator_of(interaction), token_for(interaction), name)


@feed.command(
    name=both("remove", "削除"),
    description=both("Remove a feed; its candidates stay", "フィードを削除する（候補は残ります）"),
)
@app_commands.describe(name=_WHICH)
@app_commands.rename(name=_NAME)
async def remove(interaction: Interaction, name: str) -> None:
    """Ask whether to remove a feed."""
    await feed_dialog.ask_to_remove(interaction, await curator_of(interaction), name)


@feed.command(
    name=both("pause", "一時停止"), description=both("Do not poll a feed for now", "フィードの読み込みを一時停止する")
)
@app_commands.describe(name=_WHICH)
@app_commands.rename(name=_NAME)
async def pause(interaction: Interaction, name: str) -> None:
    """Pause a feed."""
    await feed_dialog.pause(interaction, await curator_of(interaction), name)


@feed.command(
    name=both("resume", "再開"),
    description=both("Poll a paused or stopped feed again", "止めたフィードの読み込みを再開する"),
)
@app_commands.describe(name=_WHICH)
@app_commands.rename(name=_NAME)
async def resume(interaction: Interaction, name: str) -> None:
    """Resume a feed."""
    await feed_dialog.resume(interaction, await curator_of(interaction), name)


@list_.autocomplete("name")
@edit.autocomplete("name")
@remove.autocomplete("name")
@pause.autocomplete("name")
@resume.autocomplete("name")
@try_.autocomplete("feed")
async def complete_name(interaction: Any, typed: str) -> list[Choice[str]]:
    """Offer this workspace's feeds."""
    actor = await actor_of(interaction)
    every = await actor.services.feeds.management.all(actor.workspace) if actor.is_curator else []
    names = [feed.name for feed in every if typed.casefold() in feed.name.casefold()]
    return [Choice(name=clip(name, 100), value=name) for name in names[:25]]


def _given(**texts: str | None) -> dict[str, str]:
    return {field: text for field, text in texts.items() if text is not None}
