"""Settings come from the file, overridden by the environment; an error names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Config, load_config, reader_locale
from bot.domain.errors import ConfigError
from bot.environment import TOKENS

ONE = "discord:123456789012345678"
DEFAULTS = Path(__file__).parent.parent / "config/bot.yaml"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder without settings, and hide this machine's variables."""
    monkeypatch.chdir(tmp_path)
    for name in (*TOKENS, "DAYORI_TIMEZONE", "DAYORI_LOCALE", "DAYORI_DATABASE_URL"):
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
    assert load_config(DEFAULTS).model_copy(update={"project": Path()}) == Config()


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


@pytest.mark.parametrize("name", ["config/bot.yaml", ".env"])
def test_settings_that_are_there_but_out_of_reach_are_not_passed_over(elsewhere: Path, name: str) -> None:
    (elsewhere / "config").mkdir()
    (elsewhere / name).symlink_to(elsewhere / name)  # as a folder of another user does, also for root
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config()


def test_everything_can_be_set_in_the_file() -> None:
    config = load(
        "timezone: Europe/Berlin\nlocale: en\nsharing: hosted\nadditions: curators\ncurators: [Editors, '123']\n"
        "digest: {max_papers: 5, when_empty: skip, catch_up_hours: 1.5}\ndiscord: {api_url: 'http://127.0.0.1:8080/api/v10'}\n"
        "subscriptions:\n  - {name: weekly, channel: 'discord:1/2', schedule: 月曜 9:00, tags: [RAG]}\n"
        "feeds:\n  - {name: cl, url: 'https://a.example/rss', include: [RAG, '(拡散 OR diffusion)'], exclude: 'a, b'}\n"
    )
    assert (config.zone.key, config.sharing, config.curators) == ("Europe/Berlin", "hosted", ("Editors", "123"))
    assert (config.digest.max_papers, config.digest.when_empty, config.digest.catch_up) == (
        5,
        "skip",
        timedelta(hours=1.5),
    )
    assert (config.subscriptions[0].schedule, config.subscriptions[0].tags) == ("月曜 9:00", ("RAG",))
    assert config.feeds[0].include == ("RAG", "(拡散 OR diffusion)")
    assert config.feeds[0].exclude == ("a", "b")
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
        ("database_url: sqlite+aiosqlite:///x%00y", "bot.yaml:1:15: ", '"database_url" cannot be'),
        ("curators: {a: b}", "bot.yaml:1:11: ", '"curators" cannot be "'),
        (
            "subscriptions:\n  - {name: a, channel: general}",
            "bot.yaml:2:24: ",
            "write it like discord:<server id>/<channel id>",
        ),
        (
            "subscriptions:\n  - {name: a, channel: 'discord:1/2', schedule: someday}",
            "bot.yaml:2:49: ",
            "is not a schedule",
        ),
        ("feeds:\n  - {name: \"a\\n\", url: 'https://a.example'}", "bot.yaml:2:12: ", "80 characters without spaces"),
        ("subscriptions:\n  - {channel: 'discord:1/2'}", "bot.yaml:2:5: ", '"subscriptions.0.name"'),
        ("feeds:\n  - {name: a}", "bot.yaml:2:5: ", '"feeds.0.url" is missing; write it like https://rss.arxiv.org'),
        (
            "feeds:\n  - {name: a, url: ftp://a.example}",
            "bot.yaml:2:20: ",
            '"feeds.0.url" cannot be "ftp://a.example": it',
        ),
        ("feeds: [{name: a, url: 'http://u:p@a.example'}]", "bot.yaml:1:24: ", "without a password"),
        (
            "feeds:\n  - {name: a, url: 'https://a.example'}\n  - {name: a, url: 'https://b.example'}",
            "bot.yaml:3:12: ",
            '"feeds.1.name" cannot be "a": the name "a" is given twice',
        ),
        (
            "feeds: [{name: a, url: 'https://a.example', exclude: [b, (c]}]",
            "bot.yaml:1:",
            '"feeds.0.exclude.1" cannot be "(c": A bracket is not closed',
        ),
        ("workspaces:\n  lab: ['discord:1']", "bot.yaml:2:9: ", '"workspaces.lab.0" cannot be "discord:1": not a Disc'),
        ("workspaces: {lab: ['slack:t0123456789']}", "bot.yaml:1:20: ", "write it like discord:123456789012345678 (15"),
        (f"workspaces:\n  lab: {ONE}, 123456789012345678", "bot.yaml:2:8: ", 'lab.1" cannot be "123456789012345678"'),
        (
            f"workspaces:\n  'discord:1': [{ONE}]",
            "bot.yaml:2:16: ",
            '"workspaces.discord:1" cannot be "discord:1": a wo',
        ),
        (f"workspaces:\n  our lab: [{ONE}]", "bot.yaml:2:12: ", '"workspaces.our lab" cannot be "our lab": a work'),
        (
            f"workspaces:\n  a: [{ONE}]\n  b: [{ONE}]",
            "bot.yaml:3:7: ",
            'it is in the workspace "a" already, and a serv',
        ),
        (f"workspaces:\n  a: [{ONE}, {ONE}]", "bot.yaml:2:35: ", '"workspaces.a.1" cannot be "discord:1234567'),
        ("workspaces: [a]", "bot.yaml:1:13: ", "it must be keys with values, for instance {lab: ["),
        ("workspaces: {a: {b: c}}", "bot.yaml:1:17: ", '"workspaces.a" cannot be'),
        ("discord: {api_url: discord.com}", "bot.yaml:1:20: ", '"discord.api_url" cannot be "discord.com"'),
        ("timezone: UTC\ntimezone: UTC", "bot.yaml:2:1: ", 'the key "timezone" is given twice'),
        ("timezone: [", "bot.yaml:", "not valid YAML"),
        ("- a", "bot.yaml:1:1: ", "must be a mapping"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(text: str, place: str, key: str) -> None:
    assert problem(text).startswith(place)
    assert key in problem(text)


def test_workspaces_tie_servers_of_both_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(f"workspaces:\n  lab: ['{ONE}', slack:T0123456789]\n  研究室: []\n  default: slack:T2\n  none:\n")
    assert config.tied_servers == {ONE: "lab", "slack:T0123456789": "lab", "slack:T2": "default"}
    assert list(config.workspaces) == ["lab", "研究室", "default"]
    monkeypatch.setenv("DAYORI_WORKSPACES__Other", "slack:T3、slack:T4")
    assert load("").tied_servers == {"slack:T3": "Other", "slack:T4": "Other"}
    monkeypatch.setenv("DAYORI_WORKSPACES__Other", "T3")
    assert problem("").startswith('DAYORI_WORKSPACES__Other in the environment: "workspaces.Other.0" cannot be "T3"')


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


@pytest.mark.parametrize("value", [" abc.def ", '"abc.def"', "abc.def\n", "' abc.def'"])
def test_a_token_may_be_pasted_with_quotes_and_line_ends(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", value)
    token = load("").discord_token
    assert token and token.get_secret_value() == "abc.def"


def test_the_servers_that_are_served_are_ids_as_numbers_or_text() -> None:
    config = load("discord: {servers: [123456789012345678, '223456789012345678']}")
    assert config.discord.servers == ("123456789012345678", "223456789012345678")
    assert load("discord: {servers: 123456789012345678}").discord.servers == ("123456789012345678",)
    for wrong in ("研究室", "1", "012345678901234567", "1" * 21, "true", "１２３４５６７８９０１２３４５６７"):
        assert "not a server's id" in problem(f"discord: {{servers: [{wrong}]}}")


def test_the_shards_of_a_process_are_said_in_the_file_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load("discord: {shards: 0-3/16}").discord.shards == "0-3/16"
    for wrong in ("16", "4-3/16", "0-16/16", "all"):
        assert "not shards; write the first, the last and how many" in problem(f"discord: {{shards: {wrong}}}")
    monkeypatch.setenv("DAYORI_DISCORD__SHARDS", "15/16")
    assert load("").discord.shards == "15/16"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[1]", "DAYORI_DISCORD__SERVERS in the environment: "),
        ("['123456789012345678']", 'it is not JSON; write it like ["a", "b"]'),
    ],
)
def test_a_wrong_list_in_the_environment_is_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch, value: str, told: str
) -> None:
    monkeypatch.setenv("DAYORI_DISCORD__SERVERS", value)
    assert told in problem("")


def test_what_must_stand_in_no_log_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the-token")
    config = load("discord: {api_url: 'https://user:geh%40im@proxy.example/api'}")
    assert config.secrets == ("the-token", "geh%40im", "geh@im")


KEYS = [
    "database_url",
    "timezone",
    "locale",
    "papers_file",
    "mirror",
    "sharing",
    "additions",
    "curators",
    "aliases",
    "aliases.RAG",
    "digest",
    "digest.max_papers",
    "digest.when_empty",
    "digest.catch_up_hours",
    "backups",
    "backups.folder",
    "backups.keep",
    "health",
    "health.listen",
    "site",
    "site.folder",
    "site.base_url",
    "inbox",
    "inbox.keep_days",
    "subscriptions",
    "subscriptions.0",
    "subscriptions.0.name",
    "subscriptions.0.channel",
    "subscriptions.0.schedule",
    "subscriptions.0.tags",
    "feeds",
    "feeds.0",
    "feeds.0.name",
    "feeds.0.url",
    "feeds.0.include",
    "feeds.0.exclude",
    "feeds.0.authors",
    "feeds.0.tags",
    "workspaces",
    "workspaces.lab",
    "discord",
    "discord.api_url",
    "discord.servers",
    "slack",
    "slack.api_url",
    "sources",
    "sources.arxiv_url",
    "sources.arxiv_listing_url",
    "sources.contact",
    "sources.allowed_hosts",
]
WRONG = ["{}", "{a: b}", "[[a]]", "[{a: b}]", "'\u3042 \u3042'", "-1", "1e99", "nan", "true", '"[1"']
PYDANTIC = re.compile(r"(?i)input should|value error|validation error|unable to parse|type=|field required|pydantic")


def written(key: str, value: str) -> str:
    """Return a settings file that sets one key to that value, as YAML."""
    names = [name for name in key.split(".") if name != "0"]
    if key in ("subscriptions.0", "feeds.0"):
        return f"{names[0]}:\n- {value}\n"
    if names[0] in ("subscriptions", "feeds") and len(names) == 2:
        fields = {"name": "a"} | ({"url": "https://a.example"} if names[0] == "feeds" else {"channel": "'discord:1/2'"})
        fields[names[1]] = value
        return f"{names[0]}:\n- {{" + ", ".join(f"{name}: {each}" for name, each in fields.items()) + "}\n"
    return f"{names[0]}: {value}\n" if len(names) == 1 else f"{names[0]}:\n  {names[1]}: {value}\n"


@pytest.mark.parametrize("key", KEYS)
def test_a_wrong_value_is_told_in_our_words_with_its_place_and_how_to_write_it(key: str) -> None:
    refused = 0
    for value in WRONG:
        Path("bot.yaml").write_text(written(key, value), encoding="utf-8")
        try:
            load_config(Path("bot.yaml"))
        except ConfigError as error:
            refused += 1
            japanese, english = error.text("ja"), error.text("en")
            assert not PYDANTIC.search(english), english
            assert re.match(r"bot\.yaml:\d+:\d+: ", english), english
            assert re.search("[\u3041-\u30ff]", japanese), japanese
            assert "\n" not in english
    assert refused >= 2


def test_every_setting_has_its_test() -> None:
    names = set(Config.model_fields) - {"project", *TOKENS.values()}
    assert {key.split(".")[0] for key in KEYS} == names


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DAYORI_TYPO", "1", "unknown setting"),
        ("DAYORI_FOO", "1", "config/bot.yaml lists them all"),
        ("DAYORI_TIMEZONES", "UTC", "did you mean DAYORI_TIMEZONE?"),
        ("DAYORI_DISCORD__TOKN", "x", "unknown setting"),
        ("DAYORI_DISCORD_API_URL", "x", "did you mean DAYORI_DISCORD__API_URL?"),
        ("DAYORI_DIGEST__MAX_PAPER", "1", "did you mean DAYORI_DIGEST__MAX_PAPERS?"),
        ("DAYORI_", "1", "unknown setting"),
        ("DAYORI_DIGEST", "ten", "it is not JSON"),
        ("DAYORI_DIGEST__MAX_PAPERS", "ten", "it must be a number, for instance 10"),
        ("DAYORI_LOCALE", "de", "it must be one of these: ja, en"),
        ("DAYORI_MIRROR", "perhaps", "it must be true or false"),
        ("DAYORI_SUBSCRIPTIONS", "weekly", "it is not JSON"),
    ],
)
def test_a_variable_that_is_no_setting_or_wrong_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert problem("").startswith(f"{variable} in the environment: ")
    assert says in problem("")
    monkeypatch.delenv(variable)
    Path(".env").write_text(f"# mine\n\nOTHER=1\n{variable}={value}\n", encoding="utf-8")
    assert problem("").startswith(f".env:4: {variable}: ")


@pytest.mark.parametrize(
    ("aliases", "reason"),
    [
        (f"RAG: [{', '.join(f'a{n}' for n in range(21))}]", "at most 20 entries"),
        (f"RAG: [{'a' * 81}]", "at most 80 characters"),
        (f"{'a' * 81}: [RAG]", "at most 80 characters"),
    ],
)
def test_aliases_of_the_settings_are_limited_as_those_of_the_commands_are(aliases: str, reason: str) -> None:
    assert reason in problem(f"aliases:\n  {aliases}\n")


def test_a_token_that_is_misspelt_in_the_dotenv_file_is_told() -> None:
    Path(".env").write_text("DISCORD_TOKN=abc\n", encoding="utf-8")
    assert problem("") == ".env:1: DISCORD_TOKN: unknown variable; did you mean DISCORD_TOKEN?"


@pytest.mark.parametrize(
    "line",
    [
        "DISCORD_TOKEN",
        "DISCORD_TOKEN：s3cret",
        "ＤＩＳＣＯＲＤ_TOKEN＝s3cret",
        "xoxb-12-s3cret",
        f"{'M' * 24}.Gabcde.{'s' * 30}",
    ],
)
def test_a_line_of_the_dotenv_file_that_sets_no_token_is_told_without_it(line: str) -> None:
    Path(".env").write_text(f"OTHER\n{line}\n", encoding="utf-8")
    assert problem("") == ".env:2: this line cannot be read; write it like DISCORD_TOKEN=…"


def test_a_token_at_the_wrong_place_is_sent_to_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem("DISCORD_TOKEN: abc").endswith("a token does not belong here; put DISCORD_TOKEN into .env")
    monkeypatch.setenv("DAYORI_SLACK_BOT_TOKEN", "abc")
    assert problem("").endswith("unknown setting; did you mean SLACK_BOT_TOKEN?")


def test_an_example_is_written_as_yaml_is() -> None:
    assert problem("slack: {unfurl: 3}").endswith("for instance true")


@pytest.mark.parametrize("text", ["Editors, 123", "Editors、123", '["Editors", "123"]', " Editors ,123, "])
def test_lists_are_written_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DAYORI_CURATORS", text)
    monkeypatch.setenv("DAYORI_SOURCES__ALLOWED_HOSTS", "wiki.example, 10.0.0.5:8080")
    monkeypatch.setenv("DAYORI_ALIASES__RAG", "検索拡張生成、Retrieval")
    config = load("discord: {servers: '123456789012345678, 223456789012345678'}")
    assert config.curators == ("Editors", "123")
    assert config.sources.allowed_hosts == ("wiki.example", "10.0.0.5:8080")
    assert config.aliases == {"RAG": ("検索拡張生成", "Retrieval")}
    assert config.discord.servers == ("123456789012345678", "223456789012345678")


def test_a_part_in_the_environment_goes_over_that_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        'DAYORI_DIGEST={"max_papers": 3, "catch_up_hours": 2}\nDISCORD_TOKEN="abc"\n', encoding="utf-8"
    )
    monkeypatch.setenv("DAYORI_DIGEST__MAX_PAPERS", "4")
    config = load("digest: {when_empty: skip}")
    assert (config.digest.max_papers, config.digest.catch_up_hours, config.digest.when_empty) == (4, 2, "skip")
    assert config.discord_token
    assert config.discord_token.get_secret_value() == "abc"


@pytest.mark.parametrize(("folder", "project"), [("srv/config", "srv"), ("etc", "etc")])
def test_paths_are_those_of_the_project_wherever_the_command_is_given(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, folder: str, project: str
) -> None:
    file = elsewhere / folder / "bot.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("database_url: sqlite+aiosqlite:///data/x.db\npapers_file: papers.yaml\n", encoding="utf-8")
    (elsewhere / project / ".env").write_text("DAYORI_TIMEZONE=UTC\n", encoding="utf-8")
    for here in (elsewhere, elsewhere / project):
        monkeypatch.chdir(here)
        config = load_config(file)
        assert (
            Path(config.database_place.removeprefix("sqlite+aiosqlite:///")).resolve()
            == elsewhere / project / "data/x.db"
        )
        assert config.papers_path
        assert config.papers_path.resolve() == elsewhere / project / "papers.yaml"
        assert config.papers_file == "papers.yaml"
        assert config.timezone == "UTC"


def test_a_dotenv_file_that_cannot_be_read_is_told_and_a_folder_of_that_name_is_none() -> None:
    Path(".env").write_bytes("DISCORD_TOKEN=あ\n".encode("cp932"))
    assert problem("") == '".env" is not UTF-8 text; save it as UTF-8.'
    Path(".env").write_text("DISCORD TOKEN\n'", encoding="utf-8")
    assert problem("").startswith(".env:1: this line cannot be read; write it like")
    Path(".env").unlink()
    Path(".env").mkdir()
    assert load("") == Config()


@pytest.mark.parametrize(
    ("text", "environment", "locale"),
    [
        ("", {}, "ja"),
        ("", {"LANG": "C.UTF-8"}, "ja"),
        ("", {"LANG": "en_GB.UTF-8"}, "en"),
        ("", {"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, "ja"),
        ("locale: en\ntypo: 1", {}, "en"),
        ("locale: xx", {"LANG": "fr_FR"}, "en"),
        ("locale: ja", {"LANG": "en_US"}, "ja"),
        ("locale: ja\n", {"DAYORI_LOCALE": "en"}, "en"),
        ("[", {"DAYORI_LOCALE": "en", "DAYORI_TYPO": "1"}, "en"),
    ],
)
def test_the_readers_language_is_told_by_the_settings_or_else_by_the_system(
    monkeypatch: pytest.MonkeyPatch, text: str, environment: dict[str, str], locale: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    Path("bot.yaml").write_text(text, encoding="utf-8")
    assert reader_locale(Path("bot.yaml")) == locale


def _rows(readme: str) -> dict[str, str]:
    """Return the settings in a README's table with their defaults."""
    text = (Path(__file__).parent.parent / readme).read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^\| `([a-z_.]+)` \| (?:`([^`]*)`|\w+) \|", text))


def _defaults(model: BaseModel, above: str = "") -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _defaults(value, f"{above}{name}.")
        elif name not in ("project", *TOKENS.values()):
            text = "[]" if value == () else str(value).lower() if isinstance(value, bool) else str(value)
            yield f"{above}{name}", text


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_a_readme_has_a_row_with_the_default_of_every_setting(readme: str) -> None:
    assert _rows(readme) == {key: value.removesuffix(".0") for key, value in _defaults(Config())}


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_every_link_of_a_readmes_contents_leads_to_a_heading(readme: str) -> None:
    text = (Path(__file__).parent.parent / readme).read_text(encoding="utf-8")
    anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in re.findall(r"(?m)^##+ (.*)$", text)}
    linked = re.findall(r"\]\(#([^)]+)\)", text)
    assert set(linked) <= anchors
    assert len(linked) >= 10
