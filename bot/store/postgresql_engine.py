"""Engines for a PostgreSQL server: how a connection is made, checked and kept, and whose turn it is to write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.domain.errors import ServerStoreError, StoreError
from bot.extras import install_command
from bot.i18n import msg
from bot.store.connection import StoreConnection
from bot.store.postgresql_errors import ENDED, OLDEST, state_of

_LOCK = 0x6461796F7269  # "dayori"
CHANNEL = "dayori"  # whoever listens there hears of every transaction that has written, when it is committed
_TAKE_TURN = text(
    f"SELECT set_config('lock_timeout', :patience, true), pg_advisory_xact_lock(:lock), pg_notify('{CHANNEL}', '')"
)
_POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 10}
_CONNECTING = 10.0  # seconds
_STATEMENT = 300.0  # seconds; only making the indexes of a large collection takes more than some
_SETTINGS = {
    "application_name": "dayori",
    "lock_timeout": "10s",  # for rows that another transaction holds
    "jit": "off",  # compiling takes longer than any of these statements
    "idle_in_transaction_session_timeout": "120s",  # a process that hangs must not keep others from writing
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


def place_of(address: URL) -> str:
    """Return how messages call a database: without user name, password and options."""
    return URL.create("postgresql", host=address.host, port=address.port, database=address.database).render_as_string()


def make_engine(address: URL, pool: dict[str, Any] = _POOL, **settings: str) -> Engine:
    """Return an engine whose reads are no transactions, with settings of the server for its connections."""
    try:
        engine = create_engine(
            address.set(drivername="postgresql+asyncpg"),
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECTING,
                "command_timeout": _STATEMENT,
                "server_settings": _SETTINGS | settings,
            },
            **pool,
        )
    except ImportError as error:
        raise StoreError(
            msg(
                'PostgreSQL needs the extra "postgres"; install it with: {command}', command=install_command("postgres")
            )
        ) from error
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _check_server)
    event.listen(engine, "checkout", _check_connection)
    event.listen(engine, "handle_error", _give_up_lost)
    return engine


def take_connection(engine: Engine) -> PoolProxiedConnection:
    """Take a connection out of the pool for the driver's own calls. Raises SQLAlchemyError."""
    try:
        return engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error as error:
        raise OperationalError("connect", None, error) from error


def make_engine_to_read(address: URL) -> Engine:
    """Return an engine whose connections refuse to write, and still tell whether the server would let them."""
    engine = make_engine(address)
    event.listen(engine, "connect", _only_read)
    return engine


def _only_read(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.run_async(lambda driver: driver.execute("SET default_transaction_read_only = on"))


def _connect(dialect: Any, _: Any, arguments: Any, keywords: Any) -> Any:
    """Connect; an error on the way there becomes one of the database's."""
    try:
        return dialect.loaded_dbapi.connect(*arguments, **keywords)
    except (OSError, TimeoutError) as error:
        raise OperationalError("connect", None, error) from error


def _check_server(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver: Any = connection.driver_connection
    version, encoding = driver.get_server_version().major, driver.get_settings().server_encoding
    if version < OLDEST:
        message = msg(
            "The server is PostgreSQL {version}; this program needs {oldest} or newer.",
            version=str(version),
            oldest=str(OLDEST),
        )
        raise ServerStoreError(message, msg("Update the server, or name another one in database_url."))
    if encoding != "UTF8":
        raise StoreError(
            msg(
                "The database is in {encoding}; make one with createdb --encoding=UTF8 --template=template0.",
                encoding=encoding,
            )
        )


def _check_connection(connection: DBAPIConnection, _: ConnectionPoolEntry, __: Any) -> None:
    """Let the pool open another connection in the place of one that a restart of the server has closed."""
    driver: Any = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError


def _give_up_lost(context: ExceptionContext) -> None:
    """Keep no connection that the server has ended: the driver knows that only a moment later."""
    if state_of(context.original_exception) in ENDED:
        context.is_disconnect = True


async def take_turn(connection: StoreConnection, patience: float) -> None:
    """Wait until no other transaction writes."""
    milliseconds = max(1, round(patience * 1000))
    await connection.execute(_TAKE_TURN, {"patience": f"{milliseconds}ms", "lock": _LOCK})
