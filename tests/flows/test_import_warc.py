"""Pages of other archives: mapped to sources, filtered by publication day, taken in once, from a torn or distant file too."""

import json
import signal
from datetime import date
from pathlib import Path

import pytest

from crawlers import archive
from crawlers.fates import Find, Verdict
from crawlers.page import article_id
from flows.import_warc import Intake, import_warcs
from flows.runner import PlainRunner
from flows.settings import day_range
from tests.conftest import caixun, in_project
from tests.crawlers.test_warc import warc
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from transforms import dataset

D17, D18, D19 = date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)
PAPER = """\
title: x
home: https://news.example.com/
seeds:
  - {{kind: listing, url: 'https://news.example.com/{name}/{{day:%d}}', links: a}}
allow: ['^https://news\\.example\\.com/a/']
"""
WIRE = PAPER.replace("news.example.com", "www.example.org").replace("news\\.", "api\\.")
EVERYTHING = PAPER.replace("news.example.com", "search.example.net").replace("'^https://news\\.example\\.com/a/'", "'^https?://'")


@pytest.fixture
def site():
    with loopback() as running:
        yield running


@pytest.fixture
def project(site, tmp_path):
    return make_project(tmp_path, site, everything=EVERYTHING, paper=PAPER, wire=WIRE)


def page(url: str, number: int, printed: str):
    return url, article(number, printed)[1], {"Content-Type": "text/html; charset=utf-8"}


def news(*numbers: int) -> bytes:
    """Return a WARC file with an article of news.example.com of each number, published in turn on three days."""
    days = ("2026-11-17", "2026-11-18", "2026-11-19")
    return warc(*(page(f"https://news.example.com/a/{one}", one, f"{days[one % 3]} 08:00") for one in numbers))


@pytest.fixture(scope="module")
def runner():
    with PlainRunner(2) as plain:
        yield plain


def days(first: date, last: date | None = None) -> list[date]:
    return day_range(first, last or first)


def recorded(project, source: str = "paper") -> dict[date, int]:
    records = dataset.records(project.data)
    counts = {day: len(records.rows(day, source)) for day in (D17, D18, D19)}
    return {day: count for day, count in counts.items() if count}


def test_pages_go_to_the_source_of_their_address_and_are_built_like_crawled_ones(project, tmp_path, runner):
    (tmp_path / "a.warc.gz").write_bytes(
        warc(
            page("https://news.example.com/a/1?utm_source=x", 1, "2026-11-18 08:00"),
            page("https://news.example.com/a/1", 1, "2026-11-18 08:00"),
            page("https://www.example.org/2018/2.html", 2, "2026-11-19 08:00"),
            page("https://elsewhere.example.info/a/3", 3, "2026-11-18 08:00"),
            page("https://news.example.com/a/4", 4, "2026-11-17 08:00"),
            ("https://news.example.com/a/5", b"<title>x</title>", {"Content-Type": "text/html"}),
        )
    )
    result = import_warcs(project, [str(tmp_path / "a.warc.gz")], runner)
    assert result == Intake(taken=4, other_hosts=1, records=3, rejects=1)
    assert recorded(project) == {D17: 1, D18: 1}
    assert recorded(project, "wire") == {D19: 1}
    (row,) = dataset.records(project.data).rows(D18, "paper")
    kept = archive.read(project.data, archive.Position(row.archive_file, row.archive_offset))
    assert (kept.body, kept.kind, kept.fetched_at.hour) == (article(1, "2026-11-18 08:00")[1], "warc", 4)
    (report,) = project.ledger.reports(["paper"], [D18])
    assert (report.status, report.reason) == ("partial", "taken in from WARC files, never listed")
    # A second time there is nothing behind the end; under another name the same pages are known.
    assert import_warcs(project, [str(tmp_path / "a.warc.gz")], runner) == Intake()
    (tmp_path / "a.warc.gz").rename(tmp_path / "b.warc.gz")
    assert import_warcs(project, [str(tmp_path / "b.warc.gz")], runner) == Intake(known=4, other_hosts=1)


def test_days_are_chosen_and_others_may_come_later(project, tmp_path, runner):
    (tmp_path / "a.warc").write_bytes(news(*range(6)))
    first = [str(tmp_path / "a.warc")]
    assert import_warcs(project, first, runner, days(D18)) == Intake(taken=6, records=2, rejects=4)
    assert recorded(project) == {D18: 2}
    assert import_warcs(project, first, runner, days(D17, D18)).records == 2
    assert recorded(project) == {D17: 2, D18: 2}
    assert import_warcs(project, first, runner).records == 2
    assert recorded(project) == {D17: 2, D18: 2, D19: 2}
    (tmp_path / "b.warc").write_bytes(news(7))
    assert import_warcs(project, [str(tmp_path / "b.warc")], runner, days(date(2026, 11, 21))) == Intake(too_early=1)
    (tmp_path / "c.warc").write_bytes(warc(page("https://elsewhere.example.info/a/3", 3, "2026-11-18 08:00")))
    assert import_warcs(project, [str(tmp_path / "c.warc")], runner, source="wire").records == 1
    assert recorded(project, "wire") == {D18: 1}


def test_a_page_that_the_site_keeps_behind_a_wall_is_taken_from_a_file_at_once(project, tmp_path, runner):
    """Also while the site is left alone: the file is read once."""
    urls = [f"https://news.example.com/a/{number}" for number in (1, 4)]
    finds = [Find(article_id(url), url, url, None, D18) for url in urls]
    project.ledger.find("paper", finds, {D18}, "list", "crawl")
    project.ledger.list_day("paper", D18, Verdict("whole"), "crawl")
    for state, reason, find in (("blocked", "wall", finds[0]), ("failed", "http", finds[1])):
        project.ledger.miss("paper", find.article_id, state, reason)
    (tmp_path / "a.warc.gz").write_bytes(warc(*(page(url, 1, "2026-11-18 08:00") for url in urls)))
    assert import_warcs(project, [str(tmp_path / "a.warc.gz")], runner) == Intake(taken=2, records=2)
    (report,) = project.ledger.reports(["paper"], [D18])
    assert (report.status, report.reason) == ("complete", None)


def test_a_killed_import_goes_on_inside_the_file(project, tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(news(*range(230)))
    environment = {
        "PYTHONPATH": str(Path(__file__).parent / "killing"),
        "KILL_AT": "main crawlers.answers:Answers.note_intake 2 before",
        "KILL_ONCE": str(tmp_path / "killed"),
    }
    command = ["import-warc", tmp_path / "a.warc.gz", "--json", *in_project(project)]
    assert caixun(*command, **environment).returncode == -signal.SIGKILL
    assert (tmp_path / "killed").exists()
    result = json.loads(caixun(*command).stdout)
    assert (result["taken"], result["known"], result["records"]) == (30, 100, 230)
    assert sum(recorded(project).values()) == 230
    assert not list((project.data / "archive").rglob("*.open"))


def test_a_torn_file_is_one_sentence_and_a_distant_one_is_taken_up_where_it_broke_off(project, site, runner):
    content = news(1, 2, 3)

    def answer(count: int):
        start = site.headers[-1]["Range"]
        if count == 1:
            return 200, content[:-100], {"Content-Type": "application/warc"}
        begin = int(start.removeprefix("bytes=").removesuffix("-"))
        return (206, content[begin:]) if begin < len(content) else (416, b"")

    site.pages["/a.warc.gz"] = answer
    url = f"http://127.0.0.1:{site.port}/a.warc.gz"
    torn = caixun("import-warc", url, *in_project(project))
    assert torn.returncode == 1
    assert f"{url}: the file ends inside the record at byte" in torn.stderr
    assert torn.stdout.startswith("2 pages taken in")
    assert import_warcs(project, [url], runner) == Intake(taken=1, records=1)
    assert import_warcs(project, [url], runner) == Intake()
    assert recorded(project) == {D17: 1, D18: 1, D19: 1}
    assert import_warcs(project, [url + "x"], runner).complaints == [f"{url}x: HTTP 404; what came before is kept"]
    for wrong, complaint in (
        (["none.warc.gz"], "none.warc.gz: there is no such file"),
        ([url, "--end", "2026-11-18"], "--end needs --start"),
        ([url, "--source", "nowhere"], "unknown source nowhere"),
    ):
        refused = caixun("import-warc", *wrong, *in_project(project))
        assert (refused.returncode, complaint in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)


def test_an_archive_of_ours_comes_back_as_it_was(site, tmp_path, runner):
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    first = make_project(tmp_path / "first", site, paper=SOURCE)
    collected(first, {"paper": [D18]})
    second = make_project(tmp_path / "second", site, paper=SOURCE)
    (file,) = (first.data / "archive").rglob("*.warc.gz")
    assert import_warcs(second, [str(file)], runner).records == 2
    own = {"archive_file", "archive_offset", "annotated_at"}
    rows = [dataset.records(one.data).rows(D18, "paper") for one in (first, second)]
    assert [row.model_dump(exclude=own) for row in rows[0]] == [row.model_dump(exclude=own) for row in rows[1]]
    for before, after in zip(*rows, strict=True):
        pages = [
            archive.read(project.data, archive.Position(row.archive_file, row.archive_offset))
            for project, row in ((first, before), (second, after))
        ]
        assert (pages[0].body, pages[0].headers, pages[0].fetched_at) == (pages[1].body, pages[1].headers, pages[1].fetched_at)
