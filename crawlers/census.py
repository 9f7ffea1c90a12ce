"""The ledger's part for who holds it against archive and dataset: all rows of a source, and how to put single ones right."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, case, delete, or_, select, update

from crawlers.answers import Answers
from crawlers.claims import of_records
from crawlers.clock import now
from crawlers.fates import REJECTED, UNREADABLE, State
from crawlers.page import Position
from crawlers.tables import chunks
from crawlers.tables import parts as _parts
from crawlers.tables import replies as _replies
from crawlers.tables import urls as _urls


class Held(NamedTuple):
    """A URL as the ledger has it; `position` is None for one that was not fetched, `settled` False for one just found or fetched."""

    article_id: str
    link: str
    state: State
    day: date
    published_date: date | None
    position: Position | None
    parts: tuple[Position, ...]
    reason: str | None
    settled: bool


class Census(Answers):
    """The ledger, row by row. Every method raises StoreError when the database cannot be used."""

    def held(self, source: str) -> dict[str, Held]:
        """Return all URLs of a source by article_id."""
        places: dict[str, tuple[Position, ...]] = {}
        with self._reading() as connection:
            for row in connection.execute(select(_parts).order_by(_parts.c.article_id, _parts.c.number)):
                places[row.article_id] = (*places.get(row.article_id, ()), Position(row.archive_file, row.archive_offset))
            rows = connection.execute(select(_urls).where(_urls.c.source == source)).all()
        return {
            row.article_id: Held(
                row.article_id,
                row.link,
                row.state,
                row.day,
                row.published_date,
                Position(row.archive_file, row.archive_offset) if row.archive_file else None,
                places.get(row.article_id, ()),
                row.reason,
                row.settled_at is not None,
            )
            for row in rows
        }

    def recorded(self, ids: Collection[str], but: str) -> set[str]:
        """Return those of these articles of which another source than `but` has made a record."""
        found: set[str] = set()
        with self._reading() as connection:
            for part in chunks(sorted(ids)):
                theirs = and_(_urls.c.article_id.in_(part), _urls.c.source != but, _urls.c.state == "record")
                found.update(connection.scalars(select(_urls.c.article_id).where(theirs)))
        return found

    def kept_replies(self, source: str) -> list[Position]:
        """Return where all answers of a source lie that need not be asked for again."""
        with self._reading() as connection:
            rows = connection.execute(select(_replies).where(_replies.c.source == source)).all()
        return [Position(row.archive_file, row.archive_offset) for row in rows]

    def drop_replies(self, source: str, positions: Collection[Position]) -> None:
        """Let the answers that lie at `positions` be asked for again."""
        places = [and_(_replies.c.archive_file == one.file, _replies.c.archive_offset == one.offset) for one in positions]
        with self._writing() as connection:
            for place in places:
                connection.execute(delete(_replies).where(_replies.c.source == source, place))

    def lose_pages(self, source: str, ids: Collection[str], detail: str) -> None:
        """Note that the pages of articles are lost, so that the next crawl of their days fetches them again."""
        rejected = and_(_urls.c.state.in_(REJECTED), ~of_records())  # whose date is that of no record
        kept = case((rejected, None), else_=_urls.c.published_date)
        values = {"state": "failed", "reason": UNREADABLE, "detail": detail, "settled_at": now(), "published_date": kept}
        with self._writing() as connection:
            for part in chunks(sorted(ids)):
                mine = and_(_urls.c.source == source, _urls.c.article_id.in_(part))
                connection.execute(update(_urls).where(mine).values(values))
                connection.execute(delete(_parts).where(_parts.c.article_id.in_(part)))

    def regain_pages(self, source: str, ids: Collection[str]) -> None:
        """Let pages that were lost, and that the archive gives again, wait for the build."""
        values = {"state": "archived", "reason": None, "detail": None}
        with self._writing() as connection:
            for part in chunks(sorted(ids)):
                mine = and_(_urls.c.source == source, _urls.c.article_id.in_(part), _urls.c.reason == UNREADABLE)
                connection.execute(update(_urls).where(mine, _urls.c.state == "failed").values(values))

    def count_under(self, source: str, day: date, ids: Collection[str]) -> None:
        """Let URLs of a source count under a day."""
        with self._writing() as connection:
            for part in chunks(sorted(ids)):
                mine = and_(_urls.c.source == source, _urls.c.article_id.in_(part))
                connection.execute(update(_urls).where(mine).values(day=day))

    def wait_again(self, source: str, ids: Collection[str]) -> None:
        """Let built pages wait for the build again."""
        with self._writing() as connection:
            for part in chunks(sorted(ids)):
                mine = and_(_urls.c.source == source, _urls.c.article_id.in_(part))
                built = or_(_urls.c.state == "record", _urls.c.state == "reject")
                connection.execute(update(_urls).where(mine, built).values(state="archived"))
