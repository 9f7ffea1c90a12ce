"""The ledger's part on earlier crawls: how far lists reached, what days took, which backfills were begun. Plans read it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from crawlers.books import Books
from crawlers.clock import now
from crawlers.fates import Backfill, Day, Reach
from crawlers.tables import backfills as _backfills
from crawlers.tables import days as _days
from crawlers.tables import put
from crawlers.tables import reaches as _reaches
from crawlers.tables import urls as _urls


class History(Books):
    """The ledger, as far as it knows of earlier crawls. Every method raises StoreError when the database cannot be used."""

    def note_reach(self, source: str, reach: Reach) -> None:
        """Note how far back a list reached; that it went on below an earlier end is worth knowing, other walks tell nothing."""
        key = {"source": source, "list": reach.list}
        with self._writing() as connection:
            known = connection.scalar(select(_reaches.c.reach).filter_by(**key))
            if reach.ended or (known and reach.day < known):
                put(connection, _reaches, key, pages=reach.pages, reach=reach.day, ended=reach.ended, read_at=now())

    def reaches(self) -> dict[str, list[Reach]]:
        """Return how far back the lists of each source reached."""
        found: dict[str, list[Reach]] = {}
        with self._reading() as connection:
            for row in connection.execute(select(_reaches)):
                found.setdefault(row.source, []).append(Reach(row.list, row.pages, row.reach, row.ended, row.read_at))
        return found

    def ended_days(self, sources: Iterable[str]) -> dict[str, list[date]]:
        """Return the days of each source that were listed to their end, newest first."""
        found: dict[str, list[date]] = {name: [] for name in sources}
        whole = and_(_days.c.source.in_(list(found)), _days.c.listing.in_(("whole", "none")))
        with self._reading() as connection:
            for source, day in connection.execute(select(_days.c.source, _days.c.day).where(whole).order_by(_days.c.day.desc())):
                found[source].append(day)
        return found

    def asked_for(self, days: Mapping[str, Iterable[date]]) -> dict[Day, tuple[int, int]]:
        """Return how many articles and how many list pages that named one each of these days of each source took."""
        terms = [and_(_urls.c.source == name, _urls.c.day.in_(list(some))) for name, some in days.items()]
        if not terms:
            return {}
        keys = (_urls.c.source, _urls.c.day)
        query = select(*keys, func.count(), func.count(_urls.c.seed.distinct())).where(or_(*terms), _urls.c.state != "skipped")
        with self._reading() as connection:
            return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query.group_by(*keys))}

    def begin_backfill(self, wanted: Backfill) -> Backfill:
        """Note a backfill, and return it; one of the same days, sources and options that did not end is taken up instead."""
        same = {name: value for name, value in _values(wanted).items() if name not in ("id", "begun_at")}
        with self._writing() as connection:
            query = select(_backfills).filter_by(**same, ended_at=None).order_by(_backfills.c.begun_at.desc())
            known = connection.execute(query).first()
            if known is not None:
                return _backfill(known)
            put(connection, _backfills, {"id": wanted.id}, **_values(wanted))
        return wanted

    def end_backfill(self, name: str) -> None:
        """Note that a backfill came to its end, whatever its days came to."""
        with self._writing() as connection:
            connection.execute(update(_backfills).where(_backfills.c.id == name).values(ended_at=now()))

    def backfills(self) -> list[tuple[Backfill, datetime | None]]:
        """Return all backfills with when they ended, newest first."""
        with self._reading() as connection:
            rows = connection.execute(select(_backfills).order_by(_backfills.c.begun_at.desc())).all()
        return [(_backfill(row), row.ended_at) for row in rows]


def _values(wanted: Backfill) -> dict[str, Any]:
    return {**wanted._asdict(), "sources": " ".join(wanted.sources)}


def _backfill(row: Any) -> Backfill:
    return Backfill(row.id, row.start, row.end, tuple(row.sources.split()), row.again, row.newest_first, row.begun_at)
