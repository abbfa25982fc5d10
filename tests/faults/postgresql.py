"""Faults of a PostgreSQL server and of this user's rights there; they need a server, as `make test-postgres` starts."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from bot.store.database import open_database
from tests.doubles.older_server import older_server
from tests.faults.doubles import serving
from tests.faults.fault import Arrange, Scene, alone
from tests.faults.stage import Stage
from tests.postgres_server import VARIABLE
from tests.stores import SERVER

_numbers = count()
_PASSWORD = "geheim-geheim"


def _database(*statements: str, user: str = "postgres", password: str = "", empty: bool = False) -> Arrange:
    """Return how to let a stage use a database that was changed by these statements, as that user."""

    @contextmanager
    def arrange(stage: Stage) -> Iterator[None]:
        name = f"dayori_fault_{os.getpid()}_{next(_numbers)}"
        asyncio.run(_execute(_url(), f"CREATE DATABASE {name} TEMPLATE template0", *_ROLES))
        url = _url(database=name)
        if not empty:
            asyncio.run(_fill(url))
        asyncio.run(_execute(url, *(each.format(name=name) for each in statements)))
        stage.settings["database_url"] = _url(database=name, username=user, password=password or None)
        yield
        asyncio.run(_execute(_url(), f"DROP DATABASE {name} WITH (FORCE)"))

    return arrange


_ROLES = [
    f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} LOGIN"
    f" PASSWORD 'richtig'; END IF; END $$"
    for role in ("careful", "guest")
]


def _url(**changes: Any) -> str:
    return make_url(SERVER or os.environ[VARIABLE]).set(**changes).render_as_string(hide_password=False)


async def _fill(url: str) -> None:
    await (await open_database(url)).close()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def _address(change: Callable[[], str]) -> Arrange:
    """Return how to give a stage another address."""
    return lambda stage: stage.settings.update(database_url=change())


@contextmanager
def _older(stage: Stage) -> Iterator[None]:
    with serving(older_server(_url(), 12)) as url:
        stage.settings["database_url"] = url
        yield


@contextmanager
def _no_extra(stage: Stage) -> Iterator[None]:
    """Have no driver, as after an installation without the extra."""
    stage.settings["database_url"] = _url()
    modules = {name: sys.modules[name] for name in ("asyncpg",) if name in sys.modules}
    sys.modules["asyncpg"] = None  # type: ignore[assignment]  # makes it as good as not installed
    try:
        yield
    finally:
        del sys.modules["asyncpg"]
        sys.modules.update(modules)


_READ_ONLY = "ALTER DATABASE {name} SET default_transaction_read_only = on"
SCENES: tuple[Scene, ...] = (
    alone(
        "an empty PostgreSQL database", _database(empty=True), check="database", doctor="空です", run="第1号", ends=0
    ),
    alone("wrong password", _database(user="careful", password=_PASSWORD), check="database", doctor="パスワード"),
    alone("no such user", _database(user="nobody_of_this_name"), check="database", doctor="pg_hba.conf"),
    alone("no such database", _address(lambda: _url(database="nowhere")), check="database", doctor="createdb"),
    alone("no rights in an empty database", _database(user="guest", empty=True), check="database", doctor="所有者"),
    alone("no rights to read", _database(user="guest"), check="database", doctor="所有者"),
    alone(
        "no rights to change",
        _database("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", user="guest"),
        check="server",
        doctor="所有者",
    ),
    alone(
        "a newer PostgreSQL database",
        _database("UPDATE alembic_version SET version_num = '9999'"),
        check="database",
        doctor="新しい",
    ),
    alone("a standby", _database(_READ_ONLY), check="server", doctor="database_url", run="読み取り"),
    alone(
        "an empty standby", _database(_READ_ONLY, empty=True), check="database", doctor="database_url", run="読み取り"
    ),
    alone("a server that is too old", _older, check="database", doctor="バージョン12"),
    alone("the extra postgres is not installed", _no_extra, check="database", doctor="ronbun-dayori[postgres]"),
)
