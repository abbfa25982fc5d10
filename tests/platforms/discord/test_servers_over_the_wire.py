"""A server that is not the team's gets one sentence and nothing else, for every kind of request."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.app import App
from bot.platforms.discord.client import _COMPONENTS, DayoriClient
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Message, Permission, UserError
from tests.platforms.discord.conftest import StartBot
from tests.samples import paper

REFUSAL = "このサーバーでは使えません。ボットの運用者が「dayori servers allow {id}」を実行すると使えるようになります。"


@pytest.fixture
def stranger(server: DiscordServer, guild: Guild) -> Member:
    """Return the manager of a server that the bot has not joined yet."""
    own = server.add_guild("知らないサーバー", joined=False)
    return own.member("他人", permissions=Permission.MANAGE_GUILD)


async def invited(server: DiscordServer, app: App, member: Member, *, count: int = 2) -> Channel:
    member.guild.join()
    while len(await app.services.servers.every()) < count:
        pass
    return member.guild.channel("general")


def refusal(member: Member) -> str:
    return REFUSAL.format(id=member.guild.id)


async def test_the_team_of_the_first_start_is_served_and_a_later_server_is_told_of_in_the_terminal(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, stranger: Member
) -> None:
    async with start() as (app, _):
        elsewhere = await invited(server, app, stranger)
        card = await server.slash(reader, general, "paper", query="retnet")
        refused = await server.slash(stranger, elsewhere, "paper", query="retnet")
        states = {each.name: each.state for each in await app.services.servers.every()}
    assert card.embeds
    assert (refused.content, refused.embeds, refused.ephemeral) == (refusal(stranger), [], True)
    assert states == {"研究室": "allowed", "知らないサーバー": "waiting"}


async def test_the_servers_of_the_first_start_are_taken_from_the_gateway_where_rest_does_not_list_them(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, stranger: Member
) -> None:
    server.fault("GET", r"/users/@me/guilds$", times=None, status=404)
    async with start() as (app, _):
        while not await app.services.servers.every():
            await asyncio.sleep(0.01)
        await invited(server, app, stranger)
        card = await server.slash(reader, general, "paper", query="retnet")
        states = {each.name: each.state for each in await app.services.servers.every()}
    assert card.embeds
    assert states == {"研究室": "allowed", "知らないサーバー": "waiting"}


async def test_every_command_completion_press_and_menu_of_another_server_is_refused(
    server: DiscordServer, start: StartBot, guild: Guild, stranger: Member
) -> None:
    async with start() as (app, client):
        elsewhere = await invited(server, app, stranger)
        count = 0
        for command in client.tree.walk_commands():
            if isinstance(command, app_commands.Command):
                reply = await server.slash(stranger, elsewhere, command.qualified_name, **_given(command, elsewhere))
                assert (reply.content, reply.embeds, reply.ephemeral) == (refusal(stranger), [], True), command
                for option in (each.name for each in command.parameters if each.autocomplete):
                    choices = await server.autocomplete(stranger, elsewhere, command.qualified_name, option, "")
                    assert choices.values == [], command
                count += 1
        for menu in client.tree.walk_commands(type=discord.AppCommandType.message):
            link = elsewhere.say(stranger, "https://arxiv.org/abs/2307.08621")
            assert (await server.context_menu(stranger, link, menu.name)).content == refusal(stranger)
        for message in _old_messages(elsewhere, client):
            control = message.components[0]["components"][0]
            press: Any = server.click(stranger, message, control["custom_id"])
            if control["type"] == 3:
                press.close()
                press = server.select(stranger, message, control["custom_id"], ["retnet"])
            reply = await press
            assert (reply.content, reply.embeds, reply.ephemeral) == (refusal(stranger), [], True), control
    assert count >= 18
    assert [message for message in elsewhere.messages if message.embeds] == []


def _given(command: app_commands.Command[Any, Any, Any], channel: Channel) -> dict[str, Any]:
    """Return a value for every required option."""
    values = {discord.AppCommandOptionType.channel: channel, discord.AppCommandOptionType.integer: 1}
    return {
        each.name: each.choices[0].value if each.choices else values.get(each.type, "x")
        for each in command.parameters
        if each.required
    }


def _old_messages(channel: Channel, client: DayoriClient) -> list[Message]:
    """Post a message with every kind of button and menu, as the bot once did."""
    posted = []
    for item in _COMPONENTS:
        custom_id = item.__discord_ui_compiled_template__.pattern
        custom_id = (
            custom_id.replace(r"(?P<offset>\d+)", "0").replace("(?P<query>.*)", "x").replace("(?P<about>.+)", "1")
        )
        options = [{"label": "RetNet", "value": "retnet", "description": None, "default": False}]
        control = {"type": 2, "style": 1, "label": "押す", "custom_id": custom_id, "id": 2}
        if custom_id in ("dayori:pick", "dayori:which"):
            control = {"type": 3, "custom_id": custom_id, "options": options, "id": 2}
        components: list[Any] = [{"type": 1, "id": 1, "components": [control]}]
        message = channel.world.new_message(channel, channel.world.bot, "以前の号", components=components)
        posted.append(channel.world.post(message))
    return posted


async def test_a_running_bot_obeys_allow_and_refuse_and_a_form_left_open_is_refused(
    server: DiscordServer, start: StartBot, guild: Guild, stranger: Member
) -> None:
    async with start() as (app, _):
        elsewhere = await invited(server, app, stranger)
        await app.services.servers.allow(str(stranger.guild.id))
        form = await server.slash(stranger, elsewhere, "editpaper", paper="retnet")
        assert form.modal
        await app.services.servers.refuse(str(stranger.guild.id))
        sent = await server.submit(stranger, form.modal, {"title": "乗っ取り"})
        assert (sent.content, sent.embeds) == (refusal(stranger), [])
        unchanged = await app.services.lookup.get(await app.services.workspaces.named(DEFAULT), "retnet")
    assert unchanged.title != "乗っ取り"


async def test_a_bot_in_no_server_belongs_to_the_first_that_invites_it(server: DiscordServer, start: StartBot) -> None:
    first, second = (server.add_guild(name, joined=False) for name in ("研究室", "知らないサーバー"))
    async with start() as (app, _):
        one = await invited(server, app, first.member("花子"), count=1)
        other = await invited(server, app, second.member("他人"))
        card = await server.slash(first.member("花子"), one, "paper", query="retnet")
        refused = await server.slash(second.member("他人"), other, "paper", query="retnet")
    assert card.embeds
    assert refused.content == REFUSAL.format(id=second.id)


async def test_of_several_that_invited_it_while_it_was_down_the_first_is_the_teams(
    server: DiscordServer, start: StartBot
) -> None:
    async with start():
        pass
    for name in ("研究室", "知らないサーバー"):
        server.add_guild(name)
    async with start() as (app, client):
        while len(states := await app.services.servers.every()) < 2:
            await client.wait_until_ready()
    assert sorted(each.state for each in states) == ["allowed", "waiting"]


async def test_the_settings_list_alone_decides_over_the_wire(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, guild: Guild
) -> None:
    chosen = server.add_guild("選ばれたサーバー")
    listed = {"api_url": server.api_url, "servers": [chosen.id]}
    async with start(discord=listed):
        refused = await server.slash(reader, general, "paper", query="retnet")
        served = await server.slash(chosen.member("次郎"), chosen.channel("general"), "paper", query="retnet")
    assert f"discord.serversに{guild.id}を加える" in refused.content.replace(" ", "")
    assert served.embeds


async def test_every_command_is_offered_to_servers_that_added_the_bot_and_nowhere_else(
    server: DiscordServer, start: StartBot
) -> None:
    async with start():
        pass
    for command in server.sent("PUT", "/commands")[0].body:
        assert (command["integration_types"], command["contexts"]) == ([0], [0]), command["name"]


async def test_who_installed_the_bot_for_themselves_is_refused_everywhere(
    server: DiscordServer, start: StartBot, guild: Guild, stranger: Member
) -> None:
    stranger.user.installed = True
    elsewhere, direct = stranger.guild.channel("general"), server.direct(stranger)
    async with start(sharing="hosted"):
        for place in (elsewhere, direct):
            with pytest.raises(UserError, match="not offered here"):
                await server.slash(stranger, place, "paper", query="retnet")
        for command in server.commands.scope(None):  # registered by an older version
            command |= {"integration_types": [0, 1], "contexts": [0, 1, 2]}
        message = elsewhere.say(stranger, "https://arxiv.org/abs/2307.08621")
        answers = [
            await server.slash(stranger, elsewhere, "papers"),
            await server.context_menu(stranger, message, "Add to papers"),
            await server.slash(stranger, direct, "papers"),
        ]
        typed = await server.autocomplete(stranger, elsewhere, "paper", "query", "ret")
    assert [(reply.content, reply.embeds) for reply in answers] == [
        ("ボットが追加されたサーバーでだけ使えます。", []),
        ("ボットが追加されたサーバーでだけ使えます。", []),
        ("このコマンドはサーバーのチャンネルで使ってください。", []),
    ]
    assert typed.values == []


async def test_a_role_that_is_named_like_an_id_is_nobodys(
    server: DiscordServer, start: StartBot, guild: Guild, general: Channel
) -> None:
    role = guild.role("本物のキュレーター")
    members = {
        "id": guild.member("一郎", roles=["本物のキュレーター"]),
        "named like the id": guild.member("二郎", roles=[str(role.id)]),
        "named": guild.member("三郎", roles=["編集"]),
        "everyone": guild.member("四郎"),
    }
    async with start(curators=[str(role.id), "編集", str(guild.id)]):
        count = {why: await server.slash(member, general, "digest list") for why, member in members.items()}
    may = {why: "キュレーター" not in reply.content for why, reply in count.items()}
    assert may == {"id": True, "named like the id": False, "named": True, "everyone": False}


async def test_nobody_shows_a_paper_to_everyone_where_they_may_not_post_themselves(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member, general: Channel
) -> None:
    thread = guild.thread("議論")
    async with start():
        for place, denied in (
            (general, Permission.SEND_MESSAGES),
            (general, Permission.EMBED_LINKS),
            (thread, Permission.SEND_MESSAGES_IN_THREADS),
        ):
            card = await server.slash(reader, place, "paper", query="retnet")
            general.overwrite(reader, deny=denied)
            refused = await server.click(reader, card, "みんなに見せる")
            assert (refused.ephemeral, refused.embeds) == (True, [])
            assert refused.content == "このチャンネルではリンクを投稿する権限がないので、あなただけに表示しています。"
            general.reset()
            answer = await server.click(reader, card, "みんなに見せる")
            assert answer.embeds and not answer.ephemeral
    assert len(general.messages) == 2 and len(thread.messages) == 1


async def test_a_locked_thread_takes_no_card_from_a_member(
    server: DiscordServer, start: StartBot, guild: Guild, reader: Member
) -> None:
    thread = guild.thread("議論")
    async with start():
        card = await server.slash(reader, thread, "paper", query="retnet")
        thread.archive(archived=False, locked=True)
        refused = await server.click(reader, card, "みんなに見せる")
    assert refused.ephemeral and not refused.embeds


async def test_no_edition_goes_to_a_server_that_is_refused_and_it_goes_on_when_it_is_allowed(
    server: DiscordServer, start: StartBot, guild: Guild, stranger: Member
) -> None:
    async with start() as (app, client):
        workspace = await app.services.workspaces.named(DEFAULT)
        elsewhere = await invited(server, app, stranger)
        await app.services.servers.allow(str(stranger.guild.id))
        subscribed = await server.slash(
            stranger, elsewhere, "digest subscribe", channel=elsewhere, schedule="mon 09:00"
        )
        assert "general" in subscribed.content
        await app.services.digests.compose_now(workspace, "general")
        await app.services.servers.refuse(str(stranger.guild.id))
        await client.delivery.deliver_open()
        await app.services.library.add(workspace, paper(1), None)
        assert elsewhere.messages == []
        await app.services.servers.allow(str(stranger.guild.id))
        await client.delivery.deliver_open()
    assert elsewhere.messages
