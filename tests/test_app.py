"""Starting up follows the papers file and the settings, and touches what they do not name no more than needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App, open_app, utc_now
from bot.config import Config, SubscriptionSettings
from bot.domain.errors import ConfigError, FileError
from bot.formats import yaml
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


@pytest.fixture
def papers_file(tmp_path: Path) -> Path:
    file = tmp_path / "papers.yaml"
    file.write_text("".join(yaml.write([paper(1), paper(2)])), encoding="utf-8")
    return file


def rewrite(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


async def ids(app: App, workspace: str = "default") -> set[str]:
    return {made.id for made in await app.services.lookup.all_of(await app.services.workspaces.named(workspace), "")}


async def test_the_papers_file_fills_a_new_collection_and_no_other(config: Config, papers_file: Path) -> None:
    async with open_app(config.model_copy(update={"papers_file": str(papers_file)})) as app:
        assert await ids(app) == {"paper-1", "paper-2"}
        assert await ids(app, "discord:1") == set()


async def test_a_later_start_imports_what_changed_in_the_file(
    config: Config, papers_file: Path, clock: AdjustableClock
) -> None:
    config = config.model_copy(update={"papers_file": str(papers_file)})
    async with open_app(config, clock=clock) as app:
        await app.services.library.remove(1, "paper-1", None)
    async with open_app(config, clock=clock) as app:
        assert await ids(app) == {"paper-2"}
    rewrite(papers_file, "".join(yaml.write([paper(1), paper(2, comment="新"), paper(3)])))
    async with open_app(config, clock=clock) as app:
        assert await ids(app) == {"paper-2", "paper-3"}
        assert (await app.services.lookup.get(1, "paper-2")).comment == "新"


async def test_a_broken_papers_file_stops_the_start_and_leaves_the_store_alone(
    config: Config, papers_file: Path
) -> None:
    config = config.model_copy(update={"papers_file": str(papers_file)})
    async with open_app(config) as app:
        assert len(await ids(app)) == 2
    rewrite(papers_file, "".join(yaml.write([paper(3)])) + "- title: ''\n")
    with pytest.raises(FileError, match=r"papers\.yaml:\d+:\d+: "):
        async with open_app(config):
            pass
    async with open_app(config.model_copy(update={"papers_file": ""})) as app:
        assert await ids(app) == {"paper-1", "paper-2"}


async def test_a_papers_file_that_is_not_there_is_told_with_how_to_mend_it(config: Config) -> None:
    with pytest.raises(ConfigError, match=r'papers_file "nowhere\.yaml" cannot be read: .* Correct the setting'):
        async with open_app(config.model_copy(update={"papers_file": "nowhere.yaml"})):
            pass


async def test_the_settings_subscriptions_are_made_and_ended(config: Config) -> None:
    wanted = SubscriptionSettings(name="weekly", channel="discord:1/2", schedule="mon 09:00", tags=("RAG",))
    for settings, names in (((wanted,), ["weekly"]), ((wanted,), ["weekly"]), ((), [])):
        async with open_app(config.model_copy(update={"subscriptions": settings})) as app:
            assert [each.name for each in await app.services.digests.subscribed(1)] == names


async def test_a_team_shares_one_collection_and_hosted_servers_never_mix(config: Config) -> None:
    async with open_app(config) as app:
        find = app.services.workspaces.of_server
        assert await find("discord", 1) == await find("discord", 2) == await app.services.workspaces.named("default")
    async with open_app(config.model_copy(update={"sharing": "hosted"})) as app:
        find, services = app.services.workspaces.of_server, app.services
        first, second = await find("discord", 1), await find("discord", 2)
        assert len({first, second, await services.workspaces.named("default")}) == 3
        await services.library.add(first, paper(1), None)
        assert await services.lookup.all_of(second, "") == []
        assert (await services.lookup.find(second, "subject")).total == 0
        assert await services.lookup.complete(second, "") == ()
        assert await services.library.history(second) == []
        assert await services.drafts.known(second, "2401.00001") is None


async def test_what_was_added_is_found_after_a_restart(config: Config) -> None:
    async with open_app(config) as app:
        await app.services.library.add(1, paper(1, headline="拡散モデル"), None)
    async with open_app(config) as app:
        assert [each.paper.id for each in (await app.services.lookup.find(1, "拡散")).results] == ["paper-1"]


def test_the_clock_tells_aware_utc() -> None:
    offset = utc_now().utcoffset()
    assert offset is not None
    assert not offset
