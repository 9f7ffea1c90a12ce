"""The ledger's part for the build: which pages wait for it, and what it made of them."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, or_, select, true, update

from crawlers.claims import Claims, elsewhere, forget_claims, hand_on, of_records, take_the_place
from crawlers.clock import now
from crawlers.fates import HELD, OF_RECORDS, OPEN, REJECTED, Find, Outcome, Waiting
from crawlers.page import Position
from crawlers.tables import chunks, place, put
from crawlers.tables import claims as _claims
from crawlers.tables import parts as _parts
from crawlers.tables import urls as _urls

_TO_BUILD = "article_id link archive_file archive_offset day listed published_date state reason"  # columns
_ENDED = ("record", "reject", "skipped")  # states that the build gives and that claim nothing
_OFF_DAY = and_(_urls.c.state.in_(REJECTED), _urls.c.reason == "off_day")  # also where it is to be made again


class Builds(Claims):
    """The ledger, as far as it knows of builds. Every method raises StoreError when the database cannot be used."""

    def take_in(self, source: str, find: Find, position: Position, day: date, seed: str, crawl: str) -> None:
        """Note a page that was not crawled but imported; it waits for the build under `day`."""
        values = {"url": find.url, "link": find.link, "day": day, "seed": seed, "crawl": crawl, "discovered_at": now()}
        values |= {"state": "archived", "reason": None, "detail": None, "fetched_at": now(), **place(position)}
        unmade = and_(_urls.c.state.in_(REJECTED), ~of_records())  # its date was not that of a record
        with self._writing() as connection:
            connection.execute(update(_urls).where(row_of(source, find.article_id), unmade).values(published_date=None))
            put(connection, _urls, {"article_id": find.article_id, "source": source}, **values)

    def waiting(self, source: str, days: Iterable[date]) -> list[Waiting]:
        """Return the pages to build for `days`: archived ones, and rejects that turned out to belong to one of them.

        They come by the day that they are counted under, so that the files of a day are not written anew with every part of
        the pages. One that another source has made a record of is left out: an article is in the dataset once.
        """
        wanted = set(days)
        its_claim = and_(_claims.c.article_id == _urls.c.article_id, _claims.c.source == _urls.c.source)
        columns = (*(_urls.c[name] for name in _TO_BUILD.split()), _claims.c.day.label("claimed"))
        query = (
            select(*columns)
            .outerjoin(_claims, its_claim)
            .where(_urls.c.source == source, or_(_urls.c.state == "archived", _OFF_DAY), ~elsewhere(("record",)))
        )
        found = []
        with self._reading() as connection:
            in_order = connection.execute(query.order_by(_urls.c.day, _urls.c.archive_file, _urls.c.archive_offset))
            for rows in in_order.partitions(1000):  # not all at once: a row takes more memory than what is made of it
                mine = [row for row in rows if not wanted.isdisjoint(_days_of(row))]
                more = _parts_of(connection, [row.article_id for row in mine])
                found += [_waiting(row, more[row.article_id]) for row in mine]
        return found

    def makes(self, source: str, days: Iterable[date]) -> Counter[str | None]:
        """Return how many built pages of `days` each code and rules made; None: not known, as of an earlier version.

        Under None are also those that turned out to belong to one of the days and are no records yet, whoever made them.
        """
        wanted = set(days)
        late = case((_OFF_DAY, _urls.c.published_date)).label("late")
        pages = select(_urls.c.day, _urls.c.made_by, late).where(_built(source)).subquery()
        counts: Counter[str | None] = Counter()
        with self._reading() as connection:
            for day, made_by, published, count in connection.execute(select(*pages.c, func.count()).group_by(*pages.c)):
                if published in wanted:
                    counts[None] += count
                elif day in wanted:
                    counts[made_by] += count
        return counts

    def off_days_published(self, source: str) -> set[date]:
        """Return the publication days of pages that are no records since their day was not asked for, nor records of others."""
        late = and_(_urls.c.source == source, _OFF_DAY, ~elsewhere(("record",)))
        with self._reading() as connection:
            return set(connection.scalars(select(_urls.c.published_date).where(late).distinct()))

    def settle(self, source: str, outcomes: Iterable[Outcome], made_by: str | None = None, heirs: Collection[str] = ()) -> None:
        """Note what the build made of pages, and by what. A record counts under its publication day from now on.

        What was rejected by the source's own days or rules, the first of `heirs` is to build that has skipped it; a record that
        another source has kept of a page that it lost gives way. What was claimed is so no more, but for pages that could not be
        built: a record of those may still be in a file.
        """
        records, others = [], []
        passed: dict[date | None, list[str]] = {}
        for outcome in outcomes:
            values: dict[str, Any] = {
                "mine": outcome.article_id,
                "state": outcome.state,
                "published_date": outcome.published_date,
                "reason": outcome.reason,
                "detail": outcome.detail,
                "settled_at": now(),
                # What is made by none the next rebuild tries again.
                "made_by": made_by if outcome.reason != "crashed" and outcome.state != "skipped" else None,
            }
            if outcome.state == "record":
                records.append({**values, "day": outcome.published_date})
            else:
                others.append(values)
                if outcome.state == "reject" and outcome.reason in OPEN:
                    passed.setdefault(outcome.published_date, []).append(outcome.article_id)
        settled = update(_urls).where(row_of(source, bindparam("mine")))
        with self._writing() as connection:
            for rows in filter(None, (records, others)):
                connection.execute(settled, rows)
            forget_claims(connection, source, [row["mine"] for row in (*records, *others) if row["state"] in _ENDED])
            take_the_place(connection, source, [row["mine"] for row in records])
            for day, ids in passed.items():
                hand_on(connection, ids, day, heirs)

    def reopen(self, source: str, days: Iterable[date], unless: str | None = None) -> int:
        """Let the built pages of `days` wait for the build again, those aside that `unless` made. Return how many these are."""
        stale = or_(_urls.c.made_by.is_(None), _urls.c.made_by != unless) if unless else true()
        again = update(_urls).where(_built(source), stale).values(state="archived")
        with self._writing() as connection:
            return sum(connection.execute(again.where(_urls.c.day == day)).rowcount for day in days)

    def ask_again(self, source: str, days: Collection[date]) -> None:
        """Let those URLs of `days` be fetched anew that the site did not have, unless another source has them by now."""
        gone = and_(_urls.c.source == source, _urls.c.state == "reject", _urls.c.reason == "missing", _urls.c.day.in_(list(days)))
        with self._writing() as connection:
            connection.execute(update(_urls).where(gone, ~elsewhere(HELD)).values(state="discovered", reason=None, detail=None))


def _built(source: str) -> ColumnElement[bool]:
    """Return the condition that a page was built and may be again: not a reject of which another source has made a record."""
    reject = and_(_urls.c.state == "reject", ~elsewhere(("record",)))
    return and_(_urls.c.source == source, or_(_urls.c.state == "record", reject), _urls.c.archive_file.is_not(None))


def row_of(source: str, article_id: Any) -> ColumnElement[bool]:
    """Return the condition that a row is a source's of an article."""
    return and_(_urls.c.source == source, _urls.c.article_id == article_id)


def _days_of(row: Any) -> set[date | None]:
    """Return the days whose build takes up a page: those under which it counts, of which it turned out to be, for which it is claimed."""
    late = row.published_date if row.reason == "off_day" else None
    return {row.day if row.state == "archived" else None, late, row.claimed}


def _parts_of(connection: Connection, ids: list[str]) -> dict[str, tuple[Position, ...]]:
    found: dict[str, tuple[Position, ...]] = dict.fromkeys(ids, ())
    for part in chunks(ids):
        query = select(_parts).where(_parts.c.article_id.in_(part)).order_by(_parts.c.article_id, _parts.c.number)
        for row in connection.execute(query):
            found[row.article_id] += (Position(row.archive_file, row.archive_offset),)
    return found


def _waiting(row: Any, parts: tuple[Position, ...]) -> Waiting:
    position = Position(row.archive_file, row.archive_offset)
    published = row.published_date if row.reason in OF_RECORDS else None
    return Waiting(row.article_id, row.link, position, row.day, row.listed, published, parts, row.claimed)
