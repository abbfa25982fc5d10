"""Shared fixtures: a real temporary store, an adjustable clock, an open app."""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner, Result

from bot.app import App, open_app
from bot.cli import program
from bot.config import Config
from bot.domain.digest import Policy
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_placement import SubscriptionPlacement
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.undo import Undo
from bot.services.workspaces import Workspaces
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.compiled_statements import share_compiled_statements
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.logs import reset_logs
from tests.nowhere import SOURCES
from tests.postgres_server import VARIABLE
from tests.stores import Stores, execute, stores
from tests.terminal import Dayori

settings.register_profile(
    "dayori",
    deadline=None,
    derandomize=True,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("dayori")

STARTER = Path(__file__).parent.parent / "config/papers.yaml"
_MEMORY, _ROOM = Path("/dev/shm"), 2**31  # bytes
_THRESHOLDS = gc.get_threshold()


def pytest_configure() -> None:
    """Put tests' folders into memory where there is room: on a disk, every commit waits for it."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    reset_logs()
    share_compiled_statements()
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave all that was imported out of garbage collections, which took a quarter of the time until here."""
    gc.freeze()
    gc.enable()


def pytest_runtest_teardown() -> None:
    """Search for garbage as often as before, whatever a command set: limits of memory in later tests depend on it."""
    gc.set_threshold(*_THRESHOLDS)


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock()


@pytest.fixture(scope="session")
def all_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Yield what makes the stores: an empty one is migrated once, and each test gets a copy."""
    with stores(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def _settings_of_the_bot_alone() -> Iterator[None]:
    """Hide the variable that chooses the tests' server: the bot refuses a setting that it does not know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        yield


@pytest.fixture
def database_url(all_stores: Stores, tmp_path: Path) -> Iterator[str]:
    url = all_stores.fresh(tmp_path)
    yield url
    all_stores.drop(url)


@pytest.fixture
def free_arxiv(database_url: str) -> None:
    """Let arXiv be asked, which the tests' stores say wants no request."""
    execute(database_url, "DELETE FROM source_turns")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def database_file(database: Database) -> Path:
    """Return SQLite's file; a test that is about it is skipped on a server."""
    if database.path is None:
        pytest.skip("about SQLite's file")
    return database.path


@pytest.fixture
async def workspace(database: Database, clock: AdjustableClock) -> int:
    return (await find_or_add(database, "default", clock()))[0]


@pytest.fixture
def library(database: Database, clock: AdjustableClock) -> Library:
    return Library(database, clock)


@pytest.fixture
def reversal(database: Database, clock: AdjustableClock) -> Undo:
    return Undo(database, clock)


@pytest.fixture
def importer(database: Database, clock: AdjustableClock) -> Importer:
    return Importer(database, clock)


@pytest.fixture
async def search(database: Database) -> AsyncIterator[SearchIndex]:
    opened = await SearchIndex.open(database)
    yield opened
    await opened.close()


@pytest.fixture
def lookup(database: Database, search: SearchIndex) -> Lookup:
    return Lookup(database, search)


@pytest.fixture
def policy() -> Policy:
    return Policy(max_papers=4, when_empty="revisit", catch_up=timedelta(hours=24), zone=TOKYO)


@pytest.fixture
def digests(database: Database, clock: AdjustableClock, policy: Policy) -> Digests:
    return Digests(database, clock, policy, {"discord": FakeRenderer()})


@pytest.fixture
def placement(database: Database, clock: AdjustableClock, policy: Policy) -> SubscriptionPlacement:
    return SubscriptionPlacement(database, clock, policy.zone, Workspaces(database, clock, "team"))


@pytest.fixture
def publisher(clock: AdjustableClock) -> FakePublisher:
    return FakePublisher(clock)


@pytest.fixture
def delivery(database: Database, clock: AdjustableClock, publisher: FakePublisher) -> Delivery:
    return Delivery(database, clock, {"discord": publisher}, pauses=())


@pytest.fixture
def config(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Return settings with a temporary store and no papers file, in a folder without bot.yaml and .env."""
    monkeypatch.chdir(tmp_path)
    return Config.model_validate({"database_url": database_url, "papers_file": "", "sources": SOURCES})


@pytest.fixture
async def app(config: Config, clock: AdjustableClock) -> AsyncIterator[App]:
    async with open_app(config, clock=clock) as opened:
        yield opened


@pytest.fixture
def dayori(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dayori]:
    """Return a function that runs a command on a store with the six papers of the starter collection."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "bot.yaml"
    sources = json.dumps(SOURCES)
    file.write_text(f"database_url: {database_url}\npapers_file: {STARTER}\nsources: {sources}\n", encoding="utf-8")

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(program.app, [*arguments, "--config", str(file)], input=typed)

    yield run
    reset_logs()
