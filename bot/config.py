"""The settings: `bot.yaml`, overridden by `.env` and the environment, which alone hold the tokens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin
from urllib.request import getproxies_environment
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.config_errors import problem_of
from bot.config_sections import (
    BackupSettings,
    DigestSettings,
    DiscordSettings,
    FeedSettings,
    HealthSettings,
    InboxSettings,
    Section,
    SiteSettings,
    SlackSettings,
    SourcesSettings,
    SubscriptionSettings,
    Texts,
)
from bot.config_values import (
    InvalidValue,
    as_list,
    named_once,
    valid_database_url,
    valid_token,
    valid_workspaces,
    valid_zone,
)
from bot.domain.errors import ConfigError, DayoriError
from bot.environment import TOKENS, Key, Variables, is_missing, merged, read_variables, text_of
from bot.formats.positions import PositionedTree, read_yaml
from bot.formats.url_credentials import credentials_of
from bot.i18n import LOCALES, Locale, msg, system_locale
from bot.packaged_files import packaged_file

_Alias = Annotated[str, Field(max_length=80)]
_Workspaces = Annotated[dict[str, Texts], Field(max_length=500), AfterValidator(valid_workspaces)]
_Meanings = Annotated[tuple[_Alias, ...], BeforeValidator(as_list), Field(max_length=20)]
_Token = Annotated[SecretStr | None, BeforeValidator(valid_token)]

DEFAULT_FILE = Path("config/bot.yaml")
_PAPERS_FILE = "config/papers.yaml"
_SQLITE = "sqlite+aiosqlite:///"


class Config(Section):
    """Every setting; `config/bot.yaml` explains them. `project` is the folder of relative paths."""

    database_url: Annotated[str, AfterValidator(valid_database_url)] = "sqlite+aiosqlite:///data/dayori.db"
    timezone: Annotated[str, AfterValidator(valid_zone)] = "Asia/Tokyo"
    locale: Locale = "ja"
    papers_file: str = _PAPERS_FILE
    mirror: bool = False
    sharing: Literal["team", "hosted"] = "team"
    additions: Literal["everyone", "curators"] = "everyone"
    curators: Texts = ()
    aliases: Annotated[dict[_Alias, _Meanings], Field(max_length=500)] = Field(default_factory=dict)
    digest: DigestSettings = DigestSettings()
    subscriptions: Annotated[tuple[SubscriptionSettings, ...], AfterValidator(named_once)] = ()
    feeds: Annotated[tuple[FeedSettings, ...], AfterValidator(named_once)] = ()
    inbox: InboxSettings = InboxSettings()
    backups: BackupSettings = BackupSettings()
    health: HealthSettings = HealthSettings()
    site: SiteSettings = SiteSettings()
    workspaces: _Workspaces = Field(default_factory=dict)
    discord: DiscordSettings = DiscordSettings()
    slack: SlackSettings = SlackSettings()
    sources: SourcesSettings = SourcesSettings()
    discord_token: _Token = None
    slack_bot_token: _Token = None
    slack_app_token: _Token = None
    project: Annotated[Path, Field(exclude=True)] = Path()

    @model_validator(mode="after")
    def _mirror_is_yaml(self) -> Config:
        if self.mirror and not self.papers_file.lower().endswith((".yaml", ".yml")):
            raise InvalidValue(msg("papers_file must be a YAML file to be mirrored"))
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may contain: the tokens, and the credentials in addresses."""
        addresses = [
            self.database_url,
            self.discord.api_url,
            self.slack.api_url,
            *map(str, self.sources.model_dump().values()),
            *getproxies_environment().values(),
        ]
        tokens = map(self.token, TOKENS)
        return tuple(filter(None, [*tokens, *(secret for each in addresses for secret in credentials_of(each))]))

    @property
    def tokens(self) -> dict[str, bool]:
        """Return for each platform whether all its tokens are set."""
        return {"discord": bool(self.discord_token), "slack": bool(self.slack_bot_token and self.slack_app_token)}

    @property
    def missing_tokens(self) -> dict[str, str]:
        """Return for each platform with only some of its tokens the variable that is missing."""
        pair = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
        missing = [variable for variable in pair if not self.token(variable)]
        return {"slack": missing[0]} if len(missing) == 1 else {}

    @property
    def tied_servers(self) -> dict[str, str]:
        """Return the name of the workspace of each server and team that the settings tie to one."""
        return {server: name for name, servers in self.workspaces.items() for server in servers}

    def token(self, variable: str) -> str:
        """Return the token of that variable, empty if it is not set."""
        token: SecretStr | None = getattr(self, TOKENS[variable])
        return token.get_secret_value() if token else ""

    @property
    def zone(self) -> ZoneInfo:
        """Return the team's timezone."""
        return ZoneInfo(self.timezone)

    @property
    def papers_path(self) -> Path | None:
        """Return the path of the papers file; None if there is none.

        Where the file of the default setting does not exist, it is the starter collection that comes with the program.
        """
        path = self.project / self.papers_file
        if self.papers_file == _PAPERS_FILE and not self.mirror and not path.exists():
            return packaged_file(path.name)
        return path if self.papers_file else None

    @property
    def backups_path(self) -> Path | None:
        """Return the folder of the nightly copies, in that of the data unless it is absolute; None for no copies."""
        return self.data_folder / self.backups.folder if self.backups.folder else None

    @property
    def site_path(self) -> Path | None:
        """Return the folder of the site, within the project unless it is absolute; None for no site."""
        return self.project / self.site.folder if self.site.folder else None

    @property
    def data_folder(self) -> Path:
        """Return the folder of what the bot keeps in files: that of the SQLite file, or else `data`."""
        return self.database_file.parent if self.database_file else self.project / "data"

    @property
    def database_file(self) -> Path | None:
        """Return the path of the SQLite file; None for a database on a server."""
        is_file = self.database_url.startswith(_SQLITE)
        return self.project / self.database_url.removeprefix(_SQLITE) if is_file else None

    @property
    def database_place(self) -> str:
        """Return the database URL, with a path that is valid from here."""
        return f"{_SQLITE}{self.database_file}" if self.database_file else self.database_url


# not settings of the file: `project` is its place, and the tokens must not be in it
_NOT_SET = ("project", *TOKENS.values())


def load_config(file: Path | None = None) -> Config:
    """Read the settings; without `file`, from `config/bot.yaml` if it exists.

    Raises ConfigError with file, line and key, or with the environment variable.
    """
    path = file or DEFAULT_FILE
    project = project_of(path)
    tree = _read(path, required=file is not None)
    variables = read_variables(os.environ, project / ".env", _shapes())
    try:
        return Config(**merged(tree.value, variables.values), project=project)
    except ValidationError as error:
        raise _error(tree, variables, error) from error


def project_of(file: Path) -> Path:
    """Return the project folder of a settings file: the parent of a folder `config`, or else its own folder."""
    folder = file.absolute().parent
    project = folder.parent if folder.name == "config" else folder
    return Path() if project == Path.cwd() else project


def reader_locale(file: Path | None = None) -> Locale:
    """Return the language in the settings, even if the rest of them is invalid; else that of the system."""
    path = file or DEFAULT_FILE
    for load in (
        lambda: read_variables(os.environ, project_of(path) / ".env", _shapes()).values,
        lambda: {"locale": os.environ.get("DAYORI_LOCALE")},
        lambda: _read(path, required=False).value,
    ):
        try:
            locale = load().get("locale")
        except DayoriError:
            continue
        if locale in LOCALES:
            return "ja" if locale == "ja" else "en"
    return system_locale(os.environ, Config.model_fields["locale"].default)


def _shapes() -> dict[Key, str]:
    """Return the kind of every setting: `text`, a `list`, a `tree` of settings, or `words` with lists."""
    shapes: dict[Key, str] = {}
    for name, field in Config.model_fields.items():
        if name in _NOT_SET:
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            shapes[name,] = "tree"
            shapes |= {(name, each): _shape(inner.annotation) for each, inner in kind.model_fields.items()}
        else:
            shapes[name,] = "tree" if name in ("subscriptions", "feeds") else _shape(kind)
    return shapes


def _shape(annotation: Any) -> str:
    origin = get_origin(annotation)
    return "list" if origin is tuple else "words" if origin is dict else "text"


def _read(path: Path, *, required: bool) -> PositionedTree:
    if not required and is_missing(path):
        return PositionedTree(str(path), {})
    try:
        tree = read_yaml(text_of(path), str(path))
    except DayoriError as error:
        raise ConfigError(error.message) from error
    if not isinstance(tree.value or {}, dict):
        raise ConfigError(tree.error((), msg("the settings must be a mapping of keys to values")).message)
    tree.value = _without_blanks(tree.value or {})
    if forbidden := next((name for name in tree.value if name.lower() in _NOT_SET), None):
        problem = msg("a token does not belong here; put {variable} into .env", variable=forbidden.upper())
        problem = problem if forbidden.upper() in TOKENS else msg('unknown setting "{key}"', key=forbidden)
        raise ConfigError(tree.error((forbidden,), problem, at_key=True).message)
    return tree


def _without_blanks(value: dict[str, Any]) -> dict[str, Any]:
    """Remove keys without a value, so that their defaults apply."""
    pairs = {key: each for key, each in value.items() if each is not None}
    return {key: _without_blanks(each) if isinstance(each, dict) else each for key, each in pairs.items()}


def _error(tree: PositionedTree, variables: Variables, error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    within = cause.place if isinstance(cause, InvalidValue) else ()
    key: Key = (*first["loc"], *within) or ("mirror",)
    problem, is_unknown = problem_of(first, key, Config)
    if variable := variables.origin(key):
        return variable.problem(problem)
    return ConfigError(tree.error(key, problem, at_key=is_unknown).message)
