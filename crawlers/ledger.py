"""The ledger: the fate of every URL and of every (source, day). With `tables`, the only module that knows its tables.

A row of `urls` is one URL of one source; it is counted under exactly one day. Its state follows the facts:
discovered -> archived -> record or reject, or skipped, blocked, failed. Two sources never fetch one URL: the second
one's row is skipped with the reason `seen`. SQLite by default, any database of SQLAlchemy by URL.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from crawlers import tables
from crawlers.clock import day_of, now
from crawlers.errors import StoreError
from crawlers.fates import (
    COOLDOWN,
    UNFETCHED,
    DayReport,
    Fetch,
    Find,
    Outcome,
    State,
    Tally,
    Verdict,
    Waiting,
    day_to_count,
    fate_of,
)
from crawlers.page import Position
from crawlers.tables import chunks, place, put
from crawlers.tables import days as _days
from crawlers.tables import replies as _replies
from crawlers.tables import stories as _stories
from crawlers.tables import urls as _urls


class Ledger:
    """The ledger at a database URL. Every method raises StoreError when the database cannot be used."""

    def __init__(self, url: str) -> None:
        """Open the ledger and make its tables where they are missing."""
        self._engine = tables.open_engine(url)
        with self._transaction() as connection:
            tables.metadata.create_all(connection)
            version = connection.scalar(select(tables.meta.c.version))
            if version is None:
                connection.execute(insert(tables.meta).values(version=tables.VERSION))
        if version not in (None, tables.VERSION):
            raise StoreError(
                f"the ledger {url} has version {version}, this caixun knows {tables.VERSION}: install a newer caixun"
            )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(f"the ledger {self._engine.url!s} cannot be used: {cause}") from error

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    # What a crawl writes

    def begin(self, source: str, days: Iterable[date], crawl: str) -> None:
        """Note that a crawl has begun to list `days`; until `list_day` closes a day it counts as not ended."""
        for day in days:
            self.list_day(source, day, Verdict("open"), crawl)

    def list_day(self, source: str, day: date, verdict: Verdict, crawl: str) -> None:
        """Close the listing of a day with its `verdict`."""
        values = {"listing": verdict.listing, "reason": verdict.reason, "crawl": crawl, "listed_at": now()}
        with self._transaction() as connection:
            put(connection, _days, {"source": source, "day": day}, **values)

    def listed(self, source: str, days: Iterable[date]) -> set[date]:
        """Return those of `days` that need not be listed: read to the end, or blocked so lately that asking would not help."""
        resting = and_(_days.c.listing == "blocked", _days.c.listed_at > now() - COOLDOWN)
        need_not = or_(_days.c.listing.in_(("whole", "none")), resting)
        with self._transaction() as connection:
            return set(connection.scalars(select(_days.c.day).where(_days.c.source == source, need_not))) & set(days)

    def asked(self, source: str) -> frozenset[date]:
        """Return all days that were ever asked of a source."""
        with self._transaction() as connection:
            return frozenset(connection.scalars(select(_days.c.day).where(_days.c.source == source)))

    def find(self, source: str, finds: Sequence[Find], wanted: set[date], seed: str, crawl: str) -> list[Fetch]:
        """Note candidates of one answer of a seed, and return those that have to be fetched.

        `wanted` are the days asked for. A candidate that the listing places on another day is skipped (`off_day`), one
        that another source has is skipped (`seen`); one that is archived already is not fetched again.
        """
        fetches = []
        with self._transaction() as connection:
            known = _rows_of(connection, [find.article_id for find in finds])
            for find in finds:
                mine = next((row for row in known[find.article_id] if row.source == source), None)
                fate = fate_of(find, mine, known[find.article_id], wanted)
                if fate is None:
                    continue
                day = find.listed or (mine.day if mine else day_to_count(wanted))
                values = {**fate._asdict(), "day": day, "listed": find.listed, "title": find.title, "seed": seed, "crawl": crawl}
                if mine is None:
                    values |= {"url": find.url, "link": find.link, "discovered_at": now()}
                put(connection, _urls, {"article_id": find.article_id, "source": source}, **values)
                if fate.state == "discovered":
                    fetches.append(Fetch(find.article_id, find.link, find.listed))
        return fetches

    def pending(self, source: str, days: Iterable[date]) -> list[Fetch]:
        """Return the URLs of `days` that were found but are not archived: never fetched, failed or blocked."""
        wanted = set(days)
        query = select(_urls).where(_urls.c.source == source, _to_fetch())
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(_urls.c.day, _urls.c.discovered_at)).all()
        return [Fetch(row.article_id, row.link, row.listed) for row in rows if row.day in wanted]

    def pending_days(self, source: str) -> frozenset[date]:
        """Return all days of a source with URLs that were found but are not archived."""
        with self._transaction() as connection:
            return frozenset(connection.scalars(select(_urls.c.day).where(_urls.c.source == source, _to_fetch()).distinct()))

    def archive(self, source: str, article_id: str, position: Position, fetched_at: datetime) -> None:
        """Note where an article's page lies; a page that is settled already stays so."""
        values = {"state": "archived", "reason": None, "detail": None, "fetched_at": fetched_at, **place(position)}
        with self._transaction() as connection:
            connection.execute(update(_urls).where(_mine(source, article_id), _urls.c.state.in_(UNFETCHED)).values(values))

    def miss(self, source: str, article_id: str, state: State, reason: str, detail: str | None = None) -> None:
        """Note that an article was not fetched: `skipped` (robots), `blocked` or `failed`."""
        values = {"state": state, "reason": reason, "detail": detail, "settled_at": now()}
        with self._transaction() as connection:
            connection.execute(update(_urls).where(_mine(source, article_id)).values(values))

    def keep_reply(self, source: str, link: str, kind: str, position: Position, fetched_at: datetime) -> None:
        """Note where the answer of a seed, or a robots.txt, lies."""
        with self._transaction() as connection:
            put(
                connection,
                _replies,
                {"source": source, "link": link},
                kind=kind,
                fetched_at=fetched_at,
                **place(position),
            )

    def replies(self, source: str, since: datetime) -> dict[str, Position]:
        """Return the seeds' answers of an unfinished crawl that arrived after `since`, by link: they need not be asked again."""
        good = and_(_replies.c.source == source, _replies.c.kind == "seed", _replies.c.fetched_at >= since)
        with self._transaction() as connection:
            rows = connection.execute(select(_replies).where(good)).all()
        return {row.link: Position(row.archive_file, row.archive_offset) for row in rows}

    def robots(self, link: str) -> Position | None:
        """Return where the robots.txt at `link` lies, if it was fetched today for any source."""
        mine = and_(_replies.c.link == link, _replies.c.kind == "robots")
        with self._transaction() as connection:
            row = connection.execute(select(_replies).where(mine).order_by(_replies.c.fetched_at.desc())).first()
        fresh = row is not None and day_of(row.fetched_at) == day_of(now())
        return Position(row.archive_file, row.archive_offset) if row is not None and fresh else None

    def forget_replies(self, source: str) -> None:
        """Drop the seeds' answers of `source`: its crawl has ended, the next one asks anew."""
        with self._transaction() as connection:
            connection.execute(delete(_replies).where(_replies.c.source == source, _replies.c.kind == "seed"))

    # What the build reads and writes

    def waiting(self, source: str, days: Iterable[date]) -> list[Waiting]:
        """Return the pages to build for `days`: archived ones, and rejects that turned out to belong to one of them."""
        wanted = set(days)
        off_day = and_(_urls.c.state == "reject", _urls.c.reason == "off_day")
        query = select(_urls).where(_urls.c.source == source, or_(_urls.c.state == "archived", off_day))
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(_urls.c.archive_file, _urls.c.archive_offset)).all()
        return [_waiting(row) for row in rows if (row.day if row.state == "archived" else row.published_date) in wanted]

    def settle(self, source: str, outcomes: Iterable[Outcome]) -> None:
        """Note what the build made of pages. A record counts under its publication day from now on."""
        with self._transaction() as connection:
            for outcome in outcomes:
                values: dict[str, Any] = {
                    "state": outcome.state,
                    "published_date": outcome.published_date,
                    "reason": outcome.reason,
                    "detail": outcome.detail,
                    "settled_at": now(),
                }
                if outcome.state == "record":
                    values["day"] = outcome.published_date
                connection.execute(update(_urls).where(_mine(source, outcome.article_id)).values(values))

    def reopen(self, source: str, days: Iterable[date]) -> int:
        """Let the built pages of `days` wait for the build again; return how many there are."""
        built = and_(_urls.c.source == source, _urls.c.state.in_(("record", "reject")), _urls.c.archive_file.is_not(None))
        with self._transaction() as connection:
            count = 0
            for day in days:
                count += connection.execute(update(_urls).where(built, _urls.c.day == day).values(state="archived")).rowcount
        return count

    def stories(self, hashes: dict[str, str]) -> dict[str, str]:
        """Return the story of each text: `hashes` gives the article that claims a text hash not seen before."""
        found: dict[str, str] = {}
        with self._transaction() as connection:
            for part in chunks(list(hashes)):
                rows = connection.execute(select(_stories).where(_stories.c.text_hash.in_(part)))
                found |= {row.text_hash: row.story_id for row in rows}
            new = {text_hash: article for text_hash, article in hashes.items() if text_hash not in found}
            if new:
                connection.execute(insert(_stories), [{"text_hash": key, "story_id": value} for key, value in new.items()])
        return found | new

    # What people and programs ask

    def reports(self, sources: Iterable[str], days: Iterable[date]) -> list[DayReport]:
        """Return the report of every given source's day, by source and day; a day never listed is `missing`."""
        names, wanted = list(sources), sorted(set(days))
        tallies = self._tallies(names, wanted)
        with self._transaction() as connection:
            rows = connection.execute(select(_days).where(_days.c.source.in_(names))).all()
        verdicts = {(row.source, row.day): row for row in rows}
        reports = []
        for name in names:
            for day in wanted:
                row = verdicts.get((name, day))
                verdict = Verdict(row.listing, row.reason) if row else None
                tally = tallies.get((name, day), Tally())
                reports.append(DayReport.judge(name, day, tally, verdict, row.listed_at if row else None))
        return reports

    def off_days(self, source: str, crawl: str) -> int:
        """Return how many candidates one crawl skipped since its listing placed them on days not asked for."""
        off_day = and_(_urls.c.state == "skipped", _urls.c.reason == "off_day")
        with self._transaction() as connection:
            return connection.scalar(select(func.count()).where(_urls.c.source == source, _urls.c.crawl == crawl, off_day)) or 0

    def _tallies(self, sources: list[str], days: list[date]) -> dict[tuple[str, date], Tally]:
        keys = (_urls.c.source, _urls.c.day, _urls.c.state, _urls.c.reason)
        span = and_(_urls.c.day >= days[0], _urls.c.day <= days[-1]) if days else _urls.c.day.is_(None)
        tallies: dict[tuple[str, date], Tally] = {}
        with self._transaction() as connection:
            query = (
                select(*keys, func.count(), func.max(_urls.c.settled_at, type_=_urls.c.settled_at.type))
                .where(_urls.c.source.in_(sources), span)
                .group_by(*keys)
            )
            for source, day, state, reason, count, last in connection.execute(query):
                tallies.setdefault((source, day), Tally()).add(state, reason, count, last)
        return tallies

    def why(self, article_id: str) -> list[dict[str, Any]]:
        """Return all that is known of a URL, one mapping per source that found it, in the order of discovery.

        The beginning of an article_id is enough; it may then stand for several URLs.
        """
        with self._transaction() as connection:
            query = (
                select(_urls).where(_urls.c.article_id.startswith(article_id, autoescape=True)).order_by(_urls.c.discovered_at)
            )
            return [dict(row) for row in connection.execute(query).mappings()]


def _to_fetch() -> Any:
    """Return the condition that a URL is to be fetched now: not archived, and not blocked a short while ago."""
    return or_(
        _urls.c.state.in_(("discovered", "failed")),
        and_(_urls.c.state == "blocked", _urls.c.settled_at < now() - COOLDOWN),
    )


def _mine(source: str, article_id: str) -> Any:
    return and_(_urls.c.source == source, _urls.c.article_id == article_id)


def _rows_of(connection: Connection, ids: list[str]) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {one: [] for one in ids}
    for part in chunks(ids):
        for row in connection.execute(select(_urls).where(_urls.c.article_id.in_(part))):
            rows[row.article_id].append(row)
    return rows


def _waiting(row: Any) -> Waiting:
    return Waiting(row.article_id, Position(row.archive_file, row.archive_offset), row.day, row.listed, row.published_date)
