"""How stories change when articles come and go: within one transaction of the ledger's database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Table, and_, bindparam, delete, insert, select, update

from crawlers.tables import chunks
from crawlers.tables import story_keys as _keys
from crawlers.tables import story_members as _members
from crawlers.tables import story_moves as _moves
from crawlers.tables import story_texts as _texts


class Likeness(Protocol):
    """What tells whether two texts are reprints of one another, by their sketches."""

    def keys(self, sketch: bytes) -> Sequence[int]:
        """Return the keys of a sketch: reprints share one."""

    def reprints(self, sketch: bytes, others: Sequence[bytes]) -> Sequence[bool]:
        """Return for each of `others` whether it is of a reprint."""


@dataclass(frozen=True)
class Member:
    """An article, as far as it matters to stories: where its record lies, since when it is out, and the mark of its text."""

    article_id: str
    source: str
    day: date
    first: datetime
    period: int
    text: str
    sketch: bytes

    @property
    def place(self) -> tuple[str, int]:
        """Return its text and period, which tell the row of its text."""
        return self.text, self.period

    def row(self, text: int) -> dict[str, Any]:
        """Return what is kept of it, when its text's row has this id."""
        seconds = int(self.first.timestamp())
        return {"article_id": self.article_id, "text_id": text, "source": self.source, "day": self.day, "first": seconds}


class Joining:
    """One change of the stories, within one transaction. Texts go by their row's id."""

    def __init__(self, connection: Connection, likeness: Likeness) -> None:
        """Take the transaction, and what tells reprints."""
        self._connection = connection
        self._likeness = likeness

    def join(self, members: Sequence[Member]) -> dict[str, str]:
        """See `Stories.join`."""
        wanted = {member.article_id: member for member in members}
        fresh = self._add(list({member.place: member for member in members}.values()))
        texts = self._texts_at(wanted.values())
        known = {row.article_id: row for row in self._select(_members, _members.c.article_id, list(wanted))}
        put = [one for one in wanted.values() if not _stands(known.get(one.article_id), one, texts[one.place])]
        left = [known[one.article_id] for one in put if one.article_id in known]
        self._remove(_members, _members.c.article_id, [row.article_id for row in left])
        self._insert(_members, [one.row(texts[one.place]) for one in put])
        if put or fresh:
            links = [*self._equal(fresh, texts), *self._alike(fresh, texts)]
            self._keep_keys({texts[one.place]: one for one in fresh})
            self._settle({texts[one.place] for one in put}, {row.text_id for row in left}, links)
        return stories_in(self._connection, list(wanted))

    def leave(self, source: str, ids: Iterable[str]) -> None:
        """See `Stories.leave_stories`."""
        left = [row for row in self._select(_members, _members.c.article_id, list(ids)) if row.source == source]
        self._remove(_members, _members.c.article_id, [row.article_id for row in left])
        self._settle(set(), {row.text_id for row in left}, [])

    def recall(self, members: Sequence[Member]) -> None:
        """Let the texts of members whose sketches were given up be there again to be compared."""
        there = {(row.text, row.period): row for row in self._at(members) if row.sketch is None}
        back = {there[one.place].id: one for one in members if one.place in there}
        if back:
            again = update(_texts).where(_texts.c.id == bindparam("one")).values(sketch=bindparam("its"))
            self._connection.execute(again, [{"one": text, "its": one.sketch} for text, one in back.items()])
            self._keep_keys(back)

    def _add(self, members: Sequence[Member]) -> list[Member]:
        """Add the texts of members, and return a member of each that is new; what it is compared by is added later."""
        self.recall(members)
        there = self._texts_at(members)
        fresh = [one for one in members if one.place not in there]
        self._insert(_texts, [{"text": one.text, "period": one.period, "sketch": one.sketch} for one in fresh])
        return fresh

    def _keep_keys(self, texts: Mapping[int, Member]) -> None:
        """Keep the keys of texts, some forty of each; the driver takes the numbers as they are, without a look at each row."""
        statement = insert(_keys).compile(dialect=self._connection.dialect)
        rows = [
            {"period": one.period, "key": key, "text_id": text} for text, one in texts.items() for key in self._keys(one.sketch)
        ]
        if rows:
            places = statement.positiontup  # None where the driver goes by names
            self._connection.exec_driver_sql(str(statement), [tuple(map(row.get, places)) for row in rows] if places else rows)

    def _texts_at(self, members: Iterable[Member]) -> dict[tuple[str, int], int]:
        return {(row.text, row.period): row.id for row in self._at(members)}

    def _at(self, members: Iterable[Member], away: int = 0) -> Iterator[Any]:
        """Yield the rows of texts that members have, so many periods away."""
        by_period: dict[int, set[str]] = defaultdict(set)
        for one in members:
            by_period[one.period + away].add(one.text)
        for period, texts in by_period.items():
            for part in chunks(sorted(texts)):
                query = select(_texts).where(_texts.c.period == period, _texts.c.text.in_(part))
                yield from self._connection.execute(query)

    def _equal(self, fresh: Sequence[Member], texts: Mapping[tuple[str, int], int]) -> Iterator[tuple[int, int]]:
        """Yield the new texts with the equal ones of the periods before and after."""
        for away in (-1, 1):
            for row in self._at(fresh, away):
                yield texts[row.text, row.period - away], row.id

    def _alike(self, fresh: Sequence[Member], texts: Mapping[tuple[str, int], int]) -> Iterator[tuple[int, int]]:
        """Yield the new texts with those of which they are near reprints."""
        sharing = self._sharing(fresh, texts)
        others = sorted({other for found in sharing.values() for other in found})
        sketches: dict[int, bytes] = {}
        for part in chunks(others):
            kept = select(_texts.c.id, _texts.c.sketch).where(_texts.c.id.in_(part), _texts.c.sketch.is_not(None))
            sketches |= dict(self._connection.execute(kept).tuples().all())
        for one in fresh:
            mine = texts[one.place]
            found = [other for other in sorted(sharing.get(mine, ())) if other in sketches and other != mine]
            alike = self._likeness.reprints(one.sketch, [sketches[other] for other in found])
            yield from ((mine, other) for other, is_alike in zip(found, alike, strict=True) if is_alike)

    def _sharing(self, fresh: Sequence[Member], texts: Mapping[tuple[str, int], int]) -> dict[int, set[int]]:
        """Return for each new text those of its and the adjacent periods with which it shares a key."""
        owners: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for one in fresh:
            by_key, text = owners[one.period], texts[one.place]
            for key in self._keys(one.sketch):
                by_key[key].append(text)
        sharing: dict[int, set[int]] = defaultdict(set)
        for period, by_key in owners.items():
            near = (period - 1, period, period + 1)
            theirs = [owners[one] for one in near if one in owners]
            for key, mine in by_key.items():
                others = [other for keys in theirs for other in keys.get(key, ())]
                for text in mine if len(others) > 1 else ():
                    sharing[text].update(others)
            for part in chunks(sorted(by_key)):
                query = select(_keys.c.key, _keys.c.text_id).where(_keys.c.period.in_(near), _keys.c.key.in_(part))
                for key, other in self._connection.execute(query):
                    for text in by_key[key]:
                        sharing[text].add(other)
        return sharing

    def _settle(self, put: set[int], left: set[int], links: Sequence[tuple[int, int]]) -> None:
        """Make the stories of these texts anew: `put` and `left` have got or lost members, `links` are reprints."""
        touched = {*put, *left, *(text for link in links for text in link)}
        rows = {row.id: row for row in self._select(_texts, _texts.c.id, sorted(touched))}
        rows |= {row.id: row for row in self._select(_texts, _texts.c.story_id, _stories(rows.values()))}
        members: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for row in self._select(_members, _members.c.text_id, sorted(rows)):
            members[row.text_id].append((row.first, row.article_id))
        empty = [row for text, row in rows.items() if text not in members]
        texts = {text: row for text, row in rows.items() if text in members}
        ties = [*links, *self._ties(texts.values(), set(_stories(empty)))]
        moved: dict[int, str] = {}
        for group in _connected(texts, [tie for tie in ties if tie[0] in texts and tie[1] in texts]):
            _, story_id = min(min(members[text]) for text in group)
            moved |= {text: story_id for text in group if texts[text].story_id != story_id}
        self._move(moved, [name for text in moved for _, name in members[text]])
        self._forget(empty)

    def _forget(self, texts: Sequence[Any]) -> None:
        for row in texts:
            for part in chunks(self._keys(row.sketch)):
                here = and_(_keys.c.period == row.period, _keys.c.key.in_(part), _keys.c.text_id == row.id)
                self._connection.execute(delete(_keys).where(here))
        self._remove(_texts, _texts.c.id, [row.id for row in texts])

    def _ties(self, texts: Iterable[Any], torn: set[str]) -> Iterator[tuple[int, int]]:
        """Yield what holds the texts of each story together; in the `torn` ones it has to be found again."""
        stories: dict[str, list[Any]] = defaultdict(list)
        for row in texts:
            if row.story_id is not None:
                stories[row.story_id].append(row)
        for story_id, rows in stories.items():
            for number, row in enumerate(rows):
                others = self._tied(row, rows[:number]) if story_id in torn else rows[:1]
                yield from ((row.id, other.id) for other in others)

    def _tied(self, one: Any, others: Sequence[Any]) -> list[Any]:
        """Return the reprints among other texts; one whose sketch was given up stays what it was taken for."""
        near = [other for other in others if abs(other.period - one.period) <= 1]
        sure = [other for other in near if other.text == one.text or other.sketch is None or one.sketch is None]
        rest = [other for other in near if one.sketch and other.sketch and other.text != one.text]
        alike = self._likeness.reprints(one.sketch, [other.sketch for other in rest]) if rest else ()
        return sure + [other for other, is_alike in zip(rest, alike, strict=True) if is_alike]

    def _keys(self, sketch: bytes | None) -> list[int]:
        return list(self._likeness.keys(sketch)) if sketch else []

    def _move(self, texts: Mapping[int, str], members: list[str]) -> None:
        """Put texts into other stories, and note that their `members` have moved."""
        if texts:
            to = update(_texts).where(_texts.c.id == bindparam("one")).values(story_id=bindparam("its"))
            self._connection.execute(to, [{"one": text, "its": story_id} for text, story_id in texts.items()])
        self._remove(_moves, _moves.c.article_id, members)
        self._insert(_moves, [{"article_id": name} for name in members])

    def _select(self, table: Table, column: Column[Any], values: Sequence[Any]) -> Iterator[Any]:
        for part in chunks(list(values)):
            yield from self._connection.execute(select(table).where(column.in_(part)))

    def _remove(self, table: Table, column: Column[Any], values: Sequence[Any]) -> None:
        for part in chunks(list(values)):
            self._connection.execute(delete(table).where(column.in_(part)))

    def _insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)


def _stands(row: Any, member: Member, text: int) -> bool:
    """Whether a member is already in its place."""
    return row is not None and dict(row._mapping) == member.row(text)  # noqa: SLF001 - SQLAlchemy's name for it


def _stories(texts: Iterable[Any]) -> list[str]:
    return sorted({row.story_id for row in texts} - {None})


def _connected(items: Iterable[int], ties: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the items in groups that `ties` hold together."""
    parent = {item: item for item in items}

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = item = parent[parent[item]]
        return item

    for one, other in ties:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for item in parent:
        groups[root(item)].append(item)
    return list(groups.values())


def stories_in(connection: Connection, ids: list[str]) -> dict[str, str]:
    """Return the stories of those of these articles that have one."""
    query = select(_members.c.article_id, _texts.c.story_id).join(_texts, _texts.c.id == _members.c.text_id)
    found: dict[str, str] = {}
    for part in chunks(ids):
        found |= {row.article_id: row.story_id for row in connection.execute(query.where(_members.c.article_id.in_(part)))}
    return found
