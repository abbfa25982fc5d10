"""Faults of Slack's side: the two tokens, the app's scopes, and the channels of the digest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from tests.doubles.slack import SlackServer
from tests.faults.doubles import serving
from tests.faults.fault import Arrange, Fault, Level, Scene
from tests.faults.stage import Stage

_HOURLY = "0 * * * *"
Change = Callable[[Stage, SlackServer], None]


def _world(change: Change) -> Arrange:
    """Return how to put a Slack beside a stage and change something there."""

    @contextmanager
    def arrange(stage: Stage) -> Iterator[None]:
        with serving(SlackServer()) as server:
            stage.env |= server.environment
            stage.keep_arxiv_busy()
            change(stage, server)
            yield

    return arrange


def _channels(stage: Stage, server: SlackServer) -> None:
    """Make a channel for each thing that can be wrong with one."""
    channels = {
        "well": server.channel(1).address,
        "outside": server.channel(2, is_member=False).address,
        "archived": server.channel(3, is_archived=True).address,
        "private": server.channel(4, is_member=False, is_private=True).address,
        "unknown": f"slack:{server.team}/C0NOWHERE1",
    }
    stage.settings["subscriptions"] = [
        {"name": name, "channel": channel, "schedule": _HOURLY} for name, channel in channels.items()
    ]
    stage.begin_yesterday()


def _other_team(stage: Stage, server: SlackServer) -> None:
    channel = server.channel(1).address.replace(server.team, "T0OTHER001")
    stage.settings["subscriptions"] = [{"name": "weekly", "channel": channel, "schedule": _HOURLY}]
    stage.begin_yesterday()


def _wrong_bot_token(stage: Stage, server: SlackServer) -> None:
    stage.env["SLACK_BOT_TOKEN"] = "xoxb-wrong"


def _wrong_app_token(stage: Stage, server: SlackServer) -> None:
    stage.env["SLACK_APP_TOKEN"] = "xapp-wrong"


def _swapped(stage: Stage, server: SlackServer) -> None:
    stage.env |= {"SLACK_BOT_TOKEN": server.tokens["app"], "SLACK_APP_TOKEN": server.tokens["bot"]}


def _half(stage: Stage, server: SlackServer) -> None:
    del stage.env["SLACK_APP_TOKEN"]


def _scope(stage: Stage, server: SlackServer) -> None:
    server.scopes -= {"users:read", "chat:write"}
    _channels(stage, server)


def _unreachable(stage: Stage, server: SlackServer) -> None:
    stage.env["DAYORI_SLACK__API_URL"] = "http://127.0.0.1:9/api/"


def _no_slack(stage: Stage, server: SlackServer) -> None:
    """Name an address where something else answers."""
    server.fault("auth.test", status=404, times=None)
    server.fault("apps.connections.open", status=404, times=None)


@contextmanager
def _no_extra(stage: Stage) -> Iterator[None]:
    """Have no Bolt, as after an installation without the extra."""
    bolt = sys.modules.get("slack_bolt")
    sys.modules["slack_bolt"] = None  # type: ignore[assignment]  # makes it as good as not installed
    try:
        with _world(lambda *_: None)(stage) or nullcontext():
            yield
    finally:
        del sys.modules["slack_bolt"]
        if bolt:
            sys.modules["slack_bolt"] = bolt


def _channel(name: str, title: str, doctor: str, run: str, level: Level = "fault") -> Fault:
    return Fault(title, f"channel {name}", level, doctor, run)


def _one(name: str, change: Change, check: str, doctor: str, run: str, *, ends: int | None = 1) -> Scene:
    return Scene(name, _world(change), (Fault(name, check, "fault", doctor, run),), ends=ends, online=True)


def _pause(name: str, reason: str) -> str:
    return f'"subscription": "{name}", "reason": "{reason}'


SCENES: tuple[Scene, ...] = (
    Scene(
        "channels of Slack",
        _world(_channels),
        (
            _channel(
                "outside",
                "bot not in the channel",
                "ボットが #papers-2 にいません",
                _pause("outside", "The bot is not in"),
            ),
            _channel("archived", "channel archived", "アーカイブ", _pause("archived", "The channel is archived")),
            _channel(
                "private", "a private channel without the bot", "見えません", _pause("private", "The bot cannot see")
            ),
            _channel(
                "unknown", "channel of Slack that never was", "見えません", _pause("unknown", "The bot cannot see")
            ),
            _channel("well", "a channel that is well", "投稿できます", '"subscription": "well"', "ok"),
        ),
        ends=None,
        online=True,
    ),
    _one("wrong bot token", _wrong_bot_token, "slack", "SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
    _one("wrong app token", _wrong_app_token, "slack socket mode", "SLACK_APP_TOKEN", "SLACK_APP_TOKEN"),
    _one("tokens swapped", _swapped, "token", "もう一方のトークン", "もう一方のトークン"),
    Scene(
        "one token alone",
        _world(_half),
        (Fault("one of the two tokens missing", "token", "fault", "SLACK_APP_TOKEN", "SLACK_APP_TOKEN"),),
        online=True,
    ),
    Scene(
        "scopes missing",
        _world(_scope),
        (Fault("scopes missing", "slack scopes", "fault", "chat:write, users:read", "lacks the scope chat:write"),),
        ends=None,
        online=True,
    ),
    _one(
        "channel of another workspace",
        _other_team,
        "channel weekly",
        "別のSlackワークスペース",
        "The bot belongs to the Slack team",
        ends=None,
    ),
    Scene(
        "without the extra slack",
        _no_extra,
        (
            Fault(
                "the extra slack is not installed",
                "slack extra",
                "fault",
                "ronbun-dayori[slack]",
                "ronbun-dayori[slack]",
            ),
        ),
        online=True,
    ),
    _one("Slack unreachable", _unreachable, "slack", "応答するものがありません", "nobody answers there", ends=None),
    _one("something else at slack.api_url", _no_slack, "slack", "404", "404", ends=None),
)
