"""Import: files in the text layout go the way of pages: into the archive, the ledger, and through the build."""

from dataclasses import dataclass, field
from pathlib import Path

from crawlers import archive
from crawlers.clock import day_of, now
from crawlers.fates import Find, Verdict
from crawlers.lock import source_lock
from crawlers.page import Page, article_id
from flows.build import IMPORTED, build
from flows.crawl import new_crawl_id
from flows.runner import Runner
from flows.settings import Project
from transforms.folder import sweep
from transforms.layout import link_of, split_files
from transforms.reject import RejectedError


@dataclass
class Imported:
    """What an import came to; a complaint is one sentence about one file."""

    records: int = 0
    known: int = 0
    complaints: list[str] = field(default_factory=list)


def import_texts(project: Project, files: list[Path], runner: Runner) -> Imported:
    """Import files with one or many records each. A record whose URL the dataset has already is left alone."""
    result, crawl_id = Imported(), new_crawl_id()
    accepted: set[str] = set()
    with source_lock(project.data, IMPORTED):
        project.ledger.list_day(IMPORTED, day_of(now()), Verdict("whole"), crawl_id)
        writer = archive.ArchiveWriter(project.data / "archive", IMPORTED, crawl_id)
        for file in files:
            for text in _texts(file, result):
                if identity := _take(project, writer, file, text, result, crawl_id):
                    accepted.add(identity)
        writer.close()
    # All days of imports: one that was killed may have left pages of an earlier day.
    build(project, IMPORTED, sorted(project.ledger.asked(IMPORTED)), runner, lambda: None)
    sweep(project.data / "staging", wait=True)
    for identity in accepted:
        row = next(row for row in project.ledger.why(identity) if row["source"] == IMPORTED)
        if row["state"] == "record":
            result.records += 1
        else:
            result.complaints.append(f"{row['url']}: {row['reason']}: {row['detail']}")
    return result


def _texts(file: Path, result: Imported) -> list[str]:
    try:
        whole = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        result.complaints.append(f"{file}: cannot be read: {error}")
        return []
    texts = split_files(whole)
    before = whole[: whole.index(texts[0])].strip() if texts else ""
    if before:
        result.complaints.append(f"{file}: what stands before the first 标题: is no record: {before[:40]!r}")
    if not texts:
        result.complaints.append(f"{file}: no line begins with 标题: – not the layout of seven labelled lines")
    return texts


def _take(project: Project, writer: archive.ArchiveWriter, file: Path, text: str, result: Imported, crawl_id: str) -> str | None:
    """Archive one record and note it; return its article_id, or None when it is known or cannot be used."""
    try:
        url = link_of(text)
    except RejectedError as error:
        result.complaints.append(f"{file}: {error.detail}")
        return None
    find = Find(article_id(url), url, url, None, None)
    if any(row["state"] == "record" for row in project.ledger.why(find.article_id)):
        result.known += 1
        return None
    at = now()
    page = Page(
        url=url,
        link=url,
        status=200,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=text.encode(),
        fetched_at=at,
        source=IMPORTED,
        kind="import",
    )
    project.ledger.take_in(IMPORTED, find, writer.append(page), day_of(at), str(file), crawl_id)
    return find.article_id
