"""All sentences that people read, in their language.

The English sentence in the code is the key; `locales/ja` holds the Japanese one (gettext). `make catalogues` collects
the sentences and compiles the catalogue.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Locale = Literal["ja", "en"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
LANGUAGES: Mapping[Locale, str] = {"ja": "日本語", "en": "English"}
"""Each language's name in itself."""
_FOLDER = Path(__file__).parent / "locales"
_QUOTED = re.compile(r"「\{(\w+)\}」")
_INNER_QUOTES = str.maketrans("「」", "『』")


@cache
def _catalogue(locale: Locale) -> gettext.NullTranslations:
    return gettext.translation("dayori", _FOLDER, languages=[locale], fallback=locale == "en")


def closest(name: str, default: Locale) -> Locale:
    """Return our locale nearest to a platform's locale (`en-GB`, `ja`, `fr`)."""
    language = name.replace("_", "-").split("-")[0].lower()
    if language == "ja":
        return "ja"
    return "en" if language else default


def system_locale(environment: Mapping[str, str], default: Locale) -> Locale:
    """Return the system's language (LC_ALL, LC_MESSAGES, LANG), or the default for `C` or none."""
    name = next((value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(key))), "")
    language = name.split(".")[0].split("@")[0]
    return default if language in ("", "C", "POSIX") else closest(language, default)


def t(locale: Locale, sentence: str, **values: object) -> str:
    """Translate a sentence and insert its `{values}`."""
    return _filled(_catalogue(locale).gettext(sentence), values)


def tn(locale: Locale, one: str, many: str, n: int, **values: object) -> str:
    """Translate a sentence with a count, inserted as `{n}`."""
    return _filled(_catalogue(locale).ngettext(one, many, n), {"n": n, **values})


def sentences(first: str, *more: str) -> str:
    """Join what follows one another: no space after a Japanese full stop, and a dash where no sentence ends."""
    for each in more:
        between = "" if first.endswith("。") else " " if first.endswith((".", "?", "？", "…")) else " — "
        first = f"{first}{between}{each}"
    return first


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    """Insert values into a sentence; in Japanese, quotation marks inside 「」 become 『』."""
    inner = {name: str(values[name]).translate(_INNER_QUOTES) for name in _QUOTED.findall(sentence) if name in values}
    return sentence.format(**{**values, **inner})


NameCommand = Callable[[str, Locale], str]
"""Returns a platform's name for one of our commands (`digest subscribe`) in a sentence of that language."""


@dataclass(frozen=True, slots=True)
class CommandName:
    """One of our commands in a message's values; each platform shows its own name for it, the terminal `/name`."""

    name: str

    def __str__(self) -> str:
        return f"/{self.name}"


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A channel (`discord:<server id>/<channel id>`) in a message's values; each platform mentions it its own way."""

    channel: str

    def __str__(self) -> str:
        return self.channel


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address in a message's values, which people can open; each platform links it its own way."""

    url: str

    def __str__(self) -> str:
        return self.url


def _plainly(value: object) -> object:
    return value


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is translated when it is shown."""

    sentence: str
    values: dict[str, object] = field(default_factory=dict)

    def text(self, locale: Locale, format_value: Callable[[object], object] = _plainly) -> str:
        """Return the sentence in one language; `format_value` converts its values."""
        values = {
            k: v.text(locale, format_value) if isinstance(v, Message) else format_value(v)
            for k, v in self.values.items()
        }
        return t(locale, self.sentence, **values)

    def columns(self) -> list[Any]:
        """Return the message as JSON values."""
        return [self.sentence, {k: v.columns() if isinstance(v, Message) else v for k, v in self.values.items()}]


Say = Callable[[Message, Locale], str]
"""Returns a message in one language as a platform shows it: values escaped, commands and dates in its own form."""


def message_from(columns: list[Any]) -> Message:
    """Return the message from JSON values."""
    sentence, values = columns
    return Message(sentence, {k: message_from(v) if isinstance(v, list) else v for k, v in values.items()})


def phrase(sentence: str) -> str:
    """Return a sentence unchanged, marked for the catalogue; it is translated where it is shown."""
    return sentence


def msg(sentence: str, **values: object) -> Message:
    """Make a message from an English sentence."""
    return Message(sentence, values)
