"""How the ledger's database is opened, read and written: SQLite, or a PostgreSQL that machines share."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import finalize

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from crawlers.errors import ConfigError, StoreError, UnwritableError
from crawlers.tables import VERSION, meta, metadata

_FILE = "sqlite:///"  # begins the URL of a ledger that is one
_WRITERS = 0xCA15  # the one advisory lock of a PostgreSQL that those who write the ledger take
_LONG = 0.25  # seconds of writing after which …
_TURN = 0.12  # … the lock is left to others for so long
_DAMAGE = ("malformed", "not a database")  # what SQLite says of a file that no command can mend


def is_shared(url: str) -> bool:
    """Whether the ledger at a URL is one that several machines can use."""
    return not url.startswith("sqlite:")


def open_engine(url: str) -> Engine:
    """Return an engine for the ledger at `url`, whose tables are made where they are missing.

    What follows `sqlite:///` is the file's path as it is, whatever characters it has. A SQLite file in a folder that may not be
    written can be read. Raises ConfigError for a URL of another kind of database, StoreError when it cannot be used.
    """
    file = None if is_shared(url) else Path(url.removeprefix(_FILE))
    if file and file.exists() and not os.access(file.parent, os.W_OK):
        engine = _read_only(file)
        with reading(engine) as connection:
            version = connection.scalar(select(meta.c.version))
    else:
        engine = _postgresql(url) if file is None else create_engine(_url_of(file))
        # Else the connections of one that nobody holds any more wait for the collector, open.
        finalize(engine, engine.pool.dispose)
        if file:
            event.listen(engine, "connect", _tune)
            event.listen(engine, "begin", _begin)
        with writing(engine) as connection:
            version = _make_all(connection)
    if version != VERSION:
        raise StoreError(f"the ledger {engine.url!s} has version {version}, this caixun reads version {VERSION} alone")
    return engine


def _url_of(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


def _read_only(file: Path) -> Engine:
    """Return an engine for a SQLite file in a folder where no other can be made, so that it can be read alone.

    Another user may be writing it: each connection sees anew whether there is a log beside it. Without one nobody is writing, and
    only then can it be read as it is.
    """
    engine = create_engine(_url_of(file), poolclass=NullPool)

    @event.listens_for(engine, "do_connect")
    def connect(*_: object) -> sqlite3.Connection:
        logged = file.with_name(f"{file.name}-wal").exists()
        if logged and not file.with_name(f"{file.name}-shm").exists():
            raise StoreError(
                f"{file}: what was written last stands in {file.name}-wal, which cannot be read where nothing can be written; "
                f"copy both to a folder where that is so"
            )
        place = f"file:{quote(str(file.absolute()))}?{'mode=ro' if logged else 'immutable=1'}"
        return sqlite3.connect(place, uri=True, isolation_level=None)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("immediate"):
            raise UnwritableError(file.parent)
        connection.exec_driver_sql("BEGIN")

    return engine


def _make_all(connection: Connection) -> int | None:
    """Make what is missing, also columns and indexes of tables that an earlier version made. Return the version that is there."""
    metadata.create_all(connection)
    version = connection.scalar(select(meta.c.version))
    if version is None:
        connection.execute(insert(meta).values(version=VERSION))
    elif version == 1:
        connection.exec_driver_sql("ALTER TABLE urls ADD COLUMN made_by VARCHAR(16)")
        connection.execute(update(meta).values(version=VERSION))
    for table in metadata.tables.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    return connection.scalar(select(meta.c.version))


def _postgresql(url: str) -> Engine:
    refusal = (
        f"ledger: {url.partition('://')[0]!r} begins no URL of a ledger; write postgresql://user@host/name, or null for SQLite"
    )
    try:
        place = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(refusal) from error
    if place.drivername not in ("postgresql", "postgres"):
        raise ConfigError(refusal)
    try:
        return create_engine(place.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError as error:
        raise ConfigError("ledger: a PostgreSQL needs its driver: pip install 'caixun[postgres]'") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database and keeps no writer waiting. Raises StoreError."""
    isolated = engine.execution_options(isolation_level="REPEATABLE READ") if engine.dialect.name == "postgresql" else engine
    with errors_as_one_sentence(engine), isolated.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection that holds the write lock: what it reads still holds when it writes. Raises StoreError.

    Where that took long, others get their turn: SQLite's waiters look for the lock every tenth of a second, and one that writes
    without a break, as a build does, would keep a crawl beside it waiting until it gives up.
    """
    with errors_as_one_sentence(engine), engine.execution_options(immediate=True).begin() as connection:
        begun = time.monotonic()
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
        yield connection
    if engine.dialect.name == "sqlite" and time.monotonic() - begun > _LONG:
        time.sleep(_TURN)


@contextmanager
def errors_as_one_sentence(engine: Engine) -> Iterator[None]:
    """Turn what the database complains of into StoreError."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        torn = engine.dialect.name == "sqlite" and any(sign in cause for sign in _DAMAGE)
        help_ = "; move it away, and `caixun doctor` makes it anew from archive and dataset" if torn else ""
        raise StoreError(f"the ledger {engine.url!s} cannot be used: {cause}{help_}") from error


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes SQLite's write lock at once, one that reads takes none."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("immediate") else "BEGIN")


def _tune(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    cursor = connection.cursor()
    # With WAL a commit survives the end of the process without an fsync; a power cut may undo the last ones, which the
    # archive then makes good.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=120000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
