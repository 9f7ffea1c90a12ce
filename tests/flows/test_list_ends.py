"""Where a list ends: one odd answer does not tell, and what no list shows is impossible only when two walks saw so."""

import json
import sqlite3
from datetime import date

import pytest

from tests.conftest import caixun, in_project
from tests.loopback import Answer, article, collected, loopback, make_project

D16, D17, D18, D19 = DAYS = [date(2026, 11, day) for day in (16, 17, 18, 19)]
ROLL = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - kind: listing
    url: 'http://127.0.0.1:{port}/{name}?p={{page}}'
    links: li
    item: {{url: a, title: a, time: i}}
    pages: {{max: 9}}
allow: ['/a/']
delay: 0
private: true
"""
PAPER = ROLL.replace("{name}?p=", "{name}/{{day:%d}}?p=")
GONE = (404, b"none")
EMPTY = (200, b"<p>x</p>")


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def rows(*numbers: int) -> Answer:
    """Return a list page of articles, two of each day, newest first: 1 and 2 are of the 19th, 8 and 7 of the 16th."""
    return 200, "".join(f"<li><a href=/a/{n}>x</a><i>{printed(n)}</i></li>" for n in numbers).encode()


def printed(number: int) -> str:
    return f"2026-11-{19 - (number - 1) // 2} 09:{30 - number}"


def roll(site, name: str = "roll") -> None:
    """Serve a list of three pages that reaches back to the 16th, and its articles."""
    site.pages |= {f"/{name}?p={page + 1}": rows(*range(page * 3 + 1, min(page * 3 + 4, 9))) for page in range(3)}
    site.pages |= {f"/a/{number}": article(number, printed(number)) for number in range(1, 9)}


def statuses(run) -> dict[int, str]:
    return {report.day.day: report.status for report in run.reports}


@pytest.mark.parametrize("odd", [GONE, EMPTY, rows(1, 2, 3)])
def test_a_page_that_is_missing_or_has_nothing_new_once_does_not_end_a_list(site, tmp_path, odd):
    roll(site)
    whole = site.pages["/roll?p=2"]
    site.pages["/roll?p=2"] = lambda count: odd if count == 1 else whole
    project = make_project(tmp_path, site, roll=ROLL)
    assert statuses(collected(project, {"roll": [D17, D18]})) == {17: "complete", 18: "complete"}
    assert [target for target in site.asked if target.startswith("/roll")] == [f"/roll?p={page}" for page in (1, 2, 2, 3)]


@pytest.mark.parametrize("odd", [GONE, EMPTY])
def test_a_list_of_a_day_is_not_complete_by_a_page_that_was_missing_once(site, tmp_path, odd):
    site.pages |= {"/paper/19?p=1": rows(1), "/paper/19?p=2": lambda count: odd if count == 1 else rows(2)}
    site.pages |= {f"/a/{number}": article(number, printed(number)) for number in (1, 2)}
    project = make_project(tmp_path, site, paper=PAPER)
    (report,) = collected(project, {"paper": [D19]}).reports
    assert (report.status, report.tally.records) == ("complete", 2)


@pytest.mark.parametrize("end", [GONE, EMPTY, rows(2), (302, b"", {"Location": "/paper/19?p=2"})])
def test_the_end_of_a_list_costs_one_request_more(site, tmp_path, end):
    site.pages |= {"/paper/19?p=1": rows(1), "/paper/19?p=2": rows(2), "/paper/19?p=3": end}
    site.pages |= {f"/a/{number}": article(number, printed(number)) for number in (1, 2)}
    project = make_project(tmp_path, site, paper=PAPER)
    (report,) = collected(project, {"paper": [D19]}).reports
    assert (report.status, report.tally.records) == ("complete", 2)
    assert site.asked.count("/paper/19?p=3") == 2
    assert not [target for target in site.asked if target.endswith("?p=4")]


LIVE = PAPER.replace("kind: listing", "kind: api").replace("links: li", "links: data").replace("?p={{page}}", "")
LIVE = LIVE.replace("{{url: a, title: a, time: i}}", "{{url: u, title: t}}").replace("    pages: {{max: 9}}\n", "")
LIVE += "expect: {{min: 0}}\n"  # a day's list may be empty
DATA = b'{"data": [{"u": "/a/1", "t": "x"}]}'


@pytest.mark.parametrize("odd", [(200, b'{"data": []}'), (200, DATA[:20]), (200, b"<html></html>")])
def test_a_first_page_that_is_empty_or_cut_once_tells_nothing_of_its_day(site, tmp_path, odd):
    site.pages |= {"/live/19": lambda count: odd if count == 1 else (200, DATA), "/a/1": article(1, printed(1))}
    (report,) = collected(make_project(tmp_path, site, live=LIVE), {"live": [D19]}).reports
    assert (report.status, report.tally.records, site.asked.count("/live/19")) == ("complete", 1, 2)


@pytest.mark.parametrize("odd", [GONE, EMPTY])
def test_a_list_of_the_newest_is_asked_for_once_more_where_its_first_page_is_missing_or_empty_once(site, tmp_path, odd):
    roll(site)
    whole = site.pages["/roll?p=1"]
    site.pages["/roll?p=1"] = lambda count: odd if count == 1 else whole
    assert statuses(collected(make_project(tmp_path, site, roll=ROLL), {"roll": [D18]})) == {18: "complete"}


def test_days_that_a_site_does_not_have_cost_one_request_each(site, tmp_path):
    days = [date(2026, 10, day) for day in range(1, 21)]
    site.pages |= {f"/live/{day:%d}": (200, b'{"data": []}') for day in days}
    collected(make_project(tmp_path, site, paper=PAPER, live=LIVE), {"paper": days, "live": days})
    asked = [sum(path.startswith(f"/{name}/") for path in site.asked) for name in ("paper", "live")]
    assert asked == [20, 23]  # an empty list may be odd, the first few times; a missing one says it plainly


def test_days_behind_a_false_end_are_listed_by_the_next_backfill(site, tmp_path):
    roll(site)
    whole = site.pages.pop("/roll?p=2")
    project = make_project(tmp_path, site, roll=ROLL)
    backfill = ("backfill", D17, D18, "--source", "roll", *in_project(project))
    first = caixun(*backfill)
    assert first.returncode == 1
    assert "listing ends at 2026-11-18" in first.stdout
    site.pages["/roll?p=2"] = whole
    second = caixun(*backfill)
    assert (second.returncode, "2 of 2 source-days to do" in second.stderr) == (0, True)
    assert {report.status for report in project.ledger.reports(["roll"], [D17, D18])} == {"complete"}


def test_an_end_that_two_walks_saw_makes_older_days_impossible_and_the_backfill_says_so(site, tmp_path):
    roll(site)
    project = make_project(tmp_path, site, roll=ROLL)
    backfill = ("backfill", "2026-11-10", "2026-11-11", "--source", "roll", *in_project(project))
    for count in (2, 4, 6):  # two walks of one hour do not tell
        run = caixun(*backfill)
        assert (run.returncode, "2 of 2 source-days to do" in run.stderr) == (1, True)
        assert site.asked.count("/roll?p=4") == count
        if count == 4:
            with sqlite3.connect(project.data / "ledger.sqlite") as ledger:
                ledger.execute("UPDATE reaches SET read_at = datetime(read_at, '-61 minutes')")
    asked = len(site.asked)
    run = caixun(*backfill)
    assert (run.returncode, len(site.asked)) == (0, asked)
    assert "0 of 2 source-days to do, 2 impossible" in run.stderr
    assert "roll 2026-11-10 to 2026-11-11: impossible: its list ends at 2026-11-16 (read " in run.stderr
    told = json.loads(caixun(*backfill, "--json").stdout)
    assert [(one["day"], one["status"]) for one in told["impossible"]] == [
        ("2026-11-10", "impossible"),
        ("2026-11-11", "impossible"),
    ]
