"""What typer is told of a command: its own parameters and the two options that every command takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, get_type_hints

import typer

from bot.i18n import phrase

_Config = Annotated[
    Path | None, typer.Option("--config", help=phrase("The settings file; by default config/bot.yaml."))
]
_Workspace = Annotated[
    str, typer.Option("--workspace", help=phrase("Whose collection, for instance discord:<server id>."))
]


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a context the signature that typer reads: without the context, with the common options."""
    original = inspect.unwrap(command)
    hints = get_type_hints(original, include_extras=True)
    own = list(inspect.signature(original).parameters.values())[1:]
    parameters = [
        *(each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY) for each in own),
        inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_Config),
        inspect.Parameter("workspace", inspect.Parameter.KEYWORD_ONLY, default="default", annotation=_Workspace),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command
