"""Help and usage errors in the reader's language, printed as plain text without markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.i18n import Locale, Message, msg, t


def overview(name: str, commands: Sequence[tuple[str, str]], locale: Locale) -> RenderableType:
    """Return the program's help: every command with its description."""
    command = t(locale, "COMMAND …")
    return Group(
        Text(t(locale, "Usage: {usage}", usage=f"{name} {command}")),
        Text(t(locale, "論文だより: a team's paper collection and its weekly digest. Begin with: dayori run")),
        Text(),
        _table([(each, _translated(sentence, locale)) for each, sentence in commands]),
        Text(),
        Text(t(locale, "dayori COMMAND --help shows more; dayori --version shows the version.")),
    )


def of_command(path: str, sentence: str, example: str, params: Sequence[Any], locale: Locale) -> RenderableType:
    """Return the help of one command: usage, what it does, an example, and each argument and option."""
    arguments = [each for each in params if each.param_type_name == "argument"]
    options = [each for each in params if each.param_type_name != "argument"]
    names, any_options = " ".join(_metavar(each) for each in arguments), t(locale, "[OPTIONS]")
    parts: list[RenderableType] = [
        Text(t(locale, "Usage: {usage}", usage=f"{path} {any_options} {names}".rstrip())),
        Text(_translated(sentence, locale)),
    ]
    if example:
        parts += [Text(t(locale, "Example: {example}", example=example), style="cyan")]
    if described := [(_metavar(each), _translated(each.help, locale)) for each in arguments if each.help]:
        parts += [Text(), _table(described)]
    parts += [Text(), _table([(_option(each), _description(each, locale)) for each in options])]
    return Group(*parts)


def wrong_usage(error: Any, reason: Message | None) -> Message:
    """Return what is wrong with a command line; `reason` says why a value is invalid, if that is known."""
    name = getattr(error, "option_name", None)
    kind, param = type(error).__name__, getattr(error, "param", None)
    label = (param.opts[-1] if param.param_type_name == "option" else _metavar(param).strip("[].")) if param else ""
    if kind == "NoSuchOption":
        near = ", ".join(getattr(error, "possibilities", None) or ())
        problem = msg("There is no option {name}; did you mean {near}?", name=name, near=near)
        return problem if near else msg("There is no option {name}.", name=name)
    if kind == "MissingParameter":
        return msg("{name} is missing.", name=label)
    if kind == "BadOptionUsage":
        return msg("The option {name} needs a value.", name=name)
    if kind == "BadParameter" and label:
        return msg("{name} cannot have this value: {reason}", name=label, reason=reason or str(error.message))
    if (message := str(error.message)).startswith("No such command"):
        return msg("There is no command {name}.", name=message.split("'")[1] if "'" in message else "")
    if surplus := re.fullmatch(r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)", message, re.DOTALL):
        return msg("Too many arguments: {names}", names=surplus[1])
    return msg("{it}", it=message)


def _description(param: Any, locale: Locale) -> str:
    if param.name == "help":
        return t(locale, "Show this help.")
    text = _translated(param.help or "", locale)
    is_worth_telling = param.default not in (None, False, "", ()) and not callable(param.default)
    return text + (" " + t(locale, "[default: {value}]", value=param.default) if is_worth_telling else "")


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag or param.name == "help" else f"{names} {_metavar(param)}"


def _metavar(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    is_free = param.param_type_name == "argument" and not param.required and not name.startswith("[")
    return f"[{name}]" if is_free else name


def _table(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column(overflow="fold", max_width=28)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name, style="bold"), Text(text))
    return table


def _translated(text: str, locale: Locale) -> str:
    return Message(text).text(locale) if text else ""
