"""The ledger's part on earlier crawls: how far lists reached, what days took, which backfills were begun. Plans read it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from crawlers.books import Books
from crawlers.clock import now
from crawlers.fates import Backfill, Day, Reach
from crawlers.tables import backfills as _backfills
from crawlers.tables import days as _days
from crawlers.tables import put
from crawlers.tables import reaches as _reaches
from crawlers.tables import urls as _urls

_APART = timedelta(hours=1)  # what two walks see that far apart is no trouble of the site
_BEFORE = "before "  # begins the name of a list in the row of the end that an earlier walk saw


class History(Books):
    """The ledger, as far as it knows of earlier crawls. Every method raises StoreError when the database cannot be used."""

    def note_reach(self, source: str, reach: Reach) -> None:
        """Note how far back a list reached; that it went on below an earlier end is worth knowing, other walks tell nothing.

        Of walks that saw an end within an hour of one another the first one counts.
        """
        key, earlier = ({"source": source, "list": f"{mark}{reach.list}"} for mark in ("", _BEFORE))
        with self._writing() as connection:
            known = connection.execute(select(_reaches).filter_by(**key)).first()
            deeper = known is not None and reach.day < known.reach
            again = known if known and known.ended and reach.ended and known.pages == reach.pages and not deeper else None
            if not (reach.ended or deeper) or (again and reach.read_at < again.read_at + _APART):
                return
            if again:
                put(connection, _reaches, earlier, pages=again.pages, reach=again.reach, ended=True, read_at=again.read_at)
            else:
                connection.execute(delete(_reaches).filter_by(**earlier))
            put(connection, _reaches, key, pages=reach.pages, reach=reach.day, ended=reach.ended, read_at=reach.read_at)

    def reaches(self) -> dict[str, list[Reach]]:
        """Return how far back the lists of each source reached. `ended` where two walks saw so: `day` is the older end."""
        with self._reading() as connection:
            rows = {(row.source, row.list): row for row in connection.execute(select(_reaches))}
        found: dict[str, list[Reach]] = {}
        for (source, name), row in rows.items():
            before = rows.get((source, f"{_BEFORE}{name}"))
            if not name.startswith(_BEFORE):
                day = before.reach if before else row.reach
                found.setdefault(source, []).append(Reach(name, row.pages, day, before is not None, row.read_at))
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
