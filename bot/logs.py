"""Where the log goes: standard error, one line an event, never a token."""

from __future__ import annotations

import logging
import sys

import structlog

_SECRET_KEYS = ("token", "authorization")


def configure_logs(secrets: tuple[str, ...], *, quiet: bool = False) -> None:
    """Send the program's and its libraries' logs to standard error, with the secrets blotted out."""

    def blot(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {k: "…" if k.lower() in _SECRET_KEYS else _blotted(v, secrets) for k, v in event.items()}

    level = logging.WARNING if quiet else logging.INFO
    shared: list[structlog.typing.Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        blot,
    ]
    structlog.configure(
        processors=[*shared, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(max(level, logging.WARNING))


def _blotted(value: object, secrets: tuple[str, ...]) -> object:
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, "…")
    return value


class _Forward(logging.Handler):
    """Hands what libraries log to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a library's record as an event of ours."""
        event = structlog.get_logger().bind(library=record.name)
        event.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)
