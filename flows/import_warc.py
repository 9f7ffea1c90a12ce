"""Import of WARC files: pages of other archives go the way of crawled ones, into our archive, the ledger, the build.

A file is taken in batch by batch; how far is noted in the ledger once a batch is archived, so that the same command goes on
inside the file. Pages that are known already are not taken in again.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import httpx

from crawlers.archive import ArchiveWriter
from crawlers.clock import day_of
from crawlers.crawl import salvage
from crawlers.errors import CaixunError, ConfigError
from crawlers.fates import Find
from crawlers.lock import source_lock
from crawlers.page import Page, article_id, canonical_url, site_of
from crawlers.source import Source
from crawlers.warc import Stream, WarcError, read_warc
from flows.build import build
from flows.crawl import new_crawl_id
from flows.runner import Runner
from flows.settings import Project

_BATCH = 100  # pages that are noted together …
_BATCH_BYTES = 8 << 20  # … or this many bytes of them
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
    project: Project, places: list[str], runner: Runner, days: list[date] | None = None, source: str | None = None
) -> Intake:
    """Take in the WARC files at `places` (paths or http URLs) and build their pages.

    `days` (None: all) are the publication days whose articles become records. Pages go to the source that admits their
    address, or whose site they are of; all of them to `source` where one is named. Raises BusyError when another process
    works on one of these sources while its pages are taken in, ConfigError for a place that is no file.
    """
    for place in places:
        if not _is_url(place) and not Path(place).is_file():
            raise ConfigError(f"{place}: there is no such file")
    crawl_id, result = new_crawl_id(), Intake()
    with ExitStack() as stack:
        taker = _Taker(project, crawl_id, _chooser(project, source), days[0] if days else None, result, stack)
        for place in places:
            try:
                taker.take(place)
            except (WarcError, httpx.HTTPError) as error:
                result.complaints.append(f"{place}: {error}; what came before is kept")
    for name in sorted(project.ledger.sources_of([_name_of(place) for place in places]) & project.sources.keys()):
        try:
            _build(project, name, crawl_id, runner, days, result)
        except CaixunError as error:
            result.complaints.append(f"{name}: {error}")
    return result


def _build(project: Project, name: str, crawl_id: str, runner: Runner, days: list[date] | None, result: Intake) -> None:
    """Build what waits of one source, also what an import left that was killed."""
    late = project.ledger.off_days_published(name)  # an earlier import left them out
    unbuilt = sorted(project.ledger.unbuilt_days(name) | (late if days is None else late & set(days)))
    if unbuilt:
        pages = [page.article_id for page in project.ledger.waiting(name, unbuilt)]
        build(project, name, unbuilt, runner, lambda: None, wanted="every" if days is None else days)
        states = project.ledger.states(name, pages)
        result.records += states["record"]
        result.rejects += states["reject"]
    project.ledger.cover(name, "taken in from WARC files, never listed", crawl_id)


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

    def take(self, place: str) -> None:
        """Take in one file, from where an earlier import of it ended. Raises WarcError, httpx.HTTPError."""
        file = _name_of(place)
        size = None if _is_url(place) else Path(place).stat().st_size
        batch, end = _Batch(), self.project.ledger.take_up_intake(file, size)
        failure: Exception | None = None
        try:
            with _opened(place, end, self.project.user_agent) as (stream, start):
                for page, end in read_warc(stream, start):
                    if page and (found := self._source_of(page)):
                        batch.add(*found, page)
                    if batch.is_full:
                        self._keep(batch, file)
                        self.project.ledger.note_intake(file, size, end)
                        batch = _Batch()
        except (WarcError, httpx.HTTPError) as error:
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
            finds = [Find(article_id(url), url, page.link, None, None) for url, page in pages]
            fetches = self.project.ledger.find(name, finds, {day}, file, self.crawl_id)
            new = {fetch.article_id for fetch in fetches}
            kept = [
                (article_id(url), writer.append(replace(page, source=name)), page.fetched_at)
                for url, page in pages
                if article_id(url) in new
            ]
            self.project.ledger.archive_all(name, kept)
            self.result.taken += len(new)
            self.result.known += len(pages) - len(new)

    def _writer(self, name: str) -> ArchiveWriter:
        """Return the archive's writer of a source, whose lock is held from its first page on."""
        if name not in self.writers:
            self.stack.enter_context(source_lock(self.project.data, name))
            salvage(self.project.data / "archive", name, self.project.ledger)
            self.writers[name] = ArchiveWriter(self.project.data / "archive", name, self.crawl_id)
            self.stack.callback(self.writers[name].close)
        return self.writers[name]


def _name_of(place: str) -> str:
    """Return the one name under which the ledger knows a file."""
    return place if _is_url(place) else str(Path(place).resolve())


def _is_url(place: str) -> bool:
    return re.match(r"https?://", place) is not None


@contextmanager
def _opened(place: str, start: int, user_agent: str) -> Iterator[tuple[Stream, int]]:
    """Give the bytes of a file or URL from `start` on, and where they begin: at 0 where a server sends no part."""
    if not _is_url(place):
        with Path(place).open("rb") as file:
            file.seek(start)
            yield file, start
        return
    headers = {"User-Agent": user_agent, "Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with httpx.stream("GET", place, headers=headers, follow_redirects=True, timeout=60.0) as response:
        if response.status_code == 416:  # taken in to its end
            yield _Incoming(iter(())), start
        elif response.status_code not in (200, 206):
            raise WarcError(f"HTTP {response.status_code}")
        else:
            yield _Incoming(response.iter_raw(1 << 16)), start if response.status_code == 206 else 0


class _Incoming:
    """What comes in over the network, as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        held = self._held or next(self._chunks, b"")
        self._held = held[size:]
        return held[:size]
