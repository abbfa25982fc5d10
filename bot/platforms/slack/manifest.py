"""The manifest from which Slack creates our app: its commands, scopes and events, and nothing more.

The scopes are those of the methods that `api` and Bolt's client are asked for; a test holds both to each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.i18n import Locale, t
from bot.platforms.slack.command_list import COMMAND_LIST

LINK_EVENT = "link_shared"
ADD_SHORTCUT = "add_from_message"
EVENTS = ("app_home_opened", LINK_EVENT)
LINK_SCOPES = ("links:read", "links:write")
UNFURL_DOMAINS = ("arxiv.org", "doi.org", "openreview.net", "aclanthology.org")
SCOPES = (
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:write",
    *LINK_SCOPES,
    "users:read",
)
_CREATE = "https://api.slack.com/apps?new_app=1&manifest_json="


def manifest(command: str, locale: Locale, *, unfurls: bool = True) -> dict[str, Any]:
    """Return the manifest as Slack's format has it; `command` is the one command that reaches all others.

    Unless it `unfurls`, the app is not told of links, and their previews stay Slack's own.
    """
    commands = [(each.name, each.about.text(locale), each.example) for each in COMMAND_LIST if each.name != "help"]
    commands.append((command, t(locale, "All commands of 論文だより"), "paper RetNet"))
    return {
        "display_information": {
            "name": "論文だより",
            "description": t(locale, "The team's papers and their weekly digest"),
            "background_color": "#2f3e63",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "論文だより", "always_online": True},
            "shortcuts": [
                {
                    "name": t(locale, "Add to papers"),
                    "type": "message",
                    "callback_id": ADD_SHORTCUT,
                    "description": t(locale, "Add the paper that the message links to"),
                }
            ],
            "slash_commands": [_slash_command(*each) for each in commands],
        }
        | ({"unfurl_domains": list(UNFURL_DOMAINS)} if unfurls else {}),
        "oauth_config": {"scopes": {"bot": [each for each in SCOPES if unfurls or each not in LINK_SCOPES]}},
        "settings": {
            "event_subscriptions": {"bot_events": [each for each in EVENTS if unfurls or each != LINK_EVENT]},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def creation_link(content: Mapping[str, Any]) -> str:
    """Return the address that opens Slack's form for a new app, filled in with a manifest."""
    return _CREATE + quote(json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def _slash_command(name: str, about: str, example: str) -> dict[str, Any]:
    entry = {"command": f"/{name}", "description": about}
    # escaped, a channel comes with its id; see `mrkdwn.unescape`
    return entry | ({"usage_hint": example} if example else {}) | {"should_escape": True}
