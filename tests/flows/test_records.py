import json
import subprocess
from collections import Counter
from datetime import UTC, date, datetime
from itertools import chain, repeat
from pathlib import Path

import pytest

from flows.daily import collect
from flows.demo import DEMO_DAYS
from flows.importing import Imported, import_texts
from flows.settings import SHIPPED_CONFIG, open_project
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.transforms.test_layout import TEXT
from tests.workers import workers
from transforms import dataset
from transforms.layout import split
from transforms.record import Annotation, Article, Record

_IDS = ("7", "-3", "7.5", "12345678901234567890123", '"7"', '""', "null", "true", "NaN", "[7]")
_USABLE = 6  # the first ones


@pytest.fixture
def filled(project):
    plan = {"sample_paper": [DEMO_DAYS[0]], "sample_wire": [DEMO_DAYS[0]]}
    collect(project, plan, workers(project), Watch())
    return project


def test_an_imported_file_is_shown_as_it_was_but_for_the_canonical_link(tmp_path):
    file = tmp_path / "one.txt"
    file.write_text(TEXT.replace("099410", "099410&wfr=spider&for=pc"), encoding="utf-8")
    data = ["--data", tmp_path / "data"]
    run = caixun("import", file, *data)
    assert (run.returncode, run.stdout) == (0, "1 records imported, 0 known already, 0 refused\n")
    assert caixun("show", "--format", "text", *data).stdout == TEXT
    again = caixun("import", file, *data)
    assert (again.returncode, again.stdout) == (0, "0 records imported, 1 known already, 0 refused\n")
    (row,) = [json.loads(line) for line in caixun("show", "--format", "json", *data).stdout.splitlines()]
    assert (row["annotator"], row["source"], row["published_at"]) == ("import", "imported", None)


def test_an_import_says_what_of_which_records_does_not_stand_in_their_articles(tmp_path):
    file, data = tmp_path / "two.txt", ["--data", tmp_path / "data"]
    wrong = TEXT.replace("099410", "099411").replace("漏检率\n", "漏检率, 量子火箭\n") + "3. 岑峰钢铁投资999亿元收购特斯拉。\n"
    file.write_text(f"{TEXT}\n{wrong}", encoding="utf-8")
    run = caixun("import", file, *data)
    counted = "; 2 values of 1 record dropped that the article does not bear out\n"
    assert (run.returncode, run.stdout) == (0, f"2 records imported, 0 known already, 0 refused{counted}")
    url = "https://baijiahao.baidu.com/s?id=1882256281147099411"
    told = [
        "关键词: 量子火箭 stands neither in the title nor in the text.",
        "重大事件摘要: 岑峰钢铁投资999亿元收购特斯拉。 – The article does not name 特斯拉.",
    ]
    assert run.stderr.splitlines() == [f"{file}:12: {url}: dropped: {one}" for one in told]
    shown = caixun("show", "--format", "text", *data).stdout
    assert shown.replace("099411", "099410") == f"{TEXT}\n{TEXT}"
    assert f"ungrounded: {' '.join(told)}\n" in caixun("why", url, *data).stdout
    as_json = json.loads(caixun("import", file, "--json", "--data", tmp_path / "other").stdout)
    assert as_json == {"records": 2, "known": 0, "refused": [], "dropped": [{"place": f"{file}:12", "url": url, "values": told}]}


def test_an_import_that_takes_past_midnight_is_one_of_the_day_on_which_it_began(tmp_path, monkeypatch):
    moments = chain([datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC)], repeat(datetime(2026, 11, 18, 16, 0, 1, tzinfo=UTC)))
    monkeypatch.setattr("flows.importing.now", lambda: next(moments))
    file = tmp_path / "two.txt"
    file.write_text(TEXT + TEXT.replace("099410", "099411"), encoding="utf-8")
    project = open_project(None, tmp_path / "data")
    result = import_texts(project, [file], workers(project))
    assert result == Imported(records=2)
    assert len(dataset.records(project.data).rows(date(2026, 11, 18), "imported")) == 2


def test_a_rebuild_reports_in_json_also_where_there_is_nothing_to_do(project):
    _ = project.ledger  # makes the data root
    days = ["rebuild", DEMO_DAYS[0], *in_project(project)]
    assert json.loads(caixun(*days, "--json").stdout)["changes"] == {}
    assert json.loads(caixun(*days, "--dry-run", "--json").stdout) == {"pages": 0, "stale": 0}


def test_files_with_many_records_and_wrong_ones(tmp_path):
    many, other = tmp_path / "many.txt", tmp_path / "gbk.txt"
    texts = [TEXT, TEXT.replace("链接: https", "链接: nothing"), TEXT.replace("099410", "099411"), TEXT]
    many.write_bytes("\n".join(texts).replace("\n", "\r\n").encode("utf-8-sig"))
    other.write_bytes(TEXT.replace("099410", "099412").encode("gb18030") + TEXT.encode("gb18030").replace(b"\n", b"\xff\n", 1))
    run = caixun("import", many, tmp_path / "none.txt", tmp_path, other, __file__, "--data", tmp_path / "data")
    assert run.returncode == 1
    assert run.stdout == "3 records imported, 1 known already, 5 refused\n"
    assert [line.removeprefix(f"{tmp_path}/") for line in run.stderr.splitlines()[:4]] == [
        "many.txt:13: no usable 链接: 'nothing://baijiahao.baidu.com/s?id=1882256281147099410' is not an http(s) URL",
        "none.txt: cannot be read: No such file or directory",
        f"{tmp_path}: cannot be read: Is a directory",
        "gbk.txt:11: a line that is neither UTF-8 nor GB18030 text",
    ]
    assert "test_records.py:1: no record: 'import json' stands before a line with 标题:" in run.stderr
    shown = caixun("show", "--format", "text", "--data", tmp_path / "data").stdout
    wanted = [TEXT, TEXT.replace("099410", "099411"), TEXT.replace("099410", "099412")]
    assert sorted(entry.text for entry in split(shown.splitlines(keepends=True))) == wanted


def test_where_nothing_can_be_imported_no_data_root_is_made(tmp_path):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "list.html").write_text("<ul><li>无</ul>", encoding="utf-8")
    run = caixun("import", "none.txt", ".", "empty.txt", "--data", "data", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "0 records imported, 0 known already, 3 refused\n")
    assert run.stderr.splitlines()[0] == "none.txt: cannot be read: No such file or directory"
    run = caixun("import-warc", "list.html", "empty.txt", "--data", "data", cwd=tmp_path)
    assert (run.returncode, run.stderr.splitlines()[-1]) == (1, "empty.txt: the file is empty")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_damaged_first_line_costs_its_record_alone(tmp_path, encoding):
    texts = [TEXT.replace("099410", f"09941{number}").encode(encoding) for number in range(3)]
    (tmp_path / "t.txt").write_bytes(b"".join(texts).replace("质检员".encode(encoding), b"\xff\xfe", 1))
    project = open_project(None, tmp_path / "data")
    result = import_texts(project, [tmp_path / "t.txt"], workers(project))
    assert (result.records, len(result.complaints)) == (2, 1)
    assert result.complaints[0] == f"{tmp_path / 't.txt'}:1: a line that is neither UTF-8 nor GB18030 text"


def test_records_are_shown_by_day_source_and_id(filled):
    options = in_project(filled)
    rows = [json.loads(line) for line in caixun("show", "--date", DEMO_DAYS[0], "--format", "json", *options).stdout.splitlines()]
    assert len(rows) == 10
    assert list(rows[0]) == list(Record.model_fields)
    (one,) = caixun("show", "--id", rows[3]["article_id"][:10], "--json", *options).stdout.splitlines()
    assert json.loads(one) == rows[3]
    other = "sample_paper" if rows[3]["source"] == "sample_wire" else "sample_wire"
    for choice in (["--date", DEMO_DAYS[1]], ["--source", other]):
        assert caixun("show", "--id", rows[3]["article_id"], *choice, *options).returncode == 1
    table = caixun("show", "--source", "sample_wire", *options, COLUMNS="120").stdout.splitlines()
    assert len(table) == 6
    assert table[0].split() == ["time", "source", "title", "keywords", "industries", "id"]
    none = caixun("show", "--date", "2020-01-01", *options)
    assert (none.returncode, none.stderr) == (1, "no record of 2020-01-01; `caixun status 2020-01-01` tells why\n")


def test_each_of_several_records_that_an_id_begins_is_shown_once(tmp_path):
    many, data = tmp_path / "many.txt", ["--data", tmp_path / "data"]
    many.write_text("".join(TEXT.replace("099410", f"0994{number}") for number in range(10, 27)), encoding="utf-8")
    assert caixun("import", many, *data).returncode == 0
    ids = [json.loads(line)["article_id"] for line in caixun("show", "--format", "json", *data).stdout.splitlines()]
    digit = Counter(one[0] for one in ids).most_common(1)[0][0]  # of 17 ids, two begin with one digit
    shown = caixun("show", "--id", digit, "--format", "json", *data).stdout.splitlines()
    assert [json.loads(line)["article_id"] for line in shown] == [one for one in ids if one[0] == digit]


def test_saved_pages_are_extracted_to_json_lines(site, tmp_path):
    body = site.content.answer("/paper/2026-11/18/content_1001.htm").body
    (tmp_path / "page.htm").write_bytes(body)
    (tmp_path / "empty.htm").write_bytes(b"")
    index = tmp_path / "index.jsonl"
    index.write_text(
        json.dumps({"id": "a", "file": "page.htm", "url": "http://paper.example.com/1?utm_source=x", "gold": {}})
        + "\n"
        + json.dumps({"id": "b", "file": "page.htm", "url": ""})
        + "\n"
        + json.dumps({"id": "c", "file": "empty.htm", "url": ""})
        + "\n",
        encoding="utf-8",
    )
    run = caixun("extract", index, cwd=tmp_path)
    first, second, third = (json.loads(line) for line in run.stdout.splitlines())
    assert run.returncode == 0
    assert list(first) == ["id", *Article.model_fields]
    assert (first["id"], first["url"], first["published_at"]) == (
        "a",
        "http://paper.example.com/1",
        "2026-11-17T23:30:00Z",
    )
    assert (second["id"], second["title"]) == ("b", first["title"])
    assert third == {"id": "c", "reject": "not_html", "detail": "the document is empty"}
    assert not (tmp_path / "data").exists()


def test_articles_are_annotated_to_json_lines(tmp_path):
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"id": 7, "title": "x"}) + "\n", encoding="utf-8")
    wrong = caixun("annotate", file)
    refused = "articles.jsonl:1: a row needs an id or article_id (a text or a number) and the texts title and body"
    assert (wrong.returncode, refused in wrong.stderr) == (2, True)
    row = {
        "id": "7",
        "title": "大模型走进钢厂",
        "body": "11月18日，岑峰钢铁宣布质检大模型上线，漏检率降到万分之三。",
        "more": 1,
    }
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (made,) = (json.loads(line) for line in caixun("annotate", file).stdout.splitlines())
    assert list(made) == ["id", *Annotation.model_fields]
    assert "大模型" in made["ai_technologies"] or "质检大模型" in made["ai_technologies"]


@pytest.mark.parametrize("command", ["annotate", "extract"])
def test_an_id_comes_back_as_it_is_given(command, site, tmp_path):
    (tmp_path / "page.htm").write_bytes(site.content.answer("/paper/2026-11/18/content_1001.htm").body)
    rows = [f'{{"id": {one}, "file": "page.htm", "url": "", "title": "题", "body": "文。"}}' for one in _IDS]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    run = caixun(command, tmp_path / "rows.jsonl")
    assert (run.returncode, len(run.stderr.splitlines())) == (1, len(_IDS) - _USABLE)
    assert [line.partition(", ")[0] for line in run.stdout.splitlines()] == [f'{{"id": {one}' for one in _IDS[:_USABLE]]


def test_why_tells_every_stage(filled, site):
    options = in_project(filled)
    told = caixun("why", f"{site.url('/wire/2026-11-18/doc-5004.html')}?utm_source=app", *options)
    assert told.returncode == 0
    stages = [line.split()[0] for line in told.stdout.splitlines()[1:]]
    assert stages == ["found", "fetched", "archived", "built", "annotated", "stored", "story"]
    path = dataset.records(filled.data).path(DEMO_DAYS[0], "sample_wire").relative_to(filled.data)
    assert f"record in {path}\n" in told.stdout
    bare = caixun("why", site.url("/wire/2026-11-18/doc-5004.html").removeprefix("http://"), *options)
    assert (bare.returncode, bare.stdout) == (0, told.stdout)
    never = caixun("why", "http://e.cn/none", *options)
    assert (never.returncode, "was never found" in never.stdout) == (1, True)


def test_why_finds_an_article_by_http_and_by_https(tmp_path):
    file, data = tmp_path / "one.txt", tmp_path / "data"
    file.write_text(TEXT.replace("https://baijiahao.baidu.com/s?id=1882256281147099410", "https://news.example.com/a/1"), "utf-8")
    assert caixun("import", file, "--data", data).returncode == 0
    urls = ("https://news.example.com/a/1", "http://news.example.com/a/1", "news.example.com/a/1")
    told = [caixun("why", url, "--data", data) for url in urls]
    assert [one.returncode for one in told] == [0, 0, 0]
    assert {one.stdout.partition("\n")[0] for one in told} == {urls[0]}


def test_status_shows_each_days_sums(filled):
    reports = json.loads(caixun("status", DEMO_DAYS[0], DEMO_DAYS[1], "--json", *in_project(filled)).stdout)
    assert [(report["source"], report["day"], report["status"]) for report in reports if report["source"] != "sample_search"] == [
        ("sample_paper", "2026-11-18", "complete"),
        ("sample_paper", "2026-11-19", "missing"),
        ("sample_wire", "2026-11-18", "complete"),
        ("sample_wire", "2026-11-19", "missing"),
    ]


def test_the_readmes_own_word_lists_add_to_the_shipped_ones_and_overwrite_none(tmp_path):
    readme = (SHIPPED_CONFIG.parent / "README.md").read_text(encoding="utf-8")
    part = readme[readme.index("To follow a company that is not listed there") :]
    *printed, last = [line[2:] for line in part.split("```")[1].splitlines() if line.startswith("$ ")]
    (shipped := tmp_path / "config" / "taxonomy" / "companies.csv").parent.mkdir(parents=True)  # as in a clone
    shipped.write_bytes(lists := (SHIPPED_CONFIG / "taxonomy" / "companies.csv").read_bytes())
    row = {"id": "1", "title": "星桥智能发布问桥大模型", "body": "星桥智能昨日发布问桥大模型，并与贵州茅台签约。"}
    (tmp_path / "articles.jsonl").write_text(json.dumps(row), encoding="utf-8")
    subprocess.run(["sh", "-ec", "\n".join(printed)], cwd=tmp_path, check=True)
    made = json.loads(caixun(*last.split()[1:], cwd=tmp_path).stdout)
    assert (made["securities"][0], made["ai_technologies"]) == ("689901.SH", ["问桥大模型"])
    assert shipped.read_bytes() == lists


def test_who_only_asks_leaves_nothing_behind(project, tmp_path):
    (empty := tmp_path / "empty").mkdir()
    (empty / "notes.txt").touch()
    for data in (empty, tmp_path / "typo"):
        options = ["--config", project.config, "--data", data]
        planned = caixun("backfill", DEMO_DAYS[0], "--dry-run", *options)
        assert (planned.returncode, "3 of 3 source-days to do" in planned.stdout) == (0, True), planned.stderr
        asked = caixun("status", *options)
        assert (asked.returncode, "there is no such data root" in asked.stderr) == (2, True)
    assert ([path.name for path in empty.iterdir()], (tmp_path / "typo").exists()) == (["notes.txt"], False)


def test_status_names_records_of_sources_that_are_not_shown(filled):
    (filled.config / "sources" / "sample_wire.yml").unlink()
    options = in_project(filled)
    shown = caixun("status", DEMO_DAYS[0], *options).stdout
    assert shown.endswith("\nalso in the data root: 5 records of sample_wire\n")
    assert "also in" not in caixun("status", DEMO_DAYS[0], "--source", "sample_paper", *options).stdout


def test_a_path_that_is_no_text_in_the_locale_is_one_sentence(tmp_path):
    (place := tmp_path / "我的 项目").mkdir()
    run = caixun("show", cwd=place, LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "the data root's path is no text in this locale" in run.stderr


def test_a_dry_run_prints_the_plan_and_asks_nothing(filled, site):
    asked = len(site.asked)
    run = caixun("backfill", DEMO_DAYS[0], DEMO_DAYS[0], "--dry-run", "--json", *in_project(filled))
    assert [(day["source"], day["planned"]) for day in json.loads(run.stdout)["days"]] == [
        ("sample_paper", False),
        ("sample_search", True),
        ("sample_wire", False),
    ]
    assert len(site.asked) == asked


def test_the_configuration_is_found_without_options(tmp_path):
    listed = caixun("sources", "list", "--json", cwd=tmp_path)
    assert {row["name"] for row in json.loads(listed.stdout)} >= {"zqrb", "sina_finance", "baidu_news"}
    own = Path(tmp_path) / "config" / "sources"
    own.mkdir(parents=True)
    assert json.loads(caixun("sources", "list", "--json", cwd=tmp_path).stdout) == []
    named = caixun("sources", "list", "--json", CAIXUN_CONFIG=str(tmp_path / "nowhere"))
    assert named.returncode == 2
