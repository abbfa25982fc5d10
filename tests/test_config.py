"""The settings are what the file says, and over it what the environment says; a mistake is told with its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.domain.errors import ConfigError

DEFAULTS = Path(__file__).parent.parent / "config/bot.yaml"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder without settings, and let no variable of this machine in."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "DAYORI_TIMEZONE", "DAYORI_LOCALE", "DAYORI_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def load(text: str) -> Config:
    Path("bot.yaml").write_text(text, encoding="utf-8")
    return load_config(Path("bot.yaml"))


def problem(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert caught.value.text("ja")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_file_that_is_shipped_says_the_defaults() -> None:
    assert load_config(DEFAULTS) == Config()


def test_without_a_file_the_defaults_hold() -> None:
    assert load_config() == Config()
    assert (Config().timezone, Config().locale, Config().digest.max_papers) == ("Asia/Tokyo", "ja", 10)
    assert Config().digest.catch_up == timedelta(hours=24)


def test_an_empty_file_is_a_file_of_defaults() -> None:
    assert load("") == load("# nothing\ntimezone:\n") == Config()


def test_the_file_next_to_the_bot_is_read_without_being_named(elsewhere: Path) -> None:
    (elsewhere / "config").mkdir()
    (elsewhere / "config/bot.yaml").write_text("locale: en\n")
    assert load_config().locale == "en"


def test_everything_can_be_set_in_the_file() -> None:
    config = load(
        "timezone: Europe/Berlin\nlocale: en\nsharing: hosted\nadditions: curators\ncurators: [Editors, '123']\n"
        "digest: {max_papers: 5, when_empty: skip, catch_up_hours: 1.5}\ndiscord: {api_url: 'http://127.0.0.1:8080/api/v10'}\n"
        "subscriptions:\n  - {name: weekly, channel: 'discord:1/2', schedule: 月曜 9:00, tags: [RAG]}\n"
    )
    assert (config.zone.key, config.sharing, config.curators) == ("Europe/Berlin", "hosted", ("Editors", "123"))
    assert (config.digest.max_papers, config.digest.when_empty, config.digest.catch_up) == (
        5,
        "skip",
        timedelta(hours=1.5),
    )
    assert (config.subscriptions[0].schedule, config.subscriptions[0].tags) == ("月曜 9:00", ("RAG",))
    assert config.discord.api_url == "http://127.0.0.1:8080/api/v10"


def test_the_environment_goes_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYORI_TIMEZONE", "UTC")
    monkeypatch.setenv("DAYORI_DIGEST__MAX_PAPERS", "3")
    config = load("timezone: Asia/Tokyo\ndigest: {max_papers: 5, when_empty: notice}\n")
    assert (config.timezone, config.digest.max_papers, config.digest.when_empty) == ("UTC", 3, "notice")


def test_the_token_comes_from_the_environment_or_the_dot_env_file_and_is_never_shown(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".env").write_text("DISCORD_TOKEN=from-the-file\nSOMETHING_ELSE=1\nDAYORI_LOCALE=en\n")
    config = load_config()
    assert config.discord_token is not None
    assert config.discord_token.get_secret_value() == "from-the-file"
    assert config.locale == "en"
    assert "from-the-file" not in repr(config)
    monkeypatch.setenv("DISCORD_TOKEN", "from-the-environment")
    config = load_config()
    assert config.discord_token is not None
    assert config.discord_token.get_secret_value() == "from-the-environment"


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ("timezone: Asia/Tokio", "bot.yaml:1:11: ", '"timezone" cannot be "Asia/Tokio": not a timezone'),
        ("locale: ja\nlocal: ja", "bot.yaml:2:1: ", 'unknown setting "local"'),
        ("digest:\n  max_papers: 0", "bot.yaml:2:15: ", '"digest.max_papers" cannot be "0"'),
        ("digest:\n  max_paper: 5", "bot.yaml:2:3: ", 'unknown setting "digest.max_paper"'),
        ("digest: {when_empty: never}", "bot.yaml:1:22: ", '"digest.when_empty" cannot be "never"'),
        ("subscriptions:\n  - {name: a}", "bot.yaml:2:5: ", '"subscriptions.0.channel" is missing'),
        ("sharing: all", "bot.yaml:1:10: ", '"sharing" cannot be "all"'),
        ("database_url: postgres://x", "bot.yaml:1:15: ", '"database_url" cannot be'),
        ("curators: Editors", "bot.yaml:1:11: ", '"curators" cannot be "Editors"'),
        ("subscriptions:\n  - {name: a, channel: general}", "bot.yaml:2:24: ",
        "write it like discord:<server id>/<channel id>"),
        ("subscriptions:\n  - {name: a, channel: 'discord:1/2', schedule: someday}", "bot.yaml:2:49: ",
        "is not a schedule"),
        ("subscriptions:\n  - {channel: 'discord:1/2'}", "bot.yaml:2:5: ", '"subscriptions.0.name"'),
        ("discord: {api_url: discord.com}", "bot.yaml:1:20: ", '"discord.api_url" cannot be "discord.com"'),
        ("timezone: UTC\ntimezone: UTC", "bot.yaml:2:1: ", 'the key "timezone" is given twice'),
        ("timezone: [", "bot.yaml:", "not valid YAML"),
        ("- a", "bot.yaml:1:1: ", "must be a mapping"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_its_place(text: str, place: str, key: str) -> None:
    assert problem(text).startswith(place)
    assert key in problem(text)


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYORI_DIGEST__MAX_PAPERS", "many")
    assert problem("locale: ja").startswith("DAYORI_DIGEST__MAX_PAPERS in the environment: ")
    monkeypatch.setenv("DAYORI_DIGEST__MAX_PAPERS", "3")
    monkeypatch.setenv("DAYORI_CURATORS", "[unclosed")
    assert "environment" in problem("locale: ja")


def test_a_file_that_was_named_must_be_there() -> None:
    with pytest.raises(ConfigError, match=r'The settings "nowhere\.yaml" cannot be read'):
        load_config(Path("nowhere.yaml"))


def test_two_subscriptions_of_one_name_are_refused() -> None:
    text = "subscriptions:\n- {name: a, channel: 'discord:1/2'}\n- {name: a, channel: 'discord:1/3'}\n"
    assert '"a"' in problem(text)


@pytest.mark.parametrize("written", [" abc.def ", '"abc.def"', "abc.def\n", "' abc.def'"])
def test_a_token_may_be_pasted_with_quotes_and_line_ends(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", written)
    token = load("").discord_token
    assert token and token.get_secret_value() == "abc.def"


def test_the_servers_that_are_served_are_ids_as_numbers_or_text() -> None:
    config = load("discord: {servers: [123456789012345678, '223456789012345678']}")
    assert config.discord.servers == ("123456789012345678", "223456789012345678")
    assert load("discord: {servers: 123456789012345678}").discord.servers == ("123456789012345678",)
    for wrong in ("研究室", "1", "012345678901234567", "1" * 21, "true", "１２３４５６７８９０１２３４５６７"):
        assert "not a server's id" in problem(f"discord: {{servers: [{wrong}]}}")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[1]", "DAYORI_DISCORD__SERVERS in the environment: "),
        ("123456789012345678,223456789012345678", 'like ["a", "b"]'),
    ],
)
def test_a_wrong_list_in_the_environment_is_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    monkeypatch.setenv("DAYORI_DISCORD__SERVERS", written)
    assert told in problem("")


def test_what_must_stand_in_no_log_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the-token")
    config = load("discord: {api_url: 'https://user:geh%40im@proxy.example/api'}")
    assert config.secrets == ("the-token", "geh%40im", "geh@im")
