"""The files for Docker, systemd and cron fit each other, the settings and the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli import program
from bot.config import Config
from bot.domain.shards import parse_shards

ROOT = Path(__file__).parent.parent
COMPOSE = ("compose.yaml", "compose.postgres.yaml")


def services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a compose file that run the bot."""
    every = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"]
    return {each: service for each, service in every.items() if each.startswith("dayori")}


@pytest.mark.parametrize("name", COMPOSE)
def test_a_container_writes_only_into_its_volumes_and_starts_again(name: str) -> None:
    for service in services(name).values():
        assert service["read_only"]
        assert service["tmpfs"] == ["/tmp"]
        assert service["restart"] == "unless-stopped"
        folders = {volume.split(":")[1]: volume.endswith(":ro") for volume in service["volumes"]}
        assert not folders["/app/data"]
        assert folders["/app/config"]


@pytest.mark.parametrize("name", COMPOSE)
def test_what_compose_sets_are_settings(name: str) -> None:
    for service in services(name).values():
        settings = [each for each in service["environment"] if each.startswith("DAYORI_")]
        for setting in settings:
            section, _, key = setting.removeprefix("DAYORI_").lower().partition("__")
            assert section in Config.model_fields
            assert not key or key in Config.model_fields[section].annotation.model_fields  # type: ignore[union-attr]


def test_the_processes_of_compose_serve_every_shard_once() -> None:
    texts = [service["environment"]["DAYORI_DISCORD__SHARDS"] for service in services("compose.postgres.yaml").values()]
    shares = [parse_shards(text) for text in texts]
    assert len(shares) == 4
    assert {share.total for share in shares if share} == {16}
    assert sorted(id for share in shares if share for id in share.ids) == list(range(16))


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [line.split()[1:-1] for line in re.findall(r"^COPY (?!--from).*$", dockerfile, re.MULTILINE)]
    names = {name for line in copied for name in line}
    assert names == allowed
    assert all((ROOT / name).exists() for name in names)


@pytest.mark.parametrize("name", ["Dockerfile", "docs/dayori.service", "docs/dayori.cron"])
def test_what_is_started_is_a_command(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    started = re.findall(r'dayori"?,? "?(run|post|doctor)\b', text)
    assert started
    for command in started:
        assert CliRunner().invoke(program.app, [command, "--help"]).exit_code == 0
