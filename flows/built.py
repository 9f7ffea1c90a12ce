"""What is asked of a worker process in the build, and what becomes of each page; light, since the parent needs no more than this."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from crawlers import archive
from crawlers.errors import LostError
from crawlers.fates import UNREADABLE, Find, Outcome, Waiting
from crawlers.page import Page, article_id, canonical_url
from crawlers.root import Root
from transforms import stories
from transforms.record import Annotation, Record, Reject
from transforms.reject import WALLS, RejectedError


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


def unreadable(waiting: Waiting, error: LostError) -> Built:
    """Return what becomes of a page that the archive cannot give: the next crawl fetches it again."""
    return Built(waiting, Outcome(waiting.article_id, "failed", waiting.published_date, UNREADABLE, str(error)))


def unlisted(waiting: Waiting, other: str) -> Built:
    """Return what becomes of an article of which there is but another source's list: the next crawl fetches it."""
    detail = f"it stands in a list of {other} alone, and is yet to be fetched"
    return Built(waiting, Outcome(waiting.article_id, "failed", waiting.published_date, "list", detail))


def rejected(page: Page, source: str, waiting: Waiting, error: RejectedError) -> Built:
    """Return what becomes of a page that gives no record."""
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


def keep_record(built: Built, day: date, lost: str) -> Built:
    """Return what becomes of an article whose record of a day stays: the page of that was lost with a file, and its new one gives none."""
    told = built.outcome
    detail = f"{told.detail or 'no record'}; its record stays, whose page was lost with archive/{lost}"
    return Built(built.page, Outcome(told.article_id, "failed", day, told.reason, detail), finds=built.finds)


def skipped(built: Built, owner: str) -> Built:
    """Return what becomes of an article of which another source makes a record: what its page holds besides stays this one's."""
    return Built(built.page, Outcome(built.page.article_id, "skipped", None, "seen", owner), finds=built.finds)


def single_pages(job: BuildJob) -> list[BuildJob]:
    """Return jobs of one page each."""
    return [replace(job, pages=(page,)) for page in job.pages]


def crashed(job: BuildJob, why: str) -> Built:
    """Return the reject of the one page of a job that ended its worker."""
    try:
        page = archive.read(job.data, job.pages[0].position)
    except LostError as error:
        return unreadable(job.pages[0], error)
    return rejected(page, job.source, job.pages[0], RejectedError("crashed", why))
