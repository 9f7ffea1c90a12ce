"""The ledger's tables and how its database is opened: SQLite or PostgreSQL. Read by `books`, `ledger` and `leases` alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    and_,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.types import TypeEngine

from crawlers.errors import ConfigError, StoreError
from crawlers.page import Position

VERSION = 1
_CHUNK = 500  # SQLite's oldest limit of bound parameters is 999
_WRITERS = 0xCA15  # the one advisory lock of a PostgreSQL that those who write the ledger take


class _Instant(TypeDecorator[datetime]):
    """An aware instant, kept as naive UTC, since SQLite has no zones; to the microsecond in both."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class _Text(TypeDecorator[str]):
    """A text that sorts by its code points in both; a NUL, which PostgreSQL refuses, is left out."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(collation="C" if dialect.name == "postgresql" else None))

    def process_bind_param(self, value: str | None, _dialect: object) -> str | None:
        return value.replace("\0", "") if value else value


metadata = MetaData()
meta = Table("meta", metadata, Column("version", Integer, primary_key=True))
urls = Table(
    "urls",
    metadata,
    Column("article_id", _Text, primary_key=True),
    Column("source", _Text, primary_key=True),
    Column("url", _Text, nullable=False),
    Column("link", _Text, nullable=False),
    Column("title", _Text),
    Column("day", Date, nullable=False),
    Column("listed", Date),
    Column("published_date", Date),
    Column("state", _Text, nullable=False),
    Column("reason", _Text),
    Column("detail", _Text),
    Column("seed", _Text),
    Column("crawl", _Text, nullable=False),
    Column("archive_file", _Text),
    Column("archive_offset", BigInteger),
    Column("discovered_at", _Instant, nullable=False),
    Column("fetched_at", _Instant),
    Column("settled_at", _Instant),
    Index("urls_by_day", "source", "day"),
    Index("urls_by_state", "source", "state"),
)
days = Table(
    "days",
    metadata,
    Column("source", _Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("listing", _Text, nullable=False),
    Column("reason", _Text),
    Column("crawl", _Text, nullable=False),
    Column("listed_at", _Instant, nullable=False),
)
# Answers of seeds that an unfinished crawl need not ask for again (`seed`), those that a later crawl asks for
# conditionally (`known`), and the robots.txt of today.
replies = Table(
    "replies",
    metadata,
    Column("source", _Text, primary_key=True),
    Column("link", _Text, primary_key=True),
    Column("kind", _Text, nullable=False),
    Column("archive_file", _Text, nullable=False),
    Column("archive_offset", BigInteger, nullable=False),
    Column("fetched_at", _Instant, nullable=False),
)
# Sites (registrable domains) that refused so often that they have to be left alone, whichever source asks.
rests = Table(
    "site_rests",
    metadata,
    Column("site", _Text, primary_key=True),
    Column("since", _Instant, nullable=False),
    Column("reason", _Text, nullable=False),
)
# What robots.txt said of a source's lists when it was last asked.
robots = Table(
    "robots",
    metadata,
    Column("source", _Text, primary_key=True),
    Column("verdict", _Text, nullable=False),
    Column("judged_at", _Instant, nullable=False),
)
# How far WARC files of others were taken in.
intakes = Table(
    "intakes",
    metadata,
    Column("file", _Text, primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("size", BigInteger),
)
# What a check found odd about a source's day.
marks = Table(
    "marks",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("text", String, nullable=False),
)
# What was told by an alert, and when last.
alerts = Table(
    "alerts",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("told_at", _Instant, nullable=False),
)
# Where the second and further pages of an article lie (下一页).
parts = Table(
    "parts",
    metadata,
    Column("article_id", _Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("archive_file", _Text, nullable=False),
    Column("archive_offset", BigInteger, nullable=False),
)
stories = Table(
    "stories",
    metadata,
    Column("text_hash", _Text, primary_key=True),
    Column("story_id", _Text, nullable=False),
)
# Who holds which lock until when, by the database's clock, where machines share the ledger.
leases = Table(
    "leases",
    metadata,
    Column("name", _Text, primary_key=True),
    Column("holder", _Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)


def is_shared(url: str) -> bool:
    """Whether the ledger at a URL is one that several machines can use."""
    return not url.startswith("sqlite:")


def open_engine(url: str) -> Engine:
    """Return an engine for the ledger at `url`, whose tables are made where they are missing.

    Raises ConfigError for a URL of another kind of database, StoreError when it cannot be used.
    """
    engine = _postgresql(url) if is_shared(url) else create_engine(url)
    if not is_shared(url):
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
    with writing(engine) as connection:
        metadata.create_all(connection)
        version = connection.scalar(select(meta.c.version))
        if version is None:
            connection.execute(insert(meta).values(version=VERSION))
    if version not in (None, VERSION):
        raise StoreError(f"the ledger {engine.url!s} has version {version}, this caixun reads version {VERSION} alone")
    return engine


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
    """Give a connection that holds the write lock: what it reads still holds when it writes. Raises StoreError."""
    with errors_as_one_sentence(engine), engine.execution_options(immediate=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
        yield connection


@contextmanager
def errors_as_one_sentence(engine: Engine) -> Iterator[None]:
    """Turn what the database complains of into StoreError."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreError(f"the ledger {engine.url!s} cannot be used: {cause}") from error


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes SQLite's write lock at once, one that reads takes none."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("immediate") else "BEGIN")


def _tune(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    cursor = connection.cursor()
    # With WAL a commit survives the end of the process without an fsync; a power cut may undo the last ones, which the
    # archive then makes good.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def place(position: Position) -> dict[str, Any]:
    """Return the columns that say where a page lies."""
    return {"archive_file": position.file, "archive_offset": position.offset}


def chunks(items: list[str]) -> Iterator[list[str]]:
    """Yield a list in parts that fit the bound parameters of one statement."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def put(connection: Connection, table: Table, key: dict[str, Any], **values: Any) -> None:
    """Update the row with `key`, or insert it."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(update(table).where(where).values(values)).rowcount == 0:
        connection.execute(insert(table).values({**key, **values}))
