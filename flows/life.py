"""The life of a URL, stage by stage: found, tried, fetched, archived, built, annotated, stored, its story; or where it ended, and why."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from crawlers import archive
from crawlers.clock import SHANGHAI, day_of
from crawlers.errors import StoreError
from crawlers.fates import UNFETCHED, UNREADABLE
from crawlers.judgement import blocked_reason, failure_reason
from crawlers.page import Page, Position, article_id, canonical_url
from crawlers.parts import next_part
from flows.settings import Project
from transforms import dataset
from transforms.record import Record
from transforms.reject import REASONS

_MOST = 20  # files of the archive that are read through for one URL: the one of the crawl that found it, and the last ones
_UNMADE = (*UNFETCHED, "archived")  # what is to be fetched or built; a record that was made before stays until then
_WAITS = {"discovered": "waits to be fetched", "archived": "waits to be built"}


class Stage(NamedTuple):
    """One stage: its name, when it was reached (None where that is not known), and what happened in words."""

    name: str
    at: datetime | None
    text: str


def life(project: Project, row: dict[str, Any]) -> Iterator[Stage]:
    """Yield the stages of a URL of one source, whose row in the ledger this is, in their order."""
    yield Stage("found", row["discovered_at"], _found(row))
    tries: list[Page] = []
    try:
        files = _files(project, row)
        if unread := files[1 : 1 - _MOST]:
            first, last = (file.partition("/")[0].removeprefix("date=") for file in (unread[0], unread[-1]))
            yield Stage(
                "tried", None, f"what {len(unread)} files of the archive, {first} to {last}, may hold of it was not looked up"
            )
        tries = sorted(_tries(project, row, [*files[:1], *files[1:][1 - _MOST :]]), key=lambda page: page.fetched_at)
    except StoreError as error:
        yield Stage("tried", None, f"what the site answered cannot be read: {error}")
    until = row["fetched_at"] if row["archive_file"] else None
    yield from (_tried(page) for page in tries if until is None or page.fetched_at <= until)
    if row["archive_file"]:
        yield from _archived(project, row)
    yield from (_tried(page) for page in tries if until is not None and page.fetched_at > until)
    yield from _end(project, row)


def _end(project: Project, row: dict[str, Any]) -> Iterator[Stage]:
    """Yield what became of a URL in the end."""
    if row["state"] in _WAITS:
        yield Stage("now", row["settled_at"], _WAITS[row["state"]])
    elif row["state"] != "record":
        why = row["detail"] or REASONS.get(row["reason"] or "", row["reason"])
        where = _file(project, row, "rejects", row["day"]) if row["state"] == "reject" else None
        in_file = f"; in {where}" if where else ""
        yield Stage("now", row["settled_at"], f"{row['state']} ({row['reason']}): {why}{in_file}")
    else:
        yield from _recorded(project, row)
    if row["state"] in _UNMADE:
        yield from _kept(project, row)


def _found(row: dict[str, Any]) -> str:
    listed = f", listed for {row['listed']}" if row["listed"] else ""
    seed = f" on {row['seed']}" if row["seed"] else ""
    title = f", as {row['title']!r}" if row["title"] else ""
    return f"by {row['source']}{seed} in crawl {row['crawl']}{listed}; counted under {row['day']}{title}"


def _files(project: Project, row: dict[str, Any]) -> list[str]:
    """Return the files of the source's archive of the days on which a URL was asked for, oldest first.

    Where they lie in a bucket there is none: reading them would fetch them all.
    """
    unfetched = row["state"] not in ("archived", "record", "reject") and row["reason"] != UNREADABLE
    asked = [row["fetched_at"] if row["archive_file"] else None, row["settled_at"] if unfetched else None]
    times = [*filter(None, asked)]
    # A crawl's file is named by the day on which it began.
    first = str(day_of(min([row["discovered_at"], *times]) - timedelta(days=1)))
    last = str(day_of(max(times, default=row["discovered_at"])))
    files = archive.files(project.data, row["source"])
    return [file for file in files if first <= file.partition("/")[0].removeprefix("date=") <= last]


def _tries(project: Project, row: dict[str, Any], files: Iterable[str]) -> Iterator[Page]:
    """Yield what a site answered to a URL, and to the parts of its article, and is not its page: redirects, failures, walls.

    The ledger has the page alone, but the archive every answer: `files` are read through. Raises StoreError for one that cannot be.
    """
    known = {(row["archive_file"], row["archive_offset"]), *project.ledger.parts(row["article_id"])}
    links = {row["link"]}
    for page in chain.from_iterable(archive.pages(project.data, file) for file in files):
        if page.kind in ("article", "part") and (page.link in links or _is_of(page, row["article_id"])):
            links |= {next_part(page) or page.link}
            if page.position not in known:
                yield page


def _is_of(page: Page, identity: str) -> bool:
    """Whether a page was asked for as an article, in whatever spelling of its address."""
    return page.kind == "article" and article_id(canonical_url(page.link)) == identity


def _tried(page: Page) -> Stage:
    half = failure_reason(page) if page.status < 300 else None  # of others the status says it
    why = blocked_reason(page) or half
    part = f"{page.link}: " if page.kind == "part" else ""
    where = f"; {page.position.file} at offset {page.position.offset}" if page.position else ""
    return Stage("tried", page.fetched_at, f"{part}{_answer(page, page.link)}{f': {why}' if why else ''}{where}")


def _archived(project: Project, row: dict[str, Any]) -> Iterator[Stage]:
    position = Position(row["archive_file"], row["archive_offset"])
    try:
        page = archive.read(project.data, position)
    except StoreError as error:
        yield Stage("archived", row["fetched_at"], f"{position.file} at offset {position.offset}, which cannot be read: {error}")
        return
    yield Stage("fetched", page.fetched_at, _answer(page, row["link"]))
    yield Stage("archived", row["fetched_at"], f"{position.file} at offset {position.offset}")
    for number, part in enumerate(project.ledger.parts(row["article_id"]), 2):
        yield Stage("archived", None, f"page {number} of the article: {part.file} at offset {part.offset}")


def _answer(page: Page, link: str) -> str:
    if page.kind == "seed":
        return f"it stands whole in the list {page.link}"
    sent = f", sent on to {page.url}" if page.url != link else ""
    return f"HTTP {page.status}, {len(page.body):,} bytes{sent}"


def _recorded(project: Project, row: dict[str, Any]) -> Iterator[Stage]:
    day = row["published_date"]
    path = _file(project, row, "records", day)
    record = next(iter(dataset.records(project.data).rows(day, row["source"], {row["article_id"]})), None)
    if record is None:
        yield Stage(
            "now", row["settled_at"], f"a record of {day}, but no file has it; `caixun rebuild {day} {day}` makes it anew"
        )
        return
    doubt = f"; {row['reason']}: {' '.join(row['detail'].splitlines())}" if row["reason"] else ""
    printed = f"{record.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if record.published_at else day
    by = f" by {record.publisher}" if record.publisher else ""
    yield Stage("built", row["settled_at"], f"{record.title!r}, {len(record.body):,} characters, of {printed}{by}{doubt}")
    model = f" ({record.model})" if record.model else ""
    annotated = f"by {record.annotator_version}{model}{_refused(project, record)}"
    annotated = annotated if record.annotated_at else f"waits for {record.annotator}"
    yield Stage("annotated", record.annotated_at, annotated)
    yield Stage("stored", row["settled_at"], f"record in {path}")
    yield Stage("story", None, _story(project, record))


def _refused(project: Project, record: Record) -> str:
    """Return in words which model has refused the text that the lexicon engine annotates in its place, if one has."""
    by_lexicon = project.settings.annotator == "llm" and record.annotator == "lexicon"
    refusal = project.ledger.last_refusal(record.text_hash) if by_lexicon else None
    return f", since the endpoint refused it to {refusal[0]}: {refusal[1]}" if refusal else ""


def _kept(project: Project, row: dict[str, Any]) -> Iterator[Stage]:
    """Yield where the record lies that was made of a URL before its page was lost, or waited to be built again."""
    day = row["published_date"] or row["day"]
    if dataset.records(project.data).rows(day, row["source"], {row["article_id"]}):
        yield Stage("stored", None, f"the record made before is kept in {_file(project, row, 'records', day)}")


def _file(project: Project, row: dict[str, Any], table: str, day: Any) -> str | None:
    path = getattr(dataset, table)(project.data).path(day, row["source"])
    return str(path if project.data.bucket else path.relative_to(project.data)) if path else None


def _story(project: Project, record: Record) -> str:
    if record.story_id == record.article_id:
        return "the first with this text"
    first = next(iter(project.ledger.why(record.story_id)), None)
    return f"the text of {first['url'] if first else record.story_id}"
