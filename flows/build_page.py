"""What a worker process does with each archived page: it becomes a record or a reject, and may hold further finds."""

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from crawlers import archive
from crawlers.baidu import redated
from crawlers.discovery import ListingError, discover
from crawlers.errors import LostError
from crawlers.fates import REDATED, UNGROUNDED, Find, Outcome, Waiting
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Source, load_source, plain_source
from flows.built import BuildJob, Built, rejected, unlisted, unreadable
from transforms import layout, stories
from transforms.annotate import Engine, Waits, annotate, open_engine
from transforms.extract import extract
from transforms.flash import Told, flash
from transforms.record import Annotation, Article, Record
from transforms.reject import RejectedError
from transforms.taxonomy import Taxonomy, load_taxonomy
from transforms.times import contradicted


def build_pages(job: BuildJob) -> list[Built]:
    """Extract and annotate the pages of one batch. Raises StoreError when the archive may not be read."""
    source = _source(job.sources, job.source)
    engine = Waits(job.waiting) if job.waiting else engine_of(job.annotator, job.taxonomy)
    return [_build_page(job, source, engine, waiting) for waiting in job.pages]


def _build_page(job: BuildJob, source: Source, engine: Engine, waiting: Waiting) -> Built:
    try:
        page = archive.read(job.data, waiting.position)
        more = tuple(archive.read(job.data, position) for position in waiting.parts)
    except LostError as error:
        return unreadable(waiting, error)
    page = replace(page, day=waiting.listed)
    finds: tuple[Find, ...] = ()
    dropped: tuple[str, ...] = ()
    try:
        if page.kind == "import":
            article, annotation, dropped = layout.imported(page, _lists(job.taxonomy))
        elif page.kind == "seed":
            found = _flash(page, source, waiting.article_id)
            if found is None and page.source != job.source:  # a list of another one, whose rules rejected what stands there
                return unlisted(waiting, page.source)
            article, annotation = _told(found), None
        else:
            articles = _extracted(job.sources, job.source, page, more)
            finds = _finds(articles, page, waiting)
            article, annotation = _own(articles, finds, waiting), None
        _refuse_off_day(article, page, job)
        annotation = annotation or next(annotate([article], engine))
        return replace(_recorded(waiting, article, annotation, dropped), finds=finds)
    except RejectedError as error:
        return replace(rejected(page, job.source, waiting, error), finds=finds)
    except Exception as error:  # noqa: BLE001 - one odd page must not stop those of all sources
        return rejected(page, job.source, waiting, RejectedError("crashed", repr(error)[:500]))


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


def _flash(page: Page, source: Source, identity: str) -> Article | None:
    """Return the article that an archived list holds whole, None where no seed of the source finds it there. Raises RejectedError."""
    for seed in source.seeds:
        if seed.item and seed.item.text:
            with suppress(ListingError):
                for one in discover(seed, page, source):
                    if article_id(canonical_url(one.url)) == identity:
                        told = Told(one.url, one.title, one.text or "", one.moment, one.publisher)
                        return flash(page, source, told)
    return None


def _told(found: Article | None) -> Article:
    if found is None:
        raise RejectedError("no_body", "no seed of the source finds it in the archived list")
    return found


@lru_cache(maxsize=64)
def _source(sources: Path, name: str) -> Source:
    path = sources / f"{name}.yml"
    return load_source(path) if path.exists() else plain_source(name)  # imported, or configured no more


@lru_cache(maxsize=4)
def engine_of(annotator: str, taxonomy: tuple[Path, ...]) -> Engine:
    """Return the engine of this process."""
    return open_engine(annotator, taxonomy)


@lru_cache(maxsize=1)
def _lists(taxonomy: tuple[Path, ...]) -> Taxonomy:
    """Return the word lists by which imported records are checked; who builds others does without these."""
    return load_taxonomy(taxonomy)


def _recorded(waiting: Waiting, article: Article, annotation: Annotation, dropped: tuple[str, ...]) -> Built:
    file, offset = waiting.position
    record = Record(**dict(article), **dict(annotation), archive_file=file, archive_offset=offset)
    doubt = redated(article.url, article.published_at) or contradicted(article.url, waiting.listed, article.published_at)
    reason, detail = (UNGROUNDED, "\n".join(dropped)) if dropped else (doubt and REDATED, doubt)
    outcome = Outcome(waiting.article_id, "record", article.published_date, reason, detail)
    return Built(waiting, outcome, record, mark=stories.mark(article.body, article.published_date))
