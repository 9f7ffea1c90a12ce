"""Two sources that make a record of one article at one time, or behind a kill: it is in the dataset once."""

import os
import signal
from datetime import date
from pathlib import Path

import pytest

from flows.build import build
from flows.import_warc import import_warcs
from flows.importing import import_texts
from tests.conftest import caixun, in_project
from tests.flows.test_claims import archived, collected, owners, troubles
from tests.loopback import SOURCE, article, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D18 = date(2026, 11, 18)
SETTLE = "main crawlers.ledger:Ledger.settle 1 before"


@pytest.fixture
def site():
    with loopback() as running:
        running.pages |= {f"/{name}/18": links("/a/1", "/a/2") for name in ("aa", "zz")}
        running.pages |= {f"/a/{number}": article(number) for number in (1, 2)}
        yield running


def assert_two_records(project, *sources: str) -> None:
    assert owners(project) == sorted(sources)
    rows = list(dataset.records(project.data).select(D18, date(2026, 11, 19)))
    assert len({row.article_id for row in rows}) == 2
    kept = project.ledger.stories_of([row.article_id for row in rows])
    assert {row.article_id: row.story_id for row in rows} == kept
    assert troubles(project) == []


def killed(project, place: Path, at: str, *command) -> None:
    path = os.pathsep.join([str(Path(__file__).parent / "killing"), os.environ.get("PYTHONPATH", "")])
    killing = {"PYTHONPATH": path, "KILL_AT": at, "KILL_ONCE": str(place / "killed")}
    assert caixun(*command, *in_project(project), **killing).returncode == -signal.SIGKILL


@pytest.mark.parametrize("built", [False, True], ids=["for the first time", "again"])
def test_what_an_import_makes_while_a_build_of_another_source_goes_on_is_in_the_dataset_once(site, tmp_path, built):
    file = archived(site, tmp_path, D18)
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    if built:
        collected(project, {"aa": [D18]})
    else:
        killed(project, tmp_path, "main flows.gathering:build 1 before", "run", "--date", D18, "--source", "aa")
    imported = []

    def meanwhile() -> None:
        imported.append(import_warcs(project, [file], workers(project), None, "bb"))

    build(project, "aa", [D18], workers(project), meanwhile, before=lambda: [str(project.ledger.reopen("aa", [D18]))])
    owner, made = ("aa", 0) if built else ("bb", 2)  # whose record it is already, or who is the first
    assert [(one.taken, one.records) for one in imported] == [(2, made)]
    assert_two_records(project, owner, owner)
    assert collected(project, {"aa": [D18]}).ok
    assert_two_records(project, owner, owner)


@pytest.mark.parametrize("command", [["run", "--date", D18, "--source", "aa"], ["doctor"]], ids=lambda command: command[0])
def test_what_a_killed_run_has_written_and_not_noted_no_import_makes_again(site, tmp_path, command):
    file = archived(site, tmp_path, D18)
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    killed(project, tmp_path, SETTLE, "run", "--date", D18, "--source", "aa")
    assert owners(project) == ["aa", "aa"]
    import_warcs(project, [file], workers(project), None, "bb")
    assert owners(project) == ["aa", "aa"]
    assert caixun(*command, *in_project(project)).returncode == 0
    assert_two_records(project, "aa", "aa")


def test_what_a_killed_import_has_written_and_not_noted_no_run_makes_again(site, tmp_path):
    file = archived(site, tmp_path, D18)
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    killed(project, tmp_path, "main flows.gathering:build 1 before", "run", "--date", D18, "--source", "aa")
    (tmp_path / "killed").unlink()
    killed(project, tmp_path, SETTLE, "import-warc", file, "--source", "bb")
    assert owners(project) == ["bb", "bb"]
    assert caixun("run", "--date", D18, "--source", "aa", *in_project(project)).returncode == 0
    assert owners(project) == ["bb", "bb"]
    assert caixun("import-warc", file, "--source", "bb", *in_project(project)).returncode == 0
    assert_two_records(project, "bb", "bb")


@pytest.mark.parametrize("first", [["doctor"], ["status"]], ids=lambda command: command[0])
def test_what_turned_out_to_be_of_a_later_day_is_not_made_again_for_another_source_behind_a_kill(site, tmp_path, first):
    d19 = date(2026, 11, 19)
    site.pages |= {"/aa/19": links("/a/2"), "/bb/19": links("/a/1", "/a/2")}
    site.pages |= {f"/a/{number}": article(number, "2026-11-19 08:00") for number in (1, 2)}
    site.pages["/aa/18"] = links("/a/1", "/a/3")
    site.pages["/a/3"] = article(3)
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    killed(project, tmp_path, SETTLE, "run", "--date", d19, "--source", "aa")
    assert owners(project) == ["aa", "aa", "aa"]
    assert caixun(*first, *in_project(project)).returncode == 0
    for name in ("bb", "aa"):
        collected(project, {name: [d19]})
    assert (owners(project), site.asked.count("/a/1")) == (["aa", "aa", "aa"], 1)
    told = [report.status for report in project.ledger.reports(["aa", "bb"], [D18, d19])]
    assert told == ["complete", "complete", "missing", "complete"]
    assert troubles(project) == []


def test_a_text_whose_article_another_source_makes_meanwhile_is_known(site, tmp_path):
    project = make_project(tmp_path, site, aa=SOURCE)
    killed(project, tmp_path, SETTLE, "run", "--date", D18, "--source", "aa")
    text = tmp_path / "one.txt"
    text.write_text(
        f"标题:第1家公司拟投资建设智能温室\n链接:http://127.0.0.1:{site.port}/a/1\n总结:第1家公司计划投资1亿元建设智能温室。\n"
        "关键词:智能温室\nAI技术:\n行业:\n重大事件摘要:\n"
    )
    result = import_texts(project, [text], workers(project))
    assert (result.records, result.known, result.complaints, owners(project)) == (0, 1, [], ["aa", "aa"])
