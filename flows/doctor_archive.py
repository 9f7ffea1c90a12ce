"""Doctor, first part: the archive held against the ledger, source by source. Must run under the source's lock."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from crawlers import archive
from crawlers.census import Held
from crawlers.clock import day_of
from crawlers.crawl import salvage
from crawlers.errors import ConfigError, LostError
from crawlers.fates import UNFETCHED, UNREADABLE, Find
from crawlers.judgement import is_answer
from crawlers.page import GONE, Page, Position, article_id, canonical_url
from crawlers.parts import next_part
from flows.settings import Project
from flows.troubles import Trouble, some

_FETCHED = ("archived", "record", "reject")
FOUND_BY = "found in the archive by caixun doctor"


class Stray(NamedTuple):
    """An article's page that the ledger does not have, without its body: where the ledger is lost, these are all there are.

    `day` is the publication day by its listing, None where that gave none; `goes_on`: the article has further pages.
    """

    article_id: str
    url: str
    link: str
    position: Position
    day: date | None
    fetched_at: datetime
    goes_on: bool


def check_ledger(project: Project) -> None:
    """Raise ConfigError where a ledger that was lost knows of no page of an archive: these would be fetched again, or missed."""
    if lost := lost_ledger(project):
        raise ConfigError(lost)


def lost_ledger(project: Project) -> str | None:
    """Return in a sentence that the ledger was lost, where it knows of no page of an archive that has some; else None.

    In a bucket, where `doctor` cannot note them, nothing is said.
    """
    if project.data.bucket or not project.begun() or not project.ledger.is_blank():
        return None
    if any(_has_articles(project, source) for source in archive.sources(project.data)):
        return f"{project.data}/archive holds pages, and the ledger knows of none; was it lost? `caixun doctor` notes them"
    return None


def _has_articles(project: Project, source: str) -> bool:
    """Whether the archive has an article of a source, or a file that a crawl has left open."""
    if any(archive.left_open(project.data, source)):
        return True
    files = archive.files(project.data, source)
    return any(page.source == source and _is_stray(page, {}) for file in files for page in archive.pages(project.data, file))


def archive_troubles(project: Project, source: str, noted: set[str], *, mend: bool) -> Iterator[Trouble]:
    """Yield what is wrong between the archive and the ledger of a source, and put it right with `mend`.

    `noted` gets the article_ids of pages that the ledger does not have, or has as lost while the archive gives them.
    """
    yield from _left_open(project, source, mend=mend)
    seen: set[Position] = set()
    held = project.ledger.held(source)
    for file in archive.files(project.data, source):
        stray = []
        for page in archive.pages(project.data, file):
            if page.position:
                seen.add(page.position)
                if page.source == source and _is_stray(page, held):
                    url, goes_on = canonical_url(page.link), next_part(page) is not None
                    stray.append(Stray(article_id(url), url, page.link, page.position, page.day, page.fetched_at, goes_on))
        noted.update(one.article_id for one in stray)
        yield from _strays(project, source, file, stray, mend=mend)
    yield from _regained(project, source, held, seen, noted, mend=mend)
    yield from _lost(project, source, held, seen, mend=mend)


def _left_open(project: Project, source: str, *, mend: bool) -> Iterator[Trouble]:
    for path in archive.left_open(project.data, source):
        what = f"archive/{path.parent.name}/{path.name} was left open by a crawl that was killed"
        yield Trouble(what, "its torn end is cut off, it is closed, its pages are noted")
    if mend:
        salvage(project.data, source, project.ledger)


def _is_stray(page: Page, held: dict[str, Held]) -> bool:
    """Whether a page is an article's that the ledger does not know of, or believes not to have."""
    if page.kind not in ("article", "warc", "import") or not is_answer(page):
        return False
    row = held.get(article_id(canonical_url(page.link)))
    if row is None:
        return True
    # That the site did not have it is no page to go back to.
    return row.position is None and row.state in UNFETCHED and page.status not in GONE and next_part(page) is None


def _strays(project: Project, source: str, file: str, stray: list[Stray], *, mend: bool) -> Iterator[Trouble]:
    if not stray:
        return
    yield Trouble(f"archive/{file} holds {some(len(stray), 'page')} that the ledger does not have", "noted, and built")
    if mend:
        for one in stray:
            take_in(project, source, one)


def take_in(project: Project, source: str, stray: Stray) -> None:
    """Note a page as a crawl would have; it waits for the build unless another source has made a record of the article.

    One that goes on is to be fetched: what it goes on with is not known.
    """
    day = stray.day or day_of(stray.fetched_at)
    held = None if stray.goes_on else (stray.position, stray.fetched_at)
    find = Find(stray.article_id, stray.url, stray.link, None, stray.day, held, at_hand=not stray.goes_on)
    project.ledger.find(source, [find], {day}, FOUND_BY, "doctor")
    if stray.goes_on:
        project.ledger.keep_reply(source, stray.link, "part", stray.position, stray.fetched_at)


def _regained(
    project: Project, source: str, held: dict[str, Held], seen: set[Position], noted: set[str], *, mend: bool
) -> Iterator[Trouble]:
    """Yield the files that give pages again which were lost: they had been away, or could not be read."""
    back: dict[str, set[str]] = {}
    for row in held.values():
        if row.state == "failed" and row.reason == UNREADABLE and row.position and _is_whole(project, row, seen):
            back.setdefault(row.position.file, set()).add(row.article_id)
    for file, ids in sorted(back.items()):
        noted.update(ids)
        yield Trouble(
            f"archive/{file} gives {some(len(ids), 'page')} of {source} again that the ledger has as lost", "built again"
        )
        if mend:
            project.ledger.regain_pages(source, ids)


def _is_whole(project: Project, row: Held, seen: set[Position]) -> bool:
    """Whether the archive gives all pages of an article; those of which the ledger has the first one alone may go on."""
    if row.position is None or not all(_is_there(project, one, seen) for one in (row.position, *row.parts)):
        return False
    return bool(row.parts) or next_part(archive.read(project.data, row.position)) is None


def _lost(project: Project, source: str, held: dict[str, Held], seen: set[Position], *, mend: bool) -> Iterator[Trouble]:
    """Yield the files that should hold pages and do not, each with what becomes of these."""
    gone: dict[str, set[str]] = {}
    for row in held.values():
        if row.state in _FETCHED and row.position:
            for position in (row.position, *row.parts):
                if not _is_there(project, position, seen):
                    gone.setdefault(position.file, set()).add(row.article_id)
    for file, ids in sorted(gone.items()):
        what = f"archive/{file} does not give {some(len(ids), 'page')} of {source} that the ledger has there"
        if source not in project.sources:  # nobody fetches them again
            yield Trouble(what, None)
            continue
        yield Trouble(what, f"noted as failed{fetched_again(project, source, len(ids))}")
        if mend:
            project.ledger.lose_pages(source, ids, f"archive/{file} does not give it")
    answers = [one for one in project.ledger.kept_replies(source) if not _is_there(project, one, seen)]
    if answers:
        yield Trouble(f"the archive does not give {some(len(answers), 'kept answer')} of {source}", "to be asked for again")
        if mend:
            project.ledger.drop_replies(source, answers)


def fetched_again(project: Project, source: str, count: int) -> str:
    """Return who fetches the lost pages of a source again, behind what is said of them; nothing where nobody does."""
    known = project.sources.get(source)
    if known is None or known.disabled:
        return ""
    return f"; `caixun backfill` fetches {'it' if count == 1 else 'them'} again"


def _is_there(project: Project, position: Position, seen: set[Position]) -> bool:
    """Whether the archive gives a page; one behind a damaged one, or of another source's file, is looked for by itself."""
    if position in seen:
        return True
    try:
        archive.read(project.data, position)
    except LostError:
        return False
    return True
