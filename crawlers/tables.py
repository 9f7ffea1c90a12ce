"""The ledger's tables and how its database is opened. Read by `books` and `ledger` alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
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
    insert,
    select,
    update,
)

from crawlers.page import Position

VERSION = 2
_CHUNK = 500  # SQLite's oldest limit of bound parameters is 999


class _Instant(TypeDecorator[datetime]):
    """An aware instant, kept as naive UTC, since SQLite has no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


metadata = MetaData()
meta = Table("meta", metadata, Column("version", Integer, primary_key=True))
urls = Table(
    "urls",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("url", String, nullable=False),
    Column("link", String, nullable=False),
    Column("title", String),
    Column("day", Date, nullable=False),
    Column("listed", Date),
    Column("published_date", Date),
    Column("state", String(10), nullable=False),
    Column("reason", String),
    Column("detail", String),
    Column("seed", String),
    Column("crawl", String, nullable=False),
    Column("archive_file", String),
    Column("archive_offset", Integer),
    Column("discovered_at", _Instant, nullable=False),
    Column("fetched_at", _Instant),
    Column("settled_at", _Instant),
    Column("made_by", String(16)),  # what built the page: code, word lists, the source's rules
    # Holds all that the sums of days are made of, so that those of a year are read from the index alone.
    Index("urls_by_fate", "source", "day", "state", "reason"),
    Index("urls_by_state", "source", "state"),
)
days = Table(
    "days",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("listing", String(10), nullable=False),
    Column("reason", String),
    Column("crawl", String, nullable=False),
    Column("listed_at", _Instant, nullable=False),
)
# Answers of seeds that an unfinished crawl need not ask for again (`seed`), those that a later crawl asks for
# conditionally (`known`), and the robots.txt of today.
replies = Table(
    "replies",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("link", String, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("archive_file", String, nullable=False),
    Column("archive_offset", Integer, nullable=False),
    Column("fetched_at", _Instant, nullable=False),
)
# Sites (registrable domains) that refused so often that they have to be left alone, whichever source asks.
rests = Table(
    "site_rests",
    metadata,
    Column("site", String, primary_key=True),
    Column("since", _Instant, nullable=False),
    Column("reason", String, nullable=False),
)
# What robots.txt said of a source's lists when it was last asked.
robots = Table(
    "robots",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("judged_at", _Instant, nullable=False),
)
# How far WARC files of others were taken in.
intakes = Table(
    "intakes",
    metadata,
    Column("file", String, primary_key=True),
    Column("offset", Integer, nullable=False),
    Column("size", Integer),
)
# How far back the lists of newest-first seeds reached: `list` is the seed's template with its keyword.
reaches = Table(
    "reaches",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("list", String, primary_key=True),
    Column("pages", Integer, nullable=False),
    Column("reach", Date, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("read_at", _Instant, nullable=False),
)
# Backfills: what was asked for, and whether it came to its end.
backfills = Table(
    "backfills",
    metadata,
    Column("id", String, primary_key=True),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("sources", String, nullable=False),
    Column("again", String(10), nullable=False),
    Column("newest_first", Boolean, nullable=False),
    Column("begun_at", _Instant, nullable=False),
    Column("ended_at", _Instant),
)
# Where the second and further pages of an article lie (下一页).
parts = Table(
    "parts",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("archive_file", String, nullable=False),
    Column("archive_offset", Integer, nullable=False),
)
stories = Table(
    "stories",
    metadata,
    Column("text_hash", String(32), primary_key=True),
    Column("story_id", String(32), nullable=False),
)


def make_all(connection: Connection) -> None:
    """Make what is missing: tables, and columns and indexes of tables that an earlier version made."""
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


def open_engine(url: str) -> Engine:
    """Return an engine for the database at `url`; its execution option `immediate` is for transactions that write."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
    return engine


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
