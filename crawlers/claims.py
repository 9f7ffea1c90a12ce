"""The ledger's part on articles that several sources list: whose each is, and who is next where that one makes no record of it.

A row of `claims` says that a source is about to write a record of an article. It lasts until the page is settled, behind a kill, too:
that record may be in a file already. Who finds that nobody works on the source, and no record in the file, lets the article go.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, insert, or_, select, update

from crawlers.clock import now
from crawlers.fates import HELD, LEFT, OF_RECORDS, OPEN, REJECTED, UNFETCHED, UNREADABLE, State
from crawlers.stories import Stories
from crawlers.tables import chunks
from crawlers.tables import claims as _claims
from crawlers.tables import days as _days
from crawlers.tables import urls as _urls

_others = _urls.alias()
_heirs = _urls.alias()
_SEEN = and_(_urls.c.state == "skipped", _urls.c.reason == "seen")
_OWN = and_(_urls.c.archive_file.is_not(None), _urls.c.reason.is_distinct_from(UNREADABLE))  # a page that the archive may give

_MADE: tuple[State, ...] = ("record",)
_PLACE = ("archive_file", "archive_offset", "fetched_at")  # columns that tell of a row's page


class Claims(Stories):
    """The ledger, as far as it knows whose an article is. Every method raises StoreError when the database cannot be used."""

    def give_way(self, source: str) -> None:
        """Let those URLs of a source be skipped (`seen`) that another one has by now.

        These are the ones that it has not fetched, and pages that wait for its build while the other has made a record of them;
        none of which it had made a record before, which is in its files. A page that was lost is forgotten. What was rejected, and
        was to be made again, stays rejected.
        """
        mine, waits = _urls.c.source == source, _urls.c.state == "archived"
        there = and_(_OWN, _urls.c.state != "discovered")
        kept = {name: case((there, _urls.c[name])) for name in _PLACE}
        with self._writing() as connection:
            for left, theirs in ((_urls.c.state.in_(UNFETCHED), HELD), (and_(waits, of_records()), _MADE)):
                owner = select(func.min(_others.c.source)).where(_elsewhere_in(theirs)).correlate(_urls).scalar_subquery()
                given = update(_urls).where(mine, left, _urls.c.published_date.is_(None), elsewhere(theirs))
                connection.execute(given.values(state="skipped", reason="seen", detail=owner, settled_at=now(), **kept))
            connection.execute(update(_urls).where(mine, waits, ~of_records(), elsewhere(_MADE)).values(state="reject"))

    def claim(self, source: str, days: Mapping[str, date]) -> dict[str, str]:
        """Note that records of these articles are about to be written, each of a day; return whose it is of those of other sources.

        Such a one has made a record since this one's build began, or is about to; or it has one in its files that it is to make
        again, and this one has none. A reject of a day that was not asked for before waits for the build until it is settled.
        """
        owners: dict[str, str] = {}
        with self._writing() as connection:
            for part in chunks(sorted(days)):
                claims = connection.execute(select(_claims).where(_claims.c.article_id.in_(part))).all()
                rows = connection.execute(select(_urls).where(_urls.c.article_id.in_(part))).all()
                kept = {row.article_id for row in rows if row.source == source and _has_record(row)}
                kept.update(row.article_id for row in claims if row.source == source)
                theirs = (row for row in rows if row.state == "record" or (_has_record(row) and row.article_id not in kept))
                owners |= {row.article_id: row.source for row in (*theirs, *claims) if row.source != source}
                free = [one for one in part if one not in owners]
                forget_claims(connection, source, free)
                if free:
                    values = [{"article_id": one, "source": source, "day": days[one]} for one in free]
                    connection.execute(insert(_claims), values)
                late = and_(_urls.c.source == source, _urls.c.state == "reject", _urls.c.article_id.in_(free))
                connection.execute(update(_urls).where(late).values(state="archived"))
        return owners

    def claims_of(self, source: str, ids: Collection[str]) -> dict[date, set[str]]:
        """Return those of these articles of which a source is, or was when it was killed, about to write records, by their days."""
        claimed: dict[date, set[str]] = {}
        with self._reading() as connection:
            for part in chunks(sorted(ids)):
                mine = and_(_claims.c.source == source, _claims.c.article_id.in_(part))
                for row in connection.execute(select(_claims).where(mine)):
                    claimed.setdefault(row.day, set()).add(row.article_id)
        return claimed

    def let_go(self, source: str, ids: Collection[str]) -> None:
        """Let other sources make records of these articles: this one has not written those that it was about to."""
        with self._writing() as connection:
            forget_claims(connection, source, ids)

    def take_up(self, source: str, days: Iterable[date]) -> None:
        """Let those URLs of `days` be fetched that were left alone for a reason that holds no more.

        They were listed when their day was not asked for, or another source had them and has lost them since. Where another one
        has fetched a page and made no record of it by its own days or rules, that page is taken, also for what could not be fetched;
        so is one that turned out to be of `days`, whatever day it was listed for.
        """
        wanted = set(days)
        skipped = and_(_urls.c.state == "skipped", _urls.c.reason.in_(("off_day", "seen")))
        missed = and_(_urls.c.state.in_(UNFETCHED), ~_OWN, _spare("archive_file").is_not(None))
        either = _urls.c.state.in_(("skipped", *UNFETCHED))  # for the index, which is of no use to an OR
        left = and_(_urls.c.source == source, either, or_(skipped, missed), ~elsewhere(HELD))
        ids: dict[date, list[str]] = {}
        with self._writing() as connection:
            for row in connection.execute(select(_urls.c.article_id, _urls.c.day, _turned_out().label("late")).where(left)):
                if day := next((day for day in (row.day, row.late) if day in wanted), None):
                    ids.setdefault(day, []).append(row.article_id)
            for day, found in ids.items():
                for part in chunks(found):
                    taken = update(_urls).where(_urls.c.source == source, _urls.c.article_id.in_(part))
                    connection.execute(taken.values({**_taken_up(), "day": day}))

    def leave(self, source: str, but: Collection[date] = ()) -> None:
        """Let other sources have what this one has found and not fetched, `but` for that of some days.

        What they have skipped since it was this one's, the first of them is to fetch: the days under which it counts are not
        complete any more. Must run under the source's lock: nobody works on it.
        """
        found = and_(_urls.c.source == source, _urls.c.state == "discovered", _urls.c.day.not_in(list(but)))
        with self._writing() as connection:
            connection.execute(update(_urls).where(found).values(reason=LEFT))
            _free(connection, and_(_SEEN, _urls.c.detail == source))

    def holding(self) -> set[str]:
        """Return the sources that have found URLs and not fetched them, for which no other source asks."""
        seen = and_(_heirs.c.state == "skipped", _heirs.c.reason == "seen", _heirs.c.detail == _urls.c.source)
        wanted = exists().where(_heirs.c.article_id == _urls.c.article_id, seen).correlate(_urls)
        with self._reading() as connection:
            found = and_(_urls.c.state == "discovered", _urls.c.reason.is_distinct_from(LEFT))
            missed = and_(_urls.c.state.in_(("failed", "blocked")), wanted)
            return set(connection.scalars(select(_urls.c.source).where(or_(found, missed)).distinct()))

    def handed_days(self, source: str) -> set[date]:
        """Return the days under which pages wait for a source's build that another one has made no record of."""
        waits = and_(_urls.c.source == source, _urls.c.state == "archived", _spare("archive_file") == _urls.c.archive_file)
        with self._reading() as connection:
            return set(connection.scalars(select(_urls.c.day).where(waits).distinct()))

    def kept_by_others(self, source: str, ids: Collection[str]) -> dict[tuple[str, date], set[str]]:
        """Return those of these articles whose pages other sources have lost, by source and day of the record that they have kept."""
        query = select(_urls.c.source, _urls.c.published_date, _urls.c.article_id).where(_kept_beside(source))
        kept: dict[tuple[str, date], set[str]] = {}
        with self._reading() as connection:
            for part in chunks(sorted(ids)):
                for other, day, identity in connection.execute(query.where(_urls.c.article_id.in_(part))):
                    kept.setdefault((other, day), set()).add(identity)
        return kept


def elsewhere(states: Iterable[State]) -> ColumnElement[bool]:
    """Return the condition that another source has a row's URL in one of the states, neither left nor rejected by its own rules."""
    return exists().where(_elsewhere_in(states)).correlate(_urls)


def _elsewhere_in(states: Iterable[State]) -> ColumnElement[bool]:
    closed = or_(_others.c.state.not_in(REJECTED), _others.c.reason.not_in(OPEN))
    counts = or_(_others.c.reason.is_(None), and_(_others.c.reason != LEFT, closed))
    return and_(_same(), _others.c.state.in_(list(states)), counts)


def of_records() -> ColumnElement[bool]:
    """Return the condition that a page has not the reason of a reject: where it waits for the build, it was never built, or a record."""
    return or_(_urls.c.reason.is_(None), _urls.c.reason.in_(list(filter(None, OF_RECORDS))))


def _has_record(row: Any) -> bool:
    """Whether a source has a record of an article in its files that is to be made again."""
    return row.state == "archived" and row.published_date is not None and row.reason in OF_RECORDS


def _same() -> ColumnElement[bool]:
    return and_(_others.c.article_id == _urls.c.article_id, _others.c.source != _urls.c.source)


def _spare(column: str) -> Any:
    """Return a column of a page that another source has rejected by its own days or rules; null where there is none."""
    return (
        select(_others.c[column])
        .where(_rejected_for(OPEN))
        .order_by(_others.c.source)
        .limit(1)
        .correlate(_urls)
        .scalar_subquery()
    )


def _turned_out() -> Any:
    """Return the day of which another source's page turned out to be, for which it was not asked; null where there is none."""
    off_day = _rejected_for(("off_day",))
    return select(func.min(_others.c.published_date)).where(off_day).correlate(_urls).scalar_subquery()


def _rejected_for(reasons: Iterable[str]) -> ColumnElement[bool]:
    there = and_(_others.c.reason.in_(list(reasons)), _others.c.archive_file.is_not(None))
    return and_(_same(), _others.c.state.in_(REJECTED), there)


def _kept_beside(source: str) -> ColumnElement[bool]:
    """Return the condition that a row is another source's, whose files have a record of an article that is to be fetched or built."""
    again = and_(_urls.c.state == "archived", of_records())
    unmade = or_(_urls.c.state.in_(UNFETCHED), again)
    return and_(_urls.c.source != source, _urls.c.published_date.is_not(None), unmade)


def _taken_up() -> dict[str, Any]:
    """Return the values of a URL that was left alone and is to become an article after all: its page may be there already."""
    values = {name: case((_OWN, _urls.c[name]), else_=_spare(name)) for name in _PLACE}
    there = or_(_OWN, _spare("archive_file").is_not(None))
    return {**values, "state": case((there, "archived"), else_="discovered"), "reason": None, "detail": None, "settled_at": None}


def _free(connection: Connection, seen: ColumnElement[bool], heirs: Collection[str] | None = None) -> None:
    """Let what was skipped since it was another source's be the first one's that has done so, of all or of `heirs`."""
    found = select(_urls.c.source).where(seen).distinct().order_by(_urls.c.source)
    for heir in connection.scalars(found).all():  # one after another: what the first one has, no other one is to have
        if heirs is None or heir in heirs:
            connection.execute(update(_urls).where(_urls.c.source == heir, seen, ~elsewhere(HELD)).values(_taken_up()))


def hand_on(connection: Connection, ids: Collection[str], day: date | None, heirs: Collection[str]) -> None:
    """Let the first of the `heirs` that has skipped articles (`seen`) have those that a source has rejected by its own days or rules.

    Where `day` is given, of which the articles are, only of heirs that were asked for it: no other one makes a record of it.
    """
    if day is not None:
        heirs = set(heirs).intersection(connection.scalars(select(_days.c.source).where(_days.c.day == day)))
    for part in chunks(sorted(ids)):
        mine = and_(_SEEN, _urls.c.article_id.in_(part))
        _free(connection, mine, heirs)
        owner = select(func.min(_others.c.source)).where(_elsewhere_in(HELD)).correlate(_urls).scalar_subquery()
        connection.execute(update(_urls).where(mine, elsewhere(HELD)).values(detail=owner))


def forget_claims(connection: Connection, source: str, ids: Collection[str]) -> None:
    """Forget that a source was about to write records of these articles."""
    for part in chunks(sorted(ids)):
        connection.execute(delete(_claims).where(_claims.c.source == source, _claims.c.article_id.in_(part)))


def take_the_place(connection: Connection, source: str, ids: Collection[str]) -> None:
    """Let other sources have no record any more (`seen`) of articles of which this one has made one since they lost the page."""
    for part in chunks(sorted(ids)):
        kept = update(_urls).where(_urls.c.article_id.in_(part), _kept_beside(source))
        # Nothing of the page that was lost stays, lest it be built for a page once the article is given back.
        values = {"state": "skipped", "reason": "seen", "detail": source, "published_date": None, "settled_at": now()}
        connection.execute(kept.values(values | dict.fromkeys(_PLACE)))
