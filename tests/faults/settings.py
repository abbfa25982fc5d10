"""Faults of the settings, the environment and `.env`: both commands tell file, line or variable, and end."""

from __future__ import annotations

from tests.faults.fault import Arrange, Scene, alone
from tests.faults.stage import Stage

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.geheim-geheim-geheim"


def _yaml(content: bytes | str) -> Arrange:
    def arrange(stage: Stage) -> None:
        stage.settings_file.parent.mkdir()
        stage.settings_file.write_bytes(content.encode() if isinstance(content, str) else content)

    return arrange


def _setting(**settings: object) -> Arrange:
    return lambda stage: stage.settings.update(settings)


def _variable(**env: str) -> Arrange:
    return lambda stage: stage.env.update(env)


def _dotenv(text: str) -> Arrange:
    def arrange(stage: Stage) -> None:
        (stage.folder / ".env").write_text(text, encoding="utf-8")

    return arrange


_CHANNEL = "discord:111111111111111111/222222222222222222"
SCENES: tuple[Scene, ...] = (
    alone("bad YAML", _yaml("timezone: [Asia/Tokyo\n"), doctor="bot.yaml:2:"),
    alone("a tab in the YAML", _yaml("digest:\n\tmax_papers: 5\n"), doctor="bot.yaml:2:"),
    alone("an unknown key", _yaml("timezon: Asia/Tokyo\n"), doctor="「timezone」"),
    alone("a wrong value", _setting(digest={"max_papers": "many"}), doctor="digest.max_papers"),
    alone("settings in UTF-16", _yaml("locale: ja\n".encode("utf-16")), doctor="UTF-8"),
    alone("settings with a BOM", _yaml(b"\xef\xbb\xbflocale: ja\n"), level="ok", doctor="", run="第1号", ends=0),
    alone("settings that are a folder", lambda stage: stage.settings_file.mkdir(parents=True), doctor="bot.yaml"),
    alone("an unknown timezone", _setting(timezone="Asia/Tokio"), doctor="「Asia/Tokio」"),
    alone(
        "a bad schedule",
        _setting(subscriptions=[{"name": "weekly", "channel": _CHANNEL, "schedule": "monday at nine"}]),
        doctor="subscriptions.0.schedule",
    ),
    alone(
        "a channel's name instead of its id",
        _setting(subscriptions=[{"name": "weekly", "channel": "discord:#papers"}]),
        doctor="subscriptions.0.channel",
    ),
    alone(
        "one name for two subscriptions",
        _setting(subscriptions=[{"name": "weekly", "channel": _CHANNEL}] * 2),
        doctor="二つ",
    ),
    alone("health.listen malformed", _setting(health={"listen": "9109"}), doctor="health.listen"),
    alone("another kind of database", _setting(database_url="mysql://db/dayori"), doctor="database_url"),
    alone(
        "PostgreSQL with another driver",
        _setting(database_url="postgresql://dayori:geheim@db/dayori"),
        doctor="postgresql+asyncpg://",
    ),
    alone("a token in bot.yaml", _setting(discord_token=TOKEN), doctor="DISCORD_TOKEN"),
    alone("a mistyped variable in .env", _dotenv(f"DISCORD_TOKE={TOKEN}\n"), doctor="DISCORD_TOKEN"),
    alone("an unknown variable", _variable(DAYORI_TIMEZON="Asia/Tokyo"), doctor="DAYORI_TIMEZONE"),
    alone("a line of .env that is none", _dotenv("DISCORD_TOKEN=a\n= b\n"), doctor=".env:2"),
    alone("a token with a newline", _variable(DISCORD_TOKEN=f"{TOKEN[:20]}\n{TOKEN[20:]}"), doctor="DISCORD_TOKEN"),
    alone("a token with a space", _variable(DISCORD_TOKEN=f"{TOKEN} # mine"), doctor="DISCORD_TOKEN"),
    alone("a token with “Bot ” before it", _variable(DISCORD_TOKEN=f"Bot {TOKEN}"), doctor="DISCORD_TOKEN"),
    alone("a token in full-width letters", _variable(SLACK_BOT_TOKEN="ｘｏｘｂ-1"), doctor="SLACK_BOT_TOKEN"),
)
