"""Import of WARC files: pages of other archives go the way of crawled ones, into our archive, the ledger, the build.

A file is taken in batch by batch; how far is noted in the ledger once a batch is archived, so that the same command goes on
inside the file. Pages that are known already are not taken in again.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import httpx

from crawlers.archive import ArchiveWriter
from crawlers.clock import day_of
from crawlers.crawl import salvage
from crawlers.entries import is_file
from crawlers.errors import CaixunError, ConfigError
from crawlers.fates import Find
from crawlers.lock import source_lock
from crawlers.page import Page, article_id, canonical_url, site_of
from crawlers.source import Source
from crawlers.warc import WarcError, read_warc
from flows.build import build, handed_on
from flows.crawl import new_crawl_id
from flows.places import is_url, name_of, opened
from flows.runner import Runner
from flows.settings import Project
from flows.stories import tell_stories
from transforms.folder import sweep

_BATCH = 100  # pages that are noted together …
_BATCH_BYTES = 8 << 20  # … or this many bytes of them
_COVERED = "taken in from WARC files, never listed"
_NOWHERE = "https://nowhere.invalid/"


@dataclass
class Intake:
    """What an import came to, in pages; a complaint is one sentence about one file."""

    taken: int = 0
    known: int = 0
    other_hosts: int = 0
    too_early: int = 0
    records: int = 0
    rejects: int = 0
    complaints: list[str] = field(default_factory=list)


def import_warcs(
    project: Project,
    places: list[str],
    runner: Runner,
    days: list[date] | None = None,
    source: str | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> Intake:
    """Take in the WARC files at `places` (paths or http URLs) and build their pages; `tell` hears what is begun.

    `days` (None: all) are the publication days whose articles become records. Pages go to the source that admits their
    address, or whose site they are of; all of them to `source` where one is named. Raises BusyError when another process
    works on one of these sources while its pages are taken in, ConfigError for a place that is no file.
    """
    for place in places:
        if not is_url(place) and not is_file(Path(place), ConfigError):
            raise ConfigError(f"{place}: {'is no file' if Path(place).exists() else 'there is no such file'}")
    crawl_id, result, choose = new_crawl_id(), Intake(), _chooser(project, source)
    places = [place for place in places if is_url(place) or _begins(place, result)]
    if not places:  # no data root is made for nothing
        return result
    with ExitStack() as stack:
        taker = _Taker(project, crawl_id, choose, days[0] if days else None, result, stack)
        for place in places:
            tell(f"{place}: from byte {taker.reached(place)} on")
            try:
                taker.take(place)
            except (WarcError, httpx.HTTPError, httpx.InvalidURL) as error:
                result.complaints.append(f"{place}: {error}; what came before is kept")
            except OSError as error:
                result.complaints.append(f"{place}: cannot be read: {error.strerror or error}; what came before is kept")
    waiting = {name: project.ledger.handed_days(name) for name in project.in_use}  # since an earlier command: none of this one's
    failed: set[str] = set()
    for name in sorted(project.ledger.sources_of([name_of(place) for place in places]) & project.sources.keys()):
        with _heard(name, result, failed):
            _build(project, name, crawl_id, runner, days, result)
    for name, handed in handed_on(project, set(project.in_use) - failed, but=waiting):
        with _heard(name, result, failed):
            _build_pages(project, name, handed, runner, None, result)
            project.ledger.cover(name, _COVERED, crawl_id)
    result.complaints += tell_stories(project)
    sweep(project.data / "staging", wait=True)
    return result


def _begins(place: str, result: Intake) -> bool:
    """Whether a file begins as a WARC file does; where not there is a complaint."""
    try:
        with Path(place).open("rb") as file:
            next(read_warc(file, 0), None)
    except WarcError as error:
        result.complaints.append(f"{place}: {error}")
        return False
    except OSError as error:
        result.complaints.append(f"{place}: cannot be read: {error.strerror or error}")
        return False
    return True


def _build(project: Project, name: str, crawl_id: str, runner: Runner, days: list[date] | None, result: Intake) -> None:
    """Build what waits of one source, also what an import left that was killed."""
    late = project.ledger.off_days_published(name)  # an earlier import left them out
    unbuilt = sorted(project.ledger.unbuilt_days(name) | (late if days is None else late & set(days)))
    if unbuilt:
        _build_pages(project, name, unbuilt, runner, "every" if days is None else days, result)
    project.ledger.cover(name, _COVERED, crawl_id)


def _build_pages(
    project: Project, name: str, unbuilt: list[date], runner: Runner, wanted: list[date] | Literal["every"] | None, result: Intake
) -> None:
    pages = [page.article_id for page in project.ledger.waiting(name, unbuilt)]
    build(project, name, unbuilt, runner, lambda: None, wanted=wanted)
    states = project.ledger.states(name, pages)
    result.records += states["record"]
    result.rejects += states["reject"]


@contextmanager
def _heard(name: str, result: Intake, failed: set[str]) -> Iterator[None]:
    """Let what goes wrong with a source be a complaint, and the source one of those that have failed."""
    try:
        yield
    except CaixunError as error:
        failed.add(name)
        result.complaints.append(f"{name}: {error}")


def _chooser(project: Project, name: str | None) -> Callable[[Page, str], str | None]:
    """Return what tells the source of a page with a canonical URL, None where it is of none."""
    if name is not None:
        project.enabled([name])
        return lambda _page, _url: name
    particular = [source for source in project.sources.values() if not source.allowed.search(_NOWHERE)]
    by_site: dict[str, str] = {}
    for source in project.sources.values():
        for site in (source.site, site_of(source.home)):
            by_site.setdefault(site, source.name)

    def choose(page: Page, url: str) -> str | None:
        if page.source in project.sources:  # an archive of ours
            return page.source
        admitting: Iterator[Source] = (source for source in particular if source.allowed.search(url))
        return next((source.name for source in admitting), by_site.get(site_of(url)))

    return choose


@dataclass
class _Batch:
    """Pages with their sources, by canonical URL, that are archived and noted together."""

    pages: dict[str, tuple[str, Page]] = field(default_factory=dict)
    held: int = 0

    def add(self, url: str, name: str, page: Page) -> None:
        """Add a page; the last one of a URL counts."""
        self.pages[url] = (name, page)
        self.held += len(page.body)

    @property
    def is_full(self) -> bool:
        """Whether it should be kept before memory grows."""
        return len(self.pages) >= _BATCH or self.held >= _BATCH_BYTES


@dataclass
class _Taker:
    """Takes pages in, for as long as `stack` holds the locks of their sources."""

    project: Project
    crawl_id: str
    choose: Callable[[Page, str], str | None]
    first_day: date | None
    result: Intake
    stack: ExitStack
    writers: dict[str, ArchiveWriter] = field(default_factory=dict)

    def reached(self, place: str) -> int:
        """Return the offset in bytes that an earlier import of a file came to."""
        return self.project.ledger.take_up_intake(name_of(place), _size(place))

    def take(self, place: str) -> None:
        """Take in one file, from where an earlier import of it ended. Raises WarcError, httpx.HTTPError, OSError."""
        file, size = name_of(place), _size(place)
        batch, end = _Batch(), self.reached(place)
        failure: Exception | None = None
        try:
            with opened(place, end, self.project.user_agent) as (stream, start):
                for page, end in read_warc(stream, start):
                    if page and (found := self._source_of(page)):
                        batch.add(*found, page)
                    if batch.is_full:
                        self._keep(batch, file)
                        self.project.ledger.note_intake(file, size, end)
                        batch = _Batch()
        except (WarcError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            failure = error
        self._keep(batch, file)
        self.project.ledger.note_intake(file, size, end)
        if failure:
            raise failure

    def _source_of(self, page: Page) -> tuple[str, str] | None:
        """Return canonical URL and source of a page, None where it is not to be taken in."""
        if self.first_day and day_of(page.fetched_at) < self.first_day:  # older than what is wanted
            self.result.too_early += 1
            return None
        try:
            url = canonical_url(page.link)
        except ValueError:
            return None
        name = self.choose(page, url)
        if name is None:
            self.result.other_hosts += 1
            return None
        return url, name

    def _keep(self, batch: "_Batch", file: str) -> None:
        """Archive the pages of a batch that are new, and note them."""
        groups: dict[tuple[str, date], list[tuple[str, Page]]] = {}
        for url, (name, page) in batch.pages.items():
            groups.setdefault((name, day_of(page.fetched_at)), []).append((url, page))
        for (name, day), pages in groups.items():
            writer = self._writer(name)
            finds = [Find(article_id(url), url, page.link, None, None, at_hand=True) for url, page in pages]
            fetches = self.project.ledger.find(name, finds, {day}, file, self.crawl_id)
            new = {fetch.article_id for fetch in fetches}
            kept = [
                (article_id(url), writer.append(replace(page, source=name)), page.fetched_at)
                for url, page in pages
                if article_id(url) in new
            ]
            self.project.ledger.archive_all(name, kept)
            writer.put_by()
            self.result.taken += len(new)
            self.result.known += len(pages) - len(new)

    def _writer(self, name: str) -> ArchiveWriter:
        """Return the archive's writer of a source, whose lock is held from its first page on."""
        if name not in self.writers:
            self.stack.enter_context(source_lock(self.project.data, name))
            salvage(self.project.data, name, self.project.ledger)
            self.writers[name] = ArchiveWriter(self.project.data, name, self.crawl_id)
            self.stack.callback(self.writers[name].close)
        return self.writers[name]


def _size(place: str) -> int | None:
    """Return by what a file is known to be the same one: its size in bytes; None for one that lies elsewhere."""
    return None if is_url(place) else Path(place).stat().st_size
