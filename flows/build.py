"""The build step: archived pages become records or rejects, in batches, in worker processes.

The order of the facts is kept on disk: the story of a text is claimed, the Parquet files are replaced, and only then does
the ledger say that a page is settled. Killed in between, the same pages are built again and change nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Generic, Literal, TypeVar

from crawlers import archive
from crawlers.baidu import redated
from crawlers.crawl import salvage
from crawlers.discovery import ListingError, discover
from crawlers.errors import StoreError
from crawlers.fates import REDATED, Outcome, Waiting
from crawlers.lock import source_lock
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Source, load_source, plain_source
from flows.make import make_of
from flows.runner import Crashed, Runner
from flows.settings import Project
from transforms import dataset, layout
from transforms.annotate import Engine, annotate, open_engine
from transforms.extract import extract
from transforms.flash import Told, flash
from transforms.record import Annotation, Article, Record, Reject
from transforms.reject import WALLS, RejectedError
from transforms.times import contradicted

IMPORTED = "imported"
_FLUSH = 2000  # records that are kept in memory (about 20 MB) before their partitions are replaced

Row = TypeVar("Row", Record, Reject)


@dataclass(frozen=True)
class BuildJob:
    """One batch for a worker process; `days` are those whose articles may become records.

    With `every_day`, pages that were taken in from WARC files may be of any day.
    """

    sources: Path
    taxonomy: tuple[Path, ...]
    archive: Path
    annotator: str
    source: str
    days: frozenset[date]
    every_day: bool
    pages: tuple[Waiting, ...]


@dataclass(frozen=True)
class Built:
    """What became of one page; at most one of `record` and `reject` is set, none where the archive failed."""

    page: Waiting
    outcome: Outcome
    record: Record | None = None
    reject: Reject | None = None


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
        salvage(project.data / "archive", source, project.ledger)
        told = before()
        waiting = project.ledger.waiting(source, days)
        every_day = wanted == "every"
        accepted = frozenset(days if wanted is None or wanted == "every" else wanted) | project.ledger.asked(source)
        jobs = _jobs(project, source, accepted, waiting, every_day=every_day)
        made_by = make_of(project, source)
        done: list[Built] = []
        for job, result in runner.map(f"build {source}", build_batch, jobs, _single_pages):
            done += [_crashed(job, result.why)] if isinstance(result, Crashed) else result
            tick()
            if len(done) >= _FLUSH:
                _store(project, source, done, made_by)
                done = []
        _store(project, source, done, made_by)
        return told


def _jobs(project: Project, source: str, days: frozenset[date], pages: list[Waiting], *, every_day: bool) -> Iterator[BuildJob]:
    size = project.settings.batch
    for start in range(0, len(pages), size):
        batch = tuple(pages[start : start + size])
        yield BuildJob(
            sources=project.config / "sources",
            taxonomy=project.taxonomy,
            archive=project.data / "archive",
            annotator=project.settings.annotator,
            source=source,
            days=days,
            every_day=every_day,
            pages=batch,
        )


def _single_pages(job: BuildJob) -> list[BuildJob]:
    return [replace(job, pages=(page,)) for page in job.pages]


def _crashed(job: BuildJob, why: str) -> Built:
    """Return the reject of the one page of a job that ended its worker."""
    try:
        page = archive.read(job.archive, job.pages[0].position)
    except StoreError as error:
        return _unreadable(job.pages[0], error)
    return _rejected(page, job.source, job.pages[0], RejectedError("crashed", why))


def build_batch(job: BuildJob) -> list[Built]:
    """Extract and annotate the pages of one batch. Runs in a worker process."""
    source = _source(job.sources, job.source)
    engine = _engine(job.annotator, job.taxonomy)
    return [_build_page(job, source, engine, waiting) for waiting in job.pages]


def _build_page(job: BuildJob, source: Source, engine: Engine, waiting: Waiting) -> Built:
    try:
        page = archive.read(job.archive, waiting.position)
    except StoreError as error:
        return _unreadable(waiting, error)
    try:
        more = [archive.read(job.archive, position) for position in waiting.parts]
    except StoreError as error:
        return _unreadable(waiting, error)
    try:
        article, given = _article(replace(page, day=waiting.listed), source, job, waiting, more)
        return _recorded(waiting, article, given or next(annotate([article], engine)))
    except RejectedError as error:
        return _rejected(page, job.source, waiting, error)
    except Exception as error:  # noqa: BLE001 - one odd page must not stop those of all sources
        return _rejected(page, job.source, waiting, RejectedError("crashed", repr(error)[:500]))


def _article(page: Page, source: Source, job: BuildJob, waiting: Waiting, more: list[Page]) -> tuple[Article, Annotation | None]:
    """Return a page's article, and the annotation that an imported file brings along, else None."""
    if page.kind == "import":
        return layout.imported(page)
    if page.kind == "seed":
        article = _flash(page, source, waiting.article_id)
    else:
        (article,) = extract(page, source, more)
    if article.published_date not in job.days and not (job.every_day and page.kind == "warc"):
        raise RejectedError("off_day", f"published on {article.published_date}", article.published_date)
    return article, None


def _flash(page: Page, source: Source, identity: str) -> Article:
    """Return the article that an archived list holds whole. Raises RejectedError where the list has it no more."""
    for seed in source.seeds:
        if seed.item and seed.item.text:
            with suppress(ListingError):
                for one in discover(seed, page, source):
                    if article_id(canonical_url(one.url)) == identity:
                        told = Told(one.url, one.title, one.text or "", one.moment, one.publisher)
                        return flash(page, source, told)
    raise RejectedError("no_body", "no seed of the source finds it in the archived list")


@lru_cache(maxsize=64)
def _source(sources: Path, name: str) -> Source:
    path = sources / f"{name}.yml"
    return load_source(path) if path.exists() else plain_source(name)  # imported, or configured no more


@lru_cache(maxsize=4)
def _engine(annotator: str, taxonomy: tuple[Path, ...]) -> Engine:
    return open_engine(annotator, taxonomy)


def _recorded(waiting: Waiting, article: Article, annotation: Annotation) -> Built:
    file, offset = waiting.position
    record = Record(**dict(article), **dict(annotation), archive_file=file, archive_offset=offset)
    doubt = redated(article.url, article.published_at) or contradicted(article.url, waiting.listed, article.published_at)
    return Built(waiting, Outcome(waiting.article_id, "record", article.published_date, doubt and REDATED, doubt), record)


def _unreadable(waiting: Waiting, error: StoreError) -> Built:
    """Return what becomes of a page that the archive cannot give: the next crawl fetches it again."""
    return Built(waiting, Outcome(waiting.article_id, "failed", waiting.published_date, "archive", str(error)))


def _rejected(page: Page, source: str, waiting: Waiting, error: RejectedError) -> Built:
    if error.reason in WALLS:  # not the page: it is left alone for a while and then fetched again
        return Built(waiting, Outcome(waiting.article_id, "blocked", waiting.published_date, error.reason, error.detail))
    outcome = Outcome(waiting.article_id, "reject", error.published_date, error.reason, error.detail)
    reject = Reject(
        article_id=waiting.article_id,
        url=canonical_url(waiting.link),
        source=source,
        reason=error.reason,
        detail=error.detail,
        published_date=error.published_date,
        crawled_at=page.fetched_at,
        archive_file=waiting.position.file,
        archive_offset=waiting.position.offset,
    )
    return Built(waiting, outcome, None, reject)


class _Changes(Generic[Row]):
    """What is to be put into, and taken out of, the partitions of one table, by day."""

    def __init__(self) -> None:
        self.put: dict[date, list[Row]] = defaultdict(list)
        self.remove: dict[date, set[str]] = defaultdict(set)

    def apply(self, partitions: "dataset.Partitions[Row]", source: str) -> None:
        for day in sorted(self.put.keys() | self.remove.keys()):
            partitions.apply(day, source, self.put[day], self.remove[day])


def _store(project: Project, source: str, done: list[Built], made_by: str) -> None:
    """Write what was built: stories, then Parquet, then the ledger."""
    stories = project.ledger.stories(
        {built.record.text_hash: built.record.article_id for built in reversed(done) if built.record}
    )
    records: _Changes[Record] = _Changes()
    rejects: _Changes[Reject] = _Changes()
    for built in done:
        page = built.page
        if page.published_date and (built.record or built.reject):  # built before, and it may belong elsewhere now
            records.remove[page.published_date].add(page.article_id)
        if built.record:
            story = stories[built.record.text_hash]
            records.put[built.record.published_date].append(built.record.model_copy(update={"story_id": story}))
            rejects.remove[page.day].add(page.article_id)
        if built.reject:
            rejects.put[page.day].append(built.reject)
    records.apply(dataset.records(project.data), source)
    rejects.apply(dataset.rejects(project.data), source)
    project.ledger.settle(source, [built.outcome for built in done], made_by)
