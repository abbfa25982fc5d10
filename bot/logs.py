"""Logging: to standard error, one line per event, as JSON unless that is a terminal, and never with a token."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog

from bot.platforms.console.output import printable

_SECRET_KEYS = ("token", "authorization")
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
_SERVER = "the database's server is "  # a command tells its reader by its own answer that it is lost
# discord.py logs a traceback per attempt; we log one line when a reconnect succeeds or takes long.
_RECONNECTING = (
    "Attempting a reconnect",
    "Failed to connect for shard_id",
    "Shard ID %s has stopped responding",
    "Shard ID %s session has been invalidated",
)


def configure_logs(secrets: tuple[str, ...], *, quiet: bool = False) -> None:
    """Send our logs and those of libraries to standard error, without secrets and control characters."""

    def blot(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {k: "…" if k.lower() in _SECRET_KEYS else _blotted(v, secrets) for k, v in event.items()}

    level = logging.WARNING if quiet else logging.INFO
    shared: list[structlog.typing.Processor] = [
        *([_drop_answered] if quiet else []),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        blot,
    ]
    to_people = sys.stderr.isatty()
    structlog.configure(
        processors=[*shared, structlog.dev.ConsoleRenderer() if to_people else _JSON],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _LossyStream())),
    )
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(max(level, logging.WARNING))


def _drop_answered(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if str(event["event"]).startswith(_SERVER):
        raise structlog.DropEvent
    return event


def _blotted(value: object, secrets: tuple[str, ...]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_blotted(each, secrets) for each in value]
    text = printable(str(value))
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


class _LossyStream:
    """Standard error as long as it takes text: a full disk or a reader that has gone loses lines, and stops no bot."""

    def write(self, text: str) -> None:
        """Write the text if that is possible."""
        with contextlib.suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flush the stream if that is possible."""
        with contextlib.suppress(OSError):
            sys.stderr.flush()


class _Forward(logging.Handler):
    """Forwards library logs to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a library's record as an event, except for reconnects, which we log ourselves."""
        if record.name.startswith("discord.") and str(record.msg).startswith(_RECONNECTING):
            return
        event = structlog.get_logger().bind(library=record.name)
        event.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)
