"""`why` tells every stage of a URL, and where it ended."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta

import pytest

from crawlers import archive
from crawlers.clock import now
from crawlers.fates import Find, Outcome
from crawlers.page import Page, Position, article_id
from flows.life import life
from flows.settings import SHIPPED_CONFIG, open_project
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
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


CAPTCHA = "<title>安全验证</title><body>请完成安全验证 <a href=https://wappass.baidu.com/x>继续</a></body>".encode()

CRAWLED = ("found", "tried", "fetched", "archived")


def told(project, address: str) -> list[tuple[str, str]]:
    """Return name and text of the stages that the command tells; those of the crawl have their times, in order."""
    (row,) = json.loads(caixun("why", address, "--json", *in_project(project)).stdout)
    times = [datetime.fromisoformat(stage["at"]) for stage in row["stages"] if stage["name"] in CRAWLED]
    assert times == sorted(times)
    return [(stage["name"], stage["text"]) for stage in row["stages"]]


def places(project, source: str, path: str) -> list[str]:
    """Return where the pages lie that were asked for at a path, in their order."""
    pages = [page for file in archive.files(project.data, source) for page in archive.pages(project.data, file)]
    mine = sorted((page for page in pages if page.link.endswith(path)), key=lambda page: page.fetched_at)
    return [f"{page.position.file} at offset {page.position.offset}" for page in mine]


def test_each_answer_to_an_article_is_told_with_its_place(tmp_path):
    """A captcha, a failure that is tried again, a redirect, a second page that fails, and one that comes at last."""
    onwards = '<a href="/a/5_2.html">下一页</a>'.encode()
    with loopback() as site:
        base = f"http://127.0.0.1:{site.port}"
        site.pages["/aa/18"] = links("/a/1", "/a/2", "/a/3", "/a/5.html")
        site.pages |= {
            "/a/1": (200, CAPTCHA),
            "/a/2": (503, b"busy"),
            "/a/3": (302, b"", {"Location": "/b/4"}),
            "/b/4": article(4),
        }
        site.pages |= {"/a/5.html": (200, article(5)[1] + onwards), "/a/5_2.html": (500, b"err")}
        project = make_project(tmp_path, site, aa=SOURCE)
        collected(project, {"aa": [DAY]})
        (wall,), failed = places(project, "aa", "/a/1"), places(project, "aa", "/a/2")
        found, tried, end = told(project, f"{base}/a/1")
        assert (found[0], tried[0], end[0]) == ("found", "tried", "now")
        assert tried[1].startswith(f"HTTP 200, {len(CAPTCHA)} bytes: ")
        assert tried[1].endswith(f"; {wall}")
        assert end[1].startswith("blocked (wall): ")
        busy = [("tried", f"HTTP 503, 4 bytes; {place}") for place in failed]
        assert told(project, f"{base}/a/2")[1:] == [*busy, ("now", "failed (http): HTTP 503")]
        sent, whole = places(project, "aa", "/a/3")
        redirected = told(project, f"{base}/a/3")[1:4]
        assert redirected[0] == ("tried", f"HTTP 302, 0 bytes; {sent}")
        assert (redirected[1][1].endswith(f", sent on to {base}/b/4"), redirected[2]) == (True, ("archived", whole))
        (first,) = places(project, "aa", "/a/5.html")
        one, *more = (text for _, text in told(project, f"{base}/a/5.html")[1:-1])
        assert one.endswith(f"; {first}")
        assert more == [f"{base}/a/5_2.html: HTTP 500, 3 bytes; {place}" for place in places(project, "aa", "/a/5_2.html")]
        site.pages["/a/2"] = article(2)
        collected(project, {"aa": [DAY]})
        stages = told(project, f"{base}/a/2")
        assert stages[1 : 1 + len(busy)] == busy
        assert [name for name, _ in stages[1 + len(busy) :]] == ["fetched", "archived", "built", "annotated", "stored", "story"]


def test_what_was_skipped_says_when(tmp_path):
    with loopback() as site:
        site.pages |= {"/aa/18": links("/a/1"), "/bb/18": links("/a/1"), "/a/1": article(1)}
        project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
        collected(project, {"aa": [DAY]})
        collected(project, {"bb": [DAY]})
        line = caixun("why", f"127.0.0.1:{site.port}/a/1", *in_project(project)).stdout.splitlines()[-1]
        assert re.fullmatch(r"  now        20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  skipped \(seen\): aa", line)
        (_, row) = project.ledger.why(article_id(f"http://127.0.0.1:{site.port}/a/1"))
        collected(project, {"bb": [DAY]}, again=True)
        assert project.ledger.why(row["article_id"])[1]["settled_at"] == row["settled_at"]


def test_of_a_url_that_has_failed_for_months_the_first_try_and_the_last_ones_are_told(tmp_path):
    with loopback() as site:
        site.pages |= {"/aa/18": links("/a/1"), "/a/1": (400, b"no")}
        project = make_project(tmp_path, site, aa=SOURCE)
        collected(project, {"aa": [DAY]})
        (file,) = (project.data / "archive").rglob("aa-*.warc.gz")
        today = date.fromisoformat(file.parent.name.removeprefix("date="))
        for back in range(1, 61):  # as if one crawl of each day before had asked for it in vain
            folder = project.data / "archive" / f"date={today - timedelta(days=back)}"
            folder.mkdir()
            shutil.copy(file, folder)
        with closing(sqlite3.connect(project.data / "ledger.sqlite")) as ledger, ledger:
            ledger.execute("UPDATE urls SET discovered_at = datetime(discovered_at, '-60 days')")
        (row,) = json.loads(caixun("why", f"127.0.0.1:{site.port}/a/1", "--json", *in_project(project)).stdout)
    said, *tries = [stage["text"] for stage in row["stages"] if stage["name"] == "tried"]
    first, last = today - timedelta(days=59), today - timedelta(days=19)
    assert said.startswith(f"what 41 files of the archive, {first} to {last}, may hold of it")
    days = [text.partition("; date=")[2][:10] for text in tries]
    assert sorted(days) == [str(today - timedelta(days=back)) for back in (60, *range(18, -1, -1))]
