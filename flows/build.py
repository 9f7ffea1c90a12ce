"""The build step: archived pages become records or rejects, in batches, in worker processes.

The order of the facts is kept on disk: the story of a text is claimed, the Parquet files are replaced, and only then does
the ledger say that a page is settled. Killed in between, the same pages are built again and change nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from crawlers import archive
from crawlers.crawl import salvage
from crawlers.errors import StoreError
from crawlers.fates import Outcome, Waiting
from crawlers.lock import source_lock
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Source, load_source, plain_source
from flows.runner import Crashed, Runner
from flows.settings import Project
from transforms import dataset, layout
from transforms.annotate import Engine, annotate, open_engine
from transforms.extract import extract
from transforms.record import Annotation, Article, Record, Reject
from transforms.reject import RejectedError

IMPORTED = "imported"
_FLUSH = 2000  # records that are kept in memory (about 20 MB) before their partitions are replaced

Row = TypeVar("Row", Record, Reject)


@dataclass(frozen=True)
class BuildJob:
    """One batch for a worker process; `days` are those whose articles may become records."""

    sources: Path
    taxonomy: tuple[Path, ...]
    archive: Path
    annotator: str
    source: str
    days: frozenset[date]
    pages: tuple[Waiting, ...]


@dataclass(frozen=True)
class Built:
    """What became of one page; at most one of `record` and `reject` is set, none where the archive failed."""

    page: Waiting
    outcome: Outcome
    record: Record | None = None
    reject: Reject | None = None


def build(project: Project, source: str, days: list[date], runner: Runner, tick: Callable[[], None]) -> None:
    """Build what is archived for `days` of a source and not built yet. `tick` is called after each batch.

    Raises BusyError when another process works on the source, StoreError when a file cannot be read or written.
    """
    with source_lock(project.data, source):
        salvage(project.data / "archive", source, project.ledger)
        records, rejects = dataset.records(project.data), dataset.rejects(project.data)
        records.clear_staging(source)
        rejects.clear_staging(source)
        waiting = project.ledger.waiting(source, days)
        jobs = _jobs(project, source, frozenset(days) | project.ledger.asked(source), waiting)
        done: list[Built] = []
        for built in _built(runner, f"build {source}", jobs):
            done += built
            tick()
            if len(done) >= _FLUSH:
                _store(project, source, done)
                done = []
        _store(project, source, done)


def _jobs(project: Project, source: str, days: frozenset[date], pages: list[Waiting]) -> Iterator[BuildJob]:
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
            pages=batch,
        )


def _built(runner: Runner, name: str, jobs: Iterator[BuildJob]) -> Iterator[list[Built]]:
    """Yield the results of the jobs; a batch that ends its worker is done page by page, to find the one that does."""
    for job, result in runner.map(name, build_batch, jobs):
        if not isinstance(result, Crashed):
            yield result
            continue
        singles = (replace(job, pages=(page,)) for page in job.pages)
        for single, alone in runner.map(name, build_batch, singles):
            yield [_crashed(single)] if isinstance(alone, Crashed) else alone


def _crashed(job: BuildJob) -> Built:
    page = archive.read(job.archive, job.pages[0].position)
    return _rejected(page, job.pages[0], RejectedError("crashed"))


def build_batch(job: BuildJob) -> list[Built]:
    """Extract and annotate the pages of one batch. Runs in a worker process."""
    source = _source(job.sources, job.source)
    engine = _engine(job.annotator, job.taxonomy)
    built: list[Built] = []
    articles: list[tuple[Waiting, Article, Annotation | None]] = []
    for waiting in job.pages:
        try:
            page = archive.read(job.archive, waiting.position)
        except StoreError as error:
            # The next crawl fetches it again: what is not readable is not archived.
            outcome = Outcome(waiting.article_id, "failed", waiting.published_date, "archive", str(error))
            built.append(Built(waiting, outcome))
            continue
        try:
            articles += [(waiting, *made) for made in _articles(replace(page, day=waiting.listed), source, job.days)]
        except RejectedError as error:
            built.append(_rejected(page, waiting, error))
    fresh = annotate([article for _, article, given in articles if given is None], engine)
    for waiting, article, given in articles:
        built.append(_recorded(waiting, article, given or next(fresh)))
    return built


def _articles(page: Page, source: Source, days: frozenset[date]) -> list[tuple[Article, Annotation | None]]:
    """Return a page's articles, each with the annotation that an imported file brings along, else None."""
    if page.kind == "import":
        return [layout.imported(page)]
    articles = extract(page, source)
    for article in articles:
        if article.published_date not in days:
            raise RejectedError("off_day", f"published on {article.published_date}", article.published_date)
    return [(article, None) for article in articles]


@lru_cache(maxsize=64)
def _source(sources: Path, name: str) -> Source:
    return plain_source(name) if name == IMPORTED else load_source(sources / f"{name}.yml")


@lru_cache(maxsize=4)
def _engine(annotator: str, taxonomy: tuple[Path, ...]) -> Engine:
    return open_engine(annotator, taxonomy)


def _recorded(waiting: Waiting, article: Article, annotation: Annotation) -> Built:
    file, offset = waiting.position
    record = Record(**dict(article), **dict(annotation), archive_file=file, archive_offset=offset)
    return Built(waiting, Outcome(waiting.article_id, "record", article.published_date), record)


def _rejected(page: Page, waiting: Waiting, error: RejectedError) -> Built:
    outcome = Outcome(waiting.article_id, "reject", error.published_date, error.reason, error.detail)
    url = canonical_url(page.link)
    reject = Reject(
        article_id=article_id(url),
        url=url,
        source=page.source,
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


def _store(project: Project, source: str, done: list[Built]) -> None:
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
    project.ledger.settle(source, [built.outcome for built in done])
