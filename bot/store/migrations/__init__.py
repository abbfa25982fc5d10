"""Alembic migrations, one file per revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from bot.domain.errors import StoreError
from bot.i18n import msg


def configuration() -> Config:
    """Return Alembic's settings for these migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database to a revision in one transaction. Raises StoreError when it is newer than this program."""
    config = configuration()
    engine = create_engine(make_url(url).set(drivername="sqlite"))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except CommandError as error:
        path = make_url(url).database
        raise StoreError(
            msg('The database "{path}" was made by a newer version; update this program.', path=path)
        ) from error
    finally:
        engine.dispose()
