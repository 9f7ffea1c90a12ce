"""The life of a URL, stage by stage: found, fetched, archived, built, annotated, stored, its story; or where it ended, and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from crawlers import archive
from crawlers.clock import SHANGHAI
from crawlers.errors import StoreError
from crawlers.fates import UNFETCHED
from crawlers.page import Page, Position
from flows.settings import Project
from transforms import dataset
from transforms.record import Record
from transforms.reject import REASONS

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
    if row["archive_file"]:
        yield from _archived(project, row)
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
    annotated = f"by {record.annotator_version}{model}" if record.annotated_at else f"waits for {record.annotator}"
    yield Stage("annotated", record.annotated_at, annotated)
    yield Stage("stored", row["settled_at"], f"record in {path}")
    yield Stage("story", None, _story(project, record))


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
