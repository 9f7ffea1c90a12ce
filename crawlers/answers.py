"""The ledger's part on sites: answers that need not be asked for again, what robots.txt said, and who is left alone."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import and_, delete, insert, or_, select, update

from crawlers.clock import day_of, now
from crawlers.fates import COOLDOWN, left_alone
from crawlers.history import History
from crawlers.page import Position
from crawlers.tables import alerts as _alerts
from crawlers.tables import chunks, place, put
from crawlers.tables import intakes as _intakes
from crawlers.tables import marks as _marks
from crawlers.tables import parts as _parts
from crawlers.tables import replies as _replies
from crawlers.tables import rests as _rests
from crawlers.tables import robots as _robots
from crawlers.tables import urls as _urls

RobotsVerdict = Literal["allowed", "refused"]
_LONGEST_REST = 86_400.0  # seconds
_OF_SEEDS = ("seed", "taken")  # kinds of answers: what a list has said, and what a crawl has taken as it is
_LONG = 600  # characters; PostgreSQL's index takes 2,704 bytes


class Answers(History):
    """The ledger, as far as it knows of sites. Every method raises StoreError when the database cannot be used."""

    def rest(self, site: str, reason: str, asked: float = 0.0) -> None:
        """Note that a site has to be left alone for a while, or for the `asked` seconds where these are more, a day at most.

        One that is left alone already stays so longer only where it asks for that. What goes beyond the usual time is kept by a
        `since` that is yet to come.
        """
        beyond = max(timedelta(), timedelta(seconds=min(asked, _LONGEST_REST)) - COOLDOWN)
        with self._writing() as connection:
            since = connection.scalar(select(_rests.c.since).where(_rests.c.site == site))
            if since is None or since <= now() - COOLDOWN or (beyond and since < now() + beyond):
                put(connection, _rests, {"site": site}, since=now() + beyond, reason=reason)

    def resting(self, site: str) -> str | None:
        """Return why a site is to be left alone now, since when and until when; None when it is not."""
        with self._reading() as connection:
            row = connection.execute(select(_rests).where(_rests.c.site == site)).first()
        return left_alone(row.reason, row.since) if row is not None and row.since > now() - COOLDOWN else None

    def resting_sites(self) -> dict[str, str]:
        """Return why each site that is to be left alone now is, since when and until when."""
        with self._reading() as connection:
            rows = connection.execute(select(_rests).where(_rests.c.since > now() - COOLDOWN)).all()
        return {row.site: left_alone(row.reason, row.since) for row in rows}

    def keep_reply(self, source: str, link: str, kind: str, position: Position, fetched_at: datetime) -> None:
        """Note where the answer of a seed, a robots.txt, or a page of an article that goes on behind it, lies."""
        values = {"kind": kind, "fetched_at": fetched_at, **place(position)}
        with self._writing() as connection:
            put(connection, _replies, {"source": source, "link": key_of(link)}, **values)

    def replies(self, source: str, since: datetime) -> dict[str, Position]:
        """Return what need not be asked again, by `key_of` its link: answers of seeds since `since`, parts of open articles."""
        seeds = and_(_replies.c.kind.in_(_OF_SEEDS), _replies.c.fetched_at >= since)
        good = and_(_replies.c.source == source, or_(seeds, _replies.c.kind == "part"))
        with self._reading() as connection:
            rows = connection.execute(select(_replies).where(good)).all()
        return {row.link: Position(row.archive_file, row.archive_offset) for row in rows}

    def taken_replies(self, source: str) -> dict[str, tuple[Position, datetime]]:
        """Return the answers of seeds that a killed crawl has taken as they are, by `key_of` their links: where they lie, and of when."""
        mine = and_(_replies.c.source == source, _replies.c.kind == "taken")
        with self._reading() as connection:
            rows = connection.execute(select(_replies).where(mine)).all()
        return {row.link: (Position(row.archive_file, row.archive_offset), row.fetched_at) for row in rows}

    def doubt_replies(self, source: str) -> None:
        """Let what a crawl, which has ended early, has taken as it is be looked at anew by the next one."""
        mine = and_(_replies.c.source == source, _replies.c.kind == "taken")
        with self._writing() as connection:
            connection.execute(update(_replies).where(mine).values(kind="seed"))

    def known_list(self, source: str, link: str) -> Position | None:
        """Return where the last answer of a seed lies that was kept to ask for it conditionally, or None."""
        mine = and_(_replies.c.source == source, _replies.c.link == key_of(link), _replies.c.kind.in_(("known", *_OF_SEEDS)))
        with self._reading() as connection:
            row = connection.execute(select(_replies).where(mine)).first()
        return Position(row.archive_file, row.archive_offset) if row is not None else None

    def forget_replies(self, source: str, keep: Iterable[str] = ()) -> None:
        """Drop the seeds' answers of `source`, whose crawl has ended; those of the links in `keep` can be asked for conditionally."""
        seeds = and_(_replies.c.source == source, _replies.c.kind.in_(_OF_SEEDS))
        with self._writing() as connection:
            for part in chunks([key_of(link) for link in keep]):
                connection.execute(update(_replies).where(seeds, _replies.c.link.in_(part)).values(kind="known"))
            connection.execute(delete(_replies).where(seeds))

    def forget_parts(self, source: str, links: Iterable[str]) -> None:
        """Drop the pages of an article that is archived to its end."""
        parts = and_(
            _replies.c.source == source, _replies.c.kind == "part", _replies.c.link.in_([key_of(link) for link in links])
        )
        with self._writing() as connection:
            connection.execute(delete(_replies).where(parts))

    def lost(self, source: str) -> dict[str, list[Position]]:
        """Return where the pages of articles of several pages lie of which the archive could not give one, by article_id."""
        mine = and_(_urls.c.source == source, _urls.c.state == "failed", _urls.c.reason == "archive")
        query = select(_parts, _urls.c.archive_file.label("file"), _urls.c.archive_offset.label("offset"))
        found: dict[str, list[Position]] = {}
        with self._reading() as connection:
            for row in connection.execute(query.join(_urls, _urls.c.article_id == _parts.c.article_id).where(mine)):
                pages = found.setdefault(row.article_id, [Position(row.file, row.offset)])
                pages.append(Position(row.archive_file, row.archive_offset))
        return found

    def take_apart(self, articles: Iterable[str]) -> None:
        """Drop what is known of the further pages of `articles`, which are fetched anew."""
        with self._writing() as connection:
            for part in chunks(list(articles)):
                connection.execute(delete(_parts).where(_parts.c.article_id.in_(part)))

    def robots(self, link: str) -> Position | None:
        """Return where the robots.txt at `link` lies, if it was fetched today for any source."""
        mine = and_(_replies.c.link == key_of(link), _replies.c.kind == "robots")
        with self._reading() as connection:
            row = connection.execute(select(_replies).where(mine).order_by(_replies.c.fetched_at.desc())).first()
        fresh = row is not None and day_of(row.fetched_at) == day_of(now())
        return Position(row.archive_file, row.archive_offset) if row is not None and fresh else None

    def judge_robots(self, source: str, verdict: RobotsVerdict) -> None:
        """Note what robots.txt says of a source's lists."""
        with self._writing() as connection:
            put(connection, _robots, {"source": source}, verdict=verdict, judged_at=now())

    def robots_verdicts(self) -> dict[str, RobotsVerdict]:
        """Return what robots.txt last said of the lists of each source that asked."""
        with self._reading() as connection:
            return {row.source: row.verdict for row in connection.execute(select(_robots))}

    def take_up_intake(self, file: str, size: int | None) -> int:
        """Return the offset up to which the WARC file of another was taken in: 0 for a new one, or one of another size."""
        with self._reading() as connection:
            row = connection.execute(select(_intakes).where(_intakes.c.file == file)).first()
        return row.offset if row is not None and row.size == size else 0

    def note_intake(self, file: str, size: int | None, offset: int) -> None:
        """Note that the pages before `offset` of a WARC file were taken in."""
        with self._writing() as connection:
            put(connection, _intakes, {"file": file}, offset=offset, size=size)

    def told(self, keys: Iterable[str], since: datetime) -> set[str]:
        """Return those of the keys of which an alert told after `since`."""
        with self._reading() as connection:
            rows = connection.scalars(select(_alerts.c.key).where(_alerts.c.told_at > since))
            return set(rows) & set(keys)

    def note_told(self, keys: Iterable[str]) -> None:
        """Note of what an alert has told just now."""
        with self._writing() as connection:
            for key in keys:
                put(connection, _alerts, {"key": key}, told_at=now())

    def mark(self, texts: Mapping[tuple[str, date], str]) -> None:
        """Keep what checks found odd about days, by source and day; "" takes a day's mark away."""
        with self._writing() as connection:
            for (source, day), text in texts.items():
                connection.execute(delete(_marks).where(_marks.c.source == source, _marks.c.day == day))
                if text:
                    connection.execute(insert(_marks).values(source=source, day=day, text=text))


def key_of(link: str) -> str:
    """Return under which key the ledger knows the answer to `link`: itself, or of a long one its beginning and its hash."""
    if len(link) <= _LONG:
        return link
    return f"{link[:_LONG]} {hashlib.blake2b(link.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"
