"""A start applies the papers file and the settings, and changes nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.app import App, open_app, open_health, utc_now
from bot.config import Config
from bot.config_sections import SubscriptionSettings
from bot.domain.errors import StoreError
from bot.formats import yaml
from bot.services.papers.submitter import Submitter
from tests.collection import all_papers
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
    return {paper.id for paper in await all_papers(app.services.lookup, await app.services.workspaces.named(workspace))}


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


@pytest.mark.parametrize("text", ["papers:\n- title: ''\n", "papers: [", "\tx", "papers:\n- title: a\n  colour: b\n"])
async def test_a_broken_papers_file_stops_no_start_and_the_last_good_collection_serves(
    config: Config, papers_file: Path, text: str
) -> None:
    for file_sync in (False, True):
        rewrite(papers_file, "".join(yaml.write([paper(1), paper(2)])))
        settings = config.model_copy(update={"papers_file": str(papers_file), "mirror": file_sync})
        async with open_app(settings) as app:
            assert len(await ids(app)) == 2
            assert app.fault is None
        rewrite(papers_file, text)
        for _ in range(2):
            async with open_app(settings) as app:
                assert await ids(app) == {"paper-1", "paper-2"}
                assert app.fault
                assert "papers.yaml:" in app.fault.text("ja")
        async with open_health(settings) as (health, _):
            findings = await health.check(1, {"discord": False})
        assert [each.level for each in findings.checks if each.name == "papers file"] == ["fault"]
        assert contents(papers_file.parent)[str(papers_file)] == text.encode()


async def test_a_papers_file_that_is_not_there_is_told_with_how_to_mend_it(config: Config) -> None:
    async with open_app(config.model_copy(update={"papers_file": "nowhere.yaml"})) as app:
        assert app.fault
        assert re.search(r'papers_file "nowhere\.yaml" cannot be read: .* Correct the setting', app.fault.text("en"))


async def test_only_what_serves_follows_the_papers_file_and_the_others_fill_a_new_collection(
    config: Config, papers_file: Path
) -> None:
    config = config.model_copy(update={"papers_file": str(papers_file)})
    async with open_app(config, serves=False) as app:
        assert await ids(app) == {"paper-1", "paper-2"}
    rewrite(papers_file, "".join(yaml.write([paper(3)])))
    async with open_app(config, serves=False) as app:
        assert await ids(app) == {"paper-1", "paper-2"}
    async with open_app(config) as app:
        assert await ids(app) == {"paper-1", "paper-2", "paper-3"}


async def test_a_file_of_a_project_is_the_same_file_from_everywhere(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    rewrite(tmp_path / "papers.yaml", "".join(yaml.write([paper(1)])))
    settings = config.model_copy(update={"papers_file": "papers.yaml"})
    async with open_app(settings) as app:
        await app.services.library.remove(1, "paper-1", None)
    monkeypatch.chdir(tmp_path / "here")
    async with open_app(settings.model_copy(update={"project": tmp_path})) as app:
        assert await ids(app) == set()


async def test_a_mirror_that_cannot_be_written_is_a_warning_and_what_comes_in_is_taken(
    config: Config, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like a read-only file system; tests that run as root could write anywhere else."""
    settings = config.model_copy(update={"papers_file": str(papers_file), "mirror": True})
    (papers_file.parent / f".{papers_file.name}.dayori").mkdir()
    monkeypatch.setattr("os.access", lambda place, mode, **_: place != papers_file or not mode & 2)
    async with open_app(settings) as app:
        assert await ids(app) == {"paper-1", "paper-2"}
        await app.services.library.add(1, paper(3), None)
    rewrite(papers_file, "".join(yaml.write([paper(1, comment="新"), paper(2)])))
    async with open_app(settings) as app:
        assert app.fault
        assert "papers.yaml: cannot be written" in app.fault.text("en")
        assert await ids(app) == {"paper-1", "paper-2", "paper-3"}
        assert (await app.services.lookup.get(1, "paper-1")).comment == "新"
    async with open_health(settings) as (health, _):
        findings = await health.check(1, {"discord": False})
    assert [each.level for each in findings.checks if each.name == "papers file"] == ["warning"]
    assert findings.is_well


async def test_a_checkup_writes_nothing_and_makes_nothing(config: Config, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        async with open_health(config.model_copy(update={"database_url": "sqlite+aiosqlite:///no/such.db"})):
            pass
    assert not (tmp_path / "no").exists()
    async with open_app(config):
        before = contents(tmp_path)
        async with open_health(config) as (health, _):
            assert (await health.check(1, {"discord": False})).checks
        assert contents(tmp_path) == before
    before = contents(tmp_path)
    async with open_health(config) as (health, _):
        assert (await health.check(1, {"discord": False})).checks
    assert contents(tmp_path) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file's content; for SQLite's shared-memory files only that they exist."""
    return {
        str(each): b"" if each.name.endswith("-shm") else each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


async def test_the_settings_subscriptions_are_made_and_ended(config: Config) -> None:
    wanted = SubscriptionSettings(name="weekly", channel="discord:1/2", schedule="mon 09:00", tags=("RAG",))
    for settings, names in (((wanted,), ["weekly"]), ((wanted,), ["weekly"]), ((), [])):
        async with open_app(config.model_copy(update={"subscriptions": settings})) as app:
            assert [each.name for each in await app.services.digests.subscriptions(1)] == names


async def test_a_team_shares_one_collection_and_hosted_servers_never_mix(config: Config) -> None:
    async with open_app(config) as app:
        find = app.services.workspaces.of_server
        assert await find("discord", 1) == await find("discord", 2) == await app.services.workspaces.named("default")
    async with open_app(config.model_copy(update={"sharing": "hosted"})) as app:
        find, services = app.services.workspaces.of_server, app.services
        first, second = await find("discord", 1), await find("discord", 2)
        assert len({first, second, await services.workspaces.named("default")}) == 3
        await services.library.add(first, paper(1), None)
        assert await all_papers(services.lookup, second) == []
        assert (await services.lookup.find(second, "subject")).total == 0
        assert await services.lookup.complete(second, "") == ()
        assert await services.library.history(second) == []
        taro = Submitter("太郎", "discord:1", "ja", is_curator=True)
        assert await services.submission.find_earlier(second, "2401.00001", taro) is None


async def test_what_was_added_is_found_after_a_restart(config: Config) -> None:
    async with open_app(config) as app:
        await app.services.library.add(1, paper(1, headline="拡散モデル"), None)
    async with open_app(config) as app:
        assert [each.paper.id for each in (await app.services.lookup.find(1, "拡散")).results] == ["paper-1"]


def test_the_clock_tells_aware_utc() -> None:
    offset = utc_now().utcoffset()
    assert offset is not None
    assert not offset
