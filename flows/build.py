"""The build step: archived pages become records or rejects, in batches, in worker processes.

The order of the facts is kept on disk: articles join their stories, the Parquet files are replaced, and only then does
the ledger say that a page is settled. Killed in between, the same pages are built again and change nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from crawlers import archive
from crawlers.baidu import redated
from crawlers.crawl import salvage
from crawlers.discovery import ListingError, discover
from crawlers.errors import StoreError
from crawlers.fates import REDATED, Find, Outcome, Waiting
from crawlers.lock import source_lock
from crawlers.page import Page, article_id, canonical_url
from crawlers.root import Root
from crawlers.source import Source, load_source, plain_source
from flows.make import make_of
from flows.runner import Crashed, Runner
from flows.settings import Project
from flows.stories import join_stories
from transforms import dataset, layout, stories
from transforms.annotate import Engine, Waits, annotate, open_engine
from transforms.extract import extract
from transforms.flash import Told, flash
from transforms.record import Annotation, Article, Record, Reject
from transforms.reject import WALLS, RejectedError
from transforms.times import contradicted

IMPORTED = "imported"
_FLUSH = 2000  # records that are kept in memory (about 20 MB) before their partitions are replaced


@dataclass(frozen=True)
class BuildJob:
    """One batch for a worker process; `days` are those whose articles may become records.

    With `every_day`, pages that were taken in from WARC files may be of any day. Where `waiting` is given, records carry it
    until a later step annotates them.
    """

    sources: Path
    taxonomy: tuple[Path, ...]
    archive: Root
    annotator: str
    source: str
    days: frozenset[date]
    every_day: bool
    pages: tuple[Waiting, ...]
    waiting: Annotation | None = None


@dataclass(frozen=True)
class Built:
    """What became of one page; at most one of `record` and `reject` is set, none where the archive failed.

    `finds` are the articles that it holds beside the one of its own address, of which it may have none.
    """

    page: Waiting
    mark: stories.Mark | None = field(default=None, kw_only=True)  # of a record: what tells its story
    outcome: Outcome
    record: Record | None = None
    reject: Reject | None = None
    finds: tuple[Find, ...] = ()


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
        made_by = make_of(project, source)
        every_day = wanted == "every"
        accepted = frozenset(days if wanted is None or wanted == "every" else wanted) | project.ledger.asked(source)
        pages = project.ledger.waiting(source, days)
        while pages:
            found: list[Find] = []
            jobs = _jobs(project, source, accepted, pages, every_day=every_day)
            for done in _built(f"build {source}", jobs, runner, tick):
                found += _store(project, source, done, None if every_day else accepted, made_by)
            held = {find.article_id for find in found}  # in pages of several articles; they wait now, each for itself
            pages = [page for page in project.ledger.waiting(source, _days(found)) if page.article_id in held]
        return told


def _built(name: str, jobs: Iterable[BuildJob], runner: Runner, tick: Callable[[], None]) -> Iterator[list[Built]]:
    """Yield what became of the pages, as many together as are worth the writing."""
    done: list[Built] = []
    for job, result in runner.map(name, build_batch, jobs, _single_pages):
        done += [_crashed(job, result.why)] if isinstance(result, Crashed) else result
        tick()
        if len(done) >= _FLUSH:
            yield done
            done = []
    yield done


def _jobs(project: Project, source: str, days: frozenset[date], pages: list[Waiting], *, every_day: bool) -> Iterator[BuildJob]:
    size = project.settings.batch
    for start in range(0, len(pages), size):
        batch = tuple(pages[start : start + size])
        yield BuildJob(
            sources=project.config / "sources",
            taxonomy=project.taxonomy,
            archive=project.data,
            annotator=project.settings.annotator,
            source=source,
            days=days,
            every_day=every_day,
            pages=batch,
            waiting=project.waiting,
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
    engine = Waits(job.waiting) if job.waiting else _engine(job.annotator, job.taxonomy)
    return [_build_page(job, source, engine, waiting) for waiting in job.pages]


def _build_page(job: BuildJob, source: Source, engine: Engine, waiting: Waiting) -> Built:
    try:
        page = archive.read(job.archive, waiting.position)
        more = tuple(archive.read(job.archive, position) for position in waiting.parts)
    except StoreError as error:
        return _unreadable(waiting, error)
    page = replace(page, day=waiting.listed)
    finds: tuple[Find, ...] = ()
    try:
        if page.kind == "import":
            article, annotation = layout.imported(page)
        elif page.kind == "seed":
            article, annotation = _flash(page, source, waiting.article_id), None
        else:
            articles = _extracted(job.sources, job.source, page, more)
            finds = _finds(articles, page, waiting)
            article, annotation = _own(articles, finds, waiting), None
        _refuse_off_day(article, page, job)
        return replace(_recorded(waiting, article, annotation or next(annotate([article], engine))), finds=finds)
    except RejectedError as error:
        return replace(_rejected(page, job.source, waiting, error), finds=finds)
    except Exception as error:  # noqa: BLE001 - one odd page must not stop those of all sources
        return _rejected(page, job.source, waiting, RejectedError("crashed", repr(error)[:500]))


def _refuse_off_day(article: Article, page: Page, job: BuildJob) -> None:
    if article.published_date not in job.days and not (job.every_day and page.kind == "warc"):
        raise RejectedError("off_day", f"published on {article.published_date}", article.published_date)


@lru_cache(maxsize=2)
def _extracted(sources: Path, name: str, page: Page, more: tuple[Page, ...]) -> list[Article]:
    """Return the articles of a page; those of one that holds hundreds, which wait one by one, are extracted once a batch."""
    return extract(page, _source(sources, name), more)


def _own(articles: list[Article], finds: tuple[Find, ...], waiting: Waiting) -> Article:
    """Return the one of a page's articles that waits. Raises RejectedError where the page holds only others."""
    for article in articles:
        if article.article_id == waiting.article_id:
            return article
    if finds:  # the page itself waits
        raise RejectedError("split", f"{len(articles)} articles")
    raise RejectedError("no_body", "the page that held it gives no such article any more")


def _finds(articles: list[Article], page: Page, waiting: Waiting) -> tuple[Find, ...]:
    """Return the articles that a page holds beside its own; none where `waiting` is one of those itself."""
    if article_id(canonical_url(page.link)) != waiting.article_id:
        return ()
    held = waiting.position, page.fetched_at
    return tuple(
        Find(one.article_id, one.url, one.url, one.title, one.published_date, held)
        for one in articles
        if one.article_id != waiting.article_id
    )


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
    outcome = Outcome(waiting.article_id, "record", article.published_date, doubt and REDATED, doubt)
    return Built(waiting, outcome, record, mark=stories.mark(article.body, article.published_date))


def _unreadable(waiting: Waiting, error: StoreError) -> Built:
    """Return what becomes of a page that the archive cannot give: the next crawl fetches it again."""
    return Built(waiting, Outcome(waiting.article_id, "failed", waiting.published_date, "archive", str(error)))


def _rejected(page: Page, source: str, waiting: Waiting, error: RejectedError) -> Built:
    if error.reason in WALLS:  # not the page: it is left alone for a while and then fetched again
        return Built(waiting, Outcome(waiting.article_id, "blocked", waiting.published_date, error.reason, error.detail))
    outcome = Outcome(waiting.article_id, "reject", error.published_date, error.reason, error.detail)
    reject = Reject(
        article_id=waiting.article_id,
        url=waiting.link if article_id(waiting.link) == waiting.article_id else canonical_url(waiting.link),
        source=source,
        reason=error.reason,
        detail=error.detail,
        published_date=error.published_date,
        crawled_at=page.fetched_at,
        archive_file=waiting.position.file,
        archive_offset=waiting.position.offset,
    )
    return Built(waiting, outcome, None, reject)


def _days(finds: list[Find]) -> list[date]:
    return [find.listed for find in finds if find.listed]


def _store(project: Project, source: str, done: list[Built], days: frozenset[date] | None, made_by: str) -> list[Find]:
    """Write what was built: what pages hold besides, stories, Parquet, and then that the pages are settled.

    Returns the articles that pages hold besides; those of other days than `days` (None: of any) are skipped. Others' records
    are told of their stories when all is built.
    """
    finds = [find for built in done for find in built.finds]
    project.ledger.find(source, finds, set(_days(finds) if days is None else days), "page", "build")
    made = [(built.record, built.mark) for built in done if built.record and built.mark]
    rejected = [built.page for built in done if built.reject]
    gone = {page.article_id: page.published_date for page in rejected if page.published_date}
    told = join_stories(project, made, gone)
    records: dataset.Changes[Record] = dataset.Changes()
    rejects: dataset.Changes[Reject] = dataset.Changes()
    for built in done:
        page = built.page
        if page.published_date and (built.record or built.reject):  # built before, and it may belong elsewhere now
            records.remove[page.published_date].add(page.article_id)
        if built.record:
            story = told[built.record.article_id]
            records.put[built.record.published_date].append(built.record.model_copy(update={"story_id": story}))
            rejects.remove[page.day].add(page.article_id)
        if built.reject:
            rejects.put[page.day].append(built.reject)
    if waiting := {built.record.published_date for built in done if built.record and built.record.annotated_at is None}:
        project.ledger.owe(source, waiting)
    records.apply(dataset.records(project.data), source)
    rejects.apply(dataset.rejects(project.data), source)
    project.ledger.retold(told)
    project.ledger.settle(source, [built.outcome for built in done], made_by)
    return finds
