"""How tests log: like structlog without settings, but with Python's tracebacks."""

from __future__ import annotations

import logging

import structlog

_RENDERER = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def reset_logs() -> None:
    """Undo what the bot set. structlog's own tracebacks, which draw every local variable, take a second each."""
    structlog.reset_defaults()
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _RENDERER])
    logging.getLogger().handlers.clear()
