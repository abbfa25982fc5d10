"""Commands are mentioned clickably, or else by the name in the reader's language."""

from __future__ import annotations

import pytest

from bot.app import open_app
from bot.domain.errors import NotFoundError
from bot.i18n import CommandName, msg
from bot.platforms.discord.command_names import NOTE, CommandNames
from tests.doubles.discord import Channel, DiscordServer, Guild, Member
from tests.platforms.discord.conftest import StartBot, answered, mention

PAYLOADS = (
    {"name": "undo", "name_localizations": {"ja": "元に戻す"}},
    {
        "name": "digest",
        "name_localizations": {"ja": "だより"},
        "options": [{"type": 1, "name": "subscribe", "name_localizations": {"ja": "配信開始"}}],
    },
)


def test_a_command_without_an_id_is_named_in_the_readers_language() -> None:
    names = CommandNames()
    assert names.name("undo", "ja") == "/undo"
    names.learn(7, {"undo": 11}, PAYLOADS)
    assert [names.name("undo", "ja"), names.name("undo", "en")] == ["</undo:11>", "</undo:11>"]
    assert [names.name("digest subscribe", locale) for locale in ("ja", "en")] == [
        "/だより 配信開始",
        "/digest subscribe",
    ]


def test_what_was_learnt_is_recalled_by_a_process_that_does_not_ask_discord() -> None:
    names, other = CommandNames(), CommandNames()
    names.learn(7, {"digest": 11}, PAYLOADS)
    other.recall(names.note())
    assert other == names
    assert other.name("digest subscribe", "ja") == "</digest subscribe:11>"
    other.recall(None)
    assert other == names


def test_an_error_names_its_command_and_shows_literally_what_it_quotes() -> None:
    names = CommandNames()
    names.learn(7, {"undo": 11}, PAYLOADS)
    error = NotFoundError(
        msg(
            "{problem} Type the title, and the paper can be added all the same.",
            problem=msg("This draft no longer exists; start again with {command}.", command=CommandName("undo")),
        )
    )
    assert "</undo:11>" in names.say(error.message, "ja")
    assert names.say(msg('No paper has the id "{id}".', id="</undo:11> @everyone"), "en") == (
        'No paper has the id "\\</undo:11\\> \\@everyone".'
    )


async def test_a_command_is_mentioned_also_after_a_restart_that_syncs_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start():
        pass
    async with start(papers_file=""):
        reply = await server.slash(curator, general, "removepaper", paper="retnet", locale="ja")
        nothing = await server.slash(curator, general, "paper", query="zzzzqqqq", locale="ja")
    assert mention(server, "undo") in reply.content
    assert mention(server, "addpaper") in nothing.content


async def test_ids_that_an_older_version_did_not_keep_are_asked_for_once(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start() as (app, _):
        await app.services.state.write(NOTE, "")
    async with start():
        reply = await server.slash(curator, general, "removepaper", paper="retnet", locale="ja")
    async with start():
        pass
    assert mention(server, "undo") in reply.content
    assert len(server.sent("GET", "/commands")) == 1


async def test_an_edition_without_papers_mentions_the_command_that_adds_one(
    server: DiscordServer, start: StartBot, guild: Guild, curator: Member, general: Channel
) -> None:
    channel = guild.channel("論文")
    async with start(papers_file="", digest={"when_empty": "notice"}):
        await server.slash(curator, general, "digest subscribe", channel=channel, schedule="月 09:00", locale="ja")
        await (await server.slash(curator, general, "digest post", name="論文", locale="ja")).next()
    assert f"{mention(server, 'addpaper')} で追加できます" in channel.messages[0].content


async def test_a_draft_that_is_gone_names_the_command_that_begins_another(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        form = await server.slash(reader, general, "addpaper", source="1706.03762", locale="ja")
        assert form.modal
        workspace = await app.services.workspaces.named("default")
        await app.services.drafts.discard(
            workspace, form.modal.custom_id.rpartition(":")[2], f"discord:{reader.user.id}"
        )
        reply = await answered(await server.submit(reader, form.modal, {"title": "題"}))
    assert f"{mention(server, 'addpaper')} からやり直してください" in reply.content


async def test_a_process_that_only_posts_knows_the_ids(start: StartBot, server: DiscordServer) -> None:
    async with start() as (app, _):
        pass
    async with open_app(app.config) as posting:
        assert posting.command_names.name("addpaper", "ja") == mention(server, "addpaper")


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        ("ja", ["論文を探す", "チャンネルにだよりを配信する", "リンク先の論文を追加する"]),
        ("en-US", ["Look up a paper", "Send the digest to a channel", "add the paper that the message links to"]),
    ],
)
async def test_help_lists_every_command_in_the_readers_language(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, locale: str, lines: list[str]
) -> None:
    async with start():
        (embed,) = (await server.slash(reader, general, "help", locale=locale)).embeds
    shown = embed["description"]
    assert all(line in shown for line in lines)
    commands = server.sent("PUT", "/commands")[0].body
    for command in (each for each in commands if each["type"] == 1):
        subcommands = [each["name"] for each in command.get("options", ()) if each["type"] == 1]
        for path in [f"{command['name']} {name}" for name in subcommands] or [command["name"]]:
            assert mention(server, path) in shown
