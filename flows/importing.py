"""Import: files in the text layout go the way of pages: into the archive, the ledger, and through the build."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from crawlers import archive
from crawlers.clock import day_of, now
from crawlers.fates import UNGROUNDED, Find, Verdict
from crawlers.lock import source_lock
from crawlers.page import Page, article_id
from flows.build import IMPORTED, build
from flows.charset import decoded
from flows.crawl import new_crawl_id
from flows.runner import Runner
from flows.settings import Project
from flows.stories import tell_stories
from flows.troubles import some
from transforms.folder import sweep
from transforms.layout import Entry, LayoutError, link_of, split


class Dropped(NamedTuple):
    """Values that a record lost, since its article does not bear them out: its file and line, its URL, a sentence for each value."""

    place: str
    url: str
    values: list[str]


@dataclass
class Imported:
    """What an import came to; a complaint is one sentence about one file."""

    records: int = 0
    known: int = 0
    complaints: list[str] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def __str__(self) -> str:
        """Tell it in one line."""
        lost = sum(len(one.values) for one in self.dropped)
        dropped = f"; {some(lost, 'value')} of {some(len(self.dropped), 'record')} dropped that the article does not bear out"
        told = f"{self.records} records imported, {self.known} known already, {len(self.complaints)} refused"
        return told + (dropped if lost else "")


def import_texts(project: Project, files: list[Path], runner: Runner) -> Imported:
    """Import files with one or many records each. A record whose URL the dataset has already is left alone.

    Whatever cannot be used is a complaint with its file and line; the rest is imported, but for values that do not stand in
    their article. Where nothing can be used no data root is made.
    """
    result, crawl_id, at = Imported(), new_crawl_id(), now()  # one moment for all: midnight parts no import
    accepted: dict[str, str] = {}
    given = _linked(files, result)
    first = next(given, None)
    if first is None:
        return result
    with source_lock(project.data, IMPORTED):
        project.ledger.list_day(IMPORTED, day_of(at), Verdict("whole"), crawl_id)
        writer = archive.ArchiveWriter(project.data, IMPORTED, crawl_id)
        for file, entry, url in chain([first], given):
            find = Find(article_id(url), url, url, None, None)
            if find.article_id in accepted or any(row["state"] == "record" for row in project.ledger.why(find.article_id)):
                result.known += 1
                continue
            position = writer.append(_page(url, entry.text, at))
            project.ledger.take_in(IMPORTED, find, position, day_of(at), str(file), crawl_id)
            accepted[find.article_id] = f"{file}:{entry.line}"
        writer.close()
    # All days of imports: one that was killed may have left pages of an earlier day.
    build(project, IMPORTED, sorted(project.ledger.asked(IMPORTED)), runner, lambda: None)
    sweep(project.data / "staging", wait=True)
    result.complaints += tell_stories(project)
    for identity, place in accepted.items():
        row = next(row for row in project.ledger.why(identity) if row["source"] == IMPORTED)
        if row["state"] == "archived" or row["reason"] == "seen":  # another source has made it meanwhile
            result.known += 1
        elif row["state"] == "record":
            result.records += 1
            if row["reason"] == UNGROUNDED:
                result.dropped.append(Dropped(place, row["url"], row["detail"].splitlines()))
        else:
            result.complaints.append(f"{place}: {row['url']}: {row['reason']}: {row['detail']}")
    return result


def _linked(files: list[Path], result: Imported) -> Iterator[tuple[Path, Entry, str]]:
    """Yield the records of the files that have a usable link, each with its file and the link; of others there are complaints."""
    for file in files:
        for entry in _entries(file, result):
            try:
                yield file, entry, link_of(entry.text)
            except LayoutError as error:
                result.complaints.append(f"{file}:{entry.line + error.line}: {error.detail}")


def _entries(file: Path, result: Imported) -> Iterator[Entry]:
    found = False
    try:
        for entry in split(_lines(file)):
            found = True
            yield entry
    except OSError as error:
        result.complaints.append(f"{file}: cannot be read: {error.strerror}")
        return
    if not found:
        result.complaints.append(f"{file}: no line begins with 标题: – not the layout of seven labelled lines")


def _lines(file: Path) -> Iterator[str]:
    """Yield the lines of a text, see `decoded`, each ending with a line feed. Raises OSError."""
    with file.open("rb") as raw:
        for line in decoded(raw):
            yield line.replace("\r\n", "\n").replace("\r", "\n")


def _page(url: str, text: str, at: datetime) -> Page:
    return Page(
        url=url,
        link=url,
        status=200,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=text.encode(),
        fetched_at=at,
        source=IMPORTED,
        kind="import",
    )
