"""A day asked for is a day delivered: exact counts per day, and lists that do not list by day are not believed."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from crawlers import archive
from crawlers.clock import day_of as day_in_shanghai
from crawlers.clock import now
from crawlers.fates import Find, Verdict
from crawlers.page import Page, article_id, canonical_url
from flows.cli.tables import print_run
from flows.planning import plan_backfill
from flows.rebuild import rebuild
from flows.settings import open_project
from flows.watch import Watch
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

FIRST = date(2026, 10, 30)
COUNTS = (4, 1, 7, 2, 5, 3, 6)  # articles of the days from FIRST on
DAYS = [FIRST + timedelta(days=number) for number in range(len(COUNTS))]
WIRE = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - kind: api
    url: 'http://127.0.0.1:{port}/wire/roll?page={{page}}'
    links: data
    item: {{url: u, title: t, time: c}}
    pages: {{max: 50}}
allow: ['/a/']
delay: 0
private: true
"""


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def day_of(run, day: date, source: str = "paper"):
    return next(report for report in run.reports if (report.source, report.day) == (source, day))


def serve_range(site) -> None:
    """Give the site a paper by day and a wire newest first, with the days of COUNTS, and one more on either side."""
    rows = []
    for before, count in enumerate((2, *COUNTS, 2)):
        day = FIRST + timedelta(days=before - 1)
        printed = [f"{day} {hour:02}:30" for hour in range(8, 8 + count)]
        rows += [{"u": f"/a/wire-{day}-{number}", "t": "x", "c": time} for number, time in enumerate(printed)]
        site.pages |= {
            f"/a/{kind}-{day}-{number}": article(number + 1, time)
            for kind in ("wire", "paper")
            for number, time in enumerate(printed)
        }
        site.pages[f"/paper/{day:%d}"] = links(*(f"/a/paper-{day}-{number}" for number in range(count)))
    rows.reverse()
    for page in range(20):
        site.pages[f"/wire/roll?page={page + 1}"] = (200, json.dumps({"data": rows[page * 4 : page * 4 + 4]}).encode())


def test_a_range_gives_each_day_its_articles_and_a_further_run_asks_for_none(site, tmp_path):
    serve_range(site)
    project = make_project(tmp_path, site, paper=SOURCE, wire=WIRE)
    plan = {"paper": DAYS, "wire": DAYS}
    run = collected(project, plan)
    for source in plan:
        assert [day_of(run, day, source).status for day in DAYS] == ["complete"] * len(DAYS)
        assert [day_of(run, day, source).tally.records for day in DAYS] == list(COUNTS)
        assert [dataset.records(project.data).count(day, source) for day in DAYS] == list(COUNTS)
    assert len([path for path in site.asked if path.startswith("/a/")]) == 2 * sum(COUNTS)
    asked = len(site.asked)
    assert collected(project, plan).ok
    assert site.asked[asked:] == []
    assert collected(project, plan, again=True).ok  # every day is listed anew, and brings nothing new
    assert [path for path in site.asked[asked:] if path.startswith("/a/")] == []
    assert {path for path in site.asked[asked:] if path.startswith("/paper/")} == {f"/paper/{day:%d}" for day in DAYS}


def test_what_one_source_could_not_fetch_and_another_has_is_left_to_it(site, tmp_path):
    day = date(2026, 11, 18)
    site.pages |= {
        "/paper/18": links("/a/1"),
        "/wire/18": links("/a/1"),
        "/a/1": lambda count: (400, b"no") if count == 1 else article(1),
    }
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
    assert day_of(collected(project, {"paper": [day]}), day).status == "failed"
    assert day_of(collected(project, {"wire": [day]}), day, "wire").status == "complete"
    report = day_of(collected(project, {"paper": [day]}), day)
    assert (report.status, report.tally.skipped, site.asked.count("/a/1")) == ("complete", {"seen": 1}, 2)


def test_a_site_that_shows_one_page_for_every_day_has_no_complete_day(site, tmp_path):
    site.pages |= {f"/paper/{day}": links("/a/1", "/a/2") for day in (16, 17, 18)}
    site.pages |= {f"/a/{number}": article(number, "2026-11-20 08:00") for number in (1, 2)}
    project = make_project(tmp_path, site, paper=SOURCE)
    days = [date(2026, 11, day) for day in (16, 17, 18)]
    for _ in range(2):
        run = collected(project, {"paper": days})
        assert [day_of(run, day).status for day in days] == ["failed"] * 3
        assert all("the site does not list by day" in (day_of(run, day).reason or "") for day in days)
    assert [path for path in site.asked if path.startswith("/a/")] in (["/a/1", "/a/2"], ["/a/2", "/a/1"])


def test_a_days_list_that_runs_on_into_the_day_before_is_of_its_day(site, tmp_path):
    serve_range(site)
    by_day = WIRE.replace("/wire/roll?page={{page}}", "/wire/{{day:%d}}?page={{page}}")
    for number, day in enumerate(DAYS[1:], 1):
        ids = [(day, one) for one in range(COUNTS[number])] + [(DAYS[number - 1], one) for one in range(COUNTS[number - 1])]
        rows = [{"u": f"/a/wire-{of}-{one}", "t": "x", "c": f"{of} {one + 8:02}:30"} for of, one in ids]
        for part in range(4):
            site.pages[f"/wire/{day:%d}?page={part + 1}"] = (200, json.dumps({"data": rows[part * 4 : part * 4 + 4]}).encode())
    project = make_project(tmp_path, site, wire=by_day)
    for day in DAYS[1:]:
        report = day_of(collected(project, {"wire": [day]}), day, "wire")
        assert (report.status, report.tally.records) == ("complete", COUNTS[DAYS.index(day)])


def test_the_newest_issue_shown_for_a_day_without_one_costs_that_day_alone(site, tmp_path):
    site.pages |= {f"/paper/{day}": links("/a/1", "/a/2") for day in (18, 20)}
    site.pages |= {f"/a/{number}": article(number, "2026-11-20 08:00") for number in (1, 2)}
    make_project(tmp_path, site, paper=SOURCE)
    (tmp_path / "config" / "settings.yml").write_text("concurrency: 1\n", encoding="utf-8")  # the wrong day is answered first
    project = open_project(tmp_path / "config", tmp_path / "data")
    days = [date(2026, 11, 18), date(2026, 11, 20)]
    collected(project, {"paper": days})  # nothing tells yet which of the two days the list is of
    run = collected(project, {"paper": days})
    assert [(day_of(run, day).status, day_of(run, day).tally.records) for day in days] == [("failed", 0), ("complete", 2)]
    assert "lists the articles of 2026-11-20" in (day_of(run, days[0]).reason or "")


def test_a_day_all_of_whose_articles_are_of_other_days_is_not_complete(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1"), "/a/1": article(1, "2026-11-20 08:00")}
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [date(2026, 11, 18)]}), date(2026, 11, 18))
    assert (report.status, report.tally.rejects) == ("failed", {"off_day": 1})
    assert "all articles that the listing names are of other days" in (report.reason or "")


def test_a_day_that_loses_all_its_articles_to_another_day_that_is_asked_for_is_not_complete(site, tmp_path):
    day, other = date(2026, 11, 18), date(2026, 11, 20)
    site.pages |= {f"/paper/{one:%d}": links(f"/a/{one:%d}") for one in (day, other)}
    site.pages |= {f"/a/{one:%d}": article(one.day, "2026-11-20 08:00") for one in (day, other)}
    run = collected(make_project(tmp_path, site, paper=SOURCE), {"paper": [day, other]})
    assert [(day_of(run, one).status, day_of(run, one).tally.records) for one in (day, other)] == [("failed", 0), ("complete", 2)]
    assert "all articles that the listing names are of other days" in (day_of(run, day).reason or "")


def test_what_each_keyword_brought_is_shown(site, tmp_path):
    text = SOURCE.replace("/{{day:%d}}", "/{{day:%d}}?w={{keyword}}") + "keywords: [大模型, 算力, 机器人]\n"
    site.pages |= {
        "/paper/18?w=%E5%A4%A7%E6%A8%A1%E5%9E%8B": links("/a/1", "/a/2"),
        "/paper/18?w=%E7%AE%97%E5%8A%9B": links("/a/3"),
        "/paper/18?w=%E6%9C%BA%E5%99%A8%E4%BA%BA": links("/a/none", "/b/1"),
    }
    site.pages |= {f"/a/{number}": article(number) for number in (1, 2, 3)}
    project = make_project(tmp_path, site, paper=text)
    run = collected(project, {"paper": [date(2026, 11, 18)]})
    assert run.yields == {"paper": {"大模型": 2, "算力": 1, "机器人": 1}}
    shown = StringIO()
    print_run(run, Console(file=shown, width=200))
    assert "paper found 2 by 大模型, 1 by 算力, 1 by 机器人" in shown.getvalue()


def test_a_record_whose_address_contradicts_its_date_is_counted(site, tmp_path):
    day, link = date(2026, 11, 14), "https://baijiahao.baidu.com/s?id=1882256281147099410"
    project = make_project(tmp_path, site, paper=SOURCE)
    url = canonical_url(link)
    writer = archive.ArchiveWriter(project.data, "paper", "crawl")
    page = Page(link, link, 200, (), article(1, f"{day} 08:00")[1], now(), "paper", "article", day)
    position = writer.append(page)
    writer.close()
    ledger = project.ledger
    ledger.find("paper", [Find(article_id(url), url, link, None, day)], {day}, "seed", "crawl")
    ledger.archive("paper", article_id(url), position, now())
    ledger.list_day("paper", day, Verdict("whole"), "crawl")
    run, _ = rebuild(project, {"paper": [day]}, workers(project), Watch(), everything=True)
    assert (run.reports[0].status, run.reports[0].tally.records, run.reports[0].tally.redated) == ("complete", 1, 1)
    (row,) = ledger.why(article_id(url))
    assert row["detail"] == "the page prints 2026-11-14 08:00, its identity was made at 2026-11-19 11:37"
    shown = StringIO()
    print_run(run, Console(file=shown, width=200))
    assert "paper 2026-11-14: 1 redated" in shown.getvalue()


def test_a_day_with_too_few_records_is_listed_anew_by_a_later_run_which_fetches_what_is_new(tmp_path, site):
    day = date(2026, 11, 18)
    project = make_project(tmp_path, site, paper=SOURCE + "expect: {{min: 3}}\n")
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), **{f"/a/{number}": article(number) for number in range(1, 5)}}
    (report,) = collected(project, {"paper": [day]}).reports
    assert (report.status, report.reason) == (
        "failed",
        "2 records where at least 3 are expected; a backfill of the day lists it anew",
    )

    site.pages["/paper/18"] = (500, b"down")
    (report,) = collected(project, {"paper": [day]}).reports
    assert (report.status, report.tally.records) == ("failed", 2)

    site.pages["/paper/18"] = links("/a/1", "/a/2", "/a/3", "/a/4")
    plan = plan_backfill(project, ["paper"], [day], "failed")
    assert plan.todo == {"paper": [day]}
    assert plan.efforts["paper"].requests >= 1
    (report,) = collected(project, {"paper": [day]}).reports
    assert (report.status, report.tally.records) == ("complete", 4)
    assert [site.asked.count(f"/a/{number}") for number in range(1, 5)] == [1, 1, 1, 1]

    asked = len(site.asked)
    collected(project, {"paper": [day]})
    assert len(site.asked) == asked


LOCAL = SOURCE.replace("links: a}}", "links: li, item: {{url: a, title: a, time: i}}}}") + "timezone: ZONE\n"


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_site_whose_days_are_not_those_of_shanghai_loses_nothing_at_the_edges_of_a_range(site, tmp_path, zone, timed):
    days, expected, wanted = [date(2026, 11, day) for day in (17, 18)], Counter[date](), []
    for of in (date(2026, 11, day) for day in range(15, 21)):
        rows = ""
        for hour in (0, 8, 15, 23):
            at, path = datetime(of.year, of.month, of.day, hour, 30, tzinfo=ZoneInfo(zone)), f"/a/{of:%d}-{hour}"
            site.pages[path] = article(hour + 100 * of.day, f"{at:%Y-%m-%d %H:%M}")
            rows += f"<li><a href={path}>x</a>{f'<i>{at:%Y-%m-%d %H:%M}</i>' if timed else ''}</li>"
            if (day := day_in_shanghai(at)) in days:
                expected[day] += 1
                wanted.append(path)
        site.pages[f"/paper/{of:%d}"] = (200, rows.encode())
    project = make_project(tmp_path, site, paper=LOCAL.replace("ZONE", zone))
    run = collected(project, {"paper": days})
    assert {one.day: (one.status, one.tally.records) for one in run.reports} == {
        day: ("complete", count) for day, count in expected.items()
    }
    asked = [path for path in site.asked if path.startswith("/a/")]
    assert sorted(asked) == sorted(wanted) if timed else set(wanted) < set(asked)  # else only the pages tell which day it is
    assert len([path for path in site.asked if path.startswith("/paper/")]) == 3
    before = len(site.asked)
    assert (collected(project, {"paper": days}).ok, site.asked[before:]) == (True, [])


def test_a_day_on_which_a_site_of_another_zone_has_nothing_is_empty(site, tmp_path):
    site.pages["/paper/17"] = (200, b"<li><a href=/a/1>x</a><i>2026-11-17 02:00</i></li>")
    site.pages["/paper/18"] = (200, b"<li><a href=/a/2>x</a><i>2026-11-18 20:00</i></li>")
    project = make_project(tmp_path, site, paper=LOCAL.replace("ZONE", "America/New_York"))
    (report,) = collected(project, {"paper": [date(2026, 11, 18)]}).reports
    assert (report.status, report.tally.found) == ("empty", 0)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Tokyo", "America/New_York"])
def test_a_day_asked_for_before_it_is_over_does_not_fail_since_the_sites_next_list_is_not_there_yet(site, tmp_path, zone):
    there = now().astimezone(ZoneInfo(zone)).date()
    for of in (there - timedelta(days=back) for back in range(3)):
        site.pages |= {f"/paper/{of:%d}": links(f"/a/{of:%d}"), f"/a/{of:%d}": article(of.day, f"{of} 00:05")}
    project = make_project(tmp_path, site, paper=SOURCE + f"timezone: {zone}\n")
    run = collected(project, {"paper": [day_in_shanghai(now())]})
    (report,) = run.reports
    assert (report.status, (report.reason or "").startswith("the day was not over at"), run.ok) == ("partial", True, True)
