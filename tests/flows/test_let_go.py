"""What a source was about to write when it was killed, or is to make again: others have what it has not written, and nothing is lost."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from crawlers.page import article_id
from flows.build import build
from flows.import_warc import import_warcs
from flows.importing import import_texts
from flows.settings import Project
from tests.conftest import caixun, in_project
from tests.flows.test_claims import STRICT, archived, lost, owners, troubles
from tests.flows.test_side_by_side import SETTLE, assert_two_records, killed
from tests.loopback import SOURCE, Loopback, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)
LATE = "2026-11-19 08:00"
RUN = ("run", "--date", D18, "--source", "aa")
UNWRITTEN = "main transforms.dataset:Partitions.apply 1 before"
TEXT = (
    "标题:第1家公司拟投资建设智能温室\n链接:{}\n总结:第1家公司计划投资1亿元建设智能温室。\n"
    "关键词:智能温室\nAI技术:\n行业:\n重大事件摘要:\n"
)


@dataclass
class Setting:
    """A site with two articles that all sources list, a project over it, and how a test changes that project's sources."""

    site: Loopback
    folder: Path
    project: Project

    def sources(self, **sources: str) -> Project:
        """Let the project's sources be these."""
        for file in (self.project.config / "sources").glob("*.yml"):
            file.unlink()
        self.project = make_project(self.folder, self.site, **sources)
        return self.project

    def again(self, at: str, *command: object) -> None:
        """Kill a command at a point, whether one was killed before or not."""
        (self.folder / "killed").unlink(missing_ok=True)
        killed(self.project, self.folder, at, *command)

    def runs(self, *command: object) -> None:
        """Let a command come to its end, whatever it finds."""
        assert caixun(*command, *in_project(self.project)).returncode == 0

    def imports(self, file: str, source: str = "bb") -> tuple[int, int]:
        """Import a WARC file and return how many pages were taken in and became records."""
        result = import_warcs(self.project, [file], workers(self.project), None, source)
        assert result.complaints == []
        return result.taken, result.records

    def identity(self, number: int) -> str:
        return article_id(f"http://127.0.0.1:{self.site.port}/a/{number}")


@pytest.fixture
def setting(tmp_path):
    with loopback() as site:
        site.pages |= {f"/{name}/{day}": links("/a/1", "/a/2") for name in ("aa", "bb", "zz") for day in (18, 19)}
        site.pages |= {f"/a/{number}": article(number) for number in (1, 2)}
        yield Setting(site, tmp_path, make_project(tmp_path, site, aa=SOURCE, bb=SOURCE))


def let_be_late(setting: Setting, *numbers: int) -> None:
    """Let articles be of the day after the one for which they are listed."""
    setting.site.pages |= {f"/a/{number}": article(number, LATE) for number in numbers}


@pytest.mark.parametrize("there", [False, True], ids=["configured no more", "there"])
def test_what_a_killed_run_has_claimed_and_not_written_others_have(setting, there):
    file = archived(setting.site, setting.folder, D18)
    setting.again(UNWRITTEN, *RUN)
    if not there:
        setting.sources(bb=SOURCE)
    assert setting.imports(file) == (2, 2)
    assert owners(setting.project) == ["bb", "bb"]
    setting.runs("doctor")
    assert_two_records(setting.project, "bb", "bb")
    if there:
        setting.runs(*RUN)
        assert_two_records(setting.project, "bb", "bb")


def test_what_a_killed_run_has_written_of_one_day_and_not_of_another_has_one_owner_each(setting):
    let_be_late(setting, 2)
    file = archived(setting.site, setting.folder, D18)
    setting.project.ledger.begin("aa", [D19], "other")
    setting.again("main transforms.dataset:Partitions.apply 1 after", *RUN)
    (first,) = owners(setting.project)
    assert first == "aa"
    assert setting.imports(file)[1] == 1
    setting.runs(*RUN)
    assert_two_records(setting.project, "aa", "bb")


def test_who_is_at_work_keeps_what_it_has_claimed(setting):
    file = archived(setting.site, setting.folder, D18)
    collected(setting.project, {"aa": [D18]})
    ledger, ids = setting.project.ledger, [setting.identity(number) for number in (1, 2)]
    imported = []

    def meanwhile() -> None:
        ledger.claim("aa", dict.fromkeys(ids, D18))
        dataset.records(setting.project.data).apply(D18, "aa", [], ids)  # as if they were yet to be written
        imported.append(setting.imports(file))

    build(setting.project, "aa", [D18], workers(setting.project), meanwhile, before=lambda: [str(ledger.reopen("aa", [D18]))])
    assert imported == [(2, 0)]
    setting.runs("doctor")  # takes away what this process has left in staging/
    assert_two_records(setting.project, "aa", "aa")


@pytest.mark.parametrize("command", [["rebuild", D18, "--all"], RUN], ids=lambda command: command[0])
def test_a_reject_that_waits_to_be_made_again_keeps_its_article_from_none(setting, command):
    let_be_late(setting, 1, 2)
    file = archived(setting.site, setting.folder, D18)
    collected(setting.project, {"aa": [D18]})
    setting.again("main crawlers.ledger:Ledger.reopen 1 after", "rebuild", D18, "--all", "--source", "aa")
    assert setting.imports(file) == (2, 2)
    assert owners(setting.project) == ["bb", "bb"]
    caixun(*command, *in_project(setting.project))  # whose status tells of other things
    assert_two_records(setting.project, "bb", "bb")
    assert setting.project.ledger.states("aa", [setting.identity(1), setting.identity(2)]) == {"reject": 2}


@pytest.mark.parametrize("at", [UNWRITTEN, SETTLE], ids=["not written", "written"])
def test_a_killed_rebuild_of_what_turned_out_to_be_of_a_day_is_finished_by_the_same_command(setting, at):
    let_be_late(setting, 1, 2)
    collected(setting.project, {"aa": [D18]})
    setting.again(at, "rebuild", D19, "--source", "aa")
    setting.runs("rebuild", D19, "--source", "aa")
    assert_two_records(setting.project, "aa", "aa")
    assert setting.project.ledger.states("aa", [setting.identity(1), setting.identity(2)]) == {"record": 2}


def test_what_a_source_has_written_behind_a_kill_holds_against_a_record_that_another_one_has_kept(setting):
    project = setting.project
    collected(project, {"bb": [D18]})
    away = setting.folder / "away"
    (file,) = (project.data / "archive").rglob("bb-*.warc.gz")
    file.rename(away)
    lost(project, "bb")
    setting.again(SETTLE, *RUN)
    away.rename(file)
    project.ledger.regain_pages("bb", [setting.identity(1), setting.identity(2)])
    setting.runs(*RUN)
    assert_two_records(project, "aa", "aa")


def test_what_stands_on_a_page_beside_an_article_of_another_source_is_built(setting):
    file = archived(setting.site, setting.folder, D18)
    item = "<div class=i><b>2026-11-18 09:31</b><a href=/a/{}>详情</a><p>{}，金额三亿元，合同期限五年，双方将合作。</p></div>"
    page = item.format(1, "北方智造公告，与临江市签订智能仓储合同") + item.format(7, "晶澄微电称新一代存储芯片已经量产")
    setting.site.pages |= {"/aa/18": links("/a/1"), "/a/1": (200, f'<meta charset="utf-8"><h1>快讯汇总</h1>{page}'.encode())}
    project = setting.sources(aa=SOURCE + "extract: {{each: div.i, url: a, published_at: b}}\n", bb=SOURCE)
    setting.again("main flows.gathering:build 1 before", *RUN)
    imported = []

    def meanwhile() -> None:
        if not imported:
            imported.append(setting.imports(file))

    build(project, "aa", [D18], workers(project), meanwhile)
    assert imported == [(2, 2)]
    assert [(row.source, row.url[-4:]) for row in dataset.records(project.data).select(D18, D18) if row.source == "aa"] == [
        ("aa", "/a/7")
    ]
    setting.runs("doctor")  # takes away what the builds of this process have left in staging/
    assert (owners(project), troubles(project)) == (["aa", "bb", "bb"], [])


def test_a_text_that_is_imported_again_behind_a_kill_is_in_the_dataset_once(setting):
    file = archived(setting.site, setting.folder, D18)
    text = setting.folder / "one.txt"
    text.write_text(TEXT.format(f"http://127.0.0.1:{setting.site.port}/a/1"))
    setting.again(SETTLE, "import", text)
    assert owners_of_all(setting.project) == ["imported"]
    setting.again("main flows.importing:build 1 before", "import", text)
    assert setting.imports(file)[1] == 1
    assert import_texts(setting.project, [text], workers(setting.project)).complaints == []
    assert owners_of_all(setting.project) == ["bb", "imported"]
    assert troubles(setting.project) == []


def owners_of_all(project: Project) -> list[str]:
    return sorted(row.source for row in dataset.records(project.data).select(date.min, date.max))


def test_what_was_written_before_a_kill_and_is_rejected_by_new_rules_is_taken_out(setting):
    setting.again(SETTLE, *RUN)
    assert owners(setting.project) == ["aa", "aa"]
    setting.sources(aa=STRICT, bb=SOURCE)
    setting.runs(*RUN)
    assert owners(setting.project) == []
    assert troubles(setting.project) == []
    collected(setting.project, {"bb": [D18]})
    assert_two_records(setting.project, "bb", "bb")


def test_one_import_does_for_what_another_source_has_rejected_as_of_another_day(setting):
    let_be_late(setting, 1, 2)
    file = archived(setting.site, setting.folder, D18)
    collected(setting.project, {"aa": [D18]})
    assert setting.imports(file) == (2, 2)
    assert_two_records(setting.project, "bb", "bb")


def test_a_reject_that_is_made_again_leaves_the_story_of_anothers_record_as_it_is(setting):
    file = archived(setting.site, setting.folder, D18)
    project = setting.sources(aa=STRICT, bb=SOURCE)
    collected(project, {"aa": [D18]})
    imported = []

    def meanwhile() -> None:
        imported.append(setting.imports(file))

    build(project, "aa", [D18], workers(project), meanwhile, before=lambda: [str(project.ledger.reopen("aa", [D18]))])
    assert imported == [(2, 2)]
    assert_two_records(project, "bb", "bb")


def test_a_reject_whose_page_is_lost_keeps_no_date_as_if_it_had_a_record(setting):
    let_be_late(setting, 1, 2)
    project = setting.project
    collected(project, {"aa": [D18]})
    lost(project, "aa")
    standings = project.ledger.standings("aa", [setting.identity(1), setting.identity(2)])
    assert {(one.state, one.published_date) for one in standings.values()} == {("failed", None)}
    collected(project, {"bb": [D19]})
    assert_two_records(project, "bb", "bb")
