"""The report: a page that is safe, whole, bounded and the same each time, where it is asked for."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from crawlers.fates import Verdict
from crawlers.root import root_of
from flows.settings import open_project
from tests.conftest import caixun, in_project
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.compact import compact

NEXT = date(2026, 11, 19)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
WAITING = {
    **dict.fromkeys(("keywords", "industries", "industry_codes", "major_events", "securities", "evidence"), ()),
    "summary": "",
    "annotated_at": None,
}


def store(folder: Path, *rows) -> None:
    for row in rows:
        dataset.records(folder).apply(row.published_date, row.source, [row])


@pytest.fixture
def data(tmp_path) -> Path:
    """Fill `data/` with a story that three sources have, one that waits, a hostile one, and one of the next day."""
    first = record(1, source="zqrb", title="海州新材拟收购东城化工", ai_technologies=("大模型",))
    store(
        tmp_path / "data",
        first,
        record(2, source="stcn", title="海州新材：收购东城", story_id=first.article_id, published_precision="second"),
        record(3, source="yicai", title="收购进行时", story_id=first.article_id),
        record(4, source="zqrb", title="云湖科技等待标注", published_at=None, published_precision="none", **WAITING),
        record(
            5,
            source="zqrb",
            title=f'{SCRIPT}" onmouseover="x',
            url="javascript:alert(3)",
            publisher="<b>样报</b>",
            summary=SCRIPT,
            keywords=(SCRIPT, "&lt;"),
            ai_technologies=(SCRIPT,),
            industry_codes=(SCRIPT,),
            securities=('"><script>',),
            major_events=(SCRIPT, "二。", "三。", "四。", "五。"),
        ),
        record(6, source="zqrb", published_date=NEXT, published_precision="day", title="次日要闻"),
    )
    return tmp_path


def printed(folder: Path, *arguments: str) -> html.HtmlElement:
    run = caixun("report", *arguments, "--out", "-", cwd=folder)
    assert run.returncode == 0, run.stderr
    return html.document_fromstring(run.stdout)


def texts(page: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(node.text_content().split()) for node in page.cssselect(selector)]


def test_without_dates_the_newest_day_is_told_and_the_page_lies_in_the_data_root(data):
    run = caixun("report", cwd=data)
    page = data / "data" / "reports" / "briefing_2026-11-19_2026-11-19.html"
    assert (run.returncode, run.stdout) == (0, f"{page}\n")
    assert run.stderr == "2026-11-19 is the newest day with records\n2026-11-19 to 2026-11-19: 1 record, 1 without reprints\n"
    tree = html.document_fromstring(page.read_text(encoding="utf-8"))
    assert (tree.get("lang"), texts(tree, "h1")) == ("zh-CN", ["财讯简报 2026-11-19（周四）"])
    run = caixun("report", "--source", "yicai", "--source", "stcn", cwd=data)
    assert run.stdout.endswith("/reports/briefing_2026-11-18_2026-11-18_stcn+yicai.html\n")
    names = open_project().sources
    run = caixun("report", *(word for name in names for word in ("--source", name)), cwd=data)
    assert run.returncode == 0, run.stderr
    assert len(Path(run.stdout.strip()).name) < 60 < len("+".join(names))  # the names of all would be too long for a file's
    assert len(list(page.parent.iterdir())) == 3


def test_a_story_of_three_sources_is_one_entry(data):
    page = printed(data, str(DAY), str(NEXT))
    assert texts(page, ".sums li") == ["文章 6 篇", "新闻 4 条", "来源 3 个", "待标注 1 篇"]
    heads = texts(page, ".top h3")
    assert (heads[0], len(heads)) == ("海州新材拟收购东城化工", 4)
    assert not {"海州新材：收购东城", "收购进行时"} & set(texts(page, "h3, li a"))
    first = page.cssselect(".top > li")[0]
    assert texts(first, ".meta span") == ["样报", "2026-11-18 09:01", "3 个来源 3 篇"]
    assert [link.get("href") for link in first.cssselect("a")] == ["http://e.cn/1"]
    assert texts(first, "p, .events li, .tags li") == ["第二段。", "第二段，利润为1亿元。", "利润", "正文"]
    assert texts(page, "#days td") == ["2026-11-18（周三）", "5", "5", "2026-11-19（周四）", "1", "1"]
    assert texts(page, "#industries h3")[0] == "食品饮料 4 篇"
    assert texts(page, "#technologies section")[1] == "大模型 1 篇 海州新材拟收购东城化工 样报2026-11-18 09:013 个来源 3 篇"
    assert texts(page, "#securities h3")[0] == "贵州茅台 600519.SH 4 篇"
    assert texts(page, "#keywords li")[0] == "利润 4"


def test_times_are_as_exact_as_printed_and_what_waits_has_a_title_alone(data):
    page = printed(data, str(DAY), str(NEXT))
    entries = {texts(entry, "h3")[0]: entry for entry in page.cssselect(".top > li")}
    assert texts(entries["次日要闻"], ".meta span")[1] == "2026-11-19"
    waiting = entries["云湖科技等待标注"]
    assert texts(waiting, ".meta span") == ["样报", "2026-11-18（未标时间）", "待标注"]
    assert not waiting.cssselect("p, ul")
    assert texts(printed(data, str(DAY), "--source", "stcn"), ".top .meta span")[1] == "2026-11-18 09:02:00"


def test_what_comes_from_pages_is_text_and_nothing_is_loaded(data):
    page = printed(data, str(DAY))
    assert not page.cssselect("script, img, link, iframe, object, form, base, [onerror], [onmouseover], [src], [style]")
    assert {link.get("href").split(":")[0] for link in page.cssselect("a") if not link.get("href").startswith("#")} == {"http"}
    hostile = next(entry for entry in page.cssselect(".top > li") if SCRIPT in entry.text_content())
    assert texts(hostile, "h3") == [f'{SCRIPT}" onmouseover="x']
    assert not hostile.cssselect("a")
    assert texts(hostile, ".meta span")[0] == "<b>样报</b>"
    assert texts(hostile, ".tags li") == [f"{SCRIPT[:40]}…", "&lt;"]
    assert texts(hostile, ".events li, .more") == [SCRIPT, "二。", "三。", "共 5 项重大事件"]
    (policy,) = page.cssselect("meta[http-equiv]")
    assert policy.get("content").startswith("default-src 'none'; style-src 'sha256-")


def test_json_is_the_same_as_data(data):
    run = caixun("report", DAY, NEXT, "--json", cwd=data)
    told = json.loads(run.stdout)
    assert (told["start"], told["end"], told["articles"], told["stories"], told["waiting"]) == (
        "2026-11-18",
        "2026-11-19",
        6,
        4,
        1,
    )
    first = told["top"][0]
    assert (first["title"], first["published_at"]) == ("海州新材拟收购东城化工", "2026-11-18T09:01:00+08:00")
    assert (first["in_sources"], first["in_articles"], first["keywords"]) == (3, 3, ["利润", "正文"])
    assert told["companies"] == {"600519.SH": "贵州茅台"}
    assert told["sources"][0] == {
        "source": "zqrb",
        "title": "证券日报电子报",
        "articles": 4,
        "waiting": 1,
        "rejects": 0,
        "days": {},
    }
    assert caixun("report", DAY, NEXT, "--json", "--out", "told.json", cwd=data).stdout == "told.json\n"
    assert (data / "told.json").read_text(encoding="utf-8") == run.stdout
    assert not (data / "data" / "reports").exists()


def test_the_same_records_give_the_same_bytes(data):
    for name in ("one.html", "other.html"):
        assert caixun("report", DAY, NEXT, "--out", name, cwd=data).returncode == 0
    text = (data / "one.html").read_bytes()
    assert (data / "other.html").read_bytes() == text
    assert compact(dataset.records(root_of(data / "data")), DAY)
    assert caixun("report", DAY, NEXT, "--out", "-", cwd=data).stdout.encode() == text


def test_a_day_without_records_says_so_and_how_the_sources_stand(data):
    project = open_project(data=data / "data")
    project.ledger.list_day("zqrb", date(2026, 11, 15), Verdict("blocked", "captcha"), "c1")
    project.ledger.list_day("stcn", date(2026, 11, 15), Verdict("none"), "c1")
    project.ledger.close()
    run = caixun("report", "2026-11-15", "--out", "-", cwd=data)
    assert "no record of 2026-11-15; `caixun status 2026-11-15` tells why" in run.stderr.splitlines()
    page = html.document_fromstring(run.stdout)
    assert texts(page, ".sums li") == ["文章 0 篇", "新闻 0 条", "来源 0 个"]
    assert texts(page, "header p") == ["采集不完整：证券日报电子报", "没有文章。"]
    assert texts(page, "h2") == ["来源 共 2 个"]
    assert texts(page, "tbody tr")[0].startswith("证券时报电子报 stcn")
    assert [texts(row, "td")[-1] for row in page.cssselect("tbody tr")] == ["无新闻 1", "受阻 1"]


def test_a_dataset_without_records_has_no_newest_day(project):
    project.ledger.rest("elsewhere.example", "refused")  # makes the data root
    run = caixun("report", *in_project(project))
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "no such record\n")
    assert caixun("report", DAY, *in_project(project)).returncode == 0


def test_a_year_of_many_records_is_a_page_of_readable_size(tmp_path):
    long = "长" * 3000
    for number in range(12):
        day = date(2026, 1 + number, 1)
        rows = [
            record(
                number * 200 + place,
                source=f"s{place}",
                published_date=day,
                title=f"{place}{long}",
                url=f"http://e.cn/{long}",
                publisher=long,
                keywords=tuple(f"{word}{place}{long}" for word in range(8)),
                ai_technologies=(f"{place}{long}",),
                securities=(f"{place:06}.SZ",),
                major_events=(long,) * 7,
            )
            for place in range(200)
        ]
        dataset.records(tmp_path / "data").apply(day, "many", [row.model_copy(update={"source": "many"}) for row in rows])
    page = printed(tmp_path, "2026-01-01", "2026-12-31")
    assert texts(page, ".sums b") == ["2,400", "2,400", "1"]
    assert texts(page, "#days td")[:3] == ["2026-01", "200", "200"]
    assert texts(page, "h2 small") == [
        "共 2,400 条，列出 20 条",
        "申万一级",
        "共 200 种，列出 30 种",
        "共 200 只，列出 30 只",
        "共 1,600 个，列出 60 个",
        "共 1 个",
    ]
    assert len(html.tostring(page, encoding="unicode")) < 150_000


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["2026-11-19", "2026-11-18"], 2, "START 2026-11-19 lies after END 2026-11-18"),
        (["2999-01-01"], 2, "2999-01-01 is yet to come"),
        (["2026-02-30"], 2, "2026-02-30: the calendar has no such day"),
        (["2026-11-18", "tomorrow"], 2, "'tomorrow' is not a day"),
        (["1925-01-01", "2026-11-18"], 2, "more than a hundred years before"),
        (["2026-11-18", "--source", "nowhere"], 2, "unknown source nowhere; there are: "),
        (["2026-11-18", "--out", "data/records/x.html"], 2, "data/records/x.html: lies in the data root"),
        (["2026-11-18", "--out", "fifo"], 2, "fifo: is no file that could be replaced"),
        (["2026-11-18", "--out", "."], 2, ".: is no file that could be replaced"),
        (["2026-11-18", "--out", "none/x.html"], 2, "none/x.html: there is no folder /"),
        (["2026-11-18", "--out", ""], 2, "the value behind --out is empty"),
        (["2026-11-18", "--data", "nowhere"], 2, "nowhere: there is no such data root"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(data, arguments, status, told):
    os.mkfifo(data / "fifo")
    run = caixun("report", *arguments, cwd=data)
    assert (run.returncode, run.stdout) == (status, "")
    assert run.stderr.splitlines()[-1].startswith("caixun: ")
    assert told in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    assert sorted(path.name for path in data.iterdir()) == ["data", "fifo"]


def test_what_cannot_be_read_or_written_is_named(data):
    (data / "data" / "reports").touch()
    run = caixun("report", DAY, cwd=data)
    assert (run.returncode, run.stdout) == (2, "")
    told = "briefing_2026-11-18_2026-11-18.html: cannot be written: File exists; name another place with --out"
    assert run.stderr.splitlines()[-1].endswith(told)
    path = dataset.records(data / "data").files(DAY, ["yicai"])[0]
    Path(path).write_bytes(Path(path).read_bytes()[:-9])
    run = caixun("report", DAY, "--out", "-", cwd=data)
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (1, "", 1)
    assert "not a whole Parquet file; `caixun rebuild 2026-11-18 2026-11-18 --source yicai`" in run.stderr


@pytest.mark.s3
def test_the_page_of_a_bucket_lies_in_its_work_folder(s3, tmp_path):
    bucket = s3.bucket()
    config = tmp_path / "config"
    config.mkdir()
    settings = f"data: s3://{bucket}/news\nendpoint: {s3.endpoint}\nwork: {tmp_path / 'work'}\n"
    (config / "settings.yml").write_text(settings, encoding="utf-8")
    dataset.records(open_project(config).data).apply(DAY, "paper", [record(1), record(2)])
    run = caixun("report", "--config", config)
    assert run.stdout == f"{tmp_path}/work/reports/briefing_2026-11-18_2026-11-18.html\n", run.stderr
    assert texts(html.parse(run.stdout.strip()).getroot(), ".top h3") == ["标题2", "标题1"]
