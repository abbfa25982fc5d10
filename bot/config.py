"""The settings: `bot.yaml`, over it the environment, and the tokens that stand only there."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import ConfigError, DayoriError
from bot.domain.schedule import parse_schedule
from bot.formats.disk import read_regular
from bot.formats.tree import Tree, read_yaml
from bot.formats.urls import credentials_of, without_credentials
from bot.i18n import Locale, Message, msg

DEFAULT_FILE = Path("config/bot.yaml")
_MOST_BYTES = 1_000_000


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("not a timezone; write it like Asia/Tokyo") from error
    return name


def _schedule(text: str) -> str:
    try:
        return parse_schedule(text).text
    except DayoriError as error:
        raise ValueError(str(error)) from error


def _channel(text: str) -> str:
    if not re.fullmatch(r"discord:\d{1,20}/\d{1,20}", text):
        raise ValueError("not a channel; write it like discord:<server id>/<channel id>")
    return text


def _server(id: object) -> str:
    text = str(id).strip()
    if isinstance(id, bool) or not re.fullmatch(r"[1-9][0-9]{14,19}", text):
        raise ValueError('not a server\'s id, a number of 15 to 20 digits; Discord shows it under "Copy Server ID"')
    return text


def _database(url: str) -> str:
    if not re.fullmatch(r"sqlite\+aiosqlite:///(?!file:|:memory:)[^?#\s][^?]*", url):
        raise ValueError("not the place of a SQLite file; write it like sqlite+aiosqlite:///data/dayori.db")
    return url


def _token(text: object) -> object:
    if not isinstance(text, str):
        return text
    token = text.strip().strip("\"'").strip()
    if not all("!" <= each <= "~" for each in token):
        raise ValueError("there is a space, a line break or a foreign character in it; copy the token again")
    return token or None


def _contact(text: str) -> str:
    if any(credentials_of(word.strip("()<>,;")) for word in text.split()):
        raise ValueError("it is shown to every source, so no password may stand in it")
    return text


def _several(value: object) -> object:
    return (value,) if isinstance(value, str | int) else value


def _named_once(subscriptions: tuple[SubscriptionSettings, ...]) -> tuple[SubscriptionSettings, ...]:
    names = [each.name for each in subscriptions]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'the name "{twice}" is given twice')
    return subscriptions


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DigestSettings(_Part):
    """How editions are made up."""

    max_papers: Annotated[int, Field(ge=1, le=50)] = 10
    when_empty: Literal["revisit", "notice", "skip"] = "revisit"
    catch_up_hours: Annotated[float, Field(ge=0, le=24 * 31)] = 24

    @property
    def catch_up(self) -> timedelta:
        """Return how late an edition may still go out."""
        return timedelta(hours=self.catch_up_hours)


class SubscriptionSettings(_Part):
    """A channel that receives the digest."""

    name: Annotated[str, Field(pattern=r"^\S{1,80}$")]
    channel: Annotated[str, AfterValidator(_channel)]
    schedule: Annotated[str, AfterValidator(_schedule)] = "mon 09:00"
    tags: tuple[str, ...] = ()


class DiscordSettings(_Part):
    """Where Discord is, and which servers alone are served; without any, those that the store knows as allowed."""

    api_url: Annotated[str, Field(pattern=r"^https?://\S+$")] = "https://discord.com/api/v10"
    servers: Annotated[tuple[Annotated[str, BeforeValidator(_server)], ...], BeforeValidator(_several)] = ()


_Address = Annotated[str, Field(pattern=r"^https?://\S+$")]


class SourcesSettings(_Part):
    """Where metadata comes from, and how the bot shows itself there."""

    arxiv_url: _Address = "https://export.arxiv.org/api/query"
    crossref_url: _Address = "https://api.crossref.org"
    doi_url: _Address = "https://doi.org"
    openreview_url: _Address = "https://api2.openreview.net"
    openreview_site_url: _Address = "https://openreview.net"
    acl_url: _Address = "https://aclanthology.org"
    contact: Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,200}$"), AfterValidator(_contact)] = ""
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()


class Config(BaseSettings):
    """Every setting; see `config/bot.yaml` for what each means."""

    model_config = SettingsConfigDict(
        env_prefix="DAYORI_", env_nested_delimiter="__", env_file=".env", extra="forbid", frozen=True,
        populate_by_name=True, dotenv_filtering="match_prefix",
    )  # fmt: skip

    database_url: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///data/dayori.db"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Tokyo"
    locale: Locale = "ja"
    papers_file: str = "config/papers.yaml"
    mirror: bool = False
    sharing: Literal["team", "hosted"] = "team"
    additions: Literal["everyone", "curators"] = "everyone"
    curators: tuple[str, ...] = ()
    aliases: dict[str, Annotated[tuple[str, ...], BeforeValidator(_several)]] = {}
    digest: DigestSettings = DigestSettings()
    subscriptions: Annotated[tuple[SubscriptionSettings, ...], AfterValidator(_named_once)] = ()
    discord: DiscordSettings = DiscordSettings()
    sources: SourcesSettings = SourcesSettings()
    discord_token: Annotated[SecretStr | None, BeforeValidator(_token)] = Field(
        default=None, validation_alias=AliasChoices("DISCORD_TOKEN")
    )

    @field_validator("mirror")
    @classmethod
    def _mirror_is_yaml(cls, mirror: bool, others: ValidationInfo) -> bool:
        if mirror and not str(others.data.get("papers_file", "")).lower().endswith((".yaml", ".yml")):
            raise ValueError("papers_file must be a YAML file to be mirrored")
        return mirror

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must stand in no log: the token, and the passwords in addresses."""
        addresses = [self.database_url, self.discord.api_url, *map(str, self.sources.model_dump().values())]
        token = self.discord_token.get_secret_value() if self.discord_token else ""
        return tuple(filter(None, [token, *(secret for each in addresses for secret in credentials_of(each))]))

    @property
    def zone(self) -> ZoneInfo:
        """Return the team's timezone."""
        return ZoneInfo(self.timezone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment go over what the file says, which is given as arguments."""
        return env_settings, dotenv_settings, init_settings


def load_config(file: Path | None = None) -> Config:
    """Read the settings; without a file, `config/bot.yaml` where there is one.

    Raises ConfigError naming file, line and key, or the variable of the environment.
    """
    path = file or DEFAULT_FILE
    tree = _read(path, required=file is not None)
    if (tokens := Path(str(Config.model_config.get("env_file")))).exists():
        _text_of(tokens)  # pydantic reads whatever is there, of any size
    try:
        return Config(**tree.value)
    except ValidationError as error:
        first = error.errors()[0]
        raise _error(tree, first["loc"], first["type"], first["msg"], str(first.get("input", ""))) from error
    except DayoriError:
        raise
    except ValueError as error:
        raise ConfigError(
            msg(
                'The settings in the environment cannot be read: {reason}. Write a list like ["a", "b"].',
                reason=str(error),
            )
        ) from error


def _read(path: Path, *, required: bool) -> Tree:
    if not path.exists() and not required:
        return Tree(str(path), {})
    try:
        tree = read_yaml(_text_of(path), str(path))
    except DayoriError as error:
        raise ConfigError(error.message) from error
    if not isinstance(tree.value or {}, dict):
        raise ConfigError(tree.error((), msg("the settings must be a mapping of keys to values")).message)
    tree.value = {key: value for key, value in (tree.value or {}).items() if value is not None}
    return tree


def _text_of(path: Path) -> str:
    try:
        return read_regular(path, _MOST_BYTES).decode()
    except DayoriError as error:
        raise ConfigError(error.message) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(msg('The settings "{file}" cannot be read.', file=str(path))) from error


def _error(tree: Tree, where: tuple[str | int, ...], kind: str, reason: str, value: str) -> ConfigError:
    key = ".".join(map(str, where))
    if where and where[0] in ("DISCORD_TOKEN", "discord_token"):
        return ConfigError(msg("DISCORD_TOKEN cannot be used: {reason}", reason=reason.removeprefix("Value error, ")))
    names = ["DAYORI_" + "__".join(map(str, where[:n])).upper() for n in range(len(where), 0, -1)]
    variable = next((name for name in names if name in os.environ), None)
    if kind == "extra_forbidden":
        problem: Message = msg('unknown setting "{key}"', key=key)
    elif kind == "missing":
        problem = msg('"{key}" is missing', key=key)
    else:
        problem = msg('"{key}" cannot be "{value}": {reason}', key=key, value=without_credentials(value)[:60],
                      reason=reason.removeprefix("Value error, "))  # fmt: skip
    if variable:
        return ConfigError(msg("{variable} in the environment: {problem}", variable=variable, problem=problem))
    return ConfigError(tree.error(where, problem, at_key=kind == "extra_forbidden").message)
