"""Faults of Discord's side: the token, the application, its sessions, and the channels of the digest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bot.app import utc_now
from bot.services.accounts import account_of
from bot.services.heartbeats import Heartbeats
from bot.store.database import open_database
from tests.doubles.discord import Channel, DiscordServer, Guild, Permission
from tests.faults.doubles import serving
from tests.faults.fault import Arrange, Fault, Level, Scene
from tests.faults.stage import Stage

_HOURLY = "0 * * * *"
Change = Callable[[Stage, DiscordServer], None]


def _world(change: Change) -> Arrange:
    """Return how to put a Discord beside a stage and change something there."""

    @contextmanager
    def arrange(stage: Stage) -> Iterator[None]:
        with serving(DiscordServer(channel_rate=None)) as server:
            stage.env |= server.environment
            stage.keep_arxiv_busy()
            change(stage, server)
            yield

    return arrange


def _subscribe(stage: Stage, channels: dict[str, str]) -> None:
    stage.settings["subscriptions"] = [
        {"name": name, "channel": channel, "schedule": _HOURLY} for name, channel in channels.items()
    ]
    stage.begin_yesterday()


def _address(channel: Channel) -> str:
    assert channel.guild
    return f"discord:{channel.guild.id}/{channel.id}"


def _without(guild: Guild, name: str, permission: Permission) -> str:
    channel = guild.channel(name)
    channel.deny(permission)
    return _address(channel)


def _channels(stage: Stage, server: DiscordServer) -> None:
    """Make one server with a channel for each thing that can be wrong with one, and two that the bot is not in."""
    guild, left = server.add_guild("研究室"), server.add_guild("元の研究室")
    deleted, thread, below = guild.channel("deleted"), guild.thread("locked"), guild.channel("below")
    channels = {
        "well": _address(guild.channel("general")),
        "deleted": _address(deleted),
        "unseen": _without(guild, "unseen", Permission.VIEW_CHANNEL),
        "mute": _without(guild, "mute", Permission.SEND_MESSAGES),
        "plain": _without(guild, "plain", Permission.EMBED_LINKS),
        "blind": _without(guild, "blind", Permission.READ_MESSAGE_HISTORY),
        "locked": _address(thread),
        "thread": _address(guild.thread("open", below)),
        "forum": _address(guild.forum("forum")),
        "kicked": _address(left.channel("general")),
        "unknown": f"discord:{guild.id}/999999999999999999",
    }
    _subscribe(stage, channels)
    thread.archive(locked=True)
    below.deny(Permission.SEND_MESSAGES_IN_THREADS)
    deleted.delete()
    left.kick()


def _wrong_token(stage: Stage, server: DiscordServer) -> None:
    stage.env["DISCORD_TOKEN"] = "another.token.entirely"


def _quoted_token(stage: Stage, server: DiscordServer) -> None:
    stage.env["DISCORD_TOKEN"] = f'"{server.token}"\n'


def _no_sessions(stage: Stage, server: DiscordServer) -> None:
    server.sessions_left = 0


def _endpoint(stage: Stage, server: DiscordServer) -> None:
    server.interactions_endpoint = "https://bot.example/interactions"


def _ahead(stage: Stage, server: DiscordServer) -> None:
    server.world.now = lambda: datetime.now(UTC) - timedelta(hours=1)


def _behind(stage: Stage, server: DiscordServer) -> None:
    server.world.now = lambda: datetime.now(UTC) + timedelta(hours=1)


def _twice(stage: Stage, server: DiscordServer) -> None:
    """Let two other bots with the same token run on the store: their notes are as this process would write them."""

    async def beat() -> None:
        database = await open_database(f"sqlite+aiosqlite:///{stage.database}")
        for _ in range(2):
            await Heartbeats(database, utc_now, account_of(server.token)).beat("discord", "connected")
        await database.close()

    asyncio.run(beat())


def _closed_port(stage: Stage, server: DiscordServer) -> None:
    stage.env["DAYORI_DISCORD__API_URL"] = "http://127.0.0.1:9/api/v10"


def _no_host(stage: Stage, server: DiscordServer) -> None:
    stage.env["DAYORI_DISCORD__API_URL"] = "http://nowhere.invalid/api/v10"


def _no_tls(stage: Stage, server: DiscordServer) -> None:
    stage.env["DAYORI_DISCORD__API_URL"] = server.api_url.replace("http:", "https:")


def _proxy(stage: Stage, server: DiscordServer) -> None:
    stage.env["HTTP_PROXY"] = "http://127.0.0.1:9"


def _other_proxy(stage: Stage, server: DiscordServer) -> None:
    stage.env["HTTP_PROXY"] = "socks5://127.0.0.1:9"


def _out_of_order(stage: Stage, server: DiscordServer) -> None:
    server.fault("GET", "/gateway/bot|/users/@me$|/applications", status=503, times=None)


def _paused_and_refused(stage: Stage, server: DiscordServer) -> None:
    """Pause a channel that is well again, and hold one back whose server is not the team's."""
    guild, other = server.add_guild("研究室"), server.add_guild("よその研究室")
    channels = {"paused": _address(guild.channel("general")), "held": _address(other.channel("general"))}
    _subscribe(stage, channels)
    stage.settings["subscriptions"] = []
    stage.settings_file.unlink()
    reason = '["The channel no longer exists.", {}]'
    since = "2026-11-26T00:00:00+00:00"
    stage.sql(
        f"UPDATE subscriptions SET paused_reason = '{reason}', configured = NULL WHERE name = 'paused'",
        "UPDATE subscriptions SET configured = NULL",
        f"INSERT INTO servers VALUES ('discord:{guild.id}', '研究室', 'allowed', '{since}')",
        f"INSERT INTO servers VALUES ('discord:{other.id}', 'よその研究室', 'waiting', '{since}')",
        "INSERT OR REPLACE INTO state VALUES ('first server', 'known')",
    )


def _pause(name: str, reason: str) -> str:
    return f'"subscription": "{name}", "reason": "{reason}'


def _rests(name: str) -> str:
    return f'"subscription": "{name}", "reason": "The '


def _channel(name: str, title: str, doctor: str, run: str, level: Level = "fault") -> Fault:
    return Fault(title, f"channel {name}", level, doctor, run)


def _one(
    name: str, change: Change, check: str, doctor: str, run: str, *, level: Level = "fault", ends: int | None = None
) -> Scene:
    return Scene(name, _world(change), (Fault(name, check, level, doctor, run),), ends=ends, online=True)


_UNREACHED = "could not be reached"
SCENES: tuple[Scene, ...] = (
    Scene(
        "channels of Discord",
        _world(_channels),
        (
            _channel(
                "deleted",
                "channel deleted",
                "チャンネルがなくなって",
                _pause("deleted", "The channel no longer exists"),
            ),
            _channel(
                "unknown",
                "channel that never was",
                "チャンネルがなくなって",
                _pause("unknown", "The channel no longer exists"),
            ),
            _channel("unseen", "may not view the channel", "チャンネルを見る", _pause("unseen", "The bot cannot see")),
            _channel("mute", "may not send", "メッセージを送信", _pause("mute", "The bot may not post there")),
            _channel("plain", "may not embed links", "埋め込みリンク", _pause("plain", "The bot may not post there")),
            _channel("blind", "may not read the history", "履歴", '"subscription": "blind"', "warning"),
            _channel("locked", "locked thread", "ロック", _pause("locked", "The thread is locked")),
            _channel("thread", "may not send in threads", "スレッド", _pause("thread", "The bot may not post there")),
            _channel(
                "forum", "a forum instead of a post in it", "投稿できません", _pause("forum", "This kind of channel")
            ),
            _channel("kicked", "bot kicked from the server", "サーバーから外されて", '"subscription": "kicked"'),
            _channel("well", "a channel that is well", "投稿できます", '"subscription": "well"', "ok"),
        ),
        ends=None,
        online=True,
    ),
    _one(
        "wrong token",
        _wrong_token,
        "discord",
        "DISCORD_TOKEN",
        "DISCORD_TOKEN がDiscordに受け付けられませんでした",
        ends=1,
    ),
    Scene(
        "token in quotes",
        _world(_quoted_token),
        (
            Fault(
                "token in quotes and with a newline at its end", "discord", "ok", "論文だより", "connected to Discord"
            ),
            Fault("no privileged intent", "discord intents", "ok", "特権インテントは不要", "connected to Discord"),
        ),
        ends=None,
        online=True,
    ),
    _one("no session start left", _no_sessions, "discord sessions", "残り0回", "no more sessions"),
    _one("Interactions Endpoint URL is set", _endpoint, "discord commands", "アドレス", "interaction endpoint URL"),
    _one("clock an hour ahead", _ahead, "clock", "60分進んで", "clock is 60 min ahead"),
    _one("clock an hour behind", _behind, "clock", "60分遅れて", "clock is 60 min behind"),
    _one("Discord out of order", _out_of_order, "discord", "503", _UNREACHED),
    _one(
        "Discord unreachable",
        _closed_port,
        "discord",
        "応答するものがありません",
        f"{_UNREACHED}: nobody answers there",
    ),
    _one("DNS failure", _no_host, "discord", "DNS", f"{_UNREACHED}: the name is not known"),
    _one("TLS failure", _no_tls, "discord", "TLS", f"{_UNREACHED}: no encrypted connection"),
    _one("proxy down", _proxy, "discord", "プロキシ", f"{_UNREACHED}: the proxy"),
    _one("a proxy of another kind (SOCKS)", _other_proxy, "discord", "HTTP_PROXY", "環境変数 HTTP_PROXY", ends=1),
    _one("two bots on one token", _twice, "bot twice", "二つ", "another process answers", level="warning"),
    Scene(
        "a paused channel, and one of another team",
        _world(_paused_and_refused),
        (
            Fault("paused channel", "subscription paused", "warning", "停止中", _rests("paused")),
            Fault("a server that nobody allowed", "subscription held", "warning", "休止", _rests("held")),
        ),
        ends=None,
        online=True,
    ),
)
