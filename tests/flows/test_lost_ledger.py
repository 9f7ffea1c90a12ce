"""Where the ledger is lost, `doctor` brings it back from archive and dataset, and no record goes."""

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from crawlers.fates import Tally
from crawlers.ledger import Ledger
from crawlers.members import whole_members
from flows.doctor import doctor
from flows.importing import import_texts
from flows.rebuild import plan_rebuild, rebuild
from flows.settings import open_project
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D17, D18 = date(2026, 11, 17), date(2026, 11, 18)
LIVE = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - kind: api
    url: 'http://127.0.0.1:{port}/live/{{day:%d}}'
    links: data
    item: {{url: 'http://127.0.0.1:{port}/live/{{id}}', time: at, text: words}}
allow: ['/live/']
delay: 0
private: true
"""
SEVERAL = SOURCE + "extract: {{each: '.item', title: h2, body: p, published_at: i}}\n"


def rows_of(project) -> list[tuple]:
    """Return day, source and address of all rows, and the text of records."""
    tables = dataset.records(project.data), dataset.rejects(project.data)
    return [
        (day, row.source, row.url, getattr(row, "body", row.article_id))
        for table in tables
        for day in table.days()
        for row in sorted(table.select(day, day), key=lambda row: (row.source, row.url))
    ]


def rejects_of(project) -> list[tuple]:
    """Return how many rejects the ledger counts of each day and source that has some."""
    days = {row[0] for row in rows_of(project)}
    reports = project.ledger.reports(project.ledger.sources(), sorted(days))
    return sorted((one.day, one.source, one.tally.rejects) for one in reports if one.tally.rejects)


def found_on_another_day(tmp_path, site):
    """One source has fetched an article that is of another day, on which another source finds it."""
    site.pages |= {"/aa/18": links("/a/7"), "/bb/17": links("/a/7", "/a/8")}
    site.pages |= {"/a/7": article(7, "2026-11-17 10:00"), "/a/8": article(8, "2026-11-17 10:00")}
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    collected(project, {"bb": [D17]})
    return project


def gone_and_imported(tmp_path, site, name: str):
    """What a source finds no more is in a file."""
    site.pages[f"/{name}/18"] = links("/a/4")
    project = make_project(tmp_path, site, **{name: SOURCE})
    collected(project, {name: [D18]})
    text = "第4家公司公告称，公司拟投资4亿元建设智能温室，占地约260亩，预计2027年底投产，各方反应积极。"
    address = f"http://127.0.0.1:{site.port}/a/4"
    lines = f"标题：第4家公司拟建设智能温室\n链接：{address}\n总结：{text}\n关键词：温室\nAI技术：\n行业：农业\n重大事件摘要：\n"
    (tmp_path / "texts").write_text(lines, encoding="utf-8")
    assert import_texts(project, [tmp_path / "texts"], workers(project)).records == 1
    return project


def several_on_one_page(tmp_path, site):
    """A list holds its articles whole, and a page holds several."""
    texts = [f"【第{number}家公司公告】公司拟投资{number}亿元建设智能温室，占地约260亩，预计2027年底投产。" for number in (1, 2)]
    told = ", ".join(
        f'{{"id": {number}, "at": "2026-11-18 09:0{number}", "words": "{text}"}}' for number, text in enumerate(texts)
    )
    site.pages["/live/18"] = (200, f'{{"data": [{told}]}}'.encode(), {"Content-Type": "application/json"})
    items = "".join(
        f'<div class="item" id="n{number}"><h2>第{number}家公司拟建设智能温室</h2><i>2026-11-18 0{number}:00</i><p>{text * 2}</p></div>'
        for number, text in enumerate(texts, 3)
    )
    site.pages |= {"/aa/18": links("/a/9"), "/a/9": (200, f"<title>x</title>{items}".encode())}
    project = make_project(tmp_path, site, aa=SEVERAL, live=LIVE)
    collected(project, {"aa": [D18], "live": [D18]})
    return project


def of_several_pages(tmp_path, site):
    site.pages |= {"/aa/18": links("/a/1.html", "/a/2"), "/a/2": article(2)}
    onwards = '<a href="/a/1_2.html">下一页</a>'.encode()
    site.pages |= {"/a/1.html": (200, article(1)[1] + onwards), "/a/1_2.html": article(4)}
    project = make_project(tmp_path, site, aa=SOURCE)
    collected(project, {"aa": [D18]})
    return project


def newest_first(tmp_path, site):
    """A list that names no days has a page that is gone, one without text and one of a day that was not asked for."""
    site.pages |= {"/aa/list": links("/a/1", "/a/2", "/a/3", "/a/4"), "/a/1": article(1), "/a/2": (404, b"none")}
    site.pages |= {"/a/3": (200, "<title>x</title><h1>样州晒秋节开幕</h1>".encode()), "/a/4": article(4, "2026-11-15 10:00")}
    project = make_project(tmp_path, site, aa=SOURCE.replace("{{day:%d}}", "list"))
    collected(project, {"aa": [D18]})
    return project


def on_the_lists_of_two_days(tmp_path, site):
    site.pages |= {"/aa/17": links("/a/4"), "/aa/18": links("/a/1", "/a/4"), "/bb/17": links("/a/4"), "/bb/18": links("/a/4")}
    site.pages |= {"/a/1": article(1), "/a/4": article(4, "2026-11-15 10:00")}
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    collected(project, {"bb": [D17, D18]})
    collected(project, {"aa": [D17]})
    return project


def whole_and_torn(tmp_path, site):
    """Two articles, one of which prints no day of its list, and a reject, in one file of the archive."""
    site.pages |= {"/aa/17": links("/a/1"), "/aa/18": links("/a/2", "/a/3"), "/a/1": article(1, "2026-11-17 10:00")}
    site.pages |= {"/a/2": article(2), "/a/3": (200, "<title>x</title><h1>样州晒秋节开幕</h1>".encode())}
    project = make_project(tmp_path, site, aa=SOURCE)
    collected(project, {"aa": [D17, D18]})
    return project


def without_ledger(project):
    project.ledger.close()
    for file in Path(project.data).glob("ledger.sqlite*"):
        file.unlink()
    return open_project(project.config, project.data)


def troubles_of(project) -> list:
    """Return what doctor has found, and put right."""
    found = doctor(project, workers(project), Watch(), mend=True)
    assert found.left == []
    return found.troubles


CASES = {
    "another day": (found_on_another_day, 2, 1),
    "import after": (lambda tmp_path, site: gone_and_imported(tmp_path, site, "aa"), 1, 1),
    "import before": (lambda tmp_path, site: gone_and_imported(tmp_path, site, "zz"), 1, 1),
    "several on one page": (several_on_one_page, 4, 1),
    "of several pages": (of_several_pages, 2, 0),
    "newest first": (newest_first, 1, 3),
    "on the lists of two days": (on_the_lists_of_two_days, 1, 2),
}


@pytest.mark.parametrize("case", CASES)
def test_doctor_keeps_every_row_whose_page_the_archive_has(tmp_path, case):
    make, records, rejects = CASES[case]
    with loopback() as site:
        project = make(tmp_path, site)
        before, rejected = rows_of(project), rejects_of(project)
        assert (sum(1 for _ in dataset.records(project.data).select(date.min, date.max)), len(before)) == (
            records,
            records + rejects,
        )
        project = without_ledger(project)
        assert troubles_of(project)
        assert (rows_of(project), rejects_of(project)) == (before, rejected)
        assert troubles_of(project) == []
        days = [D17, D18, *dataset.records(project.data).days()]
        run, _ = rebuild(project, plan_rebuild(project, None, days), workers(project), Watch(), everything=True)
        assert [finding.text for finding in run.findings if finding.level == "failure"] == []
        assert rows_of(project) == before
        collected(project, {name: [D17, D18] for name in project.sources}, again=True)
        assert rows_of(project) == before
        assert troubles_of(project) == []


def test_doctor_tells_which_days_to_rebuild_where_nothing_tells_that_they_were_asked_for(tmp_path):
    with loopback() as site:
        project = newest_first(tmp_path, site)
    records = [row for row in rows_of(project) if row[0] == D18 and "第" in row[3]]
    for table in ("records", "rejects"):
        shutil.rmtree(project.data / table)
    project = without_ledger(project)
    told = caixun("doctor", *in_project(project))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[1:] == [
        "`caixun rebuild 2026-11-15 2026-11-18` makes records of articles whose days nothing tells were asked for"
    ]
    assert caixun("rebuild", "2026-11-15", "2026-11-18", *in_project(project)).returncode == 0
    assert len(records) == 1
    assert set(records) <= set(rows_of(project))
    assert caixun("doctor", *in_project(project)).stdout == "archive, ledger and dataset agree\n"


class Killed(BaseException):
    """What ends a process, as no code of it foresees."""


@pytest.mark.parametrize("writes", [6, 11])
def test_a_doctor_that_was_killed_is_made_good_by_the_next_one(tmp_path, monkeypatch, writes):
    """It has noted the pages, then lets a record wait that another source could make."""
    with loopback() as site:
        project = found_on_another_day(tmp_path, site)
    before, left = rows_of(project), iter(range(writes))
    project = without_ledger(project)
    for name in ("find", "cover", "count_under", "settle", "wait_again", "give_way"):
        write = getattr(Ledger, name)

        def last(*given, write=write):
            if next(left, None) is None:
                raise Killed
            return write(*given)

        monkeypatch.setattr(Ledger, name, last)
    with pytest.raises(Killed):
        doctor(project, workers(project), Watch(), mend=True)
    monkeypatch.undo()
    assert troubles_of(project)
    assert rows_of(project) == before
    assert troubles_of(project) == []
    run, _ = rebuild(project, plan_rebuild(project, None, [D17, D18]), workers(project), Watch(), everything=True)
    assert [finding.text for finding in run.findings if finding.level == "failure"] == []
    assert rows_of(project) == before


@pytest.mark.parametrize("name", ["aa", "zz"])
def test_a_page_is_built_though_another_source_has_one_of_the_same_address_that_gives_nothing(tmp_path, name):
    with loopback() as site:
        project = gone_and_imported(tmp_path, site, name)
    records = [row for row in rows_of(project) if row[1] == "imported"]
    for table in ("records", "rejects"):
        shutil.rmtree(project.data / table)
    project = without_ledger(project)
    assert troubles_of(project)
    assert [row for row in rows_of(project) if row[1] == "imported"] == records
    assert troubles_of(project) == []


def file_of(project) -> Path:
    (file,) = project.data.folder.glob("archive/*/*.warc.gz")
    return file


def tear(project) -> None:
    """Let the archive lose what lies behind the page of the first record in its file."""
    first = min(row.archive_offset for row in dataset.records(project.data).select(D17, D18))
    (end,) = (one.offset + one.length for one in whole_members(file_of(project)) if one.offset == first)
    os.truncate(file_of(project), end)


LOSSES = {
    "all of it": lambda project: file_of(project).unlink(),
    "a torn file": tear,
    "the place of a page": lambda project: file_of(project).write_bytes(b"x" * file_of(project).stat().st_size),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_doctor_keeps_rows_whose_page_the_archive_has_lost_with_the_ledger(tmp_path, loss):
    with loopback() as site:
        project = whole_and_torn(tmp_path, site)
        before, rejected = rows_of(project), rejects_of(project)
        LOSSES[loss](project)
        project = without_ledger(project)
        lost = [trouble for trouble in troubles_of(project) if "neither ledger nor archive has" in trouble.what]
        assert {trouble.cure.partition(";")[0] for trouble in lost} == {"kept, and noted as failed"}
        assert (rows_of(project), (project.data / "broken").exists()) == (before, False)
        assert troubles_of(project) == []
        tally = Tally.total(one.tally for one in project.ledger.reports(["aa"], [D17, D18]))
        assert (tally.found, tally.lost in ((1, 2) if loss == "a torn file" else (3,))) == (3, True)
        site.pages["/a/2"] = article(2, title="第2家公司拟建设两座智能温室")
        run = collected(project, {"aa": [D17, D18]})
        assert (run.ok, rejects_of(project)) == (True, rejected)
        assert [row[:3] for row in rows_of(project)] == [row[:3] for row in before]  # fetched again, and none twice
        assert troubles_of(project) == []


def test_a_record_that_was_kept_goes_when_its_page_turns_out_to_be_of_another_day(tmp_path):
    with loopback() as site:
        project = whole_and_torn(tmp_path, site)
        before = rows_of(project)
        file_of(project).unlink()
        project = without_ledger(project)
        assert (len(troubles_of(project)), rows_of(project)) == (3, before)
        site.pages["/a/2"] = article(2, "2026-11-17 11:00")
        collected(project, {"aa": [D17, D18]})
        found = [(day, url.rpartition("/")[2]) for day, _, url, _ in rows_of(project)]
    assert found == [(D17, "1"), (D17, "2"), (D18, "3")]


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_an_article_that_another_source_has_fetched_since_its_page_was_lost_is_kept_once(tmp_path, ledger):
    with loopback() as site:
        site.pages["/bb/18"] = links("/a/2", "/a/3")
        whole_and_torn(tmp_path, site)
        project = make_project(tmp_path, site, bb=SOURCE)
        file_of(project).unlink()
        project = without_ledger(project) if ledger == "lost" else project
        assert troubles_of(project)
        kept = dataset.records(project.data).rows(D18, "aa")
        collected(project, {"bb": [D18]})
        collected(project, {"aa": [D17, D18], "bb": [D18]})
        assert [row.source for row in dataset.records(project.data).select(D17, D18)] == ["aa", "bb"]
        assert troubles_of(project) == []
        dataset.records(project.data).apply(D18, "aa", kept)  # as earlier versions have left it
        assert [trouble.cure for trouble in troubles_of(project) if "1 record of aa" in trouble.what] == [
            "taken out; a copy of the file is in broken/"
        ]
        assert [row.source for row in dataset.records(project.data).select(D17, D18)] == ["aa", "bb"]
        assert troubles_of(project) == []
        again = collected(project, {"aa": [D17, D18], "bb": [D18]}, again=True)
        assert [finding.text for finding in again.findings if finding.level == "failure"] == []
        assert troubles_of(project) == []


def test_doctor_touches_nothing_where_the_archive_is_away_and_the_dataset_has_rows(tmp_path):
    with loopback() as site:
        project = whole_and_torn(tmp_path, site)
    before = rows_of(project)
    shutil.rmtree(project.data / "archive")
    project = without_ledger(project)
    told = caixun("doctor", *in_project(project))
    assert (told.returncode, told.stdout) == (1, "")
    assert "put the archive back, or make an empty folder where it is lost" in " ".join(told.stderr.split())
    assert rows_of(project) == before


LOST = "holds pages, and the ledger knows of none; was it lost? `caixun doctor` notes them"
ASKING = (
    ["run", "--date", "2026-11-18"],
    ["backfill", "2026-11-18", "--dry-run"],
    ["backfill", "2026-11-18"],
    ["rebuild", "2026-11-18"],
)


def test_nothing_is_fetched_or_rebuilt_before_doctor_has_noted_what_the_archive_has(tmp_path):
    with loopback() as site:
        project = whole_and_torn(tmp_path, site)
        before, asked = rows_of(project), len(site.asked)
        project = without_ledger(project)
        for words in ASKING:
            told = caixun(*words, *in_project(project))
            sentence = " ".join(told.stderr.split())
            assert (told.returncode, told.stdout, len(site.asked)) == (2, "", asked), words
            assert sentence.endswith(LOST), words
        assert troubles_of(project)
        assert caixun("backfill", "2026-11-18", *in_project(project)).returncode == 0
        assert rows_of(project) == before
        assert not [path for path in site.asked[asked:] if path.startswith("/a/")]


def test_what_a_lost_ledger_does_not_know_is_not_told_as_if_it_were_not_there(tmp_path):
    with loopback() as site:
        project = whole_and_torn(tmp_path, site)
        project = without_ledger(project)
        address = f"http://127.0.0.1:{site.port}/a/1"
    warned = []
    for words in (["status", "2026-11-18"], ["status", "2026-11-18", "--json"], ["why", address], ["why", address, "--json"]):
        told = caixun(*words, *in_project(project))
        warned.append((told.returncode, told.stderr.endswith(f"{LOST}\n"), told.stdout))
    assert [one[:2] for one in warned] == [(1, True)] * 4
    assert "aa " in warned[0][2]
    ((day,), known) = (json.loads(warned[number][2]) for number in (1, 3))
    assert (day["status"], known) == ("missing", [])
    assert troubles_of(project)
    told = caixun("status", "2026-11-18", *in_project(project))
    assert (told.returncode, told.stderr) == (0, "")


def test_an_archive_without_an_article_holds_nobody_back(tmp_path):
    with loopback() as site:
        project = make_project(tmp_path, site, aa=SOURCE + "expect: {{min: 0}}\n")
        site.pages["/aa/18"] = links()
        collected(project, {"aa": [D18]})
        told = caixun("run", "--date", "2026-11-18", *in_project(without_ledger(project)))
    assert "knows of none" not in told.stderr
    assert told.returncode < 2
