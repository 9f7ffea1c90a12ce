"""Reprints across sources and days, whole path: the same stories in whatever order they are built, killed or not."""

import os
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawlers.clock import now
from crawlers.page import article_id
from flows.rebuild import rebuild
from flows.settings import open_project
from flows.stories import join_stories, tell_stories
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, collected, links, loopback, make_project
from tests.transforms.rows import record
from tests.transforms.test_stories import FLASH, PARAGRAPHS, TEXT
from tests.workers import workers
from transforms import dataset
from transforms.reading import read_dataset
from transforms.stories import mark, period

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)
BOTH = {"paper": [D18, D19], "wire": [D18, D19]}
FOLLOW_UP = TEXT.replace("1.2亿", "1.9亿").replace("38台", "64台").replace("90名", "120名").replace("18.4", "2.7")


def page(at: str, title: str, text: str) -> tuple[int, bytes]:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return 200, f"<title>{title}</title><h1>{title}</h1><div>{at} 来源：样报</div><div>{paragraphs}</div>".encode()


PAGES = {
    "/wire/18": links("/a/first", "/a/flash"),
    "/a/first": page("2026-11-18 09:21", "质检大模型走进钢厂", TEXT),
    "/a/flash": page("2026-11-18 08:00", "岑峰钢铁拟收购岚汀智能", FLASH),
    "/paper/18": links("/a/note"),
    "/a/note": page("2026-11-18 10:00", "钢厂里的新质检员", "\n".join(PARAGRAPHS[1:])),
    "/wire/19": links("/a/next"),
    "/a/next": page("2026-11-19 09:21", "质检大模型再进一步", FOLLOW_UP),
    "/paper/19": links("/a/half", "/a/again"),
    "/a/half": page("2026-11-19 07:00", "大模型看住热轧板", f"本报讯（记者 赵屿川）{chr(10).join(PARAGRAPHS[:3])}"),
    "/a/again": page("2026-11-19 07:10", "岑峰钢铁拟控股岚汀智能", f"财联社11月18日电，{FLASH}"),
}


@pytest.fixture
def site():
    with loopback() as site:
        site.pages |= PAGES
        yield site


def stories(project) -> dict[str, str]:
    """Return for each record the page that its story is named by."""
    rows = read_dataset(project.data, columns=["article_id", "url", "story_id"]).to_pylist()
    names = {row["article_id"]: row["url"].rpartition("/")[2] for row in rows}
    return {names[row["article_id"]]: names[row["story_id"]] for row in rows}


EXPECTED = {"first": "first", "note": "first", "half": "first", "next": "next", "flash": "flash", "again": "flash"}


def test_stories_are_the_same_in_every_order_also_when_the_telling_is_killed(tmp_path, site):
    forth = make_project(tmp_path / "forth", site, paper=SOURCE, wire=SOURCE)
    collected(forth, BOTH)
    assert stories(forth) == EXPECTED

    back = make_project(tmp_path / "back", site, paper=SOURCE, wire=SOURCE)
    collected(back, {"paper": [D19]})
    assert stories(back) == {"half": "half", "again": "again"}
    killing = {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "killing"), os.environ.get("PYTHONPATH", "")]),
        "KILL_AT": "main flows.stories:retell 1 before",
        "KILL_ONCE": str(tmp_path / "killed"),
    }
    command = ["backfill", D18, D19, *in_project(back)]
    assert caixun(*command, **killing).returncode == -signal.SIGKILL
    assert stories(back)["half"] == "half"
    assert caixun(*command).returncode == 0
    assert stories(back) == EXPECTED
    assert back.ledger.moved_stories() == []

    before = {path: path.stat().st_ino for path in (back.data / "records").rglob("*.parquet")}
    rebuild(back, BOTH, workers(back), Watch(), everything=True)
    assert {path: path.stat().st_ino for path in (back.data / "records").rglob("*.parquet")} == before


def test_a_ledger_without_stories_takes_them_from_the_records_and_a_story_outlives_its_first_article(tmp_path, site):
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
    collected(project, {"paper": [D19], "wire": [D19]})
    with project.ledger._writing() as connection:  # as if an older caixun had made the records
        for table in ("story_texts", "story_keys", "story_members", "story_moves", "story_periods"):
            connection.exec_driver_sql(f"delete from {table}")
    collected(project, BOTH)
    assert stories(project) == EXPECTED

    project.ledger.give_up_sketches(now() + timedelta(days=1))
    path = project.config / "sources" / "wire.yml"
    path.write_text(path.read_text(encoding="utf-8") + "extract: {drop: [p]}\n", encoding="utf-8")
    rebuild(project, {"wire": [D18]}, workers(project), Watch(), everything=True)
    assert stories(project) == {"note": "note", "half": "half", "next": "next", "again": "again"}


def test_a_file_that_cannot_be_read_keeps_nobody_from_joining(tmp_path):
    project = open_project(None, tmp_path)
    rows = [
        record(1, body=TEXT),
        record(2, body=f"{TEXT}（编辑：孙岚）"),
        record(3, source="wire", body=f"本报讯（记者 汪澄）{TEXT}"),
    ]
    partitions = dataset.records(tmp_path)
    partitions.apply(D18, "paper", rows[:2])
    damaged = partitions.folder(D19) / "other.parquet"
    damaged.parent.mkdir()
    damaged.write_bytes(b"no Parquet")
    join_stories(project, rows[2].source, [(rows[2], mark(rows[2].body, D18))], {})
    assert project.ledger.stories_of([rows[2].article_id]) == {rows[2].article_id: rows[0].article_id}
    assert project.ledger.unready_periods([period(D18)]) == [period(D18)]
    damaged.unlink()
    join_stories(project, rows[2].source, [(rows[2], mark(rows[2].body, D18))], {})
    assert project.ledger.unready_periods([period(D18)]) == []
    assert tell_stories(project) == []
    assert [row.story_id for row in partitions.select(D18, D18)] == [rows[0].article_id] * 2
    project.ledger.close()


def test_what_joined_in_a_build_that_failed_leaves_its_story_when_it_is_rejected(site, tmp_path):
    site.pages |= {"/wire/18": links("/a/first"), "/a/first": PAGES["/a/first"]}
    project = make_project(tmp_path, site, wire=SOURCE)
    in_the_way = tmp_path / "data" / "records"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("no folder")
    assert not collected(project, {"wire": [D18]}).ok
    name = article_id(f"http://127.0.0.1:{site.port}/a/first")
    assert project.ledger.stories_of([name]) == {name: name}
    in_the_way.unlink()
    project.ledger.close()

    project = make_project(tmp_path, site, wire=SOURCE + "extract: {{body: h1}}\n")
    (report,) = collected(project, {"wire": [D18]}).reports
    assert (report.tally.records, report.tally.rejects.total()) == (0, 1)
    assert project.ledger.stories_of([name]) == {}
