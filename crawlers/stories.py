"""The ledger's part on stories: which articles have which text, and which texts are one story.

`story_texts` holds each text once in each period in which it appeared, with the story that it belongs to; `story_members` the
articles that have it. Texts of the same or of adjacent periods are compared, those that share a key; a story is what is
connected, and bears the article_id of its first member. Both follow from the articles alone: in whatever order they come, go
and change, the stories are the same in the end. When one comes that connects two stories, or is earlier than all, records that
are written already bear another name from then on: they are moved until their files say so.

An article takes about 1.1 KB, and 0.2 KB once what is compared of its period is given up: ten million take 2 GB, and those of
the periods in use.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update

from crawlers.answers import Answers
from crawlers.clock import now
from crawlers.joining import Joining, Likeness, Member, stories_in
from crawlers.tables import chunks, put
from crawlers.tables import story_keys as _keys
from crawlers.tables import story_members as _members
from crawlers.tables import story_moves as _moves
from crawlers.tables import story_periods as _periods
from crawlers.tables import story_texts as _texts


class Place(NamedTuple):
    """The records of one source and day whose story is another than their file says: story by article_id."""

    source: str
    day: date
    stories: dict[str, str]


class Stories(Answers):
    """The ledger, as far as it knows of stories. Every method raises StoreError when the database cannot be used."""

    def join(self, members: Sequence[Member], likeness: Likeness) -> dict[str, str]:
        """Put articles into stories, and return the story of each of them.

        Stories of other articles may change by that: `moved_stories` tells them. The same members again change nothing.
        """
        with self._writing() as connection:
            return Joining(connection, likeness).join(members)

    def leave_stories(self, source: str, ids: Iterable[str], likeness: Likeness) -> None:
        """Take articles out of their stories, those aside whose records are another source's. Other stories may change by that."""
        with self._writing() as connection:
            Joining(connection, likeness).leave(source, ids)

    def unready_periods(self, periods: Iterable[int]) -> list[int]:
        """Return which of these periods have texts that are not there to be compared; the others are noted as used now."""
        wanted = sorted(set(periods))
        with self._writing() as connection:
            ready = set(connection.scalars(select(_periods.c.period).where(_periods.c.period.in_(wanted))))
            connection.execute(update(_periods).where(_periods.c.period.in_(wanted)).values(used_at=now()))
        return [period for period in wanted if period not in ready]

    def recall_sketches(self, members: Sequence[Member], likeness: Likeness) -> None:
        """Let the texts of members whose sketches were given up be there again to be compared; no story changes."""
        with self._writing() as connection:
            Joining(connection, likeness).recall(members)

    def note_ready(self, period: int) -> None:
        """Note that all texts of a period are there to be compared."""
        with self._writing() as connection:
            put(connection, _periods, {"period": period}, used_at=now())

    def give_up_sketches(self, since: datetime) -> None:
        """Forget what is compared of the periods that were not used since then: four fifths of what stories take up."""
        with self._writing() as connection:
            for period in list(connection.scalars(select(_periods.c.period).where(_periods.c.used_at < since))):
                connection.execute(delete(_keys).where(_keys.c.period == period))
                connection.execute(update(_texts).where(_texts.c.period == period).values(sketch=None))
                connection.execute(delete(_periods).where(_periods.c.period == period))

    def moved_stories(self) -> list[Place]:
        """Return where records lie whose story may be another than their file says, by source and day."""
        columns = (_members.c.source, _members.c.day, _members.c.article_id, _texts.c.story_id)
        query = select(*columns).join(_texts, _texts.c.id == _members.c.text_id)
        places: dict[tuple[str, date], dict[str, str]] = defaultdict(dict)
        with self._reading() as connection:
            for row in connection.execute(query.join(_moves, _moves.c.article_id == _members.c.article_id)):
                places[row.source, row.day][row.article_id] = row.story_id
        return [Place(*place, stories) for place, stories in sorted(places.items())]

    def retold(self, written: Mapping[str, str]) -> None:
        """Note which story the files say of articles by now. Those whose story has changed meanwhile stay `moved`."""
        with self._writing() as connection:
            current = stories_in(connection, list(written))
            right = [article_id for article_id, story_id in written.items() if current.get(article_id) == story_id]
            for part in chunks(right):
                connection.execute(delete(_moves).where(_moves.c.article_id.in_(part)))

    def stories_of(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the story of each of these articles that has one: what is asked of a model once need be asked only once a story."""
        with self._reading() as connection:
            return stories_in(connection, list(ids))

    def members_of(self, story_id: str) -> list[str]:
        """Return the article_ids of a story, its first member first."""
        query = select(_members.c.article_id).join(_texts, _texts.c.id == _members.c.text_id)
        with self._reading() as connection:
            found = query.where(_texts.c.story_id == story_id).order_by(_members.c.first, _members.c.article_id)
            return list(connection.scalars(found))
