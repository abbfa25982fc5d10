"""The Discord double treats the real discord.py as the service is known to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from tests.doubles.discord import DiscordServer, Guild, NotAnsweredError, Permission, Upload, UserError, violations_of
from tests.doubles.discord.contract import Description, load_description
from tests.doubles.discord.example import Bot, pointed_at, running

pytestmark = pytest.mark.asyncio
ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(channel_rate=None, interaction_window=1.0) as server:
        yield server


@pytest_asyncio.fixture
async def guild(server: DiscordServer) -> Guild:
    return server.add_guild("研究室")


@pytest_asyncio.fixture
async def bot(server: DiscordServer, guild: Guild) -> AsyncIterator[Bot]:
    async with running(server) as bot:
        yield bot


@pytest.fixture
def description() -> Description:
    document = load_description()
    if document is None:
        pytest.skip("DISCORD_OPENAPI names no description")
    return document


def seen_by(bot: Bot, channel: Any) -> discord.TextChannel:
    cached = bot.get_channel(channel.id)
    assert isinstance(cached, discord.TextChannel)
    return cached


async def ask(server: DiscordServer, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Send one request that no library would send."""
    headers = {"Authorization": f"Bot {token or server.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, server.api_url + path, json=body) as response,
    ):
        return response.status, await response.json() if response.status != 204 else None


# The bot and its user


async def test_the_library_logs_in_and_sees_its_servers(bot: Bot, guild: Guild) -> None:
    seen = bot.get_guild(guild.id)
    assert seen is not None and seen.me.name == "論文だより"
    permissions = seen.text_channels[0].permissions_for(seen.me)
    assert permissions.send_messages and not permissions.manage_guild


async def test_a_wrong_token_is_refused_by_rest_and_gateway(server: DiscordServer) -> None:
    with pointed_at(server.api_url), pytest.raises(discord.LoginFailure):
        async with Bot() as stranger:
            await stranger.start("wrong")
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway.url) as socket:
        await socket.receive()
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_a_slash_command_is_answered_in_the_users_language(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    hanako, general = guild.member("花子"), guild.channel("general")
    reply = await server.slash(hanako, general, "paper", query="RetNet")
    assert (reply.content, reply.type, reply.ephemeral) == ("RetNet 3 ja", 4, False)
    assert reply.elapsed < 0.5 and general.last is reply.message
    assert (await server.slash(hanako, general, "paper", query="x", limit=5, locale="fr")).content == "x 5 fr"


async def test_the_bot_suggests_while_the_user_types(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    choices = await server.autocomplete(guild.member("花子"), guild.channel("general"), "paper", "query", "ret")
    assert choices.names == ["retnet"] and choices.values == ["ret"]


async def test_buttons_selects_and_forms_work(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    hanako, general = guild.member("花子"), guild.channel("general")
    reply = await server.slash(hanako, general, "paper", query="RetNet")
    turned = await server.click(hanako, reply, "次へ")
    assert turned.type == 7 and turned.message is reply.message and general.last.content == "二頁目"
    form = (await server.click(hanako, reply, "add")).modal
    assert form is not None and [one["label"] for one in form.fields.values()] == ["見出し", "コメント", "種類"]
    sent = await server.submit(hanako, form, {"comment": "速い", "種類": ["論文"]})
    assert sent.content == "無題|速い|paper"
    picked = await server.select(hanako, reply, "pick", ["乙"])
    assert picked.content == "選択: 乙" and picked.ephemeral and picked.message not in general.messages
    assert (await server.click(hanako, picked, "次へ")).content == "二頁目"
    with pytest.raises(UserError, match="only 花子"):
        await server.click(guild.member("太郎"), picked, "次へ")


async def test_a_deferred_answer_follows_and_stays_private(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    hanako, general = guild.member("花子"), guild.channel("general")
    reply = await server.slash(hanako, general, "slow")
    assert reply.deferred and reply.ephemeral
    first, second = await reply.next(), await reply.next()
    assert first.content == "お待たせしました" and first.message is reply.message and first.ephemeral
    assert second.content == "もう一つ" and not second.ephemeral
    edited = await server.slash(hanako, general, "slow", edit=True)
    assert (await edited.next()).content == "直した"


async def test_a_message_can_be_chosen_from_its_menu(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    message = guild.channel("general").say(guild.member("太郎"), "https://arxiv.org/abs/2307.08621")
    reply = await server.context_menu(guild.member("花子"), message, "論文に追加")
    assert reply.content == "追加: https://arxiv.org/abs/2307.08621"


async def test_options_of_every_type_reach_the_bot(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    admin, general = guild.member("管理者", permissions=Permission.MANAGE_GUILD), guild.channel("general")
    reply = await server.slash(admin, general, "digest subscribe", channel=guild.channel("論文"))
    assert reply.content == "論文 True"
    file = Upload("p.txt", "中身".encode())
    assert (await server.slash(admin, general, "read", file=file, who=admin)).content == "中身 管理者"


async def test_commands_work_in_direct_messages(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    hanako = guild.member("花子").user
    reply = await server.slash(hanako, server.direct(hanako), "paper", query="x")
    assert reply.content == "x 3 ja" and server.direct(hanako).last.content == "x 3 ja"


async def test_a_user_cannot_do_what_the_client_does_not_offer(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    hanako, general = guild.member("花子"), guild.channel("general")
    refused: list[tuple[str, dict[str, Any]]] = [
        ("unsynced", {}),
        ("paper", {}),
        ("paper", {"query": "x", "strange": 1}),
        ("paper", {"query": "x", "limit": 6}),
        ("digest", {}),
        ("digest subscribe", {}),
        ("slow", {"edit": "yes"}),
    ]
    for command, options in refused:
        with pytest.raises(UserError):
            await server.slash(hanako, general, command, **options)
    guild.open_commands.add("digest")
    assert (await server.slash(hanako, general, "digest subscribe")).content == "here False"


async def test_an_answer_after_the_window_is_refused(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    server.interaction_window = 0.1
    with pytest.raises(NotAnsweredError):
        await server.slash(guild.member("花子"), guild.channel("general"), "late")
    await server.until(lambda: server.sent("POST", "/callback"))
    assert server.sent("POST", "/callback")[0].status == 404
    await asyncio.sleep(0.02)
    assert bot.seen == ["404 10062"]


async def test_a_second_answer_is_refused_and_an_old_token_is_dead(
    server: DiscordServer, bot: Bot, guild: Guild
) -> None:
    await server.slash(guild.member("花子"), guild.channel("general"), "paper", query="x")
    interaction = server.last_interaction
    callback, body = (
        f"/interactions/{interaction.id}/{interaction.token}/callback",
        {"type": 4, "data": {"content": "二度目"}},
    )
    status, refused = await ask(server, "POST", callback, body)
    assert (status, refused["code"]) == (400, 40060)
    server.token_lifetime = 0.0
    status, refused = await ask(
        server, "POST", f"/webhooks/{server.world.application_id}/{interaction.token}", body["data"]
    )
    assert (status, refused["code"]) == (401, 50027)


# Messages


async def test_a_repeated_nonce_gives_back_the_first_message(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    channel, general = seen_by(bot, guild.channel("general")), guild.channel("general")
    first = await channel.send("第1号", nonce="weekly-1")
    assert (await channel.send("第1号", nonce="weekly-1")).id == first.id and len(general.messages) == 1
    await first.delete()
    with pytest.raises(discord.NotFound):
        await channel.send("第1号", nonce="weekly-1")
    server.forget_nonces()
    await channel.send("第1号", nonce="weekly-1")
    assert [message.nonce for message in general.messages] == ["weekly-1"]


async def test_history_pages_in_both_directions(bot: Bot, guild: Guild) -> None:
    channel, general = seen_by(bot, guild.channel("general")), guild.channel("general")
    for number in range(120):
        general.say(guild.bot, str(number))
    newest_first = [message.content async for message in channel.history(limit=None)]
    assert newest_first == [str(number) for number in reversed(range(120))]
    after = general.messages[99]
    assert [one.content async for one in channel.history(after=discord.Object(after.id))][:1] == ["100"]


async def test_files_embeds_and_edits_are_kept(bot: Bot, guild: Guild) -> None:
    channel, general = seen_by(bot, guild.channel("general")), guild.channel("general")
    sent = await channel.send(
        "表", file=discord.File(ROOT / "tests/__init__.py", "a.txt"), embed=discord.Embed(title="題")
    )
    assert general.last.attachments[0]["filename"] == "a.txt" and general.last.text == "表\n題"
    await sent.edit(content="表2", embed=None)
    assert general.last.text == "表2" and general.last.edited_at is not None
    assert (await channel.fetch_message(sent.id)).content == "表2"


async def test_what_is_forbidden_or_gone_is_refused_with_discords_codes(bot: Bot, guild: Guild) -> None:
    general = guild.channel("general")
    channel = seen_by(bot, general)
    for permission, code in [
        (Permission.VIEW_CHANNEL, 50001),
        (Permission.SEND_MESSAGES, 50013),
        (Permission.EMBED_LINKS, 50013),
    ]:
        general.deny(permission)
        with pytest.raises(discord.Forbidden) as refused:
            await channel.send("x", embed=discord.Embed(title="題"))
        assert refused.value.code == code
        general.reset()
    general.delete()
    with pytest.raises(discord.NotFound) as error:
        await channel.send("x")
    assert error.value.code == 10003


async def test_threads_have_their_own_rules(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    thread = guild.thread("読書会")
    path = f"/channels/{thread.id}/messages"
    guild.channel("general").deny(Permission.SEND_MESSAGES)
    assert (await ask(server, "POST", path, {"embeds": [{"title": "題"}]}))[0] == 200
    thread.archive()
    status, refused = await ask(server, "PATCH", f"{path}/{thread.last.id}", {"content": "y"})
    assert (status, refused["code"]) == (400, 50083)
    assert (await ask(server, "POST", path, {"content": "x"}))[0] == 200 and not thread.archived
    thread.archive(locked=True)
    assert (await ask(server, "POST", path, {"content": "x"}))[1]["code"] == 50083
    thread.archive(archived=False)
    thread.deny(Permission.SEND_MESSAGES_IN_THREADS)
    assert (await ask(server, "POST", path, {"content": "x"}))[1]["code"] == 50013


async def test_a_forum_takes_posts_and_no_plain_messages(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    forum = guild.forum("論文フォーラム", tags=["NLP"], require_tag=True)
    assert (await ask(server, "POST", f"/channels/{forum.id}/messages", {"content": "x"}))[1]["code"] == 50008
    await server.until(lambda: bot.get_channel(forum.id))
    seen = bot.get_channel(forum.id)
    assert isinstance(seen, discord.ForumChannel)
    with pytest.raises(discord.HTTPException, match="40067"):
        await seen.create_thread(name="第1号", content="本文")
    await seen.create_thread(name="第1号", content="本文", applied_tags=list(seen.available_tags))
    assert [message.content for message in guild.thread("第1号").messages] == ["本文"]


async def test_a_user_can_close_the_door_to_direct_messages(bot: Bot, guild: Guild) -> None:
    hanako = guild.member("花子").user
    user = await bot.fetch_user(hanako.id)
    await user.send("こんにちは")
    hanako.accepts_direct = False
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("こんにちは")
    assert refused.value.code == 50007


# Limits and failures


async def test_the_channels_rate_is_told_and_kept(guild: Guild, server: DiscordServer) -> None:
    server.limits.channel_rate = (2, 0.3)
    async with running(server) as bot:
        channel = seen_by(bot, guild.channel("general"))
        started = time.monotonic()
        await asyncio.gather(*(channel.send(str(number)) for number in range(4)))
    assert time.monotonic() - started > 0.28 and server.too_many == 0
    first = server.sent("POST", "/messages")[0]
    assert first.status == 200 and len(guild.channel("general").messages) == 4


async def test_too_many_requests_in_all_are_refused_and_counted(server: DiscordServer, guild: Guild) -> None:
    server.limits.global_rate = (5, 0.3)
    answers = await asyncio.gather(*(ask(server, "GET", "/users/@me") for _ in range(8)))
    refused = [body for status, body in answers if status == 429]
    assert len(refused) == 3 == server.limits.sent["global"] and refused[0]["global"] is True
    await asyncio.sleep(0.3)
    assert (await ask(server, "GET", "/users/@me"))[0] == 200


async def test_a_429_is_waited_out_unless_it_looks_like_a_ban(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    channel = seen_by(bot, guild.channel("general"))
    limited = server.fault("POST", "/messages$", rate_limit="global", retry_after=0.05, times=2)
    await channel.send("一")
    assert limited.hits == 2 and len(guild.channel("general").messages) == 1
    server.fault("POST", "/messages$", rate_limit="user", via=False)
    with pytest.raises(discord.HTTPException) as banned:
        await channel.send("二")
    assert banned.value.status == 429


@pytest.mark.parametrize(("applied", "posted"), [(False, 0), (True, 1)])
async def test_a_503_and_a_cut_connection_leave_it_open_whether_it_was_posted(
    server: DiscordServer, bot: Bot, guild: Guild, applied: bool, posted: int
) -> None:
    channel, general = seen_by(bot, guild.channel("general")), guild.channel("general")
    server.fault("POST", "/messages$", nth=2, status=503, applied=applied)
    await channel.send("前")
    with pytest.raises(discord.DiscordServerError):
        await channel.send("号", nonce="n1")
    assert len(general.messages) == 1 + posted
    server.fault("POST", "/messages$", drop=True, applied=applied)
    with pytest.raises((OSError, aiohttp.ClientError)):
        await channel.send("号", nonce="n2")
    assert len(general.messages) == 1 + 2 * posted
    await channel.send("号", nonce="n2")
    assert [message.nonce for message in general.messages].count("n2") == 1


async def test_answers_can_be_late_or_broken(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    channel = seen_by(bot, guild.channel("general"))
    server.fault("POST", "/messages$", delay=0.1)
    started = time.monotonic()
    await channel.send("遅い")
    assert time.monotonic() - started >= 0.1
    server.fault("POST", "/messages$", malformed=True)
    with pytest.raises(json.JSONDecodeError):
        await channel.send("壊れた")
    assert len(guild.channel("general").messages) == 2


async def test_a_500_is_tried_again_by_the_library(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    server.fault("POST", "/messages$", status=502, applied=True)
    await seen_by(bot, guild.channel("general")).send("号", nonce="n1")
    assert len(guild.channel("general").messages) == 1 and len(server.sent("POST", "/messages")) == 2


# The gateway


@pytest.mark.parametrize("way", ["reconnect", "close", "drop"])
async def test_a_session_resumes_and_misses_nothing(server: DiscordServer, bot: Bot, guild: Guild, way: str) -> None:
    session = server.gateway.connected[0]
    result = getattr(server.gateway, way)()
    if result is not None:
        await result
    await server.until(lambda: session.socket is None)
    guild.channel("消える").delete()
    await server.until(lambda: session.socket is not None)
    await asyncio.sleep(0.05)
    assert sorted(bot.seen) == ["delete 消える", "resumed 0"]
    assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)
    assert (await server.slash(guild.member("花子"), guild.channel("general"), "paper", query="x")).content


async def test_an_invalid_session_identifies_anew(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    await server.gateway.invalidate()
    await server.until(lambda: server.gateway.identifies == 2)
    assert (await server.slash(guild.member("花子"), guild.channel("general"), "paper", query="x")).content


async def test_an_event_out_of_shape_ends_the_library(server: DiscordServer, guild: Guild) -> None:
    with pointed_at(server.api_url):
        bot = Bot()
        task = asyncio.create_task(bot.start(server.token))
        await server.connected()
        await asyncio.sleep(0.1)
        server.gateway.malformed()
        with pytest.raises(KeyError):
            await asyncio.wait_for(task, 2)


async def test_servers_and_channels_come_and_go_while_connected(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    other = server.add_guild("隣の研究室")
    guild.channel("仮").delete()
    other.kick()
    await asyncio.sleep(0.05)
    assert bot.seen == ["join 隣の研究室", "delete 仮", "remove 隣の研究室"]
    assert (await ask(server, "GET", f"/guilds/{other.id}"))[1]["code"] == 10004


async def test_each_shard_knows_its_own_servers() -> None:
    async with DiscordServer(shards=2) as server:
        for number in range(60):
            server.add_guild(f"研究室{number}")
        async with running(server) as bot:
            assert len(bot.guilds) == 60 and set(bot.shards) == {0, 1}
            assert sorted({guild.shard_id for guild in bot.guilds}) == [0, 1]
            last = server.guilds[-1]
            reply = await server.slash(last.member("花子"), last.channel("general"), "paper", query="x")
            assert reply.content == "x 3 ja"


async def test_a_bot_in_a_process_of_its_own_may_die_and_come_back(server: DiscordServer, guild: Guild) -> None:
    for run in range(2):
        environment = os.environ | server.environment
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.doubles.discord.example", cwd=ROOT, env=environment
        )
        await server.connected()
        reply = await server.slash(guild.member("花子"), guild.channel("general"), "paper", query=str(run))
        assert reply.content == f"{run} 3 ja"
        process.kill()
        await process.wait()
        await server.until(lambda: not server.gateway.connected)
    assert server.commands.created == len(server.commands.scope(None))


# The contract


async def test_an_unknown_route_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="/voice/regions"):
        async with DiscordServer() as server:
            assert (await ask(server, "GET", "/voice/regions"))[0] == 404


@pytest.mark.parametrize(
    ("embed", "place"),
    [
        ({"title": "x" * 257}, "embeds.0.title"),
        ({"description": "x" * 4097}, "embeds.0.description"),
        ({"fields": [{"name": "n", "value": "v"}] * 26}, "embeds.0.fields"),
        ({"fields": [{"name": "n", "value": "x" * 1025}]}, "embeds.0.fields.0.value"),
        ({"fields": [{"name": " ", "value": "v"}]}, "embeds.0.fields.0.name"),
        ({"title": "t", "footer": {"text": "x" * 2049}}, "embeds.0.footer.text"),
        ({"title": "t", "author": {"name": "x" * 257}}, "embeds.0.author.name"),
        ({"title": "t", "url": "javascript:alert(1)"}, "embeds.0.url"),
        ({"description": "x" * 4000, "footer": {"text": "x" * 2001}}, "embeds"),
        ({}, "embeds.0.description"),
    ],
)
async def test_an_embed_over_a_limit_is_reported(embed: dict[str, Any], place: str) -> None:
    lines = violations_of("POST", "/api/v10/channels/1/messages", {"embeds": [embed]})
    assert any(line.startswith(f"{place}: ") for line in lines), lines


async def test_a_message_at_its_limits_passes() -> None:
    fields = [{"name": "n" * 20, "value": "v" * 20}] * 25
    rows = [
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "😀" * 80, "custom_id": f"{row}{column}"}]}
        for row, column in zip(range(5), "abcde", strict=True)
    ]
    embed = {"title": "題" * 256, "description": "文" * 4096, "fields": fields}
    body = {"content": "あ" * 2000, "embeds": [embed], "components": rows, "nonce": "n" * 25, "enforce_nonce": True}
    assert violations_of("POST", "/channels/1/messages", body) == []


async def test_a_wrong_body_is_answered_400_and_recorded(server: DiscordServer, bot: Bot, guild: Guild) -> None:
    channel = seen_by(bot, guild.channel("general"))
    assert server.violations == []
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send("x" * 2001)
    assert refused.value.code == 50035 and "Must be 2000 or fewer" in str(refused.value)
    with pytest.raises(discord.HTTPException) as empty:
        await channel.send(" ")
    assert empty.value.code == 50006
    assert [line.split(": ", 1)[1] for line in server.violations] == [
        "content: Must be 2000 or fewer in length.",
        "(body): Cannot send an empty message",
    ]


async def test_too_many_suggestions_are_refused() -> None:
    body = {"type": 8, "data": {"choices": [{"name": str(number), "value": "v"} for number in range(26)]}}
    assert violations_of("POST", "/interactions/1/token/callback", body)[0].startswith("data.choices: ")
    body = {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": ""}]}}
    assert len(violations_of("POST", "/interactions/1/token/callback", body)) >= 2


async def test_a_wrong_type_is_found_with_discords_own_description(description: Description) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 9, "label": "x", "custom_id": "a"}]}
    assert violations_of("POST", "/channels/1/messages", {"content": "x", "components": [row]}) == [
        "components.0.components.0.style: 9 is not one of [1, 2, 3, 4, 5, 6]"
    ]
    assert violations_of("POST", "/interactions/1/t/callback", {"type": 5, "data": {"flags": "64"}}) != []
    assert violations_of("POST", "/interactions/1/t/callback", {"type": 5, "data": {"flags": 64}}) == []


async def test_the_doubles_answers_have_the_shapes_that_discord_describes(
    description: Description, server: DiscordServer, bot: Bot, guild: Guild
) -> None:
    general = guild.channel("general")
    reply = await server.slash(guild.member("花子"), general, "paper", query="x")
    assert reply.message is not None
    for schema, path in [
        ("MessageResponse", f"/channels/{general.id}/messages/{reply.message.id}"),
        ("GuildChannelResponse", f"/channels/{general.id}"),
        ("ThreadResponse", f"/channels/{guild.thread('糸').id}"),
        ("GuildWithCountsResponse", f"/guilds/{guild.id}"),
        ("GuildMemberResponse", f"/guilds/{guild.id}/members/{guild.bot.id}"),
        ("GatewayBotResponse", "/gateway/bot"),
        ("UserPIIResponse", "/users/@me"),
    ]:
        _, answer = await ask(server, "GET", path)
        assert [error.message for error in description.schema(schema).iter_errors(answer)] == [], schema
    _, commands = await ask(server, "GET", f"/applications/{server.world.application_id}/commands")
    wrong = description.schema("ApplicationCommandResponse")
    assert [error.message for one in commands for error in wrong.iter_errors(one)] == []
