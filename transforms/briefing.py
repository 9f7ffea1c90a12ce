"""The briefing: the stories of some days, best first, and what their articles name most.

Records are streamed three times, without their bodies: to see which stories have reprints, to count, and to choose what is told.
So memory holds the stories with reprints, the names that are counted and the stories that are chosen, however many the records.
"""

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from crawlers.clock import SHANGHAI, Precision, start_of
from crawlers.root import Root
from transforms.reading import Names, iter_batches
from transforms.record import Record
from transforms.stories import first

_TOP = 20  # stories of all kinds


class _Limit(NamedTuple):
    """How many names of a column are told, and how many stories of each."""

    names: int
    stories: int


_NAMED = {
    "industry_codes": _Limit(31, 6),  # all of them
    "ai_technologies": _Limit(30, 3),
    "securities": _Limit(30, 2),
    "keywords": _Limit(60, 0),
}
_MOST_NAMES = 200_000
"""Different names that are counted: some 30 MB. When there are more, the rarer half is forgotten."""

_IDENTITY = ("article_id", "story_id")
_COUNTED = (*_IDENTITY, "source", "published_at", "published_precision", "published_date", "annotated_at", *_NAMED)
_TOLD = (*_COUNTED, "url", "title", "publisher", "summary", "major_events")

Row = dict[str, Any]
_Rank = tuple[int, int, int, float, str]


@dataclass(frozen=True)
class Story:
    """A story as one article tells it: that of its articles in the briefing which was out first.

    `in_sources` and `in_articles` count the sources and articles of the briefing that have it; `published_at` is in
    Asia/Shanghai, None where the page prints no time. Of one that is `waiting` for its annotation, summary, keywords and events
    are empty.
    """

    article_id: str
    story_id: str
    url: str
    title: str
    source: str
    publisher: str | None
    published_at: datetime | None
    published_precision: Precision
    published_date: date
    summary: str
    keywords: list[str]
    major_events: list[str]
    waiting: bool
    in_sources: int
    in_articles: int


_COPIED = [field.name for field in fields(Story) if field.name in Record.model_fields]


@dataclass(frozen=True)
class Topic:
    """Something that is named: by how many articles, in how many stories, and the best of these."""

    name: str
    articles: int
    stories: int
    top: list[Story]


@dataclass(frozen=True)
class Topics:
    """What is named most, most first; `total` is how many different names there are, None where they are too many to tell."""

    total: int | None
    top: list[Topic]


@dataclass(frozen=True)
class DayCount:
    """How many articles a day has."""

    day: date
    articles: int


@dataclass(frozen=True)
class SourceCount:
    """How many articles a source has, and how many of them wait for their annotation."""

    source: str
    articles: int
    waiting: int


@dataclass(frozen=True)
class Briefing:
    """What the articles of the publication days `start` to `end` (both included) tell; every one of these days is in `days`."""

    start: date
    end: date
    articles: int
    stories: int
    waiting: int
    days: list[DayCount]
    sources: list[SourceCount]
    top: list[Story]
    industries: Topics
    ai_technologies: Topics
    securities: Topics
    keywords: Topics


def brief(data: Root | Path | str, start: date, end: date, sources: Names | None = None) -> Briefing:
    """Return the briefing of the days `start` to `end`, of all sources or the given.

    Stories rank by how many sources have them, then how many articles, then how many major events they tell of, the latest first.
    The same records give the same briefing, in whatever files they lie. Raises ConfigError where there is no data root, StoreError
    for a file that cannot be read.
    """

    def rows(*columns: str) -> Iterator[Row]:
        for batch in iter_batches(data, start=start, end=end, sources=sources, columns=columns):
            yield from batch.to_pylist()

    reprinted = {row["story_id"] for row in rows(*_IDENTITY) if row["story_id"] != row["article_id"]}
    tally = _Tally(reprinted)
    for row in rows(*_COUNTED):
        tally.add(row)
    choice = _Choice(tally)
    for row in rows(*_TOLD):
        choice.offer(row)
    return Briefing(
        start=start,
        end=end,
        articles=tally.days.total(),
        stories=tally.single + len(tally.spreads),
        waiting=tally.waiting.total(),
        days=[DayCount(day, tally.days[day]) for day in (start + timedelta(days=n) for n in range((end - start).days + 1))],
        sources=[SourceCount(name, count, tally.waiting[name]) for name, count in _most(tally.sources)],
        top=choice.top.stories,
        industries=choice.topics("industry_codes"),
        ai_technologies=choice.topics("ai_technologies"),
        securities=choice.topics("securities"),
        keywords=choice.topics("keywords"),
    )


class _Spread:
    """How far a story has come: its sources, its articles, and when and by which of them it was out first."""

    def __init__(self, row: Row) -> None:
        self.sources: set[str] = {row["source"]}
        self.articles = 1
        self.first = _out(row)

    def add(self, row: Row) -> None:
        self.sources.add(row["source"])
        self.articles += 1
        self.first = min(self.first, _out(row))


class _Tally:
    """What is counted of all articles; `single` are the stories without reprints."""

    def __init__(self, reprinted: set[str]) -> None:
        self.days = Counter[date]()
        self.sources = Counter[str]()
        self.waiting = Counter[str]()
        self.named = {column: Counter[str]() for column in _NAMED}
        self.forgetful: set[str] = set()
        self.spreads: dict[str, _Spread] = {}
        self.single = 0
        self._reprinted = reprinted

    def add(self, row: Row) -> None:
        self.days[row["published_date"]] += 1
        self.sources[row["source"]] += 1
        self.waiting[row["source"]] += row["annotated_at"] is None
        for column in _NAMED:
            self._count(column, row[column])
        story = row["story_id"]
        if story not in self._reprinted:
            self.single += 1
        elif spread := self.spreads.get(story):
            spread.add(row)
        else:
            self.spreads[story] = _Spread(row)

    def _count(self, column: str, names: list[str]) -> None:
        self.named[column].update(set(names))
        if len(self.named[column]) > _MOST_NAMES:
            self.named[column] = Counter(dict(_most(self.named[column], _MOST_NAMES // 2)))
            self.forgetful.add(column)


class _Board:
    """The best stories of those that are offered, as many as it has room for."""

    def __init__(self, room: int) -> None:
        self.offered = 0
        self._room = room
        self._ranked: list[tuple[_Rank, Story]] = []

    @property
    def stories(self) -> list[Story]:
        return [story for _, story in self._ranked]

    def offer(self, rank: _Rank, row: Row) -> None:
        self.offered += 1
        if self._room and (len(self._ranked) < self._room or rank < self._ranked[-1][0]):
            insort(self._ranked, (rank, _story(rank, row)), key=itemgetter(0))
            del self._ranked[self._room :]


class _Choice:
    """Which stories are told: the best of all, and the best of each name that is named most."""

    def __init__(self, tally: _Tally) -> None:
        self.top = _Board(_TOP)
        self._tally = tally
        self._boards: Mapping[str, dict[str, _Board]] = {
            column: {name: _Board(limit.stories) for name, _ in _most(tally.named[column], limit.names)}
            for column, limit in _NAMED.items()
        }

    def offer(self, row: Row) -> None:
        spread = self._tally.spreads.get(row["story_id"])
        if spread and spread.first[1] != row["article_id"]:
            return
        rank = _rank(row, len(spread.sources) if spread else 1, spread.articles if spread else 1)
        self.top.offer(rank, row)
        for column, boards in self._boards.items():
            for name in boards.keys() & set(row[column]):
                boards[name].offer(rank, row)

    def topics(self, column: str) -> Topics:
        counted = self._tally.named[column]
        topics = [Topic(name, counted[name], board.offered, board.stories) for name, board in self._boards[column].items()]
        return Topics(None if column in self._tally.forgetful else len(counted), topics)


def _most(counter: Counter[str], most: int | None = None) -> list[tuple[str, int]]:
    """Return the most common names with their counts; those of one count by their spelling, not by which came first."""
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most]


def _out(row: Row) -> tuple[datetime, str]:
    """Return by when an article was out, and its id."""
    return first(row["published_at"], row["published_precision"], row["published_date"]), row["article_id"]


def _rank(row: Row, sources: int, articles: int) -> _Rank:
    at = row["published_at"] or start_of(row["published_date"])
    return -sources, -articles, -len(row["major_events"]), -at.timestamp(), row["article_id"]


def _story(rank: _Rank, row: Row) -> Story:
    at = row["published_at"]
    values: Row = {name: row[name] for name in _COPIED}
    values |= {"published_at": at.astimezone(SHANGHAI) if at else None, "waiting": row["annotated_at"] is None}
    return Story(**values, in_sources=-rank[0], in_articles=-rank[1])
