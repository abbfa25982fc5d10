"""The command that an assistant starts: the collection as tools of the Model Context Protocol."""

from __future__ import annotations

from bot.cli.context import CommandContext, with_context
from bot.config_errors import reason_of
from bot.domain.errors import ConfigError
from bot.extras import install_command
from bot.i18n import msg, t


@with_context
async def mcp(context: CommandContext) -> None:
    """Serve an assistant over standard input and output until its end."""
    try:
        from bot.platforms.mcp.server import serve
        from bot.platforms.mcp.tools import Tools
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise ConfigError(
            msg('This needs the extra "mcp"; install it with: {command}', command=install_command("mcp"))
        ) from error
    name = t(context.locale, "an assistant of {name}", name=context.user or "?")
    tools = Tools(context.services, context.workspace, name, f"assistant:{context.user or ''}")
    await serve(tools, context.locale, reason_of)
