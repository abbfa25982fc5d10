"""A person's rate limit affects only that person, with the real client over a real socket."""

from __future__ import annotations

import asyncio

from bot.services.rate_limit import BUDGET
from tests.doubles.discord import Channel, DiscordServer, Guild, Member
from tests.doubles.discord.interactions import Choices
from tests.platforms.discord.conftest import StartBot

KEYSTROKES = 300


async def test_who_asks_for_more_than_fits_into_a_minute_is_told_when_to_go_on(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        for _ in range(int(BUDGET)):
            app.services.rate_limit.spend(f"discord:{reader.user.id}")
        refused = await server.slash(reader, general, "paper", query="retnet", locale="ja")
        completed = await server.autocomplete(reader, general, "paper", "query", "retnet")
        other = await server.slash(guild.member("花子"), general, "paper", query="retnet", locale="ja")
    assert "秒ほど" in refused.content
    assert refused.ephemeral
    assert completed.values == ["retnet"]
    assert other.embeds


async def test_hundreds_of_keystrokes_at_once_are_one_answer_and_keep_neither_others_nor_the_end_waiting(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, general: Channel
) -> None:
    async with start():
        at_once = [
            asyncio.create_task(server.autocomplete(reader, general, "paper", "query", f"retnet{' ' * n}"))
            for n in range(KEYSTROKES)
        ]
        others = [guild.member(f"reader {n}") for n in range(5)]
        answered = await asyncio.gather(
            *(server.autocomplete(each, general, "paper", "query", "longnet") for each in others)
        )
        outcomes = await asyncio.gather(*at_once, return_exceptions=True)
        assert [each.values for each in answered] == [["longnet"]] * 5
        answers = [each for each in outcomes if isinstance(each, Choices)]
        assert 1 <= len(answers) < KEYSTROKES / 3
        assert isinstance(outcomes[-1], Choices)
        again = [
            asyncio.create_task(server.autocomplete(reader, general, "paper", "query", f"a{n}"))
            for n in range(KEYSTROKES)
        ]
        await asyncio.sleep(0.05)
        ending = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - ending < 5
    for each in again:
        each.cancel()
    await asyncio.wait(again)
