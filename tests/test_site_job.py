"""A bot that serves keeps the site of its settings current, in a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.config import Config
from bot.domain.errors import InputError
from bot.jobs import jobs_of
from tests.doubles.clock import AdjustableClock
from tests.samples import paper


@pytest.fixture
async def app(config: Config, clock: AdjustableClock, tmp_path: Path) -> AsyncIterator[App]:
    values = config.model_dump() | {"site": {"folder": str(tmp_path / "public")}}
    async with open_app(Config.model_validate(values), clock=clock) as opened:
        yield opened


async def test_a_new_paper_is_on_the_site_after_the_next_tick(app: App, tmp_path: Path) -> None:
    workspace, job = await app.services.workspaces.named("default"), jobs_of(app)["site"]
    await job()
    assert "paper-1" not in (tmp_path / "public/index.html").read_text(encoding="utf-8")
    await app.services.library.add(workspace, paper(1), None)
    await job()
    assert "paper-1" in (tmp_path / "public/index.html").read_text(encoding="utf-8")


async def test_without_a_change_no_process_starts(app: App, tmp_path: Path) -> None:
    job = jobs_of(app)["site"]
    await job()
    (tmp_path / "public/index.html").unlink()
    await job()
    assert not (tmp_path / "public/index.html").exists()


async def test_a_folder_with_other_things_is_told_once(app: App, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public/thesis.tex").write_text("years of work")
    job = jobs_of(app)["site"]
    with pytest.raises(InputError, match="not up to date"):
        await job()
    await job()
    assert [each.name for each in (tmp_path / "public").iterdir()] == ["thesis.tex"]


async def test_without_the_extra_the_job_says_how_to_install_it(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jinja2.py").write_text("raise ModuleNotFoundError(name='jinja2')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError, match=r'pip install "ronbun-dayori\[site\]"'):
        await jobs_of(app)["site"]()
