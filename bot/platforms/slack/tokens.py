"""The two tokens of a Slack app, and what can be wrong with them before anybody is asked."""

from __future__ import annotations

from collections.abc import Mapping

from bot.extras import install_command
from bot.i18n import Message, msg

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_BEGINNINGS = {BOT_TOKEN: "xoxb-", APP_TOKEN: "xapp-"}


def token_problem(tokens: Mapping[str, str], variable: str) -> Message | None:
    """Return why the token in that variable cannot be used: it is missing, or is the app's other one."""
    token = tokens[variable]
    if not token:
        other = APP_TOKEN if variable == BOT_TOKEN else BOT_TOKEN
        return msg("Slack needs {variable} beside {other}; put it into .env.", variable=variable, other=other)
    if any(token.startswith(each) for name, each in _BEGINNINGS.items() if name != variable):
        return msg(
            "{variable} holds the other token of the Slack app; it begins with {beginning}.",
            variable=variable,
            beginning=_BEGINNINGS[variable],
        )
    return None


NO_BOLT = msg('Slack needs the extra "slack"; install it with: {command}', command=install_command("slack"))
