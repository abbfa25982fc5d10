"""The manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

import bot.platforms.slack
from bot.i18n import LOCALES
from bot.platforms.slack.manifest import EVENTS, SCOPES, creation_link, manifest
from bot.platforms.slack.registry import COMMANDS, SHORTCUTS
from bot.platforms.slack.registry import EVENTS as SERVED_EVENTS
from tests.terminal import Dayori

SOURCES = Path(bot.platforms.slack.__file__).parent
FILE = Path(__file__).parents[3] / "config/slack-manifest.yaml"
# What each method needs of a bot's token, by Slack's reference; an empty set needs nothing.
NEEDED: dict[str, set[str]] = {
    "apps.connections.open": set(),  # the app's token, with connections:write
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.unfurl": {"links:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.join": {"channels:join"},
    "conversations.open": {"im:write"},
    "files.uploadV2": {"files:write"},  # slack_sdk's name for the three requests of an upload
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
    "response_url": {"commands"},
}
NEEDED_BY_EVENTS: dict[str, set[str]] = {"app_home_opened": set(), "link_shared": {"links:read"}}
# Slack's limits on a manifest, by its reference.
NAME, DESCRIPTION, COMMAND, HINT, SHORTCUT, ABOUT_SHORTCUT, DOMAINS = 35, 140, 32, 1000, 24, 150, 5


def methods() -> set[str]:
    """Return the methods that the code asks for, with our own client or with Bolt's."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    families = "|".join(sorted({name.partition(".")[0] for name in NEEDED if "." in name} | {"conversations", "files"}))
    own = set(re.findall(rf'"((?:{families})\.[a-zA-Z.]+)"', text))
    bolt = {f"{family}.{rest}" for family, rest in re.findall(rf"web\.({families})_(\w+)\(", text)}
    return own | {re.sub(r"_(\w)", lambda match: match[1].upper(), name) for name in bolt} | {"response_url"}


def test_the_scopes_are_those_of_the_methods_that_are_used() -> None:
    assert methods() == NEEDED.keys()
    assert set(SCOPES) == set().union(*NEEDED.values(), *NEEDED_BY_EVENTS.values())
    assert list(SCOPES) == sorted(SCOPES)


def test_the_commands_shortcuts_and_events_are_those_that_are_served() -> None:
    content = manifest("dayori", "ja")["features"]
    names = {each["command"].removeprefix("/") for each in content["slash_commands"]}
    assert names == COMMANDS.keys() - {"help"} | {"dayori"}
    assert {each["callback_id"] for each in content["shortcuts"]} == SHORTCUTS.keys()
    assert set(EVENTS) == SERVED_EVENTS.keys() == NEEDED_BY_EVENTS.keys()


def test_an_app_that_does_not_look_at_links_is_not_told_of_them() -> None:
    made = json.dumps(manifest("dayori", "ja", unfurls=False))
    assert not [word for word in ("link_shared", "links:", "unfurl", "arxiv.org/list") if word in made]


def test_the_file_is_the_manifest_of_the_default_settings() -> None:
    assert yaml.safe_load(FILE.read_text(encoding="utf-8")) == manifest("dayori", "ja")


def test_the_manifest_keeps_slacks_limits_in_both_languages() -> None:
    for locale in LOCALES:
        content = manifest("a" * 31, locale)
        assert len(content["display_information"]["name"]) <= NAME
        assert len(content["display_information"]["description"]) <= DESCRIPTION
        for each in content["features"]["slash_commands"]:
            assert len(each["command"]) <= COMMAND
            assert len(each.get("usage_hint", "")) <= HINT
        for each in content["features"]["shortcuts"]:
            assert len(each["name"]) <= SHORTCUT
            assert len(each["description"]) <= ABOUT_SHORTCUT
        assert len(content["features"]["unfurl_domains"]) <= DOMAINS


def test_the_link_holds_the_manifest_and_is_short_enough_for_any_browser() -> None:
    link = creation_link(manifest("dayori", "ja"))
    assert len(link) <= 8_000
    assert linked(link) == manifest("dayori", "ja")


def test_the_terminal_prints_the_link_for_the_settings(dayori: Dayori, monkeypatch: Any) -> None:
    monkeypatch.setenv("DAYORI_SLACK__COMMAND", "ronbun")
    result = dayori("slack-manifest")
    assert result.exit_code == 0
    commands = {each["command"] for each in linked(result.stdout.strip())["features"]["slash_commands"]}
    assert "/ronbun" in commands


def linked(link: str) -> Any:
    """Return the manifest in a link."""
    return json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0])
