"""The files for Docker, systemd and cron fit each other, the settings and the program."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from typer.testing import CliRunner

from bot.cli import program
from bot.config import Config
from bot.domain.shards import parse_shards

ROOT = Path(__file__).parent.parent
COMPOSE = ("compose.yaml", "compose.postgres.yaml")
STARTED = ("Dockerfile", "docs/dayori.service", "docs/dayori.cron")


def every_service(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a compose file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"]
    return found


def services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a compose file that run the bot."""
    return {each: service for each, service in every_service(name).items() if each.startswith("dayori")}


def mounts(service: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Yield the source, the target and whether it is read only of each volume, in either notation."""
    for each in service.get("volumes", ()):
        if isinstance(each, str):
            source, target, *mode = each.split(":")
            yield source, target, mode == ["ro"]
        else:
            yield each["source"], each["target"], each.get("read_only", False)


@pytest.mark.parametrize("name", COMPOSE)
def test_a_container_writes_only_into_its_volumes_and_starts_again(name: str) -> None:
    for service in services(name).values():
        assert service["read_only"]
        assert service["tmpfs"] == ["/tmp"]
        assert service["restart"] == "unless-stopped"
        folders = {target: is_read_only for _, target, is_read_only in mounts(service)}
        assert not folders["/app/data"]
        assert folders["/app/config"]


@pytest.mark.parametrize("name", COMPOSE)
def test_every_setting_of_the_env_file_reaches_the_container(name: str) -> None:
    assert all(service["env_file"] == ".env" for service in services(name).values())


@pytest.mark.parametrize("name", COMPOSE)
def test_no_variable_of_compose_stands_in_for_another(name: str) -> None:
    # Docker Compose looks at the one behind :- first, and refuses to start when that one is :? and not set
    assert not re.search(r"\$\{[^}]*\$\{", (ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("name", COMPOSE)
def test_what_compose_mounts_of_the_project_is_there(name: str) -> None:
    mounted = [source for service in every_service(name).values() for source, _, _ in mounts(service)]
    assert all((ROOT / each).exists() for each in mounted if each.startswith("./"))


@pytest.mark.parametrize("name", COMPOSE)
def test_the_web_server_shows_the_bots_site_and_never_owns_its_volume(name: str) -> None:
    site = every_service(name)["site"]
    assert site["depends_on"] == list(services(name))
    assert site["volumes"][0]["volume"]["nocopy"]
    shown = {source: (target, is_read_only) for source, target, is_read_only in mounts(site)}
    root, is_read_only = shown["dayori-site"]
    assert is_read_only
    assert f"root {root};" in (ROOT / "docs/nginx.conf").read_text("utf-8")
    assert all(("dayori-site", "/app/site", False) in mounts(service) for service in services(name).values())


@pytest.mark.parametrize("name", COMPOSE)
def test_what_compose_sets_are_settings(name: str) -> None:
    for service in services(name).values():
        settings = [each for each in service.get("environment", ()) if each.startswith("DAYORI_")]
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


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
async def test_the_health_check_of_the_image_tells_how_the_bot_is_and_asks_no_proxy(
    status: int | None, code: int
) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    [check] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", dockerfile, re.MULTILINE)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status or 500)

    app = web.Application()
    app.add_routes([web.get("/healthz", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    if status is None:
        await runner.cleanup()
    proxy = "http://127.0.0.1:9"  # where nothing listens
    variables = {"http_proxy": proxy, "HTTP_PROXY": proxy, "DAYORI_HEALTH__LISTEN": f"0.0.0.0:{port}"}
    _, *arguments = json.loads(check)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=variables, stderr=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == code
    await runner.cleanup()


def test_what_is_started_is_a_command() -> None:
    """Under systemd and cron by its place: cron looks for programs in /usr/bin and /bin alone."""
    dockerfile, service, cron = ((ROOT / name).read_text("utf-8") for name in STARTED)
    started = re.findall(r'^CMD \["(\w+)"\]$', dockerfile, re.MULTILINE)
    started += re.findall(r"^ExecStart=/usr/local/bin/dayori (\w+)$", service, re.MULTILINE)
    started += re.findall(r"^[^#\n]+ dayori cd /var/lib/dayori && /usr/local/bin/dayori (\w+)", cron, re.MULTILINE)
    assert started == ["run", "run", "post", "feeds", "refresh"]
    for command in started:
        assert CliRunner().invoke(program.app, [command, "--help"]).exit_code == 0


def test_the_workflow_for_pages_publishes_the_repositorys_papers_and_not_the_starter_collection() -> None:
    [job] = yaml.safe_load((ROOT / "docs/pages.yml").read_text("utf-8"))["jobs"].values()
    assert job["env"] == {"DAYORI_PAPERS_FILE": "papers.yaml"}
    assert "papers_file" in Config.model_fields
    commands = [step["run"].split()[1] for step in job["steps"] if step.get("run", "").startswith("dayori ")]
    assert commands == ["site"]
    assert {"path": "public"} in [step.get("with") for step in job["steps"]]
