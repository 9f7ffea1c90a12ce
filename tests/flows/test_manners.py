"""Manners and the address guard, seen from the site: what it is asked, when, and by whom."""

import gzip
import json
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawlers.clock import SHANGHAI, now
from crawlers.fates import Find
from crawlers.page import MAX_CONTENT, article_id
from flows.settings import open_project
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from transforms import dataset

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def only(run):
    (report,) = run.reports
    return report


def test_a_site_that_is_too_busy_is_asked_again_a_few_times(site, tmp_path):
    site.pages |= {
        "/paper/18": lambda count: (503, b"busy") if count == 1 else links(*(f"/a/{number}" for number in range(1, 5))),
        "/a/1": lambda count: (429, b"", {"Retry-After": "1"}) if count == 1 else article(1),
        "/a/2": lambda count: (503, b"", {"Retry-After": "Fri, 20 Nov 2020 04:00:00 GMT"}) if count == 1 else article(2),
        "/a/3": (503, b"<title>503 Service Temporarily Unavailable</title><center>nginx</center>"),
        "/a/4": lambda count: (503, "<title>系统繁忙</title><p>请稍后再试</p>".encode()) if count == 1 else article(4),
    }
    report = only(collected(make_project(tmp_path, site, paper=SOURCE), {"paper": [D18]}))
    assert (report.tally.records, report.tally.failed) == (3, 1)
    assert {target: site.asked.count(target) for target in site.pages if target != "/robots.txt"} == {
        "/paper/18": 2,
        "/a/1": 2,
        "/a/2": 2,
        "/a/3": 3,
        "/a/4": 2,
    }


@pytest.mark.parametrize(("status", "asked", "hours"), [(429, "120", 6), (503, "43200", 12)])
def test_a_site_that_asks_for_a_long_rest_is_left_alone_at_once(site, tmp_path, status, asked, hours):
    def fetched() -> list[str]:
        return [target for target in site.asked if "/a/" in target]

    def page(number: int):
        return lambda _count: article(number) if len(fetched()) == 1 else (status, b"", {"Retry-After": asked})

    numbers = range(1, 13)
    site.pages |= {
        "/paper/18": links(*(f"/a/{number}" for number in numbers)),
        **{f"/a/{number}": page(number) for number in numbers},
    }
    project = make_project(tmp_path, site, paper=SOURCE.replace("delay: 0", "delay: 0.5"))
    begun = now()
    report = only(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.records) == ("blocked", 1)
    assert len(fetched()) in (2, 3)  # the site's answer may be under way for half a second
    # Two where an hour has struck meanwhile.
    until = {f"left alone until {at.astimezone(SHANGHAI) + timedelta(hours=hours):%m-%d %H:}" for at in (begun, now())}
    (reason,) = project.ledger.resting_sites().values()
    assert f"asks to be left alone for {asked} seconds (HTTP {status})" in reason
    assert any(one in reason for one in until)
    asked_before = len(site.asked)
    assert only(collected(project, {"paper": [D18]})).status == "blocked"
    assert len(site.asked) == asked_before


def test_the_crawl_delay_of_robots_txt_holds_and_its_verdict_is_kept(site, tmp_path):
    robots_at, asked_at = [], []

    def page(number: int):
        def answer(_count: int):
            asked_at.append(time.monotonic())
            return article(number)

        return answer

    def robots(_count: int):
        robots_at.append(time.monotonic())
        return 200, b"User-agent: *\nCrawl-delay: 1.0\nDisallow: /wire/"

    site.pages["/robots.txt"] = robots
    site.pages |= {"/paper/18": links("/a/1", "/a/2", "/a/3"), **{f"/a/{number}": page(number) for number in (1, 2, 3)}}
    project = make_project(tmp_path, site, paper=SOURCE.replace("delay: 0", "delay: 0.05"), wire=SOURCE)
    run = collected(project, {"paper": [D18], "wire": [D18]})
    assert [report.status for report in run.reports] == ["complete", "failed"]
    # Not from one article to the next: the site's own thread may hear of an earlier request late.
    assert len(asked_at) == 3
    assert all(at - robots_at[0] >= 0.95 * number for number, at in enumerate(asked_at, 1))
    assert project.ledger.robots_verdicts() == {"paper": "allowed", "wire": "refused"}
    assert site.asked.count("/robots.txt") == 1
    listed = caixun("sources", "list", "--json", *in_project(project))
    assert [row["robots"] for row in json.loads(listed.stdout)] == ["obey", "obey (refused)"]


@pytest.fixture
def meeting(site, tmp_path):
    """Make a project of two sources, each with a list on a site of its own, whose articles lie on a third; note when that is asked."""
    robots_at, asked_at = [], []

    def timed(times: list[float], answer):
        def answered(_count: int):
            times.append(time.monotonic())
            return answer

        return answered

    def made(delay: str):
        slow = SOURCE.replace("delay: 0", f"delay: {delay}")
        return make_project(tmp_path, site, paper=slow, wire=slow.replace("{port}", str(other.port))), robots_at, asked_at

    with loopback() as other, loopback() as shared:
        shared.pages |= {"/robots.txt": timed(robots_at, (404, b""))}
        shared.pages |= {f"/a/{number}": timed(asked_at, article(number)) for number in range(8)}
        far = [f"http://127.0.0.1:{shared.port}/a/{number}" for number in range(8)]
        site.pages["/paper/18"], other.pages["/wire/18"] = links(*far[:4]), links(*far[4:])
        yield made


def test_sources_whose_articles_lie_on_one_site_share_its_pace(meeting):
    project, robots_at, asked_at = meeting("0.4")
    run = collected(project, {"paper": [D18], "wire": [D18]})
    assert [(report.status, report.tally.records) for report in run.reports] == [("complete", 4)] * 2
    assert len(asked_at) == 8
    assert all(at - robots_at[0] >= 0.95 * 0.4 * number for number, at in enumerate(asked_at, 1))  # as above


def test_processes_whose_articles_lie_on_one_site_share_its_pace(meeting):
    project, _, asked_at = meeting("1")
    program = [Path(sys.executable).with_name("caixun"), "run", "--date", str(D18), *in_project(project)]
    runs = [
        subprocess.Popen([*program, "--source", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in ("paper", "wire")
    ]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert len(asked_at) == 8
    assert asked_at[-1] - asked_at[0] >= 0.9 * 7


def test_an_article_whose_address_is_very_long_is_fetched(site, tmp_path):
    long = f"/a/1?id={'1' * 4000}"
    site.pages |= {"/paper/18": links(long), long: article(1)}
    report = only(collected(make_project(tmp_path, site, paper=SOURCE), {"paper": [D18]}))
    assert (report.status, report.tally.records) == ("complete", 1)


def no_answer():
    """Close the connection."""
    raise ConnectionError


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: (500, b"User-agent: *"), "HTTP 500"),
        (lambda: (429, b""), "HTTP 429"),
        (no_answer, "DownloadFailedError"),
        (lambda: (302, b"", {"Location": "https://wappass.baidu.com/static/captcha"}), "sent to the captcha"),
        (lambda: (200, b"\x1f\x8b", {"Content-Encoding": "gzip"}), "a robots.txt that cannot be read"),
    ],
)
def test_a_robots_txt_that_fails_forbids_everything_until_it_can_be_had(site, tmp_path, answer, said):
    with loopback() as other:  # the list's own host answers, one of its articles lies on this one
        far = f"http://127.0.0.1:{other.port}"
        other.pages |= {
            "/robots.txt": lambda _: answer(),
            "/a/2": article(2),
            "/wire/18": links("/a/2"),
        }
        site.pages |= {"/paper/18": links("/a/1", f"{far}/a/2"), "/a/1": article(1)}
        wire = SOURCE.replace("{port}", str(other.port))
        project = make_project(tmp_path, site, paper=SOURCE, wire=wire)
        run = collected(project, {"paper": [D18], "wire": [D18]})
        paper, wired = run.reports
        assert (paper.status, paper.tally.records, paper.tally.failed, wired.status) == ("failed", 1, 1, "failed")
        assert f"{far}/wire/18: robots.txt cannot be had ({said}" in (wired.reason or "")
        assert {target for target in other.asked if "robots" not in target} == set()
        assert project.ledger.robots_verdicts() == {"paper": "allowed"}
        other.pages["/robots.txt"] = (404, b"")
        assert only(collected(project, {"paper": [D18]})).status == "complete"


@pytest.mark.parametrize(
    "answer", [(403, b""), (410, b""), (403, b"<title>Access Denied</title>"), (404, "<title>用户登录</title>".encode())]
)
def test_a_robots_txt_that_is_missing_or_refused_forbids_nothing(site, tmp_path, answer):
    site.pages |= {"/robots.txt": answer, "/paper/18": links("/a/1"), "/a/1": article(1)}
    assert only(collected(make_project(tmp_path, site, paper=SOURCE), {"paper": [D18]})).status == "complete"


def test_what_a_crawl_may_not_fetch_stays_so_when_it_is_listed_afterwards(site, tmp_path):
    def listing(_count: int):
        time.sleep(0.5)  # until what the killed crawl had found is refused
        return links("/a/1", "/a/2")

    robots = b"User-agent: *\nDisallow: /a/2"
    site.pages |= {"/robots.txt": (200, robots), "/paper/18": listing, "/a/1": article(1)}
    project = make_project(tmp_path, site, paper=SOURCE)
    url = f"http://127.0.0.1:{site.port}/a/2"
    project.ledger.begin("paper", [D18], "killed")
    project.ledger.find("paper", [Find(article_id(url), url, url, None, D18)], {D18}, "seed", "killed")
    report = only(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.records, report.tally.waiting) == ("complete", 1, 0)
    assert report.tally.skipped == {"robots": 1}


FEED = SOURCE.replace("kind: listing", "kind: feed").replace("/{{day:%d}}', links: a", ".xml'")


def rss(*rows: tuple[str, str]) -> bytes:
    items = "".join(f"<item><title>t</title><link>{link}</link><pubDate>{at}</pubDate></item>" for link, at in rows)
    return f"<rss><channel>{items}</channel></rss>".encode()


def test_a_feed_that_has_not_changed_is_not_sent_again_and_still_lists_its_days(site, tmp_path):
    feed = rss(
        ("/a/3", "Fri, 20 Nov 2026 08:00:00 +0800"),
        ("/a/2", "Thu, 19 Nov 2026 08:00:00 +0800"),
        ("/a/1", "Wed, 18 Nov 2026 08:00:00 +0800"),
        ("/a/0", "Tue, 17 Nov 2026 08:00:00 +0800"),
    )
    stamp = "Fri, 20 Nov 2026 00:00:00 GMT"
    validators = {"ETag": '"v1"', "Last-Modified": stamp}
    site.pages["/paper.xml"] = lambda count: (200, feed, validators) if count == 1 else (304, b"", validators)
    site.pages |= {"/a/1": article(1), "/a/2": article(2, "2026-11-19 08:00")}
    project = make_project(tmp_path, site, paper=FEED)
    for day in (D18, D19):
        report = only(collected(project, {"paper": [day]}))
        (project.config / "settings.yml").write_text("contact: news@example.com\n", encoding="utf-8")
        project = open_project(project.config, project.data.folder)
        assert (report.status, report.tally.records) == ("complete", 1)
    first, second = (site.headers[place] for place, target in enumerate(site.asked) if target == "/paper.xml")
    assert (first["If-None-Match"], first["If-Modified-Since"]) == (None, None)
    assert (second["If-None-Match"], second["If-Modified-Since"]) == ('"v1"', stamp)
    assert (first["User-Agent"], second["User-Agent"]) == ("caixun/0.1", "caixun/0.1 (+news@example.com)")


def test_two_processes_do_not_load_one_site_side_by_side_and_a_killed_one_frees_it(site, tmp_path):
    def slow(answer):
        def after_a_while(_count: int):
            time.sleep(0.2)
            return answer

        return after_a_while

    for name in ("paper", "wire"):
        site.pages[f"/{name}/18"] = links(*(f"/a/{name}{number}" for number in range(12)))
        site.pages |= {f"/a/{name}{number}": slow(article(number)) for number in range(12)}
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
    program = [Path(sys.executable).with_name("caixun"), "run", "--date", "2026-11-18", *in_project(project)]
    first = subprocess.Popen([*program, "--source", "paper"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(site.asked) < 4:
        time.sleep(0.02)
    second = subprocess.Popen([*program, "--source", "wire"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(site.asked) < 9:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert second.wait(timeout=300) == 0
    names = ["wire" if "wire" in target else "paper" for target in site.asked if target != "/robots.txt"]
    assert names == sorted(names)
    assert names.count("wire") == 13


def test_a_rest_holds_for_all_sources_of_a_site_and_for_no_other(site, tmp_path):
    with loopback() as refusing:
        refusing.pages |= {f"/a/{number}": (403, b"") for number in range(40)}
        far = [f"http://127.0.0.1:{refusing.port}/a/{number}" for number in range(40)]
        site.pages |= {"/paper/18": links(*far, "/a/near"), "/a/near": article(1)}
        refusing.pages["/wire/18"] = links("/a/1")
        wire = SOURCE.replace("{port}", str(refusing.port))
        project = make_project(tmp_path, site, paper=SOURCE, wire=wire)
        report = only(collected(project, {"paper": [D18]}))
        assert (report.status, report.tally.records, report.tally.blocked) == ("blocked", 1, 40)
        asked = len(refusing.asked)
        assert asked < 15
        run = collected(project, {"wire": [D18]})
        assert (only(run).status, len(refusing.asked)) == ("blocked", asked)
        assert "left alone until" in (only(run).reason or "")
        assert f"127.0.0.1:{refusing.port} refused one request after another" in run.findings[0].text


def test_what_is_too_large_or_leads_nowhere_costs_itself_alone(site, tmp_path):
    bomb = gzip.compress(bytes(MAX_CONTENT + 1))
    site.pages |= {
        "/paper/18": links(*(f"/a/{number}" for number in range(1, 5))),
        "/a/1": article(1),
        "/a/2": (200, bomb, {"Content-Encoding": "gzip"}),
        "/a/3": (200, bytes(MAX_CONTENT + 1)),
        "/a/4": (302, b"", {"Location": "/a/4"}),
    }
    tally = only(collected(make_project(tmp_path, site, paper=SOURCE), {"paper": [D18]})).tally
    assert (tally.records, tally.rejects, tally.skipped, tally.failed) == (1, {"too_large": 1}, {"size": 1}, 1)
    assert site.asked.count("/a/4") == 6


def test_no_link_redirect_or_name_reaches_a_private_address(tmp_path, monkeypatch):
    with loopback("127.0.0.2") as public, loopback() as inside:
        inside.pages |= {f"/a/{number}": article(number) for number in range(9)}
        within = f":{inside.port}/a/"
        public.pages |= {
            "/paper/18": links(
                "/a/1",
                "/a/2",
                f"http://127.0.0.1{within}3",
                f"http://2130706433{within}4",
                f"http://inside.example.com{within}5",
                f"http://rebinding.example.com{within}6",
                f"http://[::ffff:127.0.0.1]{within}7",
                f"http://changing.example.com{within}0",
            ),
            "/a/1": article(1),
            "/a/2": (302, b"", {"Location": f"http://inside.example.com{within}8"}),
        }
        names = {
            "news.example.com": ["127.0.0.2"],
            "inside.example.com": ["127.0.0.1"],
            "rebinding.example.com": ["127.0.0.2", "127.0.0.1"],
            "changing.example.com": ["127.0.0.1", "127.0.0.2"],  # where nobody listens, which may change
        }
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "resolving"))
        monkeypatch.setenv("RESOLVE", json.dumps(names))
        monkeypatch.setenv("RESOLVE_PUBLIC", "127.0.0.2")
        source = SOURCE.replace("http://127.0.0.1:", "http://news.example.com:").replace("private: true\n", "")
        project = make_project(tmp_path, public, paper=source, own=source.replace("news.", "inside.") + "private: true\n")
        report = only(collected(project, {"paper": [D18]}))
        assert (report.tally.records, report.tally.skipped, report.tally.failed) == (1, {"private": 6, "moved": 1}, 1)
        assert inside.asked == []
        assert [row.title for row in dataset.records(project.data).rows(D18, "paper")] == ["第1家公司拟投资建设智能温室"]
        # A source that says `private: true` is let in: its list is missing there, but it was asked.
        own = make_project(tmp_path, inside, own=source.replace("news.", "inside.") + "private: true\n")
        assert only(collected(own, {"own": [D18]})).status == "failed"
        assert inside.asked[-1] == "/own/18"
