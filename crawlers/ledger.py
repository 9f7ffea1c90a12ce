"""The ledger: the fate of every URL and of every (source, day).

With `tables`, `database`, `books`, `history`, `answers`, `census`, `stories`, `claims`, `builds` and `inquiries` it is all that knows
its tables.

A row of `urls` is one URL of one source; it is counted under exactly one day. Its state follows the facts:
discovered -> archived -> record or reject, or skipped, blocked, failed. Two sources never fetch one URL: the second
one's row is skipped with the reason `seen`. It lies in a SQLite file, or in a PostgreSQL that machines share.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, or_, select, update

from crawlers.books import COVERED
from crawlers.builds import Builds, row_of
from crawlers.candidates import Fate, day_to_count, fate_of
from crawlers.census import Census
from crawlers.claims import elsewhere, of_records
from crawlers.clock import now
from crawlers.database import is_shared
from crawlers.fates import (
    COOLDOWN,
    HELD,
    LEFT,
    MOVED,
    UNFETCHED,
    Fetch,
    Find,
    State,
    Verdict,
)
from crawlers.inquiries import Inquiries
from crawlers.lock import Locks
from crawlers.page import Position, article_id
from crawlers.tables import chunks, place, put
from crawlers.tables import days as _days
from crawlers.tables import parts as _parts
from crawlers.tables import urls as _urls

_ENDED = ("whole", "none")  # listings that were read to their end


class Ledger(Builds, Census, Inquiries):
    """The ledger at a database URL, to be read and written. Every method raises StoreError when the database cannot be used."""

    # What a crawl writes

    def begin(self, source: str, days: Iterable[date], crawl: str) -> None:
        """Note that a crawl has begun to list `days`; until `list_day` closes a day it counts as not ended."""
        for day in days:
            self.list_day(source, day, Verdict("open"), crawl)

    def list_day(self, source: str, day: date, verdict: Verdict, crawl: str) -> None:
        """Close the listing of a day with its `verdict`; a day that was listed to its end once stays so."""
        key = {"source": source, "day": day}
        values = {"listing": verdict.listing, "reason": verdict.reason, "crawl": crawl, "listed_at": now()}
        with self._writing() as connection:
            known = connection.scalar(select(_days.c.listing).filter_by(**key))
            if verdict.listing in _ENDED or known not in _ENDED:
                put(connection, _days, key, **values)

    def unfinished_crawls(self, source: str) -> frozenset[str]:
        """Return the crawls that have begun to list days of a source and not ended them."""
        open_days = and_(_days.c.source == source, _days.c.listing == "open")
        with self._reading() as connection:
            return frozenset(connection.scalars(select(_days.c.crawl).where(open_days).distinct()))

    def repeated(self, source: str, finds: Sequence[Find], here: Collection[date], crawls: Collection[str]) -> date | None:
        """Return a day to which all of `finds` belong that is none of `here`: by their pages where built, else as listed before.

        Those that one of `crawls` found count as listed, since whether they are built by now is chance. None where one of them is
        new or of a day of `here`, or where there are not two of them.
        """
        with self._reading() as connection:
            named = _own(connection, source, [find.article_id for find in finds])
            # What a link led to tells of which day it is.
            led = [article_id(row.detail) if row and row.reason == MOVED else row and row.article_id for row in named]
            mine = _own(connection, source, led)
        days = [row and ((row.crawl in crawls and row.listed) or row.published_date or row.listed) for row in mine]
        return days[0] if len(days) > 1 and not {None, *here}.intersection(days) else None

    def doubt(self, source: str, day: date, reason: str) -> bool:
        """Let the listing of `day` count as failed, and return True, unless a page that was built bears the day out."""
        borne_out = exists().where(_urls.c.source == source, _urls.c.published_date == day)
        with self._writing() as connection:
            doubted = update(_days).where(_days.c.source == source, _days.c.day == day, ~borne_out)
            return connection.execute(doubted.values(listing="failed", reason=reason)).rowcount > 0

    def list_anew(self, source: str, days: Mapping[date, str | None]) -> None:
        """Let days that were listed to their end count as failed, each for its reason: the next crawl of them lists them again."""
        with self._writing() as connection:
            for day, reason in days.items():
                ended = update(_days).where(_days.c.source == source, _days.c.day == day, _days.c.listing.in_(_ENDED))
                connection.execute(ended.values(listing="failed", reason=reason))

    def listed(self, source: str, days: Iterable[date]) -> set[date]:
        """Return those of `days` that need not be listed: read to the end, or blocked so lately that asking would not help."""
        resting = and_(_days.c.listing == "blocked", _days.c.listed_at > now() - COOLDOWN)
        need_not = or_(_days.c.listing.in_(_ENDED), resting)
        with self._reading() as connection:
            return set(connection.scalars(select(_days.c.day).where(_days.c.source == source, need_not))) & set(days)

    def asked(self, source: str) -> frozenset[date]:
        """Return all days that were ever asked of a source."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(_days.c.day).where(_days.c.source == source)))

    def find(self, source: str, finds: Sequence[Find], wanted: set[date], seed: str, crawl: str) -> list[Fetch]:
        """Note candidates of one answer of a seed, and return those that have to be fetched.

        `wanted` are the days asked for. A candidate that the listing places on another day is skipped (`off_day`), one
        that another source has is skipped (`seen`); one that is archived already is not fetched again.
        """
        fetches, new = [], {}
        with self._writing() as connection:
            known = _rows_of(connection, [find.article_id for find in finds])
            for find in finds:
                mine = next((row for row in known[find.article_id] if row.source == source), None)
                fate = fate_of(find, mine, known[find.article_id], wanted)
                if fate is None:
                    continue
                day = find.listed or (mine.day if mine else day_to_count(wanted))
                values = {**fate._asdict(), "day": day, "listed": find.listed, "title": find.title, "seed": seed, "crawl": crawl}
                values["settled_at"] = _settled_at(fate, mine)
                if find.held:  # the list holds the article, wanted or not
                    values |= {**place(find.held[0]), "fetched_at": find.held[1]}
                    values["state"] = "archived" if fate.state == "discovered" else fate.state
                key = {"article_id": find.article_id, "source": source}
                if mine is None:
                    new[find.article_id] = values | {**key, "url": find.url, "link": find.link, "discovered_at": now()}
                else:
                    put(connection, _urls, key, **values)
                if values["state"] == "discovered":
                    fetches.append(Fetch(find.article_id, find.link, find.listed))
            if new:
                connection.execute(insert(_urls), list(new.values()))
        return fetches

    def origin(self, source: str, link: str, target: str, *, likely: bool) -> Any:
        """Return the row of a link that has led to the address of the article `target`, if it is that one's; else None.

        It is where the ledger knows that article, or one is `likely` to be there. A link that was fetched before stays what it
        was made; one that leads on to where it came from goes round in a circle, and is followed until that ends.
        """
        with self._reading() as connection:
            rows = _rows_of(connection, [link, target])
        mine = next(row for row in rows[link] if row.source == source)
        moved = [row.source for row in rows[target] if row.reason == MOVED]
        known = len(rows[target]) > len(moved)
        return mine if mine.archive_file is None and source not in moved and (known or likely) else None

    def pending(self, source: str, days: Iterable[date]) -> list[Fetch]:
        """Return the URLs of `days` that were found but are archived by no source: never fetched, failed or blocked.

        What was left to other sources is this one's again, unless one of them has it by now.
        """
        wanted = set(days)
        mine = and_(_urls.c.source == source, _urls.c.state == "discovered", _urls.c.reason == LEFT)
        query = select(_urls).where(_urls.c.source == source, _to_fetch())
        with self._writing() as connection:
            connection.execute(update(_urls).where(mine, ~elsewhere(HELD)).values(reason=None))
            rows = connection.execute(query.order_by(_urls.c.day, _urls.c.discovered_at)).all()
        return [Fetch(row.article_id, row.link, row.listed) for row in rows if row.day in wanted]

    def pending_days(self, source: str) -> frozenset[date]:
        """Return all days of a source with URLs that were found but are archived by no source."""
        with self._reading() as connection:
            return frozenset(connection.scalars(select(_urls.c.day).where(_urls.c.source == source, _to_fetch()).distinct()))

    def archive(
        self, source: str, article_id: str, position: Position, fetched_at: datetime, parts: Sequence[Position] = ()
    ) -> None:
        """Note where an article's page and its further `parts` lie; a page that is settled already stays so."""
        with self._writing() as connection:
            for number, part in enumerate(parts, 2):
                put(connection, _parts, {"article_id": article_id, "number": number}, **place(part))
        self.archive_all(source, [(article_id, position, fetched_at)])

    def archive_all(self, source: str, pages: Sequence[tuple[str, Position, datetime]]) -> None:
        """Note where the pages of several articles lie: article_id, place, and when it was fetched."""
        unfetched = or_(*(_urls.c.state == state for state in UNFETCHED))  # IN takes no part in a statement for many rows
        archived = (
            update(_urls).where(row_of(source, bindparam("mine")), unfetched).values(state="archived", reason=None, detail=None)
        )
        rows = [{"mine": article_id, "fetched_at": at, **place(position)} for article_id, position, at in pages]
        if rows:
            with self._writing() as connection:
                connection.execute(archived, rows)

    def miss(self, source: str, article_id: str, state: State, reason: str, detail: str | None = None) -> None:
        """Note that an article was not fetched: `skipped` (robots), `blocked` or `failed`. One that is archived by now stays so."""
        values = {"state": state, "reason": reason, "detail": detail, "settled_at": now()}
        missed = and_(row_of(source, article_id), _urls.c.state.in_(UNFETCHED))
        with self._writing() as connection:
            connection.execute(update(_urls).where(missed).values(values))

    def lose(self, source: str, file: str) -> None:
        """Let the pages of a source that wait for the build be fetched again, as far as a lost file of the archive holds them."""
        in_parts = select(_parts.c.article_id).where(_parts.c.archive_file == file)
        held = or_(_urls.c.archive_file == file, _urls.c.article_id.in_(in_parts))
        lost = and_(_urls.c.source == source, _urls.c.state == "archived", held)
        with self._writing() as connection:
            # Also their parts in other files: an article may have fewer when it is fetched again.
            articles = connection.scalars(select(_urls.c.article_id).where(lost)).all()
            connection.execute(update(_urls).where(lost, ~of_records()).values(published_date=None, reason=None))  # no record's
            connection.execute(update(_urls).where(lost).values(state="discovered"))
            connection.execute(delete(_parts).where(_parts.c.archive_file == file))
            for some in chunks(list(articles)):
                connection.execute(delete(_parts).where(_parts.c.article_id.in_(some)))

    def cover(self, source: str, reason: str, crawl: str) -> None:
        """Note of days that have pages but were never listed that they are partial, for a `reason`."""
        fetched = and_(_urls.c.source == source, _urls.c.state.in_(("archived", "record", "reject")))
        with self._reading() as connection:
            days = set(connection.scalars(select(_urls.c.day).where(fetched).distinct()))
        for day in days - self.asked(source):
            self.list_day(source, day, Verdict("partial", reason), f"{COVERED}{crawl}")


def _settled_at(fate: Fate, mine: Any) -> datetime | None:
    """Return when a candidate's fate was settled: one that is skipped for the same reason as before, when it was first."""
    was_skipped = mine is not None and mine.state == "skipped"
    if fate.state == "skipped":
        return (mine.settled_at if was_skipped and mine.reason == fate.reason else None) or now()
    return None if was_skipped or mine is None else mine.settled_at


def _to_fetch() -> Any:
    """Return the condition that a URL is to be fetched now: archived by no source, and not blocked a short while ago."""
    rested = and_(_urls.c.state == "blocked", _urls.c.settled_at < now() - COOLDOWN)
    return and_(or_(_urls.c.state.in_(("discovered", "failed")), rested), ~elsewhere(HELD))


def _rows_of(connection: Connection, ids: list[str]) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {one: [] for one in ids}
    for part in chunks(ids):
        for row in connection.execute(select(_urls).where(_urls.c.article_id.in_(part))):
            rows[row.article_id].append(row)
    return rows


def _own(connection: Connection, source: str, ids: Sequence[str | None]) -> list[Any]:
    """Return a source's row of each of these articles, None where it has none."""
    rows = _rows_of(connection, list(filter(None, ids)))
    return [next((row for row in rows.get(one or "", ()) if row.source == source), None) for one in ids]


def shared_locks(ledger: str) -> Locks | None:
    """Return leases where the ledger at this URL is one that machines share, else None: lock files do there."""
    if not is_shared(ledger):
        return None
    from crawlers.leases import Leases  # noqa: PLC0415 - it brings the dialect of a database that few use

    return Leases(ledger)
