"""What a worker process does of the build: one batch of archived pages becomes records, rejects, and finds."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from crawlers import archive
from crawlers.baidu import redated
from crawlers.discovery import ListingError, discover
from crawlers.errors import LostError
from crawlers.fates import REDATED, UNREADABLE, Find, Outcome, Waiting
from crawlers.page import Page, article_id, canonical_url
from crawlers.root import Root
from crawlers.source import Source, load_source, plain_source
from transforms import layout, stories
from transforms.annotate import Engine, Waits, annotate, open_engine
from transforms.extract import extract
from transforms.flash import Told, flash
from transforms.record import Annotation, Article, Record, Reject
from transforms.reject import WALLS, RejectedError
from transforms.times import contradicted


@dataclass(frozen=True)
class BuildJob:
    """One batch for a worker process; `days` are those whose articles may become records.

    With `every_day`, pages that were taken in from WARC files may be of any day. Where `waiting` is given, records carry it
    until a later step annotates them.
    """

    sources: Path
    taxonomy: tuple[Path, ...]
    data: Root
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


def prepare(annotator: str | None, taxonomy: tuple[Path, ...]) -> None:
    """Load what a batch needs before the first one comes: this module, and the engine unless `annotator` is None."""
    if annotator:
        _engine(annotator, taxonomy)


def build_batch(job: BuildJob) -> list[Built]:
    """Extract and annotate the pages of one batch. Runs in a worker process. Raises StoreError when the archive may not be read."""
    source = _source(job.sources, job.source)
    engine = Waits(job.waiting) if job.waiting else _engine(job.annotator, job.taxonomy)
    return [_build_page(job, source, engine, waiting) for waiting in job.pages]


def _build_page(job: BuildJob, source: Source, engine: Engine, waiting: Waiting) -> Built:
    try:
        page = archive.read(job.data, waiting.position)
        more = tuple(archive.read(job.data, position) for position in waiting.parts)
    except LostError as error:
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


def _unreadable(waiting: Waiting, error: LostError) -> Built:
    """Return what becomes of a page that the archive cannot give: the next crawl fetches it again."""
    return Built(waiting, Outcome(waiting.article_id, "failed", waiting.published_date, UNREADABLE, str(error)))


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


def single_pages(job: BuildJob) -> list[BuildJob]:
    """Return jobs of one page each."""
    return [replace(job, pages=(page,)) for page in job.pages]


def crashed(job: BuildJob, why: str) -> Built:
    """Return the reject of the one page of a job that ended its worker."""
    try:
        page = archive.read(job.data, job.pages[0].position)
    except LostError as error:
        return _unreadable(job.pages[0], error)
    return _rejected(page, job.source, job.pages[0], RejectedError("crashed", why))
