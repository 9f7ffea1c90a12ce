"""Sites that answer oddly: one bad page, link or answer costs itself and nothing else, and no wall becomes news."""

import gzip
import json
import sqlite3
from datetime import date

import pytest

from crawlers import archive
from flows.rebuild import rebuild
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)
API = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - kind: api
    url: 'http://127.0.0.1:{port}/{name}/{{day:%d}}?page={{page}}'
    links: data
    item: {{url: u, title: t}}
    pages: {{max: 9}}
allow: ['/a/']
delay: 0
private: true
expect: {{min: EXPECTED}}
"""


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def day_of(run, day: date = D18, source: str = "paper"):
    return next(report for report in run.reports if (report.source, report.day) == (source, day))


def titles(project, day: date = D18, source: str = "paper") -> list[str]:
    return [row.title for row in dataset.records(project.data).rows(day, source)]


STATE = '{"bsData": {"title": %s, "datetime": %s, "superlanding": [{"itemData": {"header": "x", "sections": [%s]}}]}}'
CHECK = b"<title>Just a moment...</title><noscript>Enable JavaScript</noscript><script>window._cf_chl_opt={}</script>"
TEXT = '{"type": "text", "content": "<p>第一段正文，利润为三亿元，同比增长百分之十，董事会已经通过。</p>"}'


@pytest.mark.parametrize(
    "odd",
    [
        article(2, "2026-11-18 09:30 +9999"),
        (200, f"<title>t</title><script>window.jsonData = {STATE % ('123', '1794972300', TEXT)}</script>".encode()),
        (200, f"<title>t</title><script>window.jsonData = {STATE % (chr(34) + ' ' + chr(34), 'null', TEXT)}</script>".encode()),
        (200, b"<title>t</title><script>window.jsonData = {" + rb'"bsData": {"title": "\ud83d"}' + b"}</script>"),
        (200, b"<title>t</title><script>window.jsonData = " + b'{"a":' * 50_000 + b"</script>"),
        (200, b'<meta charset="undefined"><p>\xff\xfe\x80</p>'),
        (200, b"<div>" * 20_000 + b"x"),
        (200, b"", {"Content-Type": "image/png"}),
        (200, b"\x1f\x8bnot gzip", {"Content-Encoding": "gzip"}),
    ],
)
def test_an_odd_page_costs_itself_alone(site, tmp_path, odd):
    site.pages |= {"/paper/18": links("/a/1", "/a/2", "/a/3"), "/a/1": article(1), "/a/2": odd, "/a/3": article(3)}
    project = make_project(tmp_path, site, paper=SOURCE)
    run = collected(project, {"paper": [D18]})
    tally = day_of(run).tally
    assert {"第1家公司拟投资建设智能温室", "第3家公司拟投资建设智能温室"} <= set(titles(project))
    assert (tally.found, tally.waiting) == (3, 0)


def test_a_link_that_makes_no_sense_costs_itself_alone(site, tmp_path):
    site.pages |= {
        "/paper/18": links("/a/1", "http://[x", "http://e.cn:99999999/a/", "/a/2"),
        "/a/1": article(1),
        "/a/2": article(2),
    }
    project = make_project(tmp_path, site, paper=SOURCE)
    assert day_of(collected(project, {"paper": [D18]})).status == "complete"
    assert len(titles(project)) == 2


def test_a_line_break_in_a_link_reaches_no_header_of_the_archive(site, tmp_path):
    sitemap = SOURCE.replace("kind: listing", "kind: sitemap").replace(", links: a", "")
    url = f"http://127.0.0.1:{site.port}/a/1"
    site.pages["/paper/18"] = (200, f"<urlset><url><loc>{url}&#10;&#10;Caixun-Day: 2020-01-01</loc></url></urlset>".encode())
    site.pages["/a/1Caixun-Day:%202020-01-01"] = article(1)
    project = make_project(tmp_path, site, paper=sitemap)
    collected(project, {"paper": [D18]})
    (row,) = dataset.records(project.data).rows(D18, "paper")
    page = archive.read(project.data, archive.Position(row.archive_file, row.archive_offset))
    assert page.day == D18


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"[" * 100_000, {"Content-Type": "application/json"}),
        (200, b"<html>x</html>"),
        (200, gzip.compress(b"x", mtime=0)[:9], {"Content-Encoding": "gzip"}),
        (200, b"x", {"Content-Encoding": "br"}),
        (500, b""),
        (403, b"You may not read this list, whoever you are, for reasons that are not told here."),
    ],
)
def test_a_list_that_cannot_be_read_fails_its_day_and_is_asked_again(site, tmp_path, answer):
    site.pages |= {
        "/paper/18?page=1": answer,
        "/paper/19?page=1": (200, json.dumps({"data": [{"u": "/a/1", "t": "x"}]}).encode()),
    }
    site.pages["/a/1"] = article(1, "2026-11-19 08:00")
    project = make_project(tmp_path, site, paper=API.replace("EXPECTED", "0"))
    run = collected(project, {"paper": [D18, D19]})
    assert (day_of(run).status, day_of(run, D19).status) == ("failed", "complete")
    before = site.asked.count("/paper/18?page=1")
    collected(project, {"paper": [D18, D19]})
    assert site.asked.count("/paper/18?page=1") > before
    assert site.asked.count("/a/1") == 1


@pytest.mark.parametrize(
    ("list_at", "asked"),
    [("/日报/{{day:%d}}/", "/%E6%97%A5%E6%8A%A5/18/"), ("/a|b c/{{day:%d}}", "/a%7Cb%20c/18"), ("?d={{day:%d}}", "/?d=18")],
)
def test_a_list_whose_address_is_written_in_another_way_is_the_one_that_was_asked_for(site, tmp_path, list_at, asked):
    site.pages |= {asked: links("/a/1"), "/a/1": article(1)}
    project = make_project(tmp_path, site, paper=SOURCE.replace("/{name}/{{day:%d}}", list_at))
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.records, report.reason) == ("complete", 1, None)


def test_an_empty_list_is_an_empty_day_only_where_the_source_expects_such_days(site, tmp_path):
    site.pages["/paper/18?page=1"] = site.pages["/wire/18?page=1"] = (200, b'{"data": [], "status": {"msg": "too frequent"}}')
    project = make_project(tmp_path, site, paper=API.replace("EXPECTED", "0"), wire=API.replace("EXPECTED", "5"))
    run = collected(project, {"paper": [D18], "wire": [D18]})
    assert (day_of(run).status, day_of(run, source="wire").status) == ("empty", "failed")
    assert not run.ok


def test_a_page_of_other_links_does_not_end_a_list(site, tmp_path):
    rows = {1: ["/a/1"], 2: ["/video/1"], 3: ["/a/2"], 4: []}
    for number, found in rows.items():
        site.pages[f"/paper/18?page={number}"] = (200, json.dumps({"data": [{"u": url, "t": "x"} for url in found]}).encode())
    site.pages |= {"/a/1": article(1), "/a/2": article(2)}
    project = make_project(tmp_path, site, paper=API.replace("EXPECTED", "0"))
    assert day_of(collected(project, {"paper": [D18]})).status == "complete"
    assert len(titles(project)) == 2


@pytest.mark.parametrize(
    ("wall", "reason"),
    [
        ((200, "<title>安全验证</title>".encode("gbk")), "安全验证"),
        ((200, "<title>用户登录 - 样报</title><form></form>".encode()), "用户登录"),
        ((302, b"", {"Location": "https://wappass.baidu.com/static/captcha/tuxing.html"}), "captcha"),
        ((302, b"", {"Location": "/user/login?back=1"}), "sent to the login"),
        ((403, b""), "blank 403"),
        ((503, b"", {"Retry-After": "3600"}), "503"),
        ((429, b"slow down", {"Retry-After": "120"}), "429"),
        ((200, "<p>这里空空如也</p>".encode()), "空空如也"),
        ((200, CHECK), "Just a moment"),
        ((403, CHECK), "Just a moment"),
        ((503, CHECK), "Just a moment"),
        ((405, "<title>405</title><p>由于您访问的链接可能造成安全威胁，您的访问被阻断。</p>".encode()), "您的访问被阻断"),
        ((200, "<title>系统维护</title><h1>系统维护中</h1><p>给您带来的不便敬请谅解。</p>".encode()), "系统维护"),
        ((200, "<title>样报网</title><h1>系统繁忙</h1><p>系统繁忙，请稍后再试</p>".encode()), "系统繁忙"),
        ((200, b"<title>502 Bad Gateway</title><h1>502 Bad Gateway</h1><center>nginx</center>"), "502 Bad Gateway"),
        ((200, ("<title>新闻</title><p>" + "锟斤拷烫烫烫，" * 60 + "</p>").encode()), "mojibake"),
    ],
)
def test_a_wall_is_no_article_and_no_empty_day(site, tmp_path, wall, reason):
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": wall, "/wire/18": wall}
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
    run = collected(project, {"paper": [D18], "wire": [D18]})
    report = day_of(run)
    assert (report.status, report.tally.blocked, report.tally.records) == ("blocked", 1, 1)
    assert len(titles(project)) == 1
    listing = day_of(run, source="wire")
    assert listing.status == "blocked"
    assert reason in (listing.reason or "")
    asked = site.asked.count("/a/2")
    collected(project, {"paper": [D18], "wire": [D18]})
    assert site.asked.count("/a/2") == asked == 1


@pytest.mark.parametrize("said", ["系统繁忙，请稍后再试", "出错了！请稍后再试"])
def test_an_article_of_a_site_in_trouble_is_fetched_when_it_has_recovered(site, tmp_path, said):
    site.pages |= {"/paper/18": links("/a/1"), "/a/1": (200, f"<title>样报网</title><h1>{said}</h1>".encode())}
    project = make_project(tmp_path, site, paper=SOURCE)
    assert day_of(collected(project, {"paper": [D18]})).status == "blocked"
    assert titles(project) == []
    site.pages["/a/1"] = article(1)
    with sqlite3.connect(project.data / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE urls SET settled_at = datetime(settled_at, '-7 hours')")
    assert day_of(collected(project, {"paper": [D18]})).status == "complete"
    assert titles(project) == ["第1家公司拟投资建设智能温室"]


@pytest.mark.parametrize(
    "gone",
    [
        (404, b"none"),
        (
            200,
            "<title>页面不存在</title><h1>页面不存在</h1><p>您访问的页面可能已经删除、更名或暂时不可用，请返回首页。</p>".encode(),
        ),
        (302, b"", {"Location": "/"}),
    ],
)
def test_an_article_that_is_gone_is_a_reject(site, tmp_path, gone):
    site.pages |= {
        "/paper/18": links("/a/1", "/a/2"),
        "/a/1": article(1),
        "/a/2": gone,
        "/": links(*(f"/a/{n}" for n in range(30))),
    }
    project = make_project(tmp_path, site, paper=SOURCE)
    report = day_of(collected(project, {"paper": [D18]}))
    assert (report.status, report.tally.rejects) == ("complete", {"missing": 1})


def test_a_site_that_keeps_refusing_is_left_alone(site, tmp_path):
    site.pages["/paper/18"] = links(*(f"/a/{number}" for number in range(60)))
    site.pages |= {f"/a/{number}": (403, b"") for number in range(60)}
    project = make_project(tmp_path, site, paper=SOURCE)
    run = collected(project, {"paper": [D18]})
    asked = len(site.asked)
    assert asked < 15
    assert day_of(run).status == "blocked"
    again = collected(project, {"paper": [D18, D19]})
    assert len(site.asked) == asked
    assert "left alone until" in again.findings[0].text


def test_lists_behind_a_wall_are_not_asked_day_by_day(site, tmp_path):
    days = [date(2026, 11, number) for number in range(1, 21)]
    site.pages |= {f"/paper/{day:%d}": (403, b"") for day in days}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.yml").write_text("concurrency: 1\n", encoding="utf-8")  # else more are on their way
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": days})
    assert len(site.asked) < 6


def test_error_pages_that_a_killed_crawl_left_become_no_records(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": (403, article(2)[1])}
    project = make_project(tmp_path, site, paper=SOURCE)
    collected(project, {"paper": [D18]})
    for path in (project.data / "archive").rglob("*.warc.gz"):
        path.rename(path.with_name(path.name + ".open"))
    site.pages["/a/2"] = article(2)
    run = collected(project, {"paper": [D18]})
    assert site.asked.count("/a/2") == 2
    assert (day_of(run).tally.records, day_of(run).status) == (2, "complete")


def test_one_article_is_recorded_once_whoever_finds_it_and_in_whatever_order(site, tmp_path):
    site.pages |= {"/aaa/18": links("/a/1"), "/aaa/19": links("/a/1"), "/bbb/19": links("/a/1"), "/bbb/18": links("/a/1")}
    site.pages["/a/1"] = article(1, "2026-11-19 08:00")
    project = make_project(tmp_path, site, aaa=SOURCE, bbb=SOURCE)
    for plan in ({"aaa": [D18]}, {"bbb": [D19]}, {"aaa": [D19]}, {"bbb": [D18]}):
        run = collected(project, plan)
        assert not [finding for finding in run.findings if finding.level == "failure"]
    assert [titles(project, D19, source) for source in ("aaa", "bbb")] == [[], ["第1家公司拟投资建设智能温室"]]
    assert site.asked.count("/a/1") == 1


def test_what_one_source_could_not_fetch_another_one_may(site, tmp_path):
    site.pages |= {
        "/aaa/18": links("/a/1"),
        "/bbb/18": links("/a/1"),
        "/a/1": lambda count: (500, b"") if count <= 3 else article(1),
    }
    project = make_project(tmp_path, site, aaa=SOURCE, bbb=SOURCE)
    collected(project, {"aaa": [D18]})
    run = collected(project, {"bbb": [D18]})
    assert day_of(run, source="bbb").status == "complete"
    assert titles(project, D18, "bbb")


def test_links_of_another_day_are_fetched_when_that_day_is_asked_for(site, tmp_path):
    roll = (
        API.replace("/{{day:%d}}?page={{page}}", "/roll")
        .replace("    pages: {{max: 9}}\n", "")
        .replace("title: x\nhome", "title: x\nhome")
    )
    roll = roll.replace("{{url: u, title: t}}", "{{url: u, title: t, time: c}}").replace("EXPECTED", "0")
    rows = [
        {"u": f"/a/{number}", "t": "x", "c": f"2026-11-{day} 08:00"}
        for number, day in ((1, 20), (2, 19), (3, 19), (4, 18), (5, 17))
    ]
    site.pages |= {"/wire/roll": (200, json.dumps({"data": rows}).encode())}
    site.pages |= {row["u"]: article(int(row["u"][3:]), row["c"]) for row in rows}
    project = make_project(tmp_path, site, wire=roll)
    collected(project, {"wire": [D18]})
    assert [path for path in site.asked if path.startswith("/a/")] == ["/a/4"]
    site.pages["/wire/roll"] = (200, json.dumps({"data": rows[:2] + rows[4:]}).encode())  # the list has rolled on
    collected(project, {"wire": [D19]})
    assert len(titles(project, D19, "wire")) == 2


FLASHES = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - kind: api
    url: 'http://127.0.0.1:{port}/{name}'
    links: data
    item: {{url: 'http://127.0.0.1:{port}/live/{{id}}', time: at, text: words}}
allow: ['/live/']
delay: 0
private: true
"""


def test_flashes_are_extracted_from_their_list_and_no_page_of_theirs_is_asked_for(site, tmp_path):
    rows = [
        {"id": 4, "at": "2026-11-20 00:10:00", "words": "【太晚的快讯】样州港务集团公布前十月集装箱吞吐量。"},
        {
            "id": 3,
            "at": "2026-11-19 09:00:05",
            "words": "<p>【样行下调利率】样州银行将一年期存款利率下调15个基点。</p><p>即日起执行。</p>",
        },
        {"id": 2, "at": "2026-11-18 21:00:00", "words": "样华电子公告，拟投资6.4亿元扩建工厂。"},
        {"id": 1, "at": "2026-11-18 20:00:00", "words": " "},
        {"id": 0, "at": "2026-11-17 08:00:00", "words": "更早的快讯，不在要的日子里。"},
    ]
    site.pages["/wire"] = (200, json.dumps({"data": rows}).encode(), {"Content-Type": "application/json"})
    project = make_project(tmp_path, site, wire=FLASHES)
    run = collected(project, {"wire": [D18]})
    assert day_of(run, source="wire").tally.sums()[:4] == (2, 2, 1, 1)
    assert titles(project, source="wire") == ["样华电子公告，拟投资6.4亿元扩建工厂"]
    collected(project, {"wire": [D19]})
    (row,) = dataset.records(project.data).rows(D19, "wire")
    assert (row.title, row.body) == ("样行下调利率", "【样行下调利率】样州银行将一年期存款利率下调15个基点。\n即日起执行。")
    assert row.url.endswith("/live/3")
    assert set(site.asked) == {"/robots.txt", "/wire"}
    (reject,) = dataset.rejects(project.data).rows(D18, "wire")
    assert (reject.reason, reject.url) == ("no_body", row.url.replace("/3", "/1"))


def test_an_article_of_several_pages_is_one_record(site, tmp_path):
    def part(number: int, further: str) -> bytes:
        text = f"第{number}页的正文：公司前三季度营业收入为{number}2.4亿元，同比增长{number}%，董事会已经通过分红方案。"
        return f"<title>三页长文</title><h1>三页长文</h1>2026-11-18 09:00<div><p>{text}</p></div>{further}".encode()

    site.pages |= {
        "/paper/18": links("/a/1.html"),
        "/a/1.html": (200, part(1, "<a href=1_2.html>下一页</a>")),
        "/a/1_2.html": lambda count: (
            (500, b"") if count < 5 else (200, part(2, "<a href=1.html>1</a> <a href=1_3.html>下一页</a>"))
        ),
        "/a/1_3.html": (200, part(3, "<a href=1_4.html>下一页</a>")),
        "/a/1_4.html": (404, b"none"),
    }
    project = make_project(tmp_path, site, paper=SOURCE)
    assert day_of(collected(project, {"paper": [D18]})).status == "failed"  # its second page cannot be had yet
    assert day_of(collected(project, {"paper": [D18]})).status == "complete"
    (row,) = dataset.records(project.data).rows(D18, "paper")
    assert [line[:3] for line in row.body.split("\n")] == ["第1页", "第2页", "第3页"]
    assert row.url.endswith("/a/1.html")
    assert [site.asked.count(f"/a/1{end}.html") for end in ("", "_3", "_4")] == [1, 1, 1]


DIGEST = """<html><meta charset="utf-8"><title>快讯汇总</title><h1>快讯汇总</h1>
<div class="i" id="one"><b>2026-11-18 09:31</b><p>北方智造公告，与临江市签订智能仓储合同，金额三亿元。</p></div>
<div class="i" id="two"><b>2026-11-18 10:02</b><p>晶澄微电称新一代存储芯片已经量产，月产能两万片。</p></div>
<div class="i" id="old"><b>2026-11-17 22:40</b><p>临江市发布智能温室补贴办法，单个项目最高两百万元。</p></div></html>"""


def test_a_page_of_several_articles_gives_as_many_records(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/a/d"), "/a/1": article(1), "/a/d": (200, DIGEST.encode())}
    project = make_project(tmp_path, site, paper=SOURCE + "extract: {{each: div.i, published_at: b}}\n")
    for _ in range(2):
        tally = day_of(collected(project, {"paper": [D18]})).tally
        assert [title[:4] for title in titles(project)] == ["第1家公", "北方智造", "晶澄微电"]
        assert (tally.found, tally.records, tally.rejects, tally.waiting) == (4, 3, {"split": 1}, 0)
    assert site.asked.count("/a/d") == 1
    before = dataset.records(project.data).rows(D18, "paper")
    assert rebuild(project, {"paper": [D18]}, workers(project), Watch(), everything=True)[0].ok
    assert dataset.records(project.data).rows(D18, "paper") == before
    told = caixun("why", before[2].url, *in_project(project)).stdout
    assert before[2].url.endswith("/a/d#two")
    assert told.startswith(f"{before[2].url}\n")

    plain = make_project(tmp_path, site, paper=SOURCE)  # the rule is taken out of the YAML, and put in again
    run, _ = rebuild(plain, {"paper": [D18]}, workers(plain), Watch())
    assert run.ok
    assert day_of(run).tally.rejects == {"no_body": 2}
    assert {row.url for row in dataset.rejects(project.data).rows(D18, "paper")} == {before[1].url, before[2].url}
    project = make_project(tmp_path, site, paper=SOURCE + "extract: {{each: div.i, published_at: b}}\n")
    assert rebuild(project, {"paper": [D18]}, workers(project), Watch())[0].ok
    assert [row.url for row in dataset.records(project.data).rows(D18, "paper")] == [row.url for row in before]


def test_what_a_page_holds_of_another_day_is_built_when_that_day_is_asked_for(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/d"), "/paper/17": links("/a/9"), "/a/9": article(9, "2026-11-17 08:00")}
    site.pages |= {"/a/d": (200, DIGEST.encode())}
    project = make_project(tmp_path, site, paper=SOURCE + "extract: {{each: div.i, published_at: b}}\n")
    collected(project, {"paper": [D18]})
    run = collected(project, {"paper": [date(2026, 11, 17)]})
    assert "临江市发布智能温室补贴办法，单个项目最高两百万元" in titles(project, date(2026, 11, 17))
    assert (day_of(run, date(2026, 11, 17)).status, site.asked.count("/a/d")) == ("complete", 1)
