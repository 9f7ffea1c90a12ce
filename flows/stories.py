"""Stories in a run: articles join them when they are built, and records written before are told when theirs has changed.

What is compared of a text is kept for the periods that lately needed it, and made again from the records for others; so a
ledger that has none of it (of an older caixun, or one made anew) heals by itself, period by period.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from crawlers.clock import Precision, now
from crawlers.errors import BusyError, StoreError
from crawlers.joining import Member
from flows.settings import Project
from transforms import dataset, stories
from transforms.reading import iter_batches
from transforms.record import Record
from transforms.retell import retell

PART = 200  # articles that join in one transaction: a fraction of a second in which nobody else writes to the ledger
_KEPT = timedelta(days=3)
_IDENTITY = {"article_id", "source", "published_at", "published_precision", "published_date"}
_COLUMNS = [*sorted(_IDENTITY), "body"]


def join_stories(project: Project, source: str, built: Iterable[tuple[Record, stories.Mark]], gone: Mapping[str, date]) -> None:
    """Put the articles of a source's records into stories, and take out those of `gone`, given with their days, if they are its own."""
    members = [_member(mark, **record.model_dump(include=_IDENTITY)) for record, mark in built]
    periods = {one.period for one in members} | {stories.period(day) for day in gone.values()}
    _make_ready(project, {period + away for period in periods for away in (-1, 0, 1)})
    if gone:
        project.ledger.leave_stories(source, gone, stories)
    for part in _parts(members):
        project.ledger.join(part, stories)


def tell_stories(project: Project) -> list[str]:
    """Write into the records that are there already what has changed of their stories.

    What another process keeps busy, or a kill leaves, is told by the next run. Returns one sentence for each file that
    cannot be read or written.
    """
    sentences = []
    for place in project.ledger.moved_stories():
        try:
            project.ledger.retold(retell(dataset.records(project.data), place.day, place.source, place.stories))
        except BusyError:
            continue
        except StoreError as error:
            sentences.append(str(error))
    project.ledger.give_up_sketches(now() - _KEPT)
    return sentences


def _make_ready(project: Project, periods: set[int]) -> None:
    """Let all records of these periods be there to be compared, but for those of a file that cannot be read: it may be later."""
    for period in project.ledger.unready_periods(periods):
        start = date.fromordinal(period * stories.PERIOD)
        end = start + timedelta(days=stories.PERIOD - 1)
        with suppress(StoreError):
            for batch in iter_batches(project.data, start=start, end=end, columns=_COLUMNS):
                _make_ready_part(project, batch.to_pylist())
            project.ledger.note_ready(period)


def _make_ready_part(project: Project, rows: list[dict[str, Any]]) -> None:
    known = project.ledger.stories_of([row["article_id"] for row in rows])
    members = [_member(stories.mark(row.pop("body"), row["published_date"]), **row) for row in rows]
    for part in _parts(members):
        project.ledger.recall_sketches([one for one in part if one.article_id in known], stories)
        project.ledger.join([one for one in part if one.article_id not in known], stories)


def _member(
    mark: stories.Mark,
    article_id: str,
    source: str,
    published_at: datetime | None,
    published_precision: Precision,
    published_date: date,
) -> Member:
    first = stories.first(published_at, published_precision, published_date)
    return Member(article_id, source, published_date, first, stories.period(published_date), mark.text, mark.sketch)


def _parts(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    for start in range(0, len(members), PART):
        yield members[start : start + PART]
