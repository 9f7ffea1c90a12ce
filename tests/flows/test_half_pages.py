"""Answers that are none, half of one, or lead into another article: what is recorded is one article, whole."""

import gzip
from datetime import date

from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from transforms import dataset

D18 = date(2026, 11, 18)


def test_what_came_empty_or_in_part_is_asked_for_again(tmp_path):
    bodies = [article(number)[1] for number in range(5)]
    gzipped = {"Content-Encoding": "gzip"}
    with loopback() as site:
        site.pages |= {
            "/paper/18": links(*(f"/a/{number}" for number in range(5))),
            "/a/0": (200, b""),
            "/a/1": (200, gzip.compress(bodies[1])[:-60], gzipped),
            "/a/2": (206, bodies[2][:200], {"Content-Range": "bytes 0-199/999"}),
            "/a/3": article(3),
            "/a/4": (200, gzip.compress(bodies[4]), gzipped),
        }
        project = make_project(tmp_path, site, paper=SOURCE)
        (report,) = collected(project, {"paper": [D18]}).reports
        assert (report.status, report.tally.records, report.tally.failed, report.tally.rejects) == ("failed", 2, 3, {})
        site.pages |= {f"/a/{number}": (200, bodies[number]) for number in range(3)}
        (report,) = collected(project, {"paper": [D18]}).reports
        assert (report.status, report.tally.records) == ("complete", 5)
        assert [site.asked.count(f"/a/{number}") for number in range(5)] == [2, 2, 2, 1, 1]


def test_articles_that_lead_to_one_another_stay_articles_of_their_own(tmp_path):
    with loopback() as site:
        for name in ("/a/{}.html", "/a/news_{}.html", "/a/7.html?page={}"):
            for number in (1, 2, 3):
                _, body = article(number)
                onward = f"<a href='{name.format(number + 1)}'>下一页</a>".encode() if number < 3 else b""
                site.pages[name.format(number)] = (200, body + onward)
        site.pages["/paper/18"] = links(*site.pages.keys() - {"/robots.txt"})
        project = make_project(tmp_path, site, paper=SOURCE)
        collected(project, {"paper": [D18]})
        rows = dataset.records(project.data).rows(D18, "paper")
        assert len(rows) == 9
        assert {row.body.count("家公司公告称") for row in rows} == {1}
        assert {site.asked.count(target) for target in site.asked} == {1}
