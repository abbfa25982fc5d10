"""The log of a session on both platforms, with faults: one line for each act on a paper, no token and no content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest

from bot.app import App
from bot.config import Config
from bot.logs import configure_logs
from bot.services.workspaces import DEFAULT
from tests.doubles.discord import Channel as DiscordChannel
from tests.doubles.discord import DiscordServer, Member, NotAnsweredError, Permission
from tests.doubles.slack import Channel as SlackChannel
from tests.doubles.slack import Person, SlackServer
from tests.logs import reset_logs
from tests.platforms.both.conftest import running
from tests.platforms.both.test_delivery_over_both_wires import subscribe
from tests.platforms.discord.conftest import answered
from tests.platforms.slack.adding import add

SECRET = "秘密"  # stands in everything that people write in these sessions
LINK = "https://arxiv.org/abs/1706.03762v5"
TYPED = {"title": f"{SECRET} Attention", "headline": f"{SECRET}の見出し", "comment": f"{SECRET}のコメント"}
BREAKS = ({"status": 400, "code": 50035}, {"status": 500}, {"drop": True}, {"rate_limit": "user"}, {"malformed": True})


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    reset_logs()


@pytest.fixture
def settings(settings: Config) -> Config:
    return settings.model_copy(update={"additions": "curators"})


async def on_discord(discord: DiscordServer, channel: DiscordChannel, curator: Member, reader: Member) -> None:
    """Add, propose, reject and undo, also while connections break and answers are refused."""
    form = await discord.slash(curator, channel, "addpaper", source=LINK, locale="ja")
    look = await answered(await discord.submit(curator, form.modal, TYPED))
    await answered(await discord.click(curator, look, "保存", locale="ja"))
    form = await discord.slash(reader, channel, "addpaper", source="https://arxiv.org/abs/2401.00002", locale="ja")
    look = await answered(await discord.submit(reader, form.modal, TYPED | {"title": f"{SECRET}の提案"}))
    await answered(await discord.click(reader, look, look.controls[0], locale="ja"))
    card = await discord.slash(curator, channel, "inbox", locale="ja")
    await discord.click(curator, card, "却下", locale="ja")
    discord.interaction_window = 0.3
    for how in BREAKS:
        fault = discord.fault("POST", "/callback", **how)
        with suppress(NotAnsweredError):
            await discord.slash(reader, channel, "paper", query=SECRET)
        await discord.until(partial(getattr, fault, "hits"))


async def on_slack(slack: SlackServer, channel: SlackChannel, person: Person) -> None:
    """Search and add, and search again while answers are lost."""
    await person.ask(channel, f"/paper {SECRET}")
    await add(person, channel, "https://arxiv.org/abs/2401.00009", **TYPED | {"title": f"{SECRET} Slack"})
    slack.loses_answers = True
    await person.write(channel, f"/paper {SECRET}")
    await slack.until(lambda: slack.sent("response_url"))
    slack.loses_answers = False


async def break_the_store(app: App, discord: DiscordServer, channel: DiscordChannel, curator: Member) -> None:
    """Let a write fail in a way that nobody foresaw."""
    async with app.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE drafts RENAME TO drafts_before")
    discord.interaction_window = 3.0
    form = await discord.slash(curator, channel, "addpaper", source="https://arxiv.org/abs/2401.00003", locale="ja")
    await answered(await discord.submit(curator, form.modal, TYPED | {"title": f"{SECRET}の三つ目"}))


async def test_the_log_tells_who_did_what_to_which_paper_and_no_token_or_content(
    settings: Config,
    discord: DiscordServer,
    slack: SlackServer,
    channels: tuple[DiscordChannel, SlackChannel],
    capsys: pytest.CaptureFixture[str],
) -> None:
    general, room = channels
    assert general.guild
    curator = general.guild.member("花子", permissions=Permission.MANAGE_GUILD)
    reader, person = general.guild.member("太郎"), slack.person(1, is_admin=True)
    tokens = [discord.token, *slack.tokens.values()]
    configure_logs(())  # nothing is blotted out: no token may get as far as that
    await subscribe(settings, channels)
    discord.fault("POST", "/messages", status=400, code=50035)
    slack.fault("chat.postMessage", error="invalid_blocks")
    async with running(settings) as app:
        await discord.connected()
        await slack.connected()
        await discord.until(lambda: general.messages, timeout=10)
        await slack.until(lambda: room.messages, timeout=10)
        workspace = await app.services.workspaces.named(DEFAULT)
        await on_discord(discord, general, curator, reader)
        await on_slack(slack, room, person)
        await break_the_store(app, discord, general, curator)
        papers = {each.id for each in (await app.services.lookup.find(workspace, "")).papers}
    log = capsys.readouterr().err
    assert papers == {"paper-1", "1706.03762", "2401.00009"}
    secrets = [*tokens, *discord.interactions, "/respond/"]
    assert [each for each in (SECRET, "1番目の論文", *secrets) if each in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    acts = {(line["event"], line.get("paper"), line.get("by")) for line in lines if line.get("by")}
    assert acts == {
        ("paper added", "1706.03762", f"discord:{curator.id}"),
        ("paper proposed", "2401.00002", f"discord:{reader.id}"),
        ("candidate rejected", "2401.00002", f"discord:{curator.id}"),
        ("paper added", "2401.00009", f"slack:{person.id}"),
    }
