"""Sources are fetched and built side by side: a slow one keeps none waiting, and what one cannot do is its own."""

import os
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawlers.fates import Find
from crawlers.lock import source_lock
from crawlers.page import article_id
from flows import build as build_module
from flows import crawl as crawl_module
from flows import gathering
from flows.backfill import backfill
from flows.build import build_ahead
from flows.doctor import doctor
from flows.planning import new_backfill, plan_backfill, plan_of
from flows.rebuild import rebuild
from flows.settings import open_project
from flows.watch import Watch
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D18 = date(2026, 11, 18)
DAYS = [D18 - timedelta(days=back) for back in range(12)]  # two parts
PATIENCE = 150  # seconds until the slow site gives up


@pytest.fixture
def slow():
    with loopback() as running:
        yield running


@pytest.fixture
def quick():
    with loopback("127.0.0.2") as running:
        yield running


def when(true, answer):
    """Return what gives an answer once something has become true."""

    def wait(_count: int):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if true():
                return answer
            time.sleep(0.05)
        return 404, b"gave up"

    return wait


def test_a_slow_source_keeps_no_other_one_from_its_next_days(slow, quick, tmp_path):
    for number, day in enumerate(DAYS):
        quick.pages |= {f"/quick/{day:%d}": links(f"/a/{number}"), f"/a/{number}": article(number, f"{day} 09:21")}
    project = make_project(
        tmp_path,
        slow,
        slow=SOURCE,
        quick=SOURCE.replace("127.0.0.1", "127.0.0.2").replace("{port}", str(quick.port)),
    )

    def all_days_of_the_other_site_are_records():
        records = dataset.records(project.data)
        return records.sources() == {"quick"} and len(records.days()) == len(DAYS)

    slow.pages |= {"/slow/18": links("/a/99"), "/a/99": when(all_days_of_the_other_site_are_records, article(99))}
    wanted = project.ledger.begin_backfill(new_backfill(DAYS[-1], D18, ["slow", "quick"]))
    todo = {"slow": [D18], "quick": plan_of(project, wanted).todo["quick"]}
    run = backfill(project, wanted, todo, workers(project), Watch())
    assert run.ok, run.findings
    assert {(report.source, report.tally.records) for report in run.reports} == {("slow", 1), ("quick", 1)}
    assert len(run.reports) == 1 + len(DAYS)
    assert len(list((project.data / "logs").glob("crawl-*.log"))) == 1  # one child for both, and for both parts


def test_after_a_crawl_that_dies_the_next_days_have_one_of_their_own(slow, tmp_path, monkeypatch):
    project = make_project(tmp_path, slow, slow=SOURCE)
    monkeypatch.setattr(crawl_module.sys, "executable", "/bin/false")
    wanted = project.ledger.begin_backfill(new_backfill(DAYS[-1], D18, ["slow"]))
    run = backfill(project, wanted, {"slow": DAYS}, workers(project), Watch())
    assert [finding.text.partition(": exit status 1")[0] for finding in run.findings] == 2 * ["slow: the crawl ended early"]
    assert len(list((project.data / "logs").glob("crawl-*.err"))) == 2


def test_what_a_stranger_prints_in_the_child_is_told_and_kills_no_run(slow, tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("print('hello')", encoding="utf-8")
    slow.pages |= {"/slow/18": links("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, slow, slow=SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=":")
    run = collected(project, {"slow": [D18]})
    assert [finding.text.partition(" (see")[0] for finding in run.findings] == ["slow: the crawl ended early: it printed 'hello'"]
    monkeypatch.undo()
    assert collected(project, {"slow": [D18]}).ok


IN_THE_CHILD = """
import glob, os, sys
if "crawlers" in sys.orig_argv:
    {lines}
"""
CLEAR = "[os.unlink(log) for log in glob.glob(os.environ['LOGS'] + '/*.err')]"
DIE = "os._exit(3)"


@pytest.mark.parametrize(
    ("lines", "findings"),
    [
        (f"{CLEAR}; {DIE}", ["slow: the crawl ended early: exit status 3"]),
        (f"os.write(2, '内存不足'.encode('gbk')); {DIE}", ["slow: the crawl ended early: �ڴ治��"]),
        (f"sys.stderr.write('内存不足'); sys.stderr.flush(); {DIE}", ["slow: the crawl ended early: 内存不足"]),
        (CLEAR, []),
    ],
    ids=["log gone", "log in GBK", "locale of GBK", "log gone of a crawl that is well"],
)
def test_a_crawl_is_heard_of_whatever_became_of_its_log(slow, tmp_path, monkeypatch, lines, findings):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(IN_THE_CHILD.format(lines=lines), encoding="utf-8")
    slow.pages |= {"/slow/18": links("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, slow, slow=SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=":")
    monkeypatch.setenv("PYTHONIOENCODING", "gbk")
    monkeypatch.setenv("LOGS", str(project.data / "logs"))
    run = collected(project, {"slow": [D18]})
    assert [finding.text.partition(" (see")[0] for finding in run.findings] == findings
    assert [report.status for report in run.reports] == ["missing" if findings else "complete"]


def test_a_source_whose_crawl_cannot_begin_stops_no_other_one(slow, quick, tmp_path):
    slow.pages |= {"/slow/18": links("/a/1"), "/a/1": article(1)}
    quick.pages |= {"/quick/18": links("/a/2"), "/a/2": article(2)}
    project = make_project(
        tmp_path,
        slow,
        slow=SOURCE,
        quick=SOURCE.replace("127.0.0.1", "127.0.0.2").replace("{port}", str(quick.port)),
    )
    assert set(project.sources) == {"slow", "quick"}
    (tmp_path / "config" / "sources" / "slow.yml").write_text("title: [", encoding="utf-8")  # when the run knows it already
    run = collected(project, {"slow": [D18], "quick": [D18]})
    assert [report.status for report in run.reports] == ["missing", "complete"]
    assert any(finding.text.startswith("slow: ") and "slow.yml" in finding.text for finding in run.findings)


@pytest.mark.parametrize("becomes", ["disabled", "removed"])
def test_what_a_source_found_and_nobody_fetches_is_fetched_by_another(slow, tmp_path, becomes):
    slow.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, slow, paper=SOURCE, wire=SOURCE)
    url = f"http://127.0.0.1:{slow.port}/a/1"
    project.ledger.begin("wire", [D18], "killed")
    project.ledger.find("wire", [Find(article_id(url), url, url, None, D18)], {D18}, "seed", "killed")
    with source_lock(project.data, "wire"):  # as if another process were about to fetch it
        held = collected(project, {"paper": [D18]}).reports[0].tally
        assert (held.records, held.skipped) == (1, {"seen": 1})
    wire = project.config / "sources" / "wire.yml"
    if becomes == "disabled":
        wire.write_text(wire.read_text(encoding="utf-8") + "disabled: it has moved\n", encoding="utf-8")
    else:
        wire.unlink()
    project = open_project(project.config, project.data)
    slow.pages |= {"/paper/17": links("/a/3"), "/a/3": article(3, "2026-11-17 08:00")}
    collected(project, {"paper": DAYS[1:2]})  # any run frees it
    assert plan_backfill(project, ["paper"], [D18], "missing").todo == {"paper": [D18]}
    report = collected(project, {"paper": [D18]}).reports[0]
    assert (report.status, report.tally.records, report.tally.skipped) == ("complete", 2, {})
    assert slow.asked.count("/a/1") == 1


def test_what_a_killed_run_has_found_for_other_days_is_fetched_by_another_source_of_this_run(slow, tmp_path):
    slow.pages |= {
        "/paper/18": links("/a/1", "/a/2"),
        "/a/1": article(1),
        "/a/2": article(2),
        "/wire/18": links("/a/3"),
        "/a/3": article(3),
    }
    project = make_project(tmp_path, slow, paper=SOURCE, wire=SOURCE)
    url, before = f"http://127.0.0.1:{slow.port}/a/1", date(2026, 10, 1)
    project.ledger.begin("wire", [before], "killed")
    project.ledger.find("wire", [Find(article_id(url), url, url, None, before)], {before}, "seed", "killed")
    reports = {one.source: one for one in collected(project, {"paper": [D18], "wire": [D18]}).reports}
    assert (reports["paper"].tally.records, reports["paper"].tally.skipped) == (2, {})
    collected(project, {"wire": [before]})
    assert slow.asked.count("/a/1") == 1


@pytest.fixture
def eager(monkeypatch):
    """Let a crawl note each page at once, not a second's together."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "killing"), prepend=os.pathsep)
    monkeypatch.setenv("KILL_EAGER", "1")


@pytest.mark.usefixtures("eager")
def test_a_long_crawl_is_built_while_it_goes_on(slow, tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "_FEW", 3)
    project = make_project(tmp_path, slow, slow=SOURCE)

    last = when(lambda: dataset.records(project.data).count(D18, "slow") >= 3, article(5))
    slow.pages |= {f"/a/{number}": article(number) for number in (1, 2, 3)} | {"/a/4": article(4), "/a/5": last}
    slow.pages |= {"/slow/18": links(*(f"/a/{number}" for number in range(1, 6)))}
    run = collected(project, {"slow": [D18]})
    assert run.ok, run.findings
    assert [report.tally.records for report in run.reports] == [5]


def test_what_is_built_and_written_in_parts_is_all_there(slow, tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "PART", 2)
    monkeypatch.setattr(build_module, "_FLUSH", 4)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.yml").write_text("batch: 1\n", encoding="utf-8")
    project = make_project(tmp_path, slow, slow=SOURCE)
    texts = [1, 2, 3, 4, 5, 1, 6]  # the sixth is a reprint of the first
    slow.pages |= {f"/a/{number}": article(text) for number, text in enumerate(texts)}
    slow.pages |= {"/slow/18": links(*(f"/a/{number}" for number in range(7)))}
    run = collected(project, {"slow": [D18]})
    assert run.ok, run.findings
    rows = {row.url.rpartition("/")[2]: row for row in dataset.records(project.data).select(D18, D18)}
    assert sorted(rows) == list("0123456")
    assert rows["0"].story_id == rows["5"].story_id == min(rows["0"].article_id, rows["5"].article_id)
    assert len({row.story_id for row in rows.values()}) == 6


@pytest.mark.usefixtures("eager")
def test_what_is_built_during_a_crawl_does_not_hide_that_a_site_shows_one_list_for_all_days(slow, tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "_FEW", 2)
    project = make_project(tmp_path, slow, slow=SOURCE)

    same = links("/a/1", "/a/2")
    then = when(lambda: dataset.records(project.data).count(D18, "slow") == 2, same)
    slow.pages |= {"/slow/17": same, "/slow/18": then, "/slow/19": then, "/a/1": article(1), "/a/2": article(2)}
    days = [date(2026, 11, day) for day in (17, 18, 19)]
    run = collected(project, {"slow": days})
    assert [(report.status, report.tally.records) for report in run.reports if report.day != D18] == 2 * [("failed", 0)]
    assert all("the site does not list by day" in (report.reason or "") for report in run.reports if report.day != D18)


def test_what_cannot_be_read_during_a_crawl_is_left_for_the_build_after_it(slow, tmp_path):
    slow.pages |= {"/slow/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, slow, slow=SOURCE)
    assert collected(project, {"slow": [D18]}).ok
    with crawl_under_way(project, "slow"):  # of this run: it holds the source
        assert project.ledger.reopen("slow", [D18]) == 2
        (file,) = (project.data / "archive").rglob("*.warc.gz")
        file.rename(elsewhere := file.with_suffix(".elsewhere"))
        build_ahead(project, "slow", [D18], workers(project), lambda: None)
        assert project.ledger.unbuilt(["slow"])["slow"] == 2
        elsewhere.rename(file.with_name(file.name + ".open"))
        build_ahead(project, "slow", [D18], workers(project), lambda: None)
        assert project.ledger.unbuilt(["slow"])["slow"] == 0


@contextmanager
def crawl_under_way(project, source):
    lock = project.data.locks.hold(source, 0)
    yield
    lock.release()


ROLL = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - {{kind: listing, url: 'http://127.0.0.1:{port}/roll', links: li, item: {{url: a, title: a, time: i}}}}
allow: ['/a/']
delay: 0
private: true
"""


def roll(*items):
    """Return a newest-first list of articles by number, each with its time."""
    return 200, "".join(f'<li><a href="/a/{number}">标题</a><i>{printed}</i></li>' for number, printed in items).encode()


def test_what_a_list_names_late_of_a_day_that_is_done_is_a_record_and_counts(slow, tmp_path):
    new, old = (1, "2026-11-18 09:21"), (2, "2026-11-17 09:21")
    slow.pages |= {"/roll": roll(new, old, (9, "2026-11-16 09:21"))}
    slow.pages |= {f"/a/{number}": article(number, printed) for number, printed in (new, old)}
    project = make_project(tmp_path, slow, wire=ROLL)
    collected(project, {"wire": [DAYS[1]]})
    late, lost = (3, "2026-11-17 22:00"), (4, "2026-11-17 23:00")
    slow.pages |= {"/roll": roll(new, late, lost, old, (9, "2026-11-16 09:21")), "/a/3": article(*late), "/a/4": (500, b"down")}
    run = collected(project, {"wire": [D18]})
    day = next(report for report in run.reports if report.day == DAYS[1])
    assert (day.status, day.tally.records, day.tally.failed) == ("failed", 2, 1)
    assert not run.ok
    assert len(dataset.records(project.data).rows(DAYS[1], "wire")) == 2
    slow.pages["/a/4"] = article(*lost)
    assert collected(project, {"wire": [DAYS[1]]}).reports[0].tally.records == 3
    assert [slow.asked.count(f"/a/{number}") for number in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize("gone", [(404, b"gone"), (200, b"<title>x</title><p>moved</p>")])
def test_a_record_whose_page_was_lost_stays_when_the_site_has_the_article_no_more(slow, tmp_path, gone):
    slow.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, slow, paper=SOURCE)
    collected(project, {"paper": [D18]})
    before = dataset.records(project.data).rows(D18, "paper")
    for file in (project.data / "archive").rglob("*.warc.gz"):
        file.unlink()
    doctor(project, workers(project), Watch(), mend=True)
    slow.pages["/a/1"] = gone
    for _ in range(2):  # what the site has no more is asked for again each time
        run = collected(project, {"paper": [D18]})
        assert (run.reports[0].status, run.reports[0].tally.records, run.reports[0].tally.failed) == ("failed", 1, 1)
        assert not run.findings
        assert {row.article_id for row in dataset.records(project.data).rows(D18, "paper")} == {row.article_id for row in before}
        assert doctor(project, workers(project), Watch(), mend=True).troubles == []
    slow.pages["/a/1"] = article(1)
    assert collected(project, {"paper": [D18]}).reports[0].tally.records == 2
    assert len(dataset.records(project.data).rows(D18, "paper")) == 2


def test_a_record_that_stays_stays_in_its_story(slow, tmp_path):
    text = article(1, title="海州新材拟投资建设智能温室")
    slow.pages |= {"/paper/18": links("/a/1"), "/wire/18": links("/a/2"), "/a/1": text, "/a/2": text}
    project = make_project(tmp_path, slow, paper=SOURCE, wire=SOURCE)
    for source in ("paper", "wire"):
        collected(project, {source: [D18]})
    records = dataset.records(project.data)
    stories = [row.story_id for source in ("paper", "wire") for row in records.rows(D18, source)]
    assert len(set(stories)) == 1
    for file in (project.data / "archive").rglob("paper-*.warc.gz"):
        file.unlink()
    doctor(project, workers(project), Watch(), mend=True)
    slow.pages["/a/1"] = (404, b"gone")
    collected(project, {"paper": [D18]})
    assert [row.story_id for source in ("paper", "wire") for row in records.rows(D18, source)] == stories


def test_what_a_site_did_not_have_is_asked_for_until_it_answers_whatever_the_doctor_sees(slow, tmp_path):
    slow.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1)}
    project = make_project(tmp_path, slow, paper=SOURCE)
    collected(project, {"paper": [D18]})
    slow.pages["/a/2"] = (500, b"down")
    assert collected(project, {"paper": [D18]}, again=True).reports[0].tally.failed == 1
    doctor(project, workers(project), Watch(), mend=True)
    slow.pages["/a/2"] = article(2)
    report = collected(project, {"paper": [D18]}).reports[0]
    assert (report.status, report.tally.records, report.tally.rejects) == ("complete", 2, {})


def test_a_page_that_new_rules_refuse_takes_its_record_along(slow, tmp_path):
    slow.pages |= {"/paper/18": links("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, slow, paper=SOURCE)
    collected(project, {"paper": [D18]})
    project = make_project(tmp_path, slow, paper=SOURCE + "extract: {{drop: ['p']}}\n")
    rebuild(project, {"paper": [D18]}, workers(project), Watch())
    assert dataset.records(project.data).rows(D18, "paper") == []


@pytest.mark.parametrize(("expect", "again"), [("", True), ("expect: {{min: 2}}\n", False)], ids=["all", "too few"])
def test_an_article_that_a_site_did_not_have_is_asked_for_again(slow, tmp_path, expect, again):
    slow.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1)}
    project = make_project(tmp_path, slow, paper=SOURCE + expect)
    first = collected(project, {"paper": [D18]}).reports[0]
    assert (first.tally.records, first.tally.rejects) == (1, {"missing": 1})
    slow.pages["/a/2"] = article(2)
    report = collected(project, {"paper": [D18]}, again=again).reports[0]
    assert (report.status, report.tally.records, report.tally.rejects) == ("complete", 2, {})
    assert dataset.rejects(project.data).rows(D18, "paper") == []
    assert [slow.asked.count(f"/a/{number}") for number in (1, 2)] == [1, 2]


def test_what_a_source_failed_to_fetch_is_fetched_by_another_when_it_is_disabled(slow, tmp_path):
    slow.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/2": article(2)}
    project = make_project(tmp_path, slow, paper=SOURCE, wire=SOURCE)
    url = f"http://127.0.0.1:{slow.port}/a/1"
    found = Find(article_id(url), url, url, None, D18)
    project.ledger.begin("wire", [D18], "earlier")
    project.ledger.find("wire", [found], {D18}, "seed", "earlier")
    with source_lock(project.data, "wire"):  # which is about to fetch it
        assert collected(project, {"paper": [D18]}).reports[0].tally.skipped == {"seen": 1}
    project.ledger.miss("wire", found.article_id, "failed", "HTTP 500")
    wire = project.config / "sources" / "wire.yml"
    wire.write_text(wire.read_text(encoding="utf-8") + "disabled: it has moved\n", encoding="utf-8")
    project = open_project(project.config, project.data)
    slow.pages |= {"/a/1": article(1), "/paper/17": links("/a/3"), "/a/3": article(3, "2026-11-17 08:00")}
    collected(project, {"paper": DAYS[1:2]})  # any run frees it
    assert plan_backfill(project, ["paper"], [D18], "missing").todo == {"paper": [D18]}
    report = collected(project, {"paper": [D18]}).reports[0]
    assert (report.status, report.tally.records) == ("complete", 2)
