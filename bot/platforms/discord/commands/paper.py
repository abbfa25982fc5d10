"""/paper, /papers and /random: look-ups."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.domain.text import clip
from bot.platforms.discord.card import send_card
from bot.platforms.discord.context import Interaction, actor_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.paper_list import look_up


@app_commands.command(name=both("paper", "論文"), description=both("Look up a paper", "論文を探す"))
@app_commands.describe(query=both("A title, a word, an author, a link …", "タイトル、言葉、著者、リンクなど"))
@app_commands.rename(query=both("query", "検索"))
@app_commands.guild_only()
async def paper(interaction: Interaction, query: Range[str, 1, 500]) -> None:
    """Look a paper up."""
    await look_up(interaction, await actor_of(interaction), query)


@paper.autocomplete("query")
async def complete_paper(interaction: Any, typed: str) -> list[Choice[str]]:
    """Offer papers for the typed text; a choice holds the paper's id."""
    actor = await actor_of(interaction)
    completions = await actor.services.lookup.complete(actor.workspace, typed)
    names = {
        clip(each.heading if each.title in ("", each.heading) else f"{each.heading} — {each.title}", 100): each.id
        for each in reversed(completions)
    }
    return [Choice(name=name, value=id) for name, id in reversed(names.items())]


@app_commands.command(
    name=both("papers", "論文一覧"),
    description=both("Browse the papers, last added first", "論文を追加の新しい順に見る"),
)
@app_commands.describe(tag=both("Only this tag", "このタグだけ"), year=both("Only this year", "この年だけ"))
@app_commands.rename(tag=both("tag", "タグ"), year=both("year", "年"))
@app_commands.guild_only()
async def papers(
    interaction: Interaction, tag: Range[str, 1, 60] | None = None, year: Range[int, 1000, 9999] | None = None
) -> None:
    """Browse the papers."""
    await look_up(interaction, await actor_of(interaction), _query_of(tag, year))


@app_commands.command(
    name=both("random", "ランダム"), description=both("Show one paper at random", "論文を1本、ランダムに見る")
)
@app_commands.describe(tag=both("Only this tag", "このタグだけ"), year=both("Only this year", "この年だけ"))
@app_commands.rename(tag=both("tag", "タグ"), year=both("year", "年"))
@app_commands.guild_only()
async def random(
    interaction: Interaction, tag: Range[str, 1, 60] | None = None, year: Range[int, 1000, 9999] | None = None
) -> None:
    """Show one paper at random."""
    actor = await actor_of(interaction)
    await send_card(interaction, actor, await actor.services.lookup.random(actor.workspace, _query_of(tag, year)))


def _query_of(tag: str | None, year: int | None) -> str:
    wanted = (tag or "").replace('"', " ").strip()
    filters = [f'tag:"{wanted}"' if wanted else "", f"year:{year}" if year else ""]
    return " ".join(each for each in filters if each)
