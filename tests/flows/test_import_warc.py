"""Pages of other archives: mapped to sources, filtered by publication day, taken in once, from a torn or distant file too."""

import json
import signal
from datetime import date
from pathlib import Path

import pytest

from crawlers import archive
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


def imported(project, *arguments: object, status: int = 0, **environment: str):
    run = caixun("import-warc", *arguments, "--json", *in_project(project), **environment)
    assert run.returncode == status, run.stderr
    return json.loads(run.stdout) if run.stdout else run.stderr


def recorded(project, source: str = "paper") -> dict[date, int]:
    records = dataset.records(project.data)
    counts = {day: len(records.rows(day, source)) for day in (D17, D18, D19)}
    return {day: count for day, count in counts.items() if count}


def test_pages_go_to_the_source_of_their_address_and_are_built_like_crawled_ones(project, tmp_path):
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
    result = imported(project, tmp_path / "a.warc.gz")
    sums = ("taken", "known", "other_hosts", "records", "rejects")
    assert [result[name] for name in sums] == [4, 0, 1, 3, 1]
    assert recorded(project) == {D17: 1, D18: 1}
    assert recorded(project, "wire") == {D19: 1}
    (row,) = dataset.records(project.data).rows(D18, "paper")
    kept = archive.read(project.data / "archive", archive.Position(row.archive_file, row.archive_offset))
    assert (kept.body, kept.kind, kept.fetched_at.hour) == (article(1, "2026-11-18 08:00")[1], "warc", 4)
    status = json.loads(caixun("status", "2026-11-18", "--source", "paper", "--json", *in_project(project)).stdout)
    assert (status[0]["status"], status[0]["reason"]) == ("partial", "taken in from WARC files, never listed")
    # A second time there is nothing behind the end; under another name the same pages are known.
    assert imported(project, tmp_path / "a.warc.gz")["known"] == 0
    (tmp_path / "a.warc.gz").rename(tmp_path / "b.warc.gz")
    again = imported(project, tmp_path / "b.warc.gz")
    assert [again[name] for name in sums] == [0, 4, 1, 0, 0]


def test_days_are_chosen_and_others_may_come_later(project, tmp_path):
    (tmp_path / "a.warc").write_bytes(news(*range(6)))
    result = imported(project, tmp_path / "a.warc", "--start", "2026-11-18")
    assert (result["taken"], result["records"], recorded(project)) == (6, 2, {D18: 2})
    assert imported(project, tmp_path / "a.warc", "--start", "2026-11-17", "--end", "2026-11-18")["records"] == 2
    assert recorded(project) == {D17: 2, D18: 2}
    assert imported(project, tmp_path / "a.warc")["records"] == 2
    assert recorded(project) == {D17: 2, D18: 2, D19: 2}
    later = imported(project, tmp_path / "a.warc", "--start", "2026-11-21", "--source", "wire")
    assert later["taken"] == 0
    (tmp_path / "b.warc").write_bytes(news(7))
    assert imported(project, tmp_path / "b.warc", "--start", "2026-11-21")["too_early"] == 1
    assert imported(project, tmp_path / "b.warc", "--start", "2026-11-20", "--end", "2026-11-19", status=2)
    (tmp_path / "c.warc").write_bytes(warc(page("https://elsewhere.example.info/a/3", 3, "2026-11-18 08:00")))
    assert imported(project, tmp_path / "c.warc", "--source", "wire")["records"] == 1
    assert recorded(project, "wire") == {D18: 1}


def test_a_killed_import_goes_on_inside_the_file(project, tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(news(*range(230)))
    environment = {
        "PYTHONPATH": str(Path(__file__).parent / "killing"),
        "KILL_AT": "main crawlers.answers:Answers.note_intake 2 before",
        "KILL_ONCE": str(tmp_path / "killed"),
    }
    imported(project, tmp_path / "a.warc.gz", status=-signal.SIGKILL, **environment)
    assert (tmp_path / "killed").exists()
    result = imported(project, tmp_path / "a.warc.gz")
    assert (result["taken"], result["known"], result["records"]) == (30, 100, 230)
    assert sum(recorded(project).values()) == 230
    assert not list((project.data / "archive").rglob("*.open"))


def test_a_torn_file_is_one_sentence_and_a_distant_one_is_taken_up_where_it_broke_off(project, site):
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
    assert (imported(project, url)["taken"], imported(project, url)["taken"]) == (1, 0)
    assert recorded(project) == {D17: 1, D18: 1, D19: 1}
    assert "HTTP 404" in caixun("import-warc", url + "x", *in_project(project)).stderr
    assert "there is no such file" in imported(project, "none.warc.gz", status=2)


def test_an_archive_of_ours_comes_back_as_it_was(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    first = make_project(tmp_path / "first", site, paper=SOURCE)
    collected(first, {"paper": [D18]})
    second = make_project(tmp_path / "second", site, paper=SOURCE)
    (file,) = (first.data / "archive").rglob("*.warc.gz")
    assert imported(second, file)["records"] == 2
    own = {"archive_file", "archive_offset", "annotated_at"}
    rows = [dataset.records(one.data).rows(D18, "paper") for one in (first, second)]
    assert [row.model_dump(exclude=own) for row in rows[0]] == [row.model_dump(exclude=own) for row in rows[1]]
    for before, after in zip(*rows, strict=True):
        pages = [
            archive.read(project.data / "archive", archive.Position(row.archive_file, row.archive_offset))
            for project, row in ((first, before), (second, after))
        ]
        assert (pages[0].body, pages[0].headers, pages[0].fetched_at) == (pages[1].body, pages[1].headers, pages[1].fetched_at)
