"""Redirects between articles: an article is fetched once and recorded once, whatever addresses lead to it."""

import json
from datetime import date

import pytest

from flows.doctor import doctor
from flows.rebuild import plan_rebuild, rebuild
from flows.settings import open_project
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.flows.killed import assert_nothing_left, kill
from tests.flows.points import Point
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D17, D18, D19 = date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def to(address: str):
    return 302, b"", {"Location": address}


def day_of(run, day: date = D18, source: str = "paper"):
    return next(report for report in run.reports if (report.source, report.day) == (source, day))


def paths(project, site) -> list[str]:
    """Return the addresses of all records of all sources, without the site."""
    table = dataset.records(project.data)
    return sorted(row.url.partition(f":{site.port}")[2] for day in table.days() for row in table.select(day, day))


@pytest.mark.parametrize("listed", [("/a/go1", "/a/1"), ("/a/1", "/a/go1"), ("/a/go1",), ("/a/go0", "/a/go1")])
def test_an_article_that_several_links_lead_to_is_fetched_and_recorded_once(site, tmp_path, listed):
    site.pages |= {"/paper/18": links(*listed, "/a/2"), "/a/go0": to("/a/go1"), "/a/go1": to("/a/1")}
    site.pages |= {"/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [D18]}))
    assert paths(project, site) == ["/a/1", "/a/2"]
    assert (report.status, report.tally.records) == ("complete", 2)
    assert report.tally.skipped == {"moved": sum("go" in link for link in listed)}
    articles = [path for path in site.asked if path.startswith("/a/")]
    assert articles.count("/a/1") == 1
    collected(project, {"paper": [D18]}, again=True)
    assert [path for path in site.asked if path.startswith("/a/")] == articles


def test_why_tells_where_a_link_has_led(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/go1"), "/a/go1": to("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    base = f"http://127.0.0.1:{site.port}"
    told = caixun("why", f"{base}/a/go1", *in_project(project)).stdout
    assert f"on {base}/paper/18 in" in told
    assert f"skipped (moved): {base}/a/1" in told
    told = caixun("why", f"{base}/a/1", *in_project(project), "--json").stdout
    (row,) = json.loads(told)
    assert (row["state"], row["seed"], row["listed"], row["title"]) == ("record", f"{base}/paper/18", "2026-11-18", "标题")


def test_what_was_archived_for_another_list_is_not_fetched_for_a_link_that_leads_to_it(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1"), "/paper/19": links("/a/2", "/a/3"), "/a/2": to("/a/1")}
    site.pages |= {"/a/1": article(1), "/a/3": article(3, "2026-11-19 08:00")}
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    run = collected(project, {"paper": [D18, D19]})
    assert [(day_of(run, day).status, day_of(run, day).tally.records) for day in (D18, D19)] == [("complete", 1), ("complete", 1)]
    assert paths(project, site) == ["/a/1", "/a/3"]
    assert site.asked.count("/a/1") == 1


def test_a_link_that_leads_to_an_article_of_another_source_adds_none(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1"), "/wire/18": links("/b/1", "/b/2"), "/b/1": to("/a/1")}
    site.pages |= {"/a/1": article(1), "/b/2": article(2)}
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE.replace("/a/", "/b/"))
    collected(project, {"paper": [D18]})
    tally = day_of(collected(project, {"wire": [D18]}), source="wire").tally
    assert paths(project, site) == ["/a/1", "/b/2"]
    assert (tally.found, tally.records, tally.skipped) == (3, 1, {"moved": 1, "seen": 1})
    assert site.asked.count("/a/1") == 1


def test_a_link_that_leads_elsewhere_than_to_an_article_is_one_itself(site, tmp_path):
    """To another address of the site, to the home page, to the same address in another spelling."""
    site.pages |= {"/paper/18": links("/a/1", "/a/2", "/a/3"), "/": links("/a/1")}
    site.pages |= {"/a/1": to("/new/1"), "/a/2": to("/"), "/a/3": to("/a/3/?from=list")}
    site.pages |= {"/new/1": article(1), "/a/3/?from=list": article(3)}
    project = make_project(tmp_path, site, paper=SOURCE)
    tally = day_of(collected(project, {"paper": [D18]})).tally
    assert paths(project, site) == ["/a/1", "/a/3"]
    assert (tally.found, tally.records, tally.rejects) == (3, 2, {"missing": 1})


def test_another_spelling_of_an_article_that_is_known_adds_none(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/a/1/"), "/a/1": to("/a/1/"), "/a/1/": article(1)}
    project = make_project(tmp_path, site, paper=SOURCE)
    assert day_of(collected(project, {"paper": [D18]})).tally.skipped == {"moved": 1}
    assert paths(project, site) == ["/a/1/"]
    assert site.asked.count("/a/1/") == 1


def test_an_article_keeps_its_address_when_its_page_is_lost_and_has_moved(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    for path in (project.data / "archive").rglob("*.warc.gz"):
        path.unlink()
    doctor(project, workers(project), Watch(), mend=True)
    site.pages |= {"/a/1": to("/a/2"), "/a/2": article(1)}
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.found, report.tally.records) == ("complete", 1, 1)
    assert paths(project, site) == ["/a/1"]
    assert site.asked.count("/a/2") == 1


@pytest.mark.parametrize("ends", [True, False])
def test_links_that_lead_round_in_a_circle_are_followed_until_a_page_answers(site, tmp_path, ends):
    site.pages |= {
        "/paper/18": links("/a/1", "/a/9"),
        "/a/1": lambda count: article(1) if ends and count > 1 else to("/a/2"),
        "/a/2": to("/a/1"),
        "/a/9": article(9),
    }
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.failed) == (("complete", 0) if ends else ("failed", 1))
    assert report.tally.skipped == {"moved": 1}
    assert paths(project, site) == (["/a/2", "/a/9"] if ends else ["/a/9"])


def test_an_article_that_could_not_be_fetched_is_asked_for_once_a_crawl_whatever_leads_to_it(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", *(f"/a/go{number}" for number in range(20)))}
    site.pages |= {f"/a/go{number}": to("/a/1") for number in range(20)}
    site.pages["/a/1"] = (403, b"You may not read this article, whoever you are, for reasons that are not told here.")
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.failed, report.tally.skipped) == ("failed", 1, {"moved": 20})
    assert site.asked.count("/a/1") == 1
    site.pages["/a/1"] = article(1)
    assert day_of(collected(project, {"paper": [D18]})).status == "complete"
    assert paths(project, site) == ["/a/1"]


def test_an_article_of_several_pages_that_a_link_leads_to_is_whole(site, tmp_path):
    page = article(1)[1]
    site.pages |= {"/paper/18": links("/a/7", "/a/1.html"), "/a/7": to("/a/1.html")}
    site.pages |= {
        "/a/1.html": (200, page + b'<a href="1_2.html">\xe4\xb8\x8b\xe4\xb8\x80\xe9\xa1\xb5</a>'),
        "/a/1_2.html": article(2),
    }
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    (row,) = dataset.records(project.data).rows(D18, "paper")
    assert ("第1家公司公告称" in row.body, "第2家公司公告称" in row.body) == (True, True)
    assert (site.asked.count("/a/1.html"), site.asked.count("/a/1_2.html")) == (1, 1)


def test_a_day_all_of_whose_links_lead_to_articles_of_another_day_is_not_complete(site, tmp_path):
    """And the day of which they are is none that repeats another one's list."""
    site.pages |= {"/paper/17": links("/a/go1", "/a/go2"), "/paper/18": links("/a/go1", "/a/go2")}
    site.pages |= {f"/a/go{number}": to(f"/a/{number}") for number in (1, 2)}
    site.pages |= {f"/a/{number}": article(number) for number in (1, 2)}
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [D17]}), D17)
    assert (report.status, report.tally.rejects) == ("failed", {"off_day": 2})
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.reason) == ("complete", None)
    assert paths(project, site) == ["/a/1", "/a/2"]


@pytest.mark.parametrize("ledger", ["lost", "whole"])
def test_doctor_and_rebuild_make_the_same_records(site, tmp_path, ledger):
    site.pages |= {"/paper/18": links("/a/go1", "/a/1", "/a/go2"), "/a/go1": to("/a/1"), "/a/go2": to("/a/2")}
    site.pages |= {"/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    if ledger == "lost":
        project.ledger.close()
        for path in project.data.folder.glob("ledger.sqlite*"):
            path.unlink()
        project = open_project(project.config, project.data.folder)
        assert doctor(project, workers(project), Watch(), mend=True).left == []
    run, _ = rebuild(project, plan_rebuild(project, None, [D18]), workers(project), Watch(), everything=True)
    assert not [finding for finding in run.findings if finding.level == "failure"]
    assert paths(project, site) == ["/a/1", "/a/2"]
    collected(project, {"paper": [D18]}, again=True)
    assert paths(project, site) == ["/a/1", "/a/2"]
    assert (site.asked.count("/a/1"), site.asked.count("/a/2")) == (1, 1)


@pytest.mark.parametrize(
    "at", ["Crawl.move 1 before", "Crawl.move 1 after", "Crawl.miss 1 before", "Crawl.miss 2 after", "Crawl.keep 2 before"]
)
def test_a_crawl_that_is_killed_at_a_redirect_is_finished_by_the_same_command(site, tmp_path, at):
    site.pages |= {"/paper/18": links("/a/go1", "/a/1", "/a/go2"), "/a/go1": to("/a/1"), "/a/go2": to("/a/2")}
    site.pages |= {"/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, site, paper=SOURCE)
    command = ["backfill", D18, D18]
    kill(Point("at a redirect", f"crawl crawlers.crawl:{at}"), command, project, tmp_path)
    again = caixun(*command, *in_project(project))
    assert again.returncode == 0, again.stderr
    (report,) = project.ledger.reports(["paper"], [D18])
    assert (report.status, report.tally.found, report.tally.records, report.tally.skipped) == ("complete", 4, 2, {"moved": 2})
    assert paths(project, site) == ["/a/1", "/a/2"]
    assert_nothing_left(project)
