"""The build step: archived pages become records or rejects, in batches, in worker processes.

The order of the facts is kept on disk: articles join their stories, the Parquet files are replaced, and only then does
the ledger say that a page is settled. Killed in between, the same pages are built again and change nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Literal

from crawlers.crawl import salvage
from crawlers.errors import BusyError, StoreError
from crawlers.fates import UNREADABLE, Find, Waiting
from crawlers.lock import build_lock, source_lock
from crawlers.page import Position
from flows.build_batch import build_batch
from flows.built import BuildJob, Built, crashed, keep_record, single_pages, skipped
from flows.make import make_of
from flows.runner import Crashed, Runner
from flows.settings import Project
from flows.stories import PART, join_stories
from transforms import dataset
from transforms.record import Record, Reject

IMPORTED = "imported"
_FLUSH = 1000  # records that are kept in memory (some 22 KB each, of 1,300 characters) before their partitions are replaced


def build(
    project: Project,
    source: str,
    days: list[date],
    runner: Runner,
    tick: Callable[[], None],
    *,
    before: Callable[[], list[str]] = list,
    wanted: Iterable[date] | Literal["every"] | None = None,
) -> list[str]:
    """Build what is archived for `days` of a source and not built yet.

    Articles of `wanted` days (`days`, unless given) and of those asked for before become records; with `every`, those of
    pages that were taken in from WARC files do, whatever their day.

    `before` is called once no other process can work on the source: it may let pages wait again that are built already, and
    what it returns is returned. `tick` is called after each batch. Raises BusyError when another process works on the source,
    StoreError when a file cannot be read or written.
    """
    with source_lock(project.data, source):
        salvage(project.data, source, project.ledger)
        told = before()
        _build(project, source, days, runner, tick, wanted)
        return told


def handed_on(
    project: Project,
    names: Iterable[str],
    asked: Mapping[str, Collection[date]] | None = None,
    but: Mapping[str, Collection[date]] | None = None,
) -> Iterator[tuple[str, list[date]]]:
    """Yield which of the sources `names` has got pages of others, which reject them by now, and of which days; each source once.

    Of days that are not `asked` for, where these are given, and of those in `but` nothing is told. They are to be built before the
    next one is taken: what one rejects in its turn is the next one's.
    """

    def days_of(name: str) -> list[date]:
        days = project.ledger.handed_days(name).difference(but.get(name, ()) if but else ())
        return sorted(days if asked is None else days.intersection(asked[name]))

    left = set(names)
    while ready := next(((name, days) for name in sorted(left) if (days := days_of(name))), None):
        left.remove(ready[0])
        yield ready


def build_ahead(project: Project, source: str, days: list[date], runner: Runner, tick: Callable[[], None]) -> int:
    """Build what is archived of `days` so far, while a crawl of the source goes on under this run; return how many pages were.

    A page is left for the build after the crawl that cannot be read yet, from here or where the workers are, or that holds
    several articles: the crawl may be about to fetch them by themselves. Raises as `build` does.
    """
    with build_lock(project.data, source):
        return _build(project, source, days, runner, tick, None, ahead=True)


def _build(
    project: Project,
    source: str,
    days: list[date],
    runner: Runner,
    tick: Callable[[], None],
    wanted: Iterable[date] | Literal["every"] | None,
    *,
    ahead: bool = False,
) -> int:
    """Build, and return of how many pages it is known what became of them."""
    settled = 0
    made_by = make_of(project, source)
    every_day = wanted == "every"
    accepted = frozenset(days if wanted is None or wanted == "every" else wanted) | project.ledger.asked(source)
    project.ledger.give_way(source)
    pages = project.ledger.waiting(source, days)
    while pages:
        found: list[Find] = []
        jobs = _jobs(project, source, accepted, pages, every_day=every_day)
        built = _built(f"build {source}", jobs, runner, tick, ahead=ahead)
        for done in _joined(project, source, (_but_lost(project, source, batch) for batch in built)):
            settled += len(done)
            found += _store(project, source, done, None if every_day else accepted, made_by)
            del done  # else they stay while the next ones are made
        held = {find.article_id for find in found}  # in pages of several articles; they wait now, each for itself
        pages = [page for page in project.ledger.waiting(source, _days(found)) if page.article_id in held]
    return settled


def _built(
    name: str, jobs: Iterable[BuildJob], runner: Runner, tick: Callable[[], None], *, ahead: bool
) -> Iterator[list[Built]]:
    """Yield what became of the pages, batch by batch, but for those that are left for the build after the crawl."""
    for job, result in runner.map(name, build_batch, jobs, single_pages):
        built = [crashed(job, result.why)] if isinstance(result, Crashed) else result
        tick()
        yield [one for one in built if not ahead or not (one.finds or one.outcome.reason == UNREADABLE)]


def _joined(project: Project, source: str, batches: Iterable[list[Built]]) -> Iterator[list[Built]]:
    """Let the articles join their stories as they come, and yield as many pages together as are worth the writing."""
    done: list[Built] = []
    fresh: list[Built] = []
    for batch in batches:
        fresh += batch
        if len(fresh) >= PART:
            done += _join(project, source, fresh)
            fresh = []
        if len(done) >= _FLUSH:
            yield done
            done = []
    yield done + _join(project, source, fresh)


def _join(project: Project, source: str, built: list[Built]) -> list[Built]:
    """Let articles join their stories, but for those that other sources make; return what is to be written of all."""
    owners = _owners(project, source, built)
    built = [skipped(one, owners[one.page.article_id]) if one.page.article_id in owners else one for one in built]
    made = [(one.record, one.mark) for one in built if one.record and one.mark]
    rejected = [one.page for one in built if one.reject]  # one may have joined before, in a build that was killed
    gone = {page.article_id: max(page.days_of_files, default=page.day) for page in rejected}
    join_stories(project, source, made, gone)
    # What has a record in the files waits on: the other one takes that out once it has written its own.
    return [one for one in built if one.outcome.state != "skipped" or not one.page.published_date]


def _owners(project: Project, source: str, built: list[Built]) -> dict[str, str]:
    """Claim the articles of which records are to be written, and return whose those are that other sources make."""
    days = {one.page.article_id: one.record.published_date for one in built if one.record}
    owners = project.ledger.claim(source, days)
    others = [_let_go_of_killed(project, other, owners) for other in sorted(set(owners.values()))]
    return project.ledger.claim(source, days) if any(others) else owners


def _let_go_of_killed(project: Project, source: str, ids: Collection[str]) -> bool:
    """Let go those of these articles that a source has claimed and not written, if it was killed; return whether there are any.

    What cannot be read stays as it is.
    """
    left = set[str]()
    with suppress(BusyError, StoreError), build_lock(project.data, source):  # who holds it is about to write them
        for day, claimed in project.ledger.claims_of(source, ids).items():
            left |= claimed.difference(row.article_id for row in dataset.records(project.data).rows(day, source, claimed))
        project.ledger.let_go(source, left)
    return bool(left)


def _jobs(project: Project, source: str, days: frozenset[date], pages: list[Waiting], *, every_day: bool) -> Iterator[BuildJob]:
    size = project.settings.batch
    for start in range(0, len(pages), size):
        batch = tuple(pages[start : start + size])
        yield BuildJob(
            sources=project.config / "sources",
            taxonomy=project.taxonomy,
            data=project.data,
            annotator=project.settings.annotator,
            source=source,
            days=days,
            every_day=every_day,
            pages=batch,
            waiting=project.waiting,
        )


def _days(finds: list[Find]) -> list[date]:
    return [find.listed for find in finds if find.listed]


def _store(project: Project, source: str, done: list[Built], days: frozenset[date] | None, made_by: str) -> list[Find]:
    """Write what was built: what pages hold besides, Parquet, and then that the pages are settled.

    Returns the articles that pages hold besides; those of other days than `days` (None: of any) are skipped. Others' records
    are told of their stories when all is built.
    """
    finds = [find for built in done for find in built.finds]
    project.ledger.find(source, finds, set(_days(finds) if days is None else days), "page", "build")
    told = project.ledger.stories_of([built.record.article_id for built in done if built.record])
    records: dataset.Changes[Record] = dataset.Changes()
    rejects: dataset.Changes[Reject] = dataset.Changes()
    for built in done:
        page = built.page
        for day in page.days_of_files if built.outcome.state in ("record", "reject", "skipped") else ():
            records.remove[day].add(page.article_id)  # it may belong elsewhere now, or nowhere
        if built.record:
            story = told.get(built.record.article_id, built.record.story_id)  # another source may have taken it out meanwhile
            records.put[built.record.published_date].append(built.record.model_copy(update={"story_id": story}))
        if built.outcome.state in ("record", "skipped"):
            rejects.remove[page.day].add(page.article_id)
        if built.reject:
            rejects.put[page.day].append(built.reject)
    if waiting := {built.record.published_date for built in done if built.record and built.record.annotated_at is None}:
        project.ledger.owe(source, waiting)
    table = dataset.records(project.data)
    kept = project.ledger.kept_by_others(source, [built.record.article_id for built in done if built.record])
    records.apply(table, source)
    for (other, day), ids in kept.items():  # not before: else nobody has the record for a moment, or after a kill
        table.apply(day, other, [], ids)
    rejects.apply(dataset.rejects(project.data), source)
    project.ledger.retold(told)
    project.ledger.settle(source, [built.outcome for built in done], made_by, project.in_use)
    return finds


def _but_lost(project: Project, source: str, done: list[Built]) -> list[Built]:
    """Return what was built, where an article that was fetched anew gives a reject and its record is of a page that was lost: a failure.

    That record is all that is left of the article, which its site may have taken down; it stays, and the article is asked for
    again.
    """
    doubtful: dict[date, set[str]] = {}
    for built in done:
        for day in built.page.days_of_files if built.reject else ():
            doubtful.setdefault(day, set()).add(built.page.article_id)
    table = dataset.records(project.data)
    lies = {
        row.article_id: (day, Position(row.archive_file, row.archive_offset))
        for day, ids in doubtful.items()
        for row in table.rows(day, source, ids)
    }

    def judged(built: Built) -> Built:
        day, position = lies.get(built.page.article_id, (built.page.day, built.page.position))
        return keep_record(built, day, position.file) if built.reject and position != built.page.position else built

    return [judged(built) for built in done]
