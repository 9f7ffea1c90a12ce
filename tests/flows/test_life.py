"""`why` tells every stage of a URL, and where it ended."""

from datetime import date

import pytest

from crawlers import archive
from crawlers.clock import now
from crawlers.fates import Find, Outcome
from crawlers.page import Page, Position, article_id
from flows.life import life
from flows.settings import SHIPPED_CONFIG, open_project
from tests.transforms.rows import DAY, record
from transforms import dataset

URL = "http://e.cn/1"
ONE = Find(article_id(URL), URL, f"{URL}?utm_source=x", "标题1", DAY)


@pytest.fixture
def project(tmp_path):
    project = open_project(SHIPPED_CONFIG / "demo", tmp_path)
    project.ledger.find("paper", [ONE], {DAY}, "http://e.cn/list", "c1")
    return project


def stages(project, identity: str = ONE.article_id) -> list[tuple[str, str]]:
    (row,) = project.ledger.why(identity)
    return [(stage.name, stage.text) for stage in life(project, row)]


def archived(project, parts: int = 0) -> Position:
    writer = archive.ArchiveWriter(project.data, "paper", "c1")
    page = Page(f"{URL}.htm", ONE.link, 200, (), b"<p>x</p>", now(), "paper", "article", DAY)
    first, *more = [writer.append(page) for _ in range(parts + 1)]
    writer.close()
    project.ledger.archive("paper", ONE.article_id, first, page.fetched_at, more)
    return first


def test_a_url_that_was_not_fetched(project):
    assert stages(project) == [
        ("found", f"by paper on http://e.cn/list in crawl c1, listed for {DAY}; counted under {DAY}, as '标题1'"),
        ("now", "waits to be fetched"),
    ]
    project.ledger.miss("paper", ONE.article_id, "skipped", "robots", "robots.txt forbids it")
    assert stages(project)[1] == ("now", "skipped (robots): robots.txt forbids it")


def test_a_page_of_two_parts_that_was_rejected_or_is_lost(project):
    first = archived(project, parts=1)
    project.ledger.settle("paper", [Outcome(ONE.article_id, "reject", None, "no_body")])
    _, fetched, whole, part, end = stages(project)
    assert fetched == ("fetched", f"HTTP 200, 8 bytes, sent on to {URL}.htm")
    assert whole == ("archived", f"{first.file} at offset {first.offset}")
    assert part[1].startswith(f"page 2 of the article: {first.file} at offset ")
    assert end[1].startswith("reject (no_body): no article text was found")
    (project.data / "archive" / first.file).unlink()
    assert "which cannot be read: " in stages(project)[1][1]


def test_a_record_with_its_file_and_story(project):
    archived(project)
    project.ledger.settle("paper", [Outcome(ONE.article_id, "record", DAY)])
    assert stages(project)[-1][1].startswith(f"a record of {DAY}, but no file has it; `caixun rebuild {DAY} {DAY}`")
    older = Find(article_id("http://e.cn/0"), "http://e.cn/0", "http://e.cn/0", None, date(2026, 11, 17))
    project.ledger.find("wire", [older], {DAY}, "http://e.cn/list", "c0")
    row = record(1, story_id=older.article_id)
    assert row.article_id == ONE.article_id
    dataset.records(project.data).apply(DAY, "paper", [row])
    path = dataset.records(project.data).path(DAY, "paper")
    assert stages(project)[3:] == [
        ("built", f"'标题1', {len(row.body)} characters, of 2026-11-18 09:01 by 样报"),
        ("annotated", "by lexicon test"),
        ("stored", f"record in {path.relative_to(project.data)}"),
        ("story", "the text of http://e.cn/0"),
    ]


@pytest.mark.parametrize("day", [DAY, None])
def test_a_record_that_stays_though_its_page_is_lost(project, day):
    archived(project)
    dataset.records(project.data).apply(DAY, "paper", [record(1)])
    path = dataset.records(project.data).path(DAY, "paper").relative_to(project.data)
    kept = ("stored", f"the record made before is kept in {path}")
    project.ledger.settle("paper", [Outcome(ONE.article_id, "failed", day, "archive", "the archive does not give it")])
    assert stages(project)[-2:] == [("now", "failed (archive): the archive does not give it"), kept]
    project.ledger.regain_pages("paper", [ONE.article_id])
    assert stages(project)[-2:] == [("now", "waits to be built"), kept]
    project.ledger.settle("paper", [Outcome(ONE.article_id, "reject", day, "no_body")])
    assert kept not in stages(project)
