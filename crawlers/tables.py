"""The ledger's tables, for SQLite and PostgreSQL alike. Read by `books`, `ledger`, `leases` and their like alone."""

from collections.abc import Iterator
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    insert,
    update,
)

from crawlers.columns import Hex as _Hex
from crawlers.columns import Instant as _Instant
from crawlers.columns import Text as _Text
from crawlers.page import Position

VERSION = 2
Item = TypeVar("Item")
_CHUNK = 500  # SQLite's oldest limit of bound parameters is 999


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
    Column("made_by", _Text),  # what built the page: code, word lists, the source's rules
    # Holds all that the sums of days are made of, so that those of a year are read from the index alone.
    Index("urls_by_fate", "source", "day", "state", "reason"),
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
# Of which articles a source is about to write records, and for which day: no other one makes one of them meanwhile.
claims = Table(
    "claims",
    metadata,
    Column("article_id", _Text, primary_key=True),
    Column("source", _Text, nullable=False),
    Column("day", Date, nullable=False),
)
# Answers of seeds that an unfinished crawl need not ask for again (`seed`), those that a later crawl asks for
# conditionally (`known`), and the robots.txt of today.
replies = Table(
    "replies",
    metadata,
    Column("source", _Text, primary_key=True),
    Column("link", _Text, primary_key=True),  # its key, see `answers.key_of`
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
    Column("source", _Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("text", _Text, nullable=False),
)
# What was told by an alert, and when last.
alerts = Table("alerts", metadata, Column("key", _Text, primary_key=True), Column("told_at", _Instant, nullable=False))
# How far back the lists of newest-first seeds reached: `list` is the seed's template with its keyword,
# and with a mark before it in the row of an end that a later walk saw, too.
reaches = Table(
    "reaches",
    metadata,
    Column("source", _Text, primary_key=True),
    Column("list", _Text, primary_key=True),
    Column("pages", Integer, nullable=False),
    Column("reach", Date, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("read_at", _Instant, nullable=False),
)
# Backfills: what was asked for, and whether it came to its end.
backfills = Table(
    "backfills",
    metadata,
    Column("id", _Text, primary_key=True),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("sources", _Text, nullable=False),
    Column("again", _Text, nullable=False),
    Column("newest_first", Boolean, nullable=False),
    Column("begun_at", _Instant, nullable=False),
    Column("ended_at", _Instant),
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
# The texts that stories are made of, each with what is compared of it: null where that was given up.
story_texts = Table(
    "story_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", _Hex(), nullable=False),
    Column("period", Integer, nullable=False),
    Column("story_id", _Hex(), index=True),
    Column("sketch", LargeBinary),
    UniqueConstraint("period", "text"),
)
# Which texts to compare. Kept by period, so that a look-up stays among the pages that the last ones have read.
story_keys = Table(
    "story_keys",
    metadata,
    Column("period", Integer, primary_key=True),
    Column("key", BigInteger, primary_key=True),
    Column("text_id", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
# The articles that have these texts, `first` in seconds since 1970.
story_members = Table(
    "story_members",
    metadata,
    Column("article_id", _Hex(), primary_key=True),
    Column("text_id", Integer, nullable=False, index=True),
    Column("source", _Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("first", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
# Articles whose story has changed since their record was written.
story_moves = Table("story_moves", metadata, Column("article_id", _Hex(), primary_key=True), sqlite_with_rowid=False)
# Periods whose texts are all there to be compared, and when that was last needed.
story_periods = Table(
    "story_periods", metadata, Column("period", Integer, primary_key=True), Column("used_at", _Instant, nullable=False)
)
# What a model answered, as it came: each answer is paid for once, by the text (and its reprints), the prompt and the model.
model_answers = Table(
    "model_answers",
    metadata,
    Column("text_hash", _Text, primary_key=True),
    Column("prompt", _Text, primary_key=True),
    Column("model", _Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("story", _Text, nullable=False, index=True),
    Column("title", _Text, nullable=False),
    Column("text", _Text, nullable=False),
    Column("cut", Boolean, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("answered_at", _Instant, nullable=False),
)
# Questions that the endpoint has refused for what the text says: it would do so again, and takes no money for it.
model_refusals = Table(
    "model_refusals",
    metadata,
    Column("text_hash", _Text, primary_key=True),
    Column("prompt", _Text, primary_key=True),
    Column("model", _Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("why", _Text, nullable=False),
    Column("refused_at", _Instant, nullable=False),
)
# What answers cost, by run, and by source and publication day of the articles.
model_usage = Table(
    "model_usage",
    metadata,
    Column("run", _Text, primary_key=True),
    Column("source", _Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("model", _Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost", Float),
)
# The currency of each run's costs; a run of an earlier version has none.
model_currencies = Table(
    "model_currencies", metadata, Column("run", _Text, primary_key=True), Column("currency", _Text, nullable=False)
)
# Batches of questions that were handed in, or were about to be; `batch` is the provider's name of it, `texts` whom it asks about.
model_batches = Table(
    "model_batches",
    metadata,
    Column("mark", _Text, primary_key=True),
    Column("prompt", _Text, nullable=False),
    Column("model", _Text, nullable=False),
    Column("batch", _Text),
    Column("texts", JSON, nullable=False),
    Column("begun_at", _Instant, nullable=False),
)
# Days that have, or may have, records without an annotation.
unannotated = Table("unannotated", metadata, Column("source", _Text, primary_key=True), Column("day", Date, primary_key=True))
# Who holds which lock until when, by the database's clock, where machines share the ledger.
leases = Table(
    "leases",
    metadata,
    Column("name", _Text, primary_key=True),
    Column("holder", _Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)


def place(position: Position) -> dict[str, Any]:
    """Return the columns that say where a page lies."""
    return {"archive_file": position.file, "archive_offset": position.offset}


def chunks(items: list[Item]) -> Iterator[list[Item]]:
    """Yield a list in parts that fit the bound parameters of one statement."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def put(connection: Connection, table: Table, key: dict[str, Any], **values: Any) -> None:
    """Update the row with `key`, or insert it."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if connection.execute(update(table).where(where).values(values)).rowcount == 0:
        connection.execute(insert(table).values({**key, **values}))
