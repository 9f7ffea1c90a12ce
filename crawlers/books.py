"""The ledger's books, for those who only read them: reports of days, the story of a URL. `ledger` adds the writing."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from crawlers import database
from crawlers.fates import DayReport, Standing, State, Tally, Verdict
from crawlers.page import Position
from crawlers.tables import chunks
from crawlers.tables import days as _days
from crawlers.tables import marks as _marks
from crawlers.tables import parts as _parts
from crawlers.tables import urls as _urls

COVERED = "cover "
"""What stands before the crawl of a day that has pages, but that no crawl has listed."""


class Books:
    """The ledger at a database URL, to be read. Every method raises StoreError when the database cannot be used."""

    def __init__(self, url: str) -> None:
        """Open the ledger and make its tables where they are missing. Raises ConfigError for a URL of another database."""
        self._engine = database.open_engine(url)

    def _reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one state of the database and keeps no writer waiting."""
        return database.reading(self._engine)

    def _writing(self) -> AbstractContextManager[Connection]:
        """Give a connection that holds the write lock: what it reads still holds when it writes."""
        return database.writing(self._engine)

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    def is_blank(self) -> bool:
        """Whether nothing was ever found, nor asked for."""
        with self._reading() as connection:
            return not any(connection.execute(select(table.c.source).limit(1)).first() for table in (_urls, _days))

    def sources(self) -> list[str]:
        """Return the names of all sources that have pages, also of those that are configured no more."""
        with self._reading() as connection:
            return sorted(connection.scalars(select(_urls.c.source).distinct()))

    def sources_of(self, seeds: Sequence[str]) -> set[str]:
        """Return the names of the sources for which any of `seeds` (or files that were imported) named a page last."""
        with self._reading() as connection:
            return set(connection.scalars(select(_urls.c.source).where(_urls.c.seed.in_(seeds)).distinct()))

    def reports(self, sources: Iterable[str], days: Iterable[date]) -> list[DayReport]:
        """Return the report of every given source's day, by source and day; a day never listed is `missing`."""
        names, wanted = list(sources), sorted(set(days))
        tallies = self._tallies(names, wanted)
        with self._reading() as connection:
            rows = connection.execute(select(_days).where(_days.c.source.in_(names))).all()
            marks = {(row.source, row.day): row.text for row in connection.execute(select(_marks))}
        verdicts = {(row.source, row.day): row for row in rows}
        reports = []
        for name in names:
            for day in wanted:
                row = verdicts.get((name, day))
                verdict = Verdict(row.listing, row.reason) if row else None
                tally = tallies.get((name, day), Tally())
                report = DayReport.judge(name, day, tally, verdict, row.listed_at if row else None)
                reports.append(report.marked(marks.get((name, day))))
        return reports

    def mojibake(self, sources: Iterable[str], days: Iterable[date]) -> dict[tuple[str, date], int]:
        """Return how many pages of each source's day make no sensible text; days without one are left out."""
        query = select(_urls.c.source, _urls.c.day, func.count()).where(_urls.c.state == "blocked", _urls.c.reason == "mojibake")
        query = query.where(_urls.c.source.in_(list(sources)), _urls.c.day.in_(list(days)))
        with self._reading() as connection:
            return {
                (source, day): count for source, day, count in connection.execute(query.group_by(*query.selected_columns[:2]))
            }

    def tried(self, sources: Iterable[str]) -> dict[str, dict[date, datetime | None]]:
        """Return when each day that was asked of a source was last listed, to its end or not.

        None: its listing has not ended, or articles of it are neither fetched nor built. Days that have pages but were never
        listed are left out.
        """
        found: dict[str, dict[date, datetime | None]] = {name: {} for name in sources}
        asked = select(_days).where(_days.c.source.in_(list(found)), ~_days.c.crawl.startswith(COVERED))
        left = select(_urls.c.source, _urls.c.day).where(_urls.c.source.in_(list(found)))
        with self._reading() as connection:
            for row in connection.execute(asked):
                found[row.source][row.day] = None if row.listing == "open" else row.listed_at
            for source, day in connection.execute(left.where(_urls.c.state.in_(("discovered", "archived"))).distinct()):
                found[source] |= {day: None} if day in found[source] else {}
        return found

    def off_days(self, source: str, crawl: str) -> int:
        """Return how many candidates one crawl skipped since its listing placed them on days not asked for."""
        off_day = and_(_urls.c.state == "skipped", _urls.c.reason == "off_day")
        with self._reading() as connection:
            return connection.scalar(select(func.count()).where(_urls.c.source == source, _urls.c.crawl == crawl, off_day)) or 0

    def found_under(self, source: str, crawl: str) -> set[date]:
        """Return the days under which the URLs count that one crawl found and did not skip."""
        mine = and_(_urls.c.source == source, _urls.c.crawl == crawl, _urls.c.state != "skipped")
        with self._reading() as connection:
            return set(connection.scalars(select(_urls.c.day).where(mine).distinct()))

    def found_by(self, source: str, days: Iterable[date]) -> dict[str, int]:
        """Return how many URLs of `days` each list page of a source brought; one that several name counts for the first."""
        wanted = set(days)
        query = select(_urls.c.seed, _urls.c.day, func.count()).where(_urls.c.source == source)
        found: dict[str, int] = {}
        with self._reading() as connection:
            for seed, day, count in connection.execute(query.group_by(_urls.c.seed, _urls.c.day)):
                if day in wanted and seed:
                    found[seed] = found.get(seed, 0) + count
        return found

    def unbuilt(self, sources: Collection[str]) -> Counter[str]:
        """Return how many pages of each source wait for the build."""
        waiting = and_(_urls.c.source.in_(sources), _urls.c.state == "archived")
        query = select(_urls.c.source, func.count()).where(waiting).group_by(_urls.c.source)
        with self._reading() as connection:
            return Counter(dict(connection.execute(query).tuples().all()))

    def unbuilt_days(self, source: str, *, new: bool = False) -> set[date]:
        """Return the days under which pages of a source wait for the build, with `new` those that were never built."""
        waiting = and_(_urls.c.source == source, _urls.c.state == "archived")
        if new:
            waiting = and_(waiting, _urls.c.made_by.is_(None), _urls.c.published_date.is_(None))
        with self._reading() as connection:
            return set(connection.scalars(select(_urls.c.day).where(waiting).distinct()))

    def unbuilt_files(self, source: str) -> list[str]:
        """Return the archive's files that hold pages of a source which wait for the build."""
        waiting = and_(_urls.c.source == source, _urls.c.state == "archived")
        more = select(_parts.c.archive_file).join(_urls, _urls.c.article_id == _parts.c.article_id).where(waiting)
        with self._reading() as connection:
            return sorted(connection.scalars(select(_urls.c.archive_file).where(waiting).union(more)))

    def files(self, source: str) -> list[str]:
        """Return the archive's files that hold the pages of a source, built or not, by name."""
        fetched = _urls.c.state.in_(("archived", "record", "reject"))
        mine = select(_urls.c.archive_file).where(_urls.c.source == source, fetched, _urls.c.archive_file.is_not(None))
        with self._reading() as connection:
            return sorted(connection.scalars(mine.distinct()))

    def states(self, source: str, ids: Sequence[str]) -> Counter[State]:
        """Return how many of the URLs with these article_ids are in each state."""
        counts: Counter[State] = Counter()
        with self._reading() as connection:
            for part in chunks(list(ids)):
                counts.update(
                    connection.scalars(select(_urls.c.state).where(_urls.c.source == source, _urls.c.article_id.in_(part)))
                )
        return counts

    def _tallies(self, sources: list[str], days: list[date]) -> dict[tuple[str, date], Tally]:
        keys = (_urls.c.source, _urls.c.day, _urls.c.state, _urls.c.reason)
        span = and_(_urls.c.day >= days[0], _urls.c.day <= days[-1]) if days else _urls.c.day.is_(None)
        which = and_(_urls.c.source.in_(sources), span)
        last = func.max(_urls.c.settled_at, type_=_urls.c.settled_at.type)
        walls = select(*keys[:2], last).where(which, _urls.c.state == "blocked").group_by(*keys[:2])
        tallies: dict[tuple[str, date], Tally] = {}
        with self._reading() as connection:
            counts = connection.execute(select(*keys, func.count()).where(which).group_by(*keys)).all()
            for source, day, state, reason, count in counts:
                tallies.setdefault((source, day), Tally()).add(state, reason, count)
            for source, day, at in connection.execute(walls) if any(one.blocked for one in tallies.values()) else ():
                tallies[source, day].blocked_at = at
        return tallies

    def parts(self, article_id: str) -> list[Position]:
        """Return where the second and further pages of an article lie."""
        query = select(_parts).where(_parts.c.article_id == article_id).order_by(_parts.c.number)
        with self._reading() as connection:
            return [Position(row.archive_file, row.archive_offset) for row in connection.execute(query)]

    def standings(self, source: str, ids: Collection[str]) -> dict[str, Standing]:
        """Return how these articles of a source stand by now; those that it does not have are left out."""
        query = select(_urls.c.article_id, _urls.c.state, _urls.c.published_date, _urls.c.reason)
        found: dict[str, Standing] = {}
        with self._reading() as connection:
            for part in chunks(sorted(ids)):
                rows = connection.execute(query.where(_urls.c.source == source, _urls.c.article_id.in_(part)))
                found |= {row.article_id: Standing(row.state, row.published_date, row.reason) for row in rows}
        return found

    def why(self, article_id: str) -> list[dict[str, Any]]:
        """Return all that is known of a URL, one mapping per source that found it, in the order of discovery.

        The beginning of an article_id is enough; it may then stand for several URLs.
        """
        with self._reading() as connection:
            query = (
                select(_urls).where(_urls.c.article_id.startswith(article_id, autoescape=True)).order_by(_urls.c.discovered_at)
            )
            return [dict(row) for row in connection.execute(query).mappings()]
