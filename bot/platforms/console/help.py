"""Help and usage errors in the reader's language, printed as plain text without markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from bot.i18n import Locale, Message, msg, t
from bot.platforms.console.wrap import wrap

_GAP = 4  # cells between a name and its description


def overview(name: str, commands: Sequence[tuple[str, str]], locale: Locale, width: int) -> Text:
    """Return the program's help: every command with its description."""
    command = t(locale, "COMMAND …")
    return Text("\n").join(
        [
            _lines(t(locale, "Usage: {usage}", usage=f"{name} {command}"), width),
            _lines(
                t(locale, "論文だより: a team's paper collection and its weekly digest. Begin with: dayori run"), width
            ),
            Text(),
            _table([(each, _translated(sentence, locale)) for each, sentence in commands], width),
            Text(),
            _lines(t(locale, "dayori COMMAND --help shows more; dayori --version shows the version."), width),
        ]
    )


def of_command(path: str, sentence: str, example: str, params: Sequence[Any], locale: Locale, width: int) -> Text:
    """Return the help of one command: usage, what it does, an example, and each argument and option."""
    arguments = [each for each in params if each.param_type_name == "argument"]
    options = [each for each in params if each.param_type_name != "argument"]
    names, any_options = " ".join(_metavar(each) for each in arguments), t(locale, "[OPTIONS]")
    parts = [
        _lines(t(locale, "Usage: {usage}", usage=f"{path} {any_options} {names}".rstrip()), width),
        _lines(_translated(sentence, locale), width),
        _lines(t(locale, "Example: {example}", example=example), width, "cyan"),
    ]
    if described := [(_metavar(each), _translated(each.help, locale)) for each in arguments if each.help]:
        parts += [Text(), _table(described, width)]
    parts += [Text(), _table([(_option(each), _description(each, locale)) for each in options], width)]
    return Text("\n").join(parts)


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
        return msg(
            "{name} cannot have this value: {reason}", name=label, reason=reason or str(error.message).rstrip(".")
        )
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
    return text + ("\n" + t(locale, "[default: {value}]", value=param.default) if is_worth_telling else "")


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag or param.name == "help" else f"{names} {_metavar(param)}"


def _metavar(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    is_free = param.param_type_name == "argument" and not param.required and not name.startswith("[")
    return f"[{name}]" if is_free else name


def _table(rows: Sequence[tuple[str, str]], width: int) -> Text:
    """Return names with their descriptions in one column; below a name that takes over a third of the width."""
    sizes = [cell_len(name) for name, _ in rows]
    column = max((size for size in sizes if size <= width // 3), default=0) + 2 + _GAP
    lines = []
    for size, (name, text) in zip(sizes, rows, strict=True):
        described = ("\n" + " " * column).join(wrap(text, width - column))
        space = " " * (column - 2 - size) if size + 2 + _GAP <= column else "\n" + " " * column
        lines.append(Text("  ").append(name, style="bold").append(space).append(described))
    return Text("\n").join(lines)


def _lines(text: str, width: int, style: str = "") -> Text:
    return Text("\n".join(wrap(text, width)), style=style)


def _translated(text: str, locale: Locale) -> str:
    return Message(text).text(locale) if text else ""
