"""Settings from the environment and `.env`, each with its place; the environment overrides `.env`."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bot.domain.errors import ConfigError, DayoriError
from bot.domain.os_errors import os_reason
from bot.domain.text import normalized, similar_name
from bot.formats.atomic_file import read_regular
from bot.i18n import Message, msg

PREFIX = "DAYORI_"
TOKENS = {"DISCORD_TOKEN": "discord_token", "SLACK_BOT_TOKEN": "slack_bot_token", "SLACK_APP_TOKEN": "slack_app_token"}
Key = tuple[str | int, ...]
_LISTS: Mapping[Key, str] = {
    ("subscriptions",): '[{"name": "weekly", "channel": "discord:1/2"}]',
    ("feeds",): '[{"name": "arxiv-cl", "url": "https://rss.arxiv.org/rss/cs.CL"}]',
}
_ALIKE = 0.8
_MOST_BYTES = 1_000_000
_BARE_TOKEN = re.compile(r"xox[a-z]-\S+|xapp-\S+|[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}")
_COMMAS = re.compile("[,、，]")


class Variable(NamedTuple):
    """A variable with the file and line that it is in; without a file, it is in the environment."""

    name: str
    value: str
    file: str = ""
    line: int = 0

    def problem(self, problem: Message) -> ConfigError:
        """Return an error that says where the variable is."""
        if self.file:
            place = f"{self.file}:{self.line}"
            return ConfigError(msg("{place}: {variable}: {problem}", place=place, variable=self.name, problem=problem))
        return ConfigError(msg("{variable} in the environment: {problem}", variable=self.name, problem=problem))


@dataclass(slots=True)
class Variables:
    """The values of variables as a tree of settings, and the variable behind each part."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[Key, Variable] = field(default_factory=dict)

    def origin(self, key: Key) -> Variable | None:
        """Return the variable that set this setting or a part that contains it."""
        return next((self.sources[key[:n]] for n in range(len(key), 0, -1) if key[:n] in self.sources), None)


def read_variables(environment: Mapping[str, str], file: Path, shapes: Mapping[Key, str]) -> Variables:
    """Return the variables of `.env` and the environment; `shapes` says for each setting `text`, `list` or `tree`.

    Raises ConfigError for an unreadable file, an unknown variable, and an invalid value.
    """
    variables = Variables()
    for variable in (*_of_file(file), *(Variable(name, value) for name, value in environment.items())):
        name = variable.name.upper()
        if name in TOKENS:
            _put(variables, (TOKENS[name],), variable.value, variable)
        elif name.startswith(PREFIX):
            key = _key(variable, shapes)
            _put(variables, key, _value(variable, key, shapes), variable)
        elif variable.file and (near := similar_name(name, TOKENS.keys() - environment.keys(), _ALIKE)):
            raise variable.problem(msg("unknown variable; did you mean {name}?", name=near))
    return variables


def split_list(text: str) -> list[str]:
    """Return the entries of a list written in one line, with ASCII or Japanese commas."""
    return [entry for part in _COMMAS.split(text) if (entry := part.strip())]


def is_missing(path: Path) -> bool:
    """Return whether a file does not exist; one behind a folder that may not be looked into counts as there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def text_of(path: Path) -> str:
    """Return the text of a settings file. Raises ConfigError."""
    try:
        return read_regular(path, _MOST_BYTES).decode("utf-8-sig")
    except DayoriError as error:
        raise ConfigError(error.message) from error
    except OSError as error:
        reason = os_reason(error)
        raise ConfigError(
            msg('The settings "{file}" cannot be read: {reason}.', file=str(path), reason=reason)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(msg('"{file}" is not UTF-8 text; save it as UTF-8.', file=str(path))) from error


def _of_file(path: Path) -> Iterator[Variable]:
    if is_missing(path) or os.path.isdir(path):  # a folder named .env is somebody's virtual environment
        return
    from dotenv.parser import parse_stream

    for binding in parse_stream(io.StringIO(text_of(path))):
        line = binding.original.line + binding.original.string.count("\n", 0, _blank(binding.original.string))
        if binding.error or _is_bare(binding.key or "", binding.value):
            raise ConfigError(
                msg("{place}: this line cannot be read; write it like DISCORD_TOKEN=…", place=f"{path}:{line}")
            )
        if binding.key:
            yield Variable(binding.key, binding.value or "", str(path), line)


def _is_bare(key: str, value: str | None) -> bool:
    """Return whether a line is a token alone, or one of our variables without `=` or with a full-width one."""
    name = re.split("[:=]", normalized("NFKC", key), maxsplit=1)[0].upper()
    is_ours = name in TOKENS or name.startswith(PREFIX)
    return (value is None or name != key.upper()) and (is_ours or bool(_BARE_TOKEN.fullmatch(key)))


def _blank(text: str) -> int:
    """Return the length of the blank space before a text: the parser counts empty lines above as part of a line."""
    return len(text) - len(text.lstrip())


def _key(variable: Variable, shapes: Mapping[Key, str]) -> Key:
    name = variable.name[len(PREFIX) :]
    parts = name.split("__")
    key: Key = tuple(part.lower() for part in parts)
    if key in shapes:
        return key
    if len(key) == 2 and shapes.get(key[:1]) == "words" and parts[1]:
        return key[0], parts[1]
    if name.upper() in TOKENS:
        raise variable.problem(msg("unknown setting; did you mean {name}?", name=name.upper()))
    names = ["__".join(map(str, each)).upper() for each in shapes if each[0] not in TOKENS.values()]
    if near := similar_name(name.upper(), names):
        raise variable.problem(msg("unknown setting; did you mean {name}?", name=PREFIX + near))
    raise variable.problem(msg("unknown setting; config/bot.yaml lists them all"))


def _value(variable: Variable, key: Key, shapes: Mapping[Key, str]) -> Any:
    shape, text = shapes.get(key, "list"), variable.value.strip()
    if shape == "text" or (shape == "list" and not text.startswith("[")):
        return variable.value
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        example = '["a", "b"]' if shape == "list" else '{"key": "value"}'
        example = _LISTS.get(key, example)
        raise variable.problem(msg("it is not JSON; write it like {example}", example=example)) from error


def _put(variables: Variables, key: Sequence[str | int], value: Any, variable: Variable) -> None:
    """Put a value into the tree, replacing the previous one; a part is put into the whole that was given before."""
    place = variables.values
    for part in key[:-1]:
        inner = place.get(str(part))
        if not isinstance(inner, dict):
            inner = place[str(part)] = {}
        place = inner
    last = str(key[-1])
    place[last] = merged(place[last], value) if isinstance(place.get(last), dict) else value
    variables.sources[tuple(key)] = variable


def merged(below: Any, above: Any) -> Any:
    """Return two trees merged; `above` wins where both have a value."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
